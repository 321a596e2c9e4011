"""Write a bundle: gather its files, zip them, let another process check the zip, only then hand it out."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from automl.conformal import Conformal
from automl.data import Schema
from automl.data.review import REVIEWED
from automl.errors import BundleError
from automl.plan import CannotCompileError, DeclinedError, Plan, compile_plan
from automl.plan.document import pack
from automl.report import BundleFacts, Subject, build_card, build_report, installed, pinned, versions
from automl.store.files import replacing_path
from automl.task import Task
from explain.report import render_html, render_markdown

from .archive import sha256, write_zip
from .explaining import CERTIFICATE
from .manifest import FORMAT, MANIFEST, VERSION, seal
from .proving import PLAN_FILES, Proof, prove
from .rows import rows_to_csv
from .runtime import carried_files
from .scoring import Scorer, predictions_to_csv, read_own_csv
from .selfcheck import self_check
from .supply import supply_files
from .targets import LOADER, TARGETS, files_of, slug, target_files
from .targets._facts import facts_of
from .targets._readme import platforms
from .trusted import dump_model, load_model
from .upgrading import model_of

if TYPE_CHECKING:
    from automl.data.review import ReviewedSchema
    from automl.monitoring import Reference
    from automl.monitoring.estimate import Estimator
    from explain.certificate import Certificate

__all__ = ["write_bundle"]

MOST_SAMPLE_ROWS = 50
MOST_BACKGROUND_ROWS = 100
#: A report larger than that stays out of the bundle.
MOST_REPORT_BYTES = 3_000_000
REPORT = "report.html"
MODEL = "model/model.skops"
#: The web server, and what makes it quicker.
SERVING = ("uvicorn", "httptools", "uvloop")


def write_bundle(
    path: str | os.PathLike[str],
    *,
    model: Any,
    subject: Subject,
    sample: pd.DataFrame,
    background: pd.DataFrame,
    conformal: Conformal | None = None,
    reference: Reference | None = None,
    reviewed: ReviewedSchema | None = None,
    estimator: Estimator | None = None,
    progress: Callable[[float, str], None] | None = None,
) -> Path:
    """Write the bundle of a fitted model.

    Parameters
    ----------
    path : path
        Of the zip; an existing file is replaced, but only by a bundle that passed its self-check.
    model : fitted scikit-learn estimator
        Takes canonical rows (and what pandas reads from the same file).
    subject : Subject
        The schema of the feature columns, the task, and what is known of the model. With an explanation comes
        a certificate of it: the one given if it is about these rows, else one that is made here.
    sample : DataFrame, shape (n, columns)
        Canonical rows whose predictions are recorded; at most 50 are used.
    background : DataFrame, shape (n, columns)
        Canonical rows that explanations compare with; at most 100 are used.
    conformal : Conformal, optional
        What intervals and sets are made from.
    reference : Reference, optional
        What new rows are compared with.
    reviewed : ReviewedSchema, optional
        What rows must be like, by the schema of the model.
    estimator : Estimator, optional
        What tells performance on new rows without labels.
    progress : callable, optional
        Called with the share done (0 to 1) and what is being done.

    Returns
    -------
    Path
        Of the zip.

    Raises
    ------
    BundleError
        When the model holds anything that is not on the allow-list, or the bundle does not reproduce the
        model's predictions in a process of its own. Nothing is left behind then.
    """
    step = progress or (lambda _share, _what: None)
    target = Path(path).absolute()
    _check_place(target)
    step(0.05, "Writing the model")
    data = dump_model(model)
    types = load_model(data).types
    step(0.3, "Gathering the rest")
    files = _files(
        data, types, model, subject, sample, background, conformal, reference, reviewed, estimator, step
    )  # fmt: skip
    hand_out(target, files, step)
    step(1.0, "Done")
    return target


def hand_out(
    path: Path, files: Mapping[str, bytes], step: Callable[[float, str], None] = lambda _share, _what: None
) -> None:
    """Write the zip of a bundle beside its place, and move it there once it has passed its self-check.

    Raises
    ------
    BundleError
        When there is no place for it, or it does not pass; nothing is left behind then.
    """
    target = path.absolute()
    _check_place(target)
    step(0.6, "Packing")
    with replacing_path(target) as part:
        write_zip(part, files)
        step(0.7, "Checking it in a process of its own")
        self_check(part)
        part.chmod(0o644)


def _check_place(target: Path) -> None:
    if not target.parent.is_dir():
        raise BundleError(
            f"There is no folder {str(target.parent)!r}.", fix="Make it first, or choose another."
        )
    if target.is_dir():
        raise BundleError(f"{str(target)!r} is a folder.", fix="Name the zip file to write.")


def _files(
    data: bytes,
    types: frozenset[str],
    model: Any,
    subject: Subject,
    sample: pd.DataFrame,
    background: pd.DataFrame,
    conformal: Conformal | None,
    reference: Reference | None,
    reviewed: ReviewedSchema | None,
    estimator: Estimator | None,
    step: Callable[[float, str], None],
) -> dict[str, bytes]:
    schema, task, facts = subject.schema, subject.task, subject.facts
    scorer = Scorer(schema, task.classes, costs=task.costs, model=model, types=types)
    packages = versions(lightgbm=any(name.startswith("lightgbm.") for name in types))
    sample_csv, sample_rows = _faithful(sample.head(MOST_SAMPLE_ROWS), schema)
    if not len(sample_rows):
        raise BundleError(
            "None of the sample rows can be written to a CSV file and read back unchanged.",
            fix="Give other sample rows.",
        )
    background_csv, background_rows = _faithful(background.head(MOST_BACKGROUND_ROWS), schema)
    step(0.32, "Compiling the fast path and proving it")
    plan_files, proof = _fast_path(scorer, sample_rows)
    step(0.35, "Checking explanations against brute force")
    certificate = _certificate(model, subject, sample_rows, background_rows)
    subject = replace(
        subject,
        packages=packages,
        model_sha256=sha256(data),
        sample_rows=len(sample_rows),
        background_rows=len(background_rows),
        certificate=certificate,
    )
    step(0.5, "Writing card and report")
    card = build_card(subject)
    report = render_html(build_report(subject)).encode("utf-8")
    requirements = pinned(packages)
    files = {
        MODEL: data,
        **plan_files,
        "schema.json": _json(schema.to_json()),
        "task.json": _json(task.to_json()),
        "metrics.json": _json(_metrics(facts)),
        "MODEL_CARD.md": render_markdown(card).encode("utf-8"),
        "model_card.html": render_html(card).encode("utf-8"),
        "sample_input.csv": sample_csv,
        "sample_predictions.csv": predictions_to_csv(scorer.predictions(sample_rows)).encode("utf-8"),
        "background.csv": background_csv,
        "requirements.txt": requirements.encode("utf-8"),
        "requirements-explain.txt": _explain_requirements().encode("utf-8"),
        "requirements-serve.txt": _serve_requirements().encode("utf-8"),
        **carried_files(facts.glassbench),
    }
    if len(report) <= MOST_REPORT_BYTES:
        files[REPORT] = report
    if subject.explanation is not None:
        files["explanation.json"] = _json(subject.explanation.to_json())
    if certificate is not None:
        files[CERTIFICATE] = _json(certificate.to_json())
    if conformal is not None:
        files["conformal.json"] = (json.dumps(conformal.to_json()) + "\n").encode("utf-8")
    if reference is not None:
        files["reference.json"] = (json.dumps(reference.to_json(), ensure_ascii=False) + "\n").encode("utf-8")
    if reviewed is not None:
        files[REVIEWED] = _json(reviewed.to_json(reads=False))
    if estimator is not None:
        files["estimator.json"] = (json.dumps(estimator.to_json(), ensure_ascii=False) + "\n").encode("utf-8")
    told = facts_of(
        facts,
        schema=schema,
        task=task,
        packages=packages,
        serving=installed(SERVING),
        types=types,
        background=background_rows,
        reference=None if reference is None else reference.to_json(),
        reviewed=None if reviewed is None else reviewed.to_json(),
    )
    files |= target_files(told, files)
    files |= supply_files(files, name=facts.name, version=facts.glassbench, created=facts.created)
    files["README.md"] = readme(facts.name, task.target, set(files)).encode("utf-8")
    manifest = _manifest(files, task, facts, packages, types, proof)
    manifest["targets"] = {name: sorted(files_of(target, told)) for name, target in TARGETS.items()}
    return seal(manifest, files)


def _fast_path(scorer: Scorer, sample: pd.DataFrame) -> tuple[dict[str, bytes], Proof]:
    """The model as a plan, as the bundle holds it, and the proof of it; no files where it is not equal."""
    try:
        document = compile_plan(scorer.model, scorer.schema, classes=scorer.classes, costs=scorer.costs)
        text, arrays = pack(document)
        proof = prove(Plan.from_files(text, arrays), scorer.schema, sample, scorer.outputs)
    except (CannotCompileError, DeclinedError) as error:
        return {}, Proof.none(error.message)
    return (dict(zip(PLAN_FILES, (text, arrays), strict=True)) if proof.used else {}), proof


def _certificate(
    model: Any, subject: Subject, sample: pd.DataFrame, background: pd.DataFrame
) -> Certificate | None:
    """The certificate of the explanation against the rows that the bundle carries."""
    from explain.certificate import certify
    from explain.frames import frame_hash

    if subject.explanation is None or not len(background):
        return None
    given = subject.certificate
    if given is not None and given.background_hash == frame_hash(background):
        return given
    return certify(model, subject.explanation, sample, background)


def _explain_requirements() -> str:
    """What makes explanations of trees exact and fast, on top of what prediction needs."""
    return f"-r requirements.txt\n{pinned(installed(('numba',)))}"


def _serve_requirements() -> str:
    """The web server, on top of what prediction needs; and what makes it quicker, where there is some."""
    return f"-r requirements.txt\n{pinned(installed(SERVING))}"


def _faithful(frame: pd.DataFrame, schema: Schema) -> tuple[bytes, pd.DataFrame]:
    """Return rows as CSV, and as they read back; rows that do not read back the same are left out.

    A stray carriage return inside a text is enough for that, and must not stop an export.
    """
    frame = frame[list(schema.names)].reset_index(drop=True)
    data = rows_to_csv(frame, schema)
    if not len(frame):
        return data, frame
    back = schema.coerce(read_own_csv(data)).frame.reset_index(drop=True)
    if len(back) == len(frame):
        same = (back == frame) | (back.isna() & frame.isna())
        kept = same.all(axis=1).to_numpy()
        if kept.all():
            return data, back
        return _faithful(frame[kept], schema)
    alone = (
        [len(_faithful(frame.iloc[[i]], schema)[1]) > 0 for i in range(len(frame))]
        if len(frame) > 1
        else [False]
    )
    frame = frame[alone].reset_index(drop=True)
    return rows_to_csv(frame, schema), frame


def _metrics(facts: BundleFacts) -> dict[str, Any]:
    result = dict(facts.result)
    return {
        "model": facts.exported,
        "is_chosen": facts.is_chosen,
        "picked": None if facts.picked is None else dict(facts.picked),
        "result": result,
        "leaderboard": [dict(row) for row in facts.leaderboard],
        "roles": dict(facts.roles),
    }


def _manifest(
    files: Mapping[str, bytes],
    task: Task,
    facts: BundleFacts,
    packages: Mapping[str, str],
    types: frozenset[str],
    proof: Proof,
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "name": facts.name,
        "task": task.kind,
        "target": task.target,
        "created": facts.created,
        "glassbench": facts.glassbench,
        "python": platform.python_version(),
        "packages": dict(packages),
        "types": sorted(types),
        "fast_path": proof.to_json(),
        "lineage": {
            "data": {
                "source": facts.source,
                "sha256": facts.sha256,
                "rows": facts.rows,
                "rows_sha256": facts.rows_sha256,
            },
            "run": {"id": facts.run_id},
            "model": model_of(facts.exported, facts.result, facts.leaderboard),
            "file": {"name": MODEL, "sha256": sha256(files[MODEL])},
        },
    }


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False, default=_plain) + "\n").encode("utf-8")


def _plain(value: Any) -> Any:
    """Return a numpy scalar or an array as plain values."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def readme(name: str, target: str, names: set[str]) -> str:
    """The first page of a bundle.

    Parameters
    ----------
    name : str
        What people call the model.
    target : str
        The predicted column.
    names : set of str
        Of the files of the bundle.
    """
    described = {
        "bundle.json": "SHA-256 of every file, versions, the model's origin; FORMAT.md describes it",
        "model/model.skops": "the model: scikit-learn and LightGBM classes only, no code",
        "model/plan.json, model/plan.npz": "the model as plain numbers: one row in a moment, with numpy",
        "schema.json, task.json": "the columns and what their cells look like; what is predicted",
        "metrics.json": "scores with intervals, the leaderboard",
        "report.html": "the report: the model, its scores and its explanations, with figures",
        "explanation.json": "what the model looks at, and why some rows are predicted as they are",
        "certificate.json": "how explanations fared against brute force; verify.py does it again",
        "conformal.json": ("how wrong it was on rows it had not learned from: `predict.py --interval 0.9`"),
        "constraints.json": "what rows must be like, by the reviewed schema: presence, ranges, values",
        "reference.json": "counts of the training rows, with which `automl monitor` compares new ones",
        "estimator.json": "what `automl monitor` tells performance from where new rows have no labels",
        "sample_input.csv, sample_predictions.csv": (
            "rows and their predictions, as an example and for verify.py"
        ),
        "background.csv": "rows that explanations compare with",
        "predict.py, explain.py, serve.py, verify.py, runtime/": (
            "score, explain, serve and check, without Glassbench"
        ),
        "requirements.txt": "the packages that all of this needs",
        "requirements-explain.txt": "numba on top: contributions of trees exact instead of sampled",
        "requirements-serve.txt": "uvicorn on top: for serve.py",
        "sbom.cdx.json, licenses.md": "the packages that it needs, all the way down, and their licences",
    }
    there = names | {MANIFEST}
    table = "".join(
        f"| {file} | {what} |\n" for file, what in described.items() if file.split(",")[0] in there
    )
    left_out = (
        "" if REPORT in names else "\nThe report is too large for this zip: `automl report` writes it.\n"
    )
    return f"""# {name}

Predicts `{target}`. MODEL_CARD.md (or model_card.html) says how well, from what, and what to mind.

    python -m venv venv
    venv/bin/pip install -r requirements.txt
    venv/bin/python verify.py                                # files as exported, sample reproduced
    venv/bin/python predict.py new.csv -o predictions.csv    # one prediction per row, in order
    venv/bin/python explain.py new.csv --row 0               # why the first row is predicted so
    venv/bin/pip install -r requirements-serve.txt
    venv/bin/python serve.py --port 8080                     # over HTTP; /docs says what can be asked

| file | what |
|---|---|
{table}{left_out}
{platforms(f"{slug(name)}.zip", slug(name)) if LOADER in names else ""}
The programs and runtime/ are part of Glassbench, under the Apache License 2.0 (LICENSE). The model and the
data are yours.
"""
