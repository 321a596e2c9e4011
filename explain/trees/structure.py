"""Decision trees as flat arrays: one layout for every library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAF = -1


@dataclass(frozen=True, eq=False)
class Trees:
    """An additive ensemble of binary decision trees over a matrix of encoded columns.

    The raw output is ``base`` plus the sum of the values of the leaves reached.

    Attributes
    ----------
    root : int32 array of shape (T,)
        First node of each tree. A tree's nodes are neighbours.
    left, right : int32 arrays of shape (N,)
        Children; -1 at leaves.
    column : int32 array of shape (N,)
        Encoded column that an inner node looks at.
    threshold : float64 array of shape (N,)
        A number goes left when it is at most the threshold.
    missing_left : bool array of shape (N,)
        Where missing values go.
    category_start, category_words : int32 arrays of shape (N,)
        Place of a categorical node's left set in ``categories``; 0 words at numeric nodes.
    categories : uint32 array
        Bit sets: category c is in word c // 32, bit c % 32.
    value : float64 array of shape (N, V)
        Leaf values (0 at inner nodes).
    output : int32 array of shape (T,)
        First output that a tree adds to: with V = 1 each tree belongs to one output.
    base : float64 array of shape (K,)
    single_precision : bool
        Whether the model compares values rounded to float32.
    """

    root: NDArray[np.int32]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    column: NDArray[np.int32]
    threshold: Floats
    missing_left: NDArray[np.bool_]
    category_start: NDArray[np.int32]
    category_words: NDArray[np.int32]
    categories: NDArray[np.uint32]
    value: Floats
    output: NDArray[np.int32]
    base: Floats
    single_precision: bool = False

    @property
    def nodes(self) -> int:
        """Number N of nodes."""
        return int(self.left.shape[0])

    @property
    def outputs(self) -> int:
        """Number K of raw outputs."""
        return int(self.base.shape[0])

    def used_columns(self) -> NDArray[np.int64]:
        """The encoded columns that some node looks at."""
        return np.unique(self.column[self.left != LEAF]).astype(np.int64)


@dataclass(frozen=True, eq=False)
class Tree:
    """One tree while it is being read: the fields of :class:`Trees` with node numbers from 0."""

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    column: NDArray[np.int64]
    threshold: Floats
    missing_left: NDArray[np.bool_]
    value: Floats
    sets: dict[int, NDArray[np.uint32]]


def join(
    trees: Sequence[Tree], output: Sequence[int], base: Floats, *, single_precision: bool = False
) -> Trees:
    """One :class:`Trees` out of single trees."""
    counts = np.array([len(tree.left) for tree in trees], dtype=np.int64)
    root = np.concatenate([[0], np.cumsum(counts)[:-1]])
    total = int(counts.sum())
    start = np.zeros(total, dtype=np.int32)
    words = np.zeros(total, dtype=np.int32)
    sets: list[NDArray[np.uint32]] = []
    length = 0
    for first, tree in zip(root.tolist(), trees, strict=True):
        for node, bits in tree.sets.items():
            start[first + node], words[first + node] = length, len(bits)
            sets.append(bits)
            length += len(bits)

    def children(side: str) -> NDArray[np.int32]:
        parts = [getattr(tree, side) for tree in trees]
        shifted = [np.where(part < 0, LEAF, part + first) for part, first in zip(parts, root, strict=True)]
        return np.concatenate(shifted).astype(np.int32)

    return Trees(
        root=root.astype(np.int32),
        left=children("left"),
        right=children("right"),
        column=np.concatenate([tree.column for tree in trees]).astype(np.int32),
        threshold=np.concatenate([tree.threshold for tree in trees]).astype(np.float64),
        missing_left=np.concatenate([tree.missing_left for tree in trees]).astype(np.bool_),
        category_start=start,
        category_words=words,
        categories=np.concatenate(sets).astype(np.uint32) if sets else np.zeros(1, dtype=np.uint32),
        value=np.ascontiguousarray(np.concatenate([tree.value for tree in trees]), dtype=np.float64),
        output=np.asarray(output, dtype=np.int32),
        base=np.asarray(base, dtype=np.float64),
        single_precision=single_precision,
    )
