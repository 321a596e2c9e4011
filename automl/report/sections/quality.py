"""How good the model is, and how that was measured."""

from __future__ import annotations

from collections.abc import Iterator

from automl.metrics import get_metric
from automl.store import weights_words
from explain.report import Block, Paragraph, Table

from ..score import score_of
from ..subject import Subject
from ..words import figure, interval
from . import section

__all__ = ["quality"]


@section("How good it is", order=20)
def quality(subject: Subject) -> Iterator[Block]:
    """Score, interval, how both were measured, and other metrics."""
    task, facts = subject.task, subject.facts
    score = score_of(subject)
    ends = interval(score.interval)
    metric = get_metric(task.metric)
    better = "higher" if metric.greater_is_better else "lower"
    spread = f" (90 % interval {ends})" if ends else ""
    yield Paragraph(
        f"{metric.label}: {figure(score.value)}{spread}, {score.how}. The {better} the better; "
        f"{figure(metric.optimum)} is perfect."
    )
    if facts.is_chosen and facts.result.get("refitted"):
        again = "set-aside" if facts.result.get("holdout") else "remaining"
        yield Paragraph(
            f"After that score was taken, the same candidates learned once more, with the {again} rows among "
            "the others; this model is the result."
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
