"""The models beside the one that was taken."""

from __future__ import annotations

from collections.abc import Iterator

from automl.metrics import get_metric
from explain.report import Block, Paragraph, Table

from ..subject import Subject
from ..words import figure, interval, seconds
from . import section

__all__ = ["leaderboard"]

_TOP_MODELS = 10


@section("Other models of the search", order=70)
def leaderboard(subject: Subject) -> Iterator[Block]:
    """The best models, which of them cannot be told apart, and what they cost."""
    task, facts = subject.task, subject.facts
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
