"""What the model would lose without a column, beside what it looks at."""

from __future__ import annotations

from collections.abc import Iterator

from explain.explanation import Explanation
from explain.formats import listed
from explain.report import Block, Figure, Note, Paragraph, Part, colours
from explain.whole.importance import PermutationImportance

from ..inspected import inspected, noted
from ..subject import Subject
from . import section

__all__ = ["shuffled"]

_TOP = 10
_NAMED = 6
_APART = 3  # places in the two orders that are worth a sentence


@section("What it would miss", order=41, pages=("report",))
def shuffled(subject: Subject) -> Iterator[Block]:
    """Permutation importance beside the mean contributions, and why the two differ."""
    found = inspected(subject, "importance", PermutationImportance)
    if found is None or not found.columns:
        return
    from explain.plots import importance_bar, permutation_bar

    theme, words = colours(), found.sentence()
    yield Paragraph(words)
    explanation = subject.explanation
    lost = Figure(
        permutation_bar(found, top=_TOP, theme=theme),
        alt=f"Bar chart of how much worse the {found.metric} gets when a column is shuffled. {words}",
        caption=f"How much worse the {found.metric} gets over {found.rows:,} rows when the column's values "
        "change places between rows, with 95 % intervals; grey cannot be told from chance.",
    )
    if explanation is None or not explanation.rows:
        yield lost
    else:
        yield Part("What it would miss", (lost,), half=True)
        ranking = explanation.global_()
        moved = Figure(
            importance_bar(explanation, top=_TOP, theme=theme),
            alt="Bar chart of the mean size of each column's contribution to a prediction, largest first: "
            f"{listed(list(ranking.columns[:3]))}.",
            caption="How far the column moves predictions in the mean, as under What it looks at.",
        )
        yield Part("What it looks at", (moved,), half=True)
        yield Paragraph(_why(found, explanation))
    yield from noted(subject, "importance")
    if found.skipped:
        more = len(found.skipped) - _NAMED
        names = [*found.skipped[:_NAMED], *([f"{more:,} more"] if more > 0 else [])]
        yield Note(
            f"There was no time to shuffle {listed(names)}: what they are worth is not known.", "warning"
        )


def _why(found: PermutationImportance, explanation: Explanation) -> str:
    """Why the two differ, with the columns that stand furthest apart in the two orders."""
    text = (
        "The two differ because one asks what predictions are made of, and the other what makes them right: "
        "a column can move predictions without making them better, and one that others can stand in for is "
        "hardly missed."
    )
    moved, missed = list(explanation.global_().columns), list(found.columns)
    if set(moved) != set(missed):  # places in two orders of different columns cannot be compared
        return text
    top = dict.fromkeys([*moved[:_TOP], *missed[:_TOP]])
    gaps = {name: abs(moved.index(name) - missed.index(name)) for name in top}
    furthest = max(gaps, key=lambda name: gaps[name])
    if gaps[furthest] < _APART:
        return f"{text} Here both put the columns in much the same order."
    return (
        f"{text} Furthest apart here is {furthest}: number {moved.index(furthest) + 1} in moving "
        f"predictions, number {missed.index(furthest) + 1} in making them better."
    )
