"""The rows on which it is worse than elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from explain.formats import number
from explain.judge.failures import Failures
from explain.report import Block, Figure, Paragraph, Part, Table, colours

from ..inspected import inspected, noted, percent
from ..subject import Subject
from . import section

__all__ = ["failures"]

_HELD = {"weak": "yes, worse", "strong": "yes, better", "unconfirmed": "no"}


@section("Where it fails", order=31, pages=("report",))
def failures(subject: Subject) -> Iterator[Block]:
    """Cohorts of rows, and whether they held on rows that they were not found on."""
    found = inspected(subject, "failures", Failures)
    if found is None:
        return
    words = found.sentence()
    yield Paragraph(words)
    yield from noted(subject, "failures")
    leaves = found.leaves()
    if len(leaves) < 2:
        return
    from explain.plots import error_tree

    yield Paragraph(
        f"Groups of rows were searched on one half of the rows ({found.grown_rows:,}) and checked on the "
        f"other ({found.checked_rows:,}), since most of what such a search finds is chance. All figures are "
        "from the second half."
    )
    yield Figure(
        error_tree(found, theme=colours()),
        alt=f"Tree of groups of rows with the mean {found.loss_words} of each. {words}",
        caption=f"Each line divides the one above it; beside it, its share of the rows. Dots are the mean "
        f"{found.loss_words} with its 95 % interval: orange where the model is worse than elsewhere, blue "
        "where it is better, hollow where that did not hold on the second half. The dotted line is the mean "
        "of all rows.",
    )
    rows = tuple(
        (
            cohort.words,
            _HELD[cohort.finding],
            percent(cohort.coverage, 2),
            number(cohort.loss.value),
            f"{number(cohort.loss.low)} to {number(cohort.loss.high)}",
            f"{number(cohort.lift, 2)} ×",
        )
        for cohort in leaves
    )
    overall = found.overall
    what = f"{found.loss_words[0].upper()}{found.loss_words[1:]}"
    yield Part(
        "The groups in figures",
        (
            Table(
                ("Rows where", "Held up", "Share", what, "95 % interval", "Times the mean"),
                rows,
                numeric=(2, 3, 4, 5),
                emphasised=tuple(i for i, cohort in enumerate(leaves) if cohort.finding == "weak"),
                caption=f"The highest mean {found.loss_words} first; over all rows it is "
                f"{number(overall.value)} ({number(overall.low)} to {number(overall.high)}).",
            ),
        ),
    )
