"""Trees as flat arrays, with LightGBM's rules of which way to go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["CATEGORY", "MISSING_LEFT", "MISSING_RIGHT", "Tree", "Trees", "single_precision_borders"]

MISSING_RIGHT, MISSING_LEFT, CATEGORY = 8, 10, 1
"""LightGBM's decision types: a number, with a missing one to either side; a set of codes, which go left."""
_KINDS = (0, 2, MISSING_RIGHT, MISSING_LEFT, CATEGORY, 5, 9)
_LARGEST = float(np.finfo(np.float64).max)

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Tree:
    """One tree: inner nodes from the root, children as positions of inner nodes or ~position of a leaf."""

    column: Any
    threshold: Any
    decision: Any
    left: Any
    right: Any
    value: Any
    sets: Mapping[int, Any]
    """Inner node → codes that go left, as words of 32 bits."""


@dataclass(frozen=True, eq=False)
class Trees:
    """An ensemble of trees over some columns, whose leaves add up.

    Attributes
    ----------
    columns : int
        That the trees may ask about.
    nodes, leaves : int32 arrays, shape (trees,)
        Inner nodes and leaves of each tree.
    column, decision, left, right : int32 arrays, shape (all inner nodes,)
        Children count from the first inner node, or (``~``) the first leaf, of their own tree.
    threshold : float64 array, shape (all inner nodes,)
    value : float64 array, shape (all leaves, values)
    output : int32 array, shape (trees,)
        The first output that a tree adds to.
    outputs : int
    set_node, set_words : int32 arrays, shape (sets,)
        Inner nodes (counted over all trees) that ask for codes, and the length of their sets.
    words : uint32 array
        The sets: code c is bit c % 32 of word c // 32.
    """

    columns: int
    nodes: Ints
    leaves: Ints
    column: Ints
    decision: Ints
    left: Ints
    right: Ints
    threshold: Floats
    value: Floats
    output: Ints
    outputs: int
    set_node: Ints
    set_words: Ints
    words: NDArray[np.uint32]

    @classmethod
    def of(cls, trees: Sequence[Tree], *, columns: int, outputs: int, output: Sequence[int]) -> Trees:
        """Put single trees together."""
        node, set_node, sets = 0, [], []
        for tree in trees:
            for place, words in sorted(tree.sets.items()):
                set_node.append(node + place)
                sets.append(np.asarray(words, dtype=np.uint32))
            node += len(tree.column)

        def joined(name: str, kind: Any) -> Any:
            parts = [np.asarray(getattr(tree, name), dtype=kind) for tree in trees]
            return np.concatenate(parts)

        threshold = joined("threshold", np.float64)
        return cls(
            columns=columns,
            nodes=np.array([len(tree.column) for tree in trees], dtype=np.int32),
            leaves=np.array([len(tree.value) for tree in trees], dtype=np.int32),
            column=joined("column", np.int32),
            decision=joined("decision", np.int32),
            left=joined("left", np.int32),
            right=joined("right", np.int32),
            threshold=np.clip(threshold, -_LARGEST, _LARGEST),
            value=np.ascontiguousarray(joined("value", np.float64)),
            output=np.asarray(output, dtype=np.int32),
            outputs=outputs,
            set_node=np.array(set_node, dtype=np.int32),
            set_words=np.array([len(words) for words in sets], dtype=np.int32),
            words=np.concatenate(sets) if sets else np.empty(0, dtype=np.uint32),
        )

    def to_document(self) -> dict[str, Any]:
        """The arrays by name."""
        return dict(vars(self))

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Trees:
        """Read and check: compiled code follows these arrays without looking.

        Raises
        ------
        ValueError
            When a tree leads outside of itself or asks for a column that is not there.
        """
        trees = cls(**{name: document[name] for name in cls.__dataclass_fields__})
        trees._check()
        return trees

    def _check(self) -> None:
        inner, ends = int(self.nodes.sum()), int(self.leaves.sum())
        sizes = {len(getattr(self, name)) for name in ("column", "decision", "left", "right", "threshold")}
        whole = (
            sizes == {inner}
            and self.value.ndim == 2
            and len(self.value) == ends
            and np.array_equal(self.leaves, self.nodes + 1)
            and len(self.output) == len(self.nodes) == len(self.leaves)
            and np.all((self.output >= 0) & (self.output + self.value.shape[1] <= self.outputs))
            and np.all((self.column >= 0) & (self.column < self.columns))
            and np.isin(self.decision, _KINDS).all()
            and len(self.set_node) == len(self.set_words)
            and np.array_equal(self.set_node, np.flatnonzero(self.decision & CATEGORY))
            and np.all(self.set_words > 0)
            and self.set_words.sum() == len(self.words)
            and not np.isnan(self.threshold).any()
        )
        if not whole:
            raise ValueError("trees whose arrays do not fit together")
        place = np.arange(inner) - np.repeat(np.cumsum(self.nodes) - self.nodes, self.nodes)
        own_nodes, own_leaves = (np.repeat(each, self.nodes) for each in (self.nodes, self.leaves))
        for child in (self.left, self.right):
            # Children stand after their parent, which also rules out circles.
            good = np.where(child >= 0, (child > place) & (child < own_nodes), ~child < own_leaves)
            if not good.all():
                raise ValueError("a tree whose branches lead outside of it")


def single_precision_borders(threshold: Any) -> Floats:
    """The largest doubles that are at most a threshold once they were rounded to single precision.

    scikit-learn's trees round a value, and compare it with a threshold in double precision.
    """
    wanted = np.asarray(threshold, dtype=np.float64)
    with np.errstate(over="ignore"):
        single = wanted.astype(np.float32)
        single = np.where(
            single.astype(np.float64) > wanted, np.nextafter(single, np.float32(-np.inf)), single
        )
        after = np.nextafter(single, np.float32(np.inf)).astype(np.float64)
    middle = (single.astype(np.float64) + after) / 2
    # Rounding goes to the even one where both are as near.
    with np.errstate(over="ignore"):
        rounded = middle.astype(np.float32)
    return np.where(rounded == single, middle, np.nextafter(middle, -np.inf))
