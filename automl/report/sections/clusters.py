"""Columns that tell much the same."""

from __future__ import annotations

from collections.abc import Iterator

from explain.formats import listed, number
from explain.report import Block, Figure, Items, Note, Paragraph, colours
from explain.whole.clusters import Clusters

from ..inspected import inspected, noted
from ..subject import Subject
from . import section

__all__ = ["clusters"]

_SHOWN = 18
_LISTED = 8


@section("Columns that tell the same", order=42, pages=("report",))
def clusters(subject: Subject) -> Iterator[Block]:
    """Clusters of associated columns, and what that means for their importance."""
    found = inspected(subject, "clusters", Clusters)
    if found is None:
        return
    if not found.members:
        yield Paragraph(f"{found.sentence()} So the importance of each column is its own.")
        yield from noted(subject, "clusters")
        return
    from explain.plots import association_heatmap

    yield Note(
        "Within each of these groups the model may use one column for another. Their importance is shared "
        "by chance of the fit: judge them together, and do not read a small bar as “does not matter”."
    )
    yield Items(tuple(_words(found, cluster) for cluster in found.members[:_LISTED]))
    more = len(found.members) - _LISTED
    if more > 0:
        yield Paragraph(f"And {more:,} more such {'group' if more == 1 else 'groups'}.")
    yield Figure(
        association_heatmap(found, top=_SHOWN, theme=colours()),
        alt=f"Matrix of how much any two columns tell about each other. {found.sentence()}",
        caption=f"How much any two columns tell about each other, from 0 to 1; frames hold those of at least "
        f"{number(found.threshold, 2)}."
        + (f" Shown are {_SHOWN} of {len(found.columns):,} columns." if len(found.columns) > _SHOWN else ""),
        folds=False,
    )
    yield from noted(subject, "clusters")


def _words(found: Clusters, cluster: tuple[str, ...]) -> str:
    pairs = [found.between(a, b) for k, a in enumerate(cluster) for b in cluster[k + 1 :]]
    how = "association" if len(pairs) == 1 else "associations of at least"
    return f"{listed(list(cluster))} ({how} {number(min(pairs), 2)})"
