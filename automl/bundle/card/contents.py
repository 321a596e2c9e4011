"""What the card says: built from the same facts that the bundle's JSON files hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from automl.data import Schema
from automl.metrics import get_metric
from automl.store import calibration_words, headline, weights_words
from automl.task import Task

from ..facts import BundleFacts
from .blocks import Bar, Bars, Block, Card, Code, Fact, Items, Paragraph, Section, Table
from .constraints import constraints
from .coverage import coverage
from .decisions import decisions
from .words import column_words, date, figure, interval, seconds

if TYPE_CHECKING:
    from explain import Explanation

__all__ = ["build_card"]

_TOP_MODELS = 10
_TOP_COLUMNS = 20
_MOST_COLUMNS = 400
_SCALES = {
    "probability": "probability (0 to 1)",
    "target": "units of the target",
    "margin": "margin (log-odds)",
}


def build_card(
    *,
    schema: Schema,
    task: Task,
    facts: BundleFacts,
    explanation: Explanation | None,
    packages: Mapping[str, str],
    model_sha256: str,
    sample_rows: int,
    background_rows: int,
) -> Card:
    """Assemble the card of one model.

    Parameters
    ----------
    schema : Schema
        Columns that the model reads.
    task : Task
    facts : BundleFacts
    explanation : Explanation or None
        The global one.
    packages : mapping of name to version
        What prediction needs.
    model_sha256 : str
        Of the model file.
    sample_rows, background_rows : int
        Rows of data that the bundle carries.
    """
    sections = (
        Section("What it predicts", tuple(_purpose(task, schema, facts))),
        Section("How good it is", tuple(_quality(task, facts))),
        Section("How it decides", tuple(decisions(facts))),
        Section("How sure it is", tuple(coverage(task, facts))),
        Section("What it must be, and what it costs", tuple(constraints(task, facts))),
        Section("What it looks at", tuple(_importance(explanation))),
        Section("The data", tuple(_data(facts, sample_rows, background_rows))),
        Section("Columns", tuple(_columns(schema))),
        Section("Other models of the search", tuple(_leaderboard(task, facts))),
        Section("Mind", tuple(_caveats(task, facts, explanation, background_rows))),
        Section("How to score", tuple(_usage(facts))),
        Section("Versions and hashes", tuple(_provenance(facts, packages, model_sha256))),
    )
    return Card(
        title=facts.name,
        summary=_summary(task),
        facts=tuple(_facts(task, facts)),
        sections=tuple(section for section in sections if section.blocks),
        footer=f"Written by Glassbench {facts.glassbench} on {date(facts.created)}.",
    )


def _summary(task: Task) -> str:
    if task.kind == "regression":
        return f"Predicts the number “{task.target}”."
    labels = ", ".join(f"“{label}”" for label in (task.classes or ())[:6])
    more = task.n_classes - 6
    return f"Predicts “{task.target}”: {labels}{f' and {more} more' if more > 0 else ''}."


def _score(facts: BundleFacts, task: Task) -> tuple[Any, Any, str]:
    """Return the score of the exported model, its interval, and how it was estimated."""
    result = facts.result
    if facts.is_chosen:
        shown = headline(result)
        if shown.holdout:
            how = f"on {result['holdout']['rows']:,} rows set aside before the search and scored once"
        else:
            how = "by cross-validation on the training rows, which also chose the model"
            how += ": expect slightly less" if shown.optimistic else "; the optimism of that is taken off"
        return shown.score, shown.interval, how
    row = next((row for row in facts.leaderboard if row.get("id") == facts.exported), {})
    how = "by cross-validation on the training rows; this is not the model that the search chose"
    return row.get("score"), (row.get("interval_low"), row.get("interval_high")), how


def _facts(task: Task, facts: BundleFacts) -> Iterator[Fact]:
    score, ends, how = _score(facts, task)
    metric = get_metric(task.metric)
    yield Fact(metric.label, figure(score), f"90 % interval {interval(ends)}" if interval(ends) else "")
    dummy = facts.result.get("dummy")
    if dummy is not None:
        yield Fact(
            "Without a model",
            figure(dummy),
            "always the prior" if task.kind != "regression" else "always the mean",
        )
    yield Fact("Estimated on", "holdout" if "set aside" in how else "training folds", "see How good it is")
    yield Fact("Rows", f"{facts.rows:,}", facts.source or "")


def _two(facts: BundleFacts) -> str:
    if facts.decides:
        return "the prediction is the label that was decided on, see How it decides."
    return "the prediction is the more probable one."


def _purpose(task: Task, schema: Schema, facts: BundleFacts) -> Iterator[Block]:
    yield Paragraph(f"It reads {len(schema):,} column{'s' if len(schema) != 1 else ''} of a row.")
    if task.kind == "binary":
        yield Paragraph(
            "For each row it gives the probability of "
            + " and of ".join(f"“{label}”" for label in reversed(task.classes or ()))
            + f"; {_two(facts)}"
        )
    elif task.kind == "multiclass":
        yield Paragraph(
            "For each row it gives the probability of each class; the prediction is the most probable one"
            + (" in the model, and in predict.py the one of least expected cost." if facts.decides else ".")
        )


def _quality(task: Task, facts: BundleFacts) -> Iterator[Block]:
    score, ends, how = _score(facts, task)
    metric = get_metric(task.metric)
    better = "higher" if metric.greater_is_better else "lower"
    spread = f" (90 % interval {interval(ends)})" if interval(ends) else ""
    yield Paragraph(
        f"{metric.label}: {figure(score)}{spread}, {how}. The {better} the better; {figure(metric.optimum)} "
        "is perfect."
    )
    if facts.is_chosen and facts.result.get("refitted"):
        again = "set-aside" if facts.result.get("holdout") else "remaining"
        yield Paragraph(
            f"After that score was taken, the same candidates learned once more, with the {again} rows among "
            "the others; the model in this bundle is the result."
        )
    if weights := weights_words(facts.result.get("weights")):
        yield Paragraph(f"{weights[0].upper()}{weights[1:]}. New rows need no such column.")
    if metric.note:
        yield Paragraph(metric.note)
    measured = facts.result.get("metrics") or {}
    if facts.is_chosen and measured:
        rows = tuple(
            (
                get_metric(name).label,
                figure(entry.get("score")),
                interval(entry.get("interval")),
                str(entry.get("on", "")),
            )
            for name, entry in measured.items()
        )
        yield Table(("Metric", "Score", "90 % interval", "Measured"), rows, numeric=(1, 2))


def _importance(explanation: Explanation | None) -> Iterator[Block]:
    if explanation is None or not explanation.rows:
        return
    ranking = explanation.global_()
    sizes = ranking.importance[:_TOP_COLUMNS]
    longest = float(sizes.max()) if len(sizes) and sizes.max() > 0 else 1.0
    bars = tuple(
        Bar(name, float(size) / longest, f"{figure(size, 3)} ± {figure(error, 2)}")
        for name, size, error in zip(ranking.columns, sizes, ranking.stderr, strict=False)
    )
    scale = _SCALES.get(explanation.scale, explanation.scale)
    yield Bars(
        bars,
        f"Mean size of each column's contribution to a prediction, in {scale}, with its standard error, over "
        f"{explanation.rows:,} rows.",
    )
    more = len(ranking.columns) - len(bars)
    exactness = "exact" if explanation.exact else "sampled, with standard errors"
    yield Paragraph(
        (f"{more:,} further columns matter less. " if more > 0 else "")
        + f"Method: {explanation.method} ({exactness}). Contributions and the base value add up to the "
        f"prediction within {explanation.additivity_error:.0e}. They say what the model uses, not what "
        "causes the outcome."
    )


def _data(facts: BundleFacts, sample_rows: int, background_rows: int) -> Iterator[Block]:
    rows = [("Rows", f"{facts.rows:,}")]
    if facts.source:
        rows.insert(0, ("File", facts.source))
    if facts.sha256:
        rows.append(("SHA-256 of the file", facts.sha256))
    holdout = facts.result.get("holdout")
    if holdout:
        rows.append(("Rows set aside (holdout)", f"{holdout['rows']:,}"))
    rows.append(
        ("Rows carried in this bundle", f"{sample_rows} as sample, {background_rows} for explanations")
    )
    yield Table(("", ""), tuple(rows))
    notable = [finding for finding in facts.findings if finding.get("severity") in ("warning", "error")]
    if notable:
        yield Paragraph("Found in the data:")
        yield Items(tuple(str(finding.get("message", "")) for finding in notable[:12]))


def _columns(schema: Schema) -> Iterator[Block]:
    columns = list(schema)[:_MOST_COLUMNS]
    yield Table(
        ("Column", "Kind", "What its cells look like"), tuple((c.name, *column_words(c)) for c in columns)
    )
    if len(schema) > len(columns):
        yield Paragraph(f"The other {len(schema) - len(columns):,} columns are in schema.json.")
    yield Paragraph(
        "Columns may come in any order, and further columns are ignored. A category that training did not "
        "have counts as unknown, an empty cell as missing."
    )


def _leaderboard(task: Task, facts: BundleFacts) -> Iterator[Block]:
    finished = [row for row in facts.leaderboard if row.get("score") is not None]
    shown = finished[:_TOP_MODELS]
    if not shown:
        return
    rows = tuple(
        (
            str(row.get("id")),
            str(row.get("family")),
            figure(row.get("score")),
            interval((row.get("interval_low"), row.get("interval_high"))),
            seconds(row.get("fit_seconds")),
            figure(row.get("predict_ms_per_1000"), 3),
            "tied" if row.get("tied") else "",
        )
        for row in shown
    )
    marked = tuple(i for i, row in enumerate(shown) if row.get("id") == facts.exported)
    yield Table(
        ("Model", "Family", get_metric(task.metric).label, "90 % interval", "Fit", "ms per 1,000 rows", ""),
        rows, numeric=(2, 3, 4, 5), emphasised=marked,
    )  # fmt: skip
    yield Paragraph(
        f"{len(finished):,} models finished; scores here are cross-validated. The data cannot tell tied "
        "models from the best. Intervals are for the score on new rows, a third as many as the table has."
    )


def _caveats(
    task: Task, facts: BundleFacts, explanation: Explanation | None, background_rows: int
) -> Iterator[Block]:
    texts = [
        "It learnt from the rows of one table. Elsewhere or later it may be worse than stated.",
        "Outside of the ranges listed under Columns it extrapolates; nothing here measures how well.",
    ]
    if not facts.is_chosen or headline(facts.result).optimistic:
        texts.append("The score comes from rows that also chose the model, so it is slightly too good.")
    if task.kind != "regression":
        told = facts.result.get("calibration") if facts.is_chosen else None
        words = calibration_words(told) if told else "as trained"
        texts.append(f"Probabilities are {words}. Check their calibration before basing costs on them.")
    if explanation is not None and not explanation.exact:
        texts.append("The explanation is sampled: differences within two standard errors mean nothing.")
    if background_rows:
        texts.append(
            "The bundle carries some training rows (sample_input.csv, background.csv). Treat it as "
            "confidentially as the data."
        )
    yield Items(tuple(texts))


def _usage(facts: BundleFacts) -> Iterator[Block]:
    yield Paragraph("Python 3.11 or newer. In the unpacked folder:")
    yield Code(
        "python -m venv venv\n"
        "venv/bin/pip install -r requirements.txt\n"
        "venv/bin/python verify.py\n"
        "venv/bin/python predict.py new.csv -o predictions.csv"
    )
    yield Paragraph("Where Glassbench is installed, without unpacking:")
    yield Code(
        "import automl\n\n"
        'bundle = automl.load_bundle("bundle.zip")\n'
        'bundle.predictions("new.csv")\n'
        'bundle.explain("new.csv")'
    )


def _provenance(facts: BundleFacts, packages: Mapping[str, str], model_sha256: str) -> Iterator[Block]:
    rows: list[Sequence[str]] = [
        ("Run", facts.run_id),
        ("Model", facts.exported),
        ("Created", date(facts.created)),
        ("Glassbench", facts.glassbench),
        *packages.items(),
        ("SHA-256 of model/model.skops", model_sha256),
    ]
    yield Table(("", ""), tuple((row[0], row[1]) for row in rows))
    yield Paragraph("manifest.json lists the SHA-256 of every file.")
