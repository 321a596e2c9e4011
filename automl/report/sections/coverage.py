"""What there is to say about intervals and sets: how often they promise to hold the truth, and did."""

from __future__ import annotations

from collections.abc import Iterator

from explain.report import Block, Paragraph, Table

from ..subject import Subject
from ..words import figure, share
from . import section

__all__ = ["coverage"]

_SHOWN_CLASSES = 8


@section("How sure it is", order=30)
def coverage(subject: Subject) -> Iterator[Block]:
    """Nominal and measured coverage of the chosen model; nothing for another one, which was not measured."""
    task, facts = subject.task, subject.facts
    measured = facts.result.get("coverage") or {}
    if not facts.is_chosen or not measured.get("levels"):
        return
    values = task.kind == "regression"
    where = "set aside before the search" if measured["on"] == "holdout" else "of the training table, in turn"
    what = "an interval" if values else "a set of classes"
    yield Paragraph(
        f"“predict.py --interval 0.9” adds {what} to each prediction "
        "that holds the truth of nine new rows in ten, as long as these are like the table's. "
        f"How often it did on {measured['rows']:,} rows {where}:"
    )
    labels = () if values else (task.classes or ())[:_SHOWN_CLASSES]
    header = ("Promised", "Held the truth", "Mean width" if values else "Mean number of classes")
    rows = tuple(
        (
            share(level["level"]),
            share(level["measured"]),
            figure(level["size"]),
            *(share(level["classes"][code]) for code in range(len(labels))),
        )
        for level in measured["levels"]
    )
    yield Table((*header, *(f"rows of “{label}”" for label in labels)), rows, tuple(range(3 + len(labels))))
    if weights := facts.result.get("weights"):
        yield Paragraph(
            f"Rows count here as “{weights['column']}” says: the promise is about new rows of which each "
            "kind is as frequent as its weights make it, in the mean over them."
        )
    if labels:
        yield Paragraph("The promise is about all rows together, not about the rows of each class.")
