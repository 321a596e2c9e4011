"""What the model would lose without a column, beside what it looks at."""

from __future__ import annotations

from collections.abc import Iterator

from explain.formats import listed
from explain.report import Block, Figure, Note, Paragraph, Part, colours
from explain.whole.disagreement import disagreement
from explain.whole.importance import PermutationImportance

from ..inspected import inspected, noted
from ..subject import Subject
from . import section

__all__ = ["shuffled"]

_TOP = 10
_NAMED = 6


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
        yield Paragraph(disagreement(found, explanation))
    yield from noted(subject, "importance")
    if found.skipped:
        more = len(found.skipped) - _NAMED
        names = [*found.skipped[:_NAMED], *([f"{more:,} more"] if more > 0 else [])]
        yield Note(
            f"There was no time to shuffle {listed(names)}: what they are worth is not known.", "warning"
        )
