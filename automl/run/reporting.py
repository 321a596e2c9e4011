"""What card, report and bundle say of a model of a run: gathered from its folder, made where missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from automl.errors import SettingError
from automl.leaderboard import leaderboard
from automl.monitoring.judged import Roles
from automl.run.model import RunModel, current_result
from automl.run.settings import EXPLAIN_SECONDS
from automl.store import RunFolder, decisions, picked
from automl.store.files import file_sha256, json_records, read_json, replacing

if TYPE_CHECKING:
    from automl.inspection import Inspected
    from automl.report import BundleFacts, Evidence, Subject
    from explain import Explanation

__all__ = ["shipped_subject", "stored_subject", "subject", "write_report"]

Step = Callable[[float, str], None]


def write_report(
    model: RunModel, path: str | Path, *, fairness: Sequence[str], time_budget: float, step: Step
) -> Path:
    """Write the report of a model; see `Run.report`."""
    from automl.report import build_report, versions
    from explain.report import render_html

    target = Path(path).absolute()
    if not target.parent.is_dir():
        raise SettingError(
            f"There is no folder {str(target.parent)!r}.", fix="Make it first, or choose another."
        )
    _require_fairness(model.folder, fairness)
    about = subject(model, lambda share, what: step(0.3 * share, what))
    about = _with_inspections(
        model, about, fairness, time_budget, lambda share, what: step(0.3 + 0.5 * share, what)
    )
    document = build_report(
        replace(about, packages=versions(lightgbm=True)),
        progress=lambda share: step(0.8 + 0.15 * share, "Drawing figures"),
    )
    with replacing(target) as stream:
        stream.write(render_html(document).encode("utf-8"))
    target.chmod(0o644)
    step(1.0, "Done")
    return target


def subject(model: RunModel, step: Step) -> Subject:
    """All that card, report and bundle say of a model."""
    from automl.report import Subject
    from automl.run.explaining import certificate, explained

    prepared = model.prepared
    step(0.0, "Explaining the model")
    explanation = model.explanation() or explained(
        model,
        time_budget=EXPLAIN_SECONDS,
        store=True,
        progress=lambda share: step(0.7 * share, "Explaining the model"),
    )
    step(0.7, "Checking explanations against brute force")
    return Subject(
        schema=prepared.schema,
        task=prepared.task,
        facts=_facts(model),
        explanation=explanation,
        certificate=certificate(model, explanation),
        evidence=_evidence(model, explanation),
    )


def shipped_subject(model: RunModel, step: Step) -> Subject:
    """The same with what a report has and was found out already: a bundle makes no inspections of its own."""
    columns = [each.params["column"] for each in _stored(model, "fairness*.json")]
    found = _with_inspections(model, subject(model, step), columns, 0.0, lambda _share, _what: None)
    return replace(found, not_inspected={})


def stored_subject(model: RunModel) -> Subject:
    """What is stored of a model, and was made of the model as it is."""
    from automl.report import Subject
    from explain.certificate import Certificate

    folder, prepared, explanation = model.folder, model.prepared, model.explanation()
    certificate = folder.read(f"explanations/{model.id}.certificate.json")
    found: dict[str, Any] = {}
    notes: dict[str, tuple[str, ...]] = {}
    for made in _stored(model, "*.json"):
        of = made.params.get("column") or made.params.get("row")
        key = made.name if of is None else f"{made.name}:{of}"
        found[key], notes[key] = made.result, made.notes
    return Subject(
        schema=prepared.schema,
        task=prepared.task,
        facts=_facts(model),
        explanation=explanation,
        certificate=None if certificate is None else Certificate.from_json(certificate),
        evidence=None if explanation is None else _evidence(model, explanation),
        inspections=found,
        inspection_notes=notes,
    )


def _stored(model: RunModel, pattern: str) -> Iterator[Inspected]:
    """Stored inspections of the model as it is, by the names of their files."""
    from automl.inspection import Inspected

    fingerprint = model.fingerprint()
    for path in sorted(model.folder.path.glob(f"inspections/{model.id}/{pattern}")):
        made = Inspected.from_json(read_json(path))
        if made is not None and made.fingerprint == fingerprint:
            yield made


def _facts(model: RunModel) -> BundleFacts:
    """Where a model comes from and how good it is."""
    from automl.report import BundleFacts

    folder = model.folder
    read, spec = folder.read("read_report.json"), folder.spec
    return BundleFacts(
        name=spec["name"],
        run_id=folder.id,
        result=current_result(folder),
        leaderboard=json_records(leaderboard(folder)),
        findings=folder.read("findings.json", []),
        source=Path(spec["source"]).name if spec["source"] else None,
        sha256=read["sha256"],
        rows=read["rows"],
        rows_sha256=file_sha256(folder.path / "data.parquet"),
        created=_made(folder),
        model_id=model.id,
        picked=picked(folder),
        decisions=decisions(folder),
        roles=Roles.of_spec(spec).to_json(),
    )


def _made(folder: RunFolder) -> str:
    """When the model became what it is: at the end of its search, or by a decision later."""
    result = folder.result
    ended = [(result or {}).get("finished") or folder.spec["created"]]
    if result is None:
        ended += [trial.get("finished", 0.0) for trial in folder.trials()]
    ended += [decision["t"] for decision in decisions(folder)]
    return datetime.fromtimestamp(max(ended), UTC).isoformat(timespec="seconds")


def _evidence(model: RunModel, explanation: Explanation) -> Evidence | None:
    """What is known of the explained rows; None where it was not noted which rows these are."""
    import numpy as np

    from automl.report import Evidence

    folder = model.folder
    rows = folder.read(f"explanations/{model.id}.rows.json")
    if rows is None or len(rows) != explanation.rows:
        return None
    truth, honest = model.honest()
    facts, spec = folder.read("prepared.json"), folder.spec
    split = {name: facts[name] for name in ("training_rows", "holdout_rows", "folds") if name in facts}
    at = np.asarray(rows, dtype=np.int64)
    return Evidence(
        rows=tuple(rows),
        truth=truth[at],
        honest=honest[at],
        profile=folder.read("profile.json", {}),
        split=split | {name: spec[name] for name in ("groups", "time")},
    )


def _require_fairness(folder: RunFolder, columns: Sequence[str]) -> None:
    from automl.inspection import get_inspection, read_params, scope_of

    if isinstance(columns, str):
        raise SettingError(
            f"Expected fairness as a list of columns, found the text {columns!r}.",
            fix=f"Give [{columns!r}].",
        )
    for column in columns:
        read_params(get_inspection("fairness"), {"column": column}, scope_of(folder))


def _with_inspections(
    model: RunModel, about: Subject, fairness: Sequence[str], time_budget: float, step: Step
) -> Subject:
    """The subject with what inspections found; what could not be made says why."""
    from automl.inspection import get_inspection, plan, read_params, scope_of
    from automl.report.examples import examples
    from automl.run.inspecting import inspected, stored_inspection

    explanation, evidence = about.explanation, about.evidence
    columns: Sequence[str] = () if explanation is None else explanation.global_().columns
    rows: list[int] = []
    if explanation is not None and evidence is not None:
        shown = examples(about.task, explanation, evidence)
        rows = [int(evidence.rows[example.position]) for example in shown]
    found: dict[str, Any] = {}
    notes: dict[str, tuple[str, ...]] = {}
    missing: dict[str, str] = {}
    scope, fingerprint = scope_of(model.folder), model.fingerprint()
    ends = monotonic() + time_budget
    planned = plan(columns, rows, fairness)
    for number, each in enumerate(planned):
        step(number / len(planned), f"Inspecting: {each.key.replace(':', ' of ')}")
        what, left = get_inspection(each.name), ends - monotonic()
        made = stored_inspection(model, what, read_params(what, each.params, scope), fingerprint)
        if made is None and left <= 0:
            missing[each.key] = "There was no time for it."
            continue
        try:
            made = made or inspected(model, each.name, each.params, time_budget=min(each.seconds, left))
        except SettingError as error:
            missing[each.key] = str(error)
        else:
            found[each.key], notes[each.key] = made.result, made.notes
    return replace(about, inspections=found, inspection_notes=notes, not_inspected=missing)
