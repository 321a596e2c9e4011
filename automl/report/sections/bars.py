"""What the model looks at, in brief."""

from __future__ import annotations

from collections.abc import Iterator

from explain import formats
from explain.report import Bar, Bars, Block, Paragraph

from ..subject import Subject
from ..words import figure
from . import section

__all__ = ["bars"]

_TOP_COLUMNS = 20


@section("What it looks at", order=40, pages=("card",))
def bars(subject: Subject) -> Iterator[Block]:
    """Each column's mean contribution, as bars, and how that was computed."""
    explanation = subject.explanation
    if explanation is None or not explanation.rows:
        return
    ranking = explanation.global_()
    sizes = ranking.importance[:_TOP_COLUMNS]
    longest = float(sizes.max()) if len(sizes) and sizes.max() > 0 else 1.0
    shown = tuple(
        Bar(name, float(size) / longest, f"{figure(size, 3)} ± {figure(error, 2)}")
        for name, size, error in zip(ranking.columns, sizes, ranking.stderr, strict=False)
    )
    scale = formats.UNITS[explanation.scale]
    yield Bars(
        shown,
        f"Mean size of each column's contribution to a prediction, in {scale}, with its standard error, over "
        f"{explanation.rows:,} rows.",
    )
    more = len(ranking.columns) - len(shown)
    exactness = "exact" if explanation.exact else "sampled, with standard errors"
    yield Paragraph(
        (f"{more:,} further columns matter less. " if more > 0 else "")
        + f"Method: {explanation.method} ({exactness}). Contributions and the base value add up to the "
        f"prediction within {explanation.additivity_error:.0e}. They say what the model uses, not what "
        "causes the outcome."
    )
