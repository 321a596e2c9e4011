"""A few rules that imitate the model, and how well."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from explain.report import Block, Figure, Items, Note, Part, colours
from explain.whole.surrogate import Surrogate

from ..inspected import inspected, noted
from ..subject import Subject
from . import section

__all__ = ["surrogate"]

_FIRM = 0.8  # as explain says: below, the tree is too coarse to stand for the model


@section("The model in a few rules", order=46, pages=("report",))
def surrogate(subject: Subject) -> Iterator[Block]:
    """A shallow tree that imitates the model, never without its fidelity."""
    found = inspected(subject, "surrogate", Surrogate)
    if found is None:
        return
    from explain.plots import surrogate_tree

    words = found.sentence()
    yield Note(
        f"This is an imitation, not the model. {words}",
        "note" if found.fidelity_low >= _FIRM else "warning",
    )
    yield from noted(subject, "surrogate")
    output = _most_moved(found)
    name = found.output_name(output)
    yield Figure(
        surrogate_tree(found, output=output, theme=colours()),
        alt=f"Tree of conditions that imitates the model. {words}",
        caption="Read from left to right: branches are as thick as their share of the rows, and at their end "
        "stands what the tree gives these rows, from low (blue) to high (orange).",
        folds=False,
    )
    title = "The rules" if name is None else f"The rules, for “{name}”"
    yield Part(title, (Items(tuple(found.rules(output))),))


def _most_moved(found: Surrogate) -> object:
    """The output to show: of several classes the one on which the leaves differ most."""
    if found.classes is None or len(found.classes) <= 2:
        return None
    leaves = np.array([node.value for node in found.nodes if node.leaf])
    return found.classes[int(leaves.std(axis=0).argmax())]
