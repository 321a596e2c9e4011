"""Forests followed by numpy, all trees a step at a time, for single rows.

Trees of forests are deep and many, so what takes time is to fetch their nodes from memory. Here a node is one
number of 64 bits: where its children are (side by side), and which question it asks. Questions are few beside
nodes, and answered before the walk: of one column, they are the thresholds in their order, and a value is
above those before its place among them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .arrays import MISSING_LEFT, MISSING_RIGHT, Trees

__all__ = ["Levels"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_QUESTION = (1 << 32) - 1  # bits of a node that are its question; the others are its left child


class Levels:
    """Trees that ask for numbers only.

    Parameters
    ----------
    forests : sequence of Trees
    columns : sequence of int arrays
        For each forest where its columns are in a row.
    """

    def __init__(self, forests: Sequence[Trees], columns: Sequence[Ints]) -> None:
        nodes = np.concatenate([trees.nodes for trees in forests]).astype(np.intp)
        leaves = np.concatenate([trees.leaves for trees in forests]).astype(np.intp)
        inner = int(nodes.sum())
        first_node, first_leaf = np.cumsum(nodes) - nodes, np.cumsum(leaves) - leaves
        node_of, leaf_of = np.repeat(first_node, nodes), np.repeat(first_leaf, nodes)

        def children(side: str) -> Ints:
            """Inner nodes, and behind them leaves, counted over all trees."""
            found = np.concatenate([getattr(trees, side) for trees in forests]).astype(np.intp)
            return np.where(found >= 0, found + node_of, inner + ~found + leaf_of)

        left, right = children("left"), children("right")
        roots = np.where(nodes > 0, first_node, inner + first_leaf)
        # Nodes get their places level by level; children of one node are neighbours.
        place = np.empty(inner + int(leaves.sum()), dtype=np.int64)
        depth = np.zeros(len(roots), dtype=np.intp)
        tree_of = np.repeat(np.arange(len(roots)), nodes)
        level, placed, steps = roots, 0, 0
        while len(level):
            place[level] = np.arange(placed, placed + len(level))
            placed += len(level)
            asking = level[level < inner]
            steps += 1
            depth[tree_of[asking]] = steps
            level = np.stack([left[asking], right[asking]], axis=1).ravel()
        question = self._ask(
            np.concatenate([own[trees.column] for trees, own in zip(forests, columns, strict=True)]),
            np.concatenate([trees.threshold for trees in forests]),
            np.concatenate([trees.decision for trees in forests]) == MISSING_LEFT,
        )
        self._node = np.empty(placed, dtype=np.int64)
        self._node[place[:inner]] = place[left] << 32 | question
        ends = place[inner:]
        self._node[ends] = ends << 32  # a leaf leads to itself: nothing is above the first question
        self._leaf = np.zeros(placed, dtype=np.intp)
        self._leaf[ends] = np.arange(len(ends))
        # The deepest trees come first, so that those which go on are a slice.
        order = np.argsort(-depth, kind="stable")
        self._root = place[roots][order]
        self._back = np.argsort(order)
        self._going = [int((depth > step).sum()) for step in range(steps)]
        self._going = [count for count in self._going if count]

    @staticmethod
    def takes(trees: Trees) -> bool:
        """Whether trees ask for numbers only."""
        return bool(np.isin(trees.decision, (MISSING_LEFT, MISSING_RIGHT)).all())

    def _ask(self, column: Ints, threshold: Floats, missing_left: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Number the distinct questions, from 1 on; return the question of each node."""
        order = np.lexsort((threshold, column, missing_left))
        columns, thresholds, sides = column[order], threshold[order], missing_left[order]
        new = np.ones(len(order), dtype=bool)
        group = np.ones(len(order), dtype=bool)
        group[1:] = (columns[1:] != columns[:-1]) | (sides[1:] != sides[:-1])
        new[1:] = group[1:] | (thresholds[1:] != thresholds[:-1])
        question = np.empty(len(order), dtype=np.int64)
        question[order] = np.cumsum(new)
        distinct, starts = thresholds[new], np.flatnonzero(group[new])
        ends = np.append(starts[1:], len(distinct))
        self._questions = 1 + len(distinct)
        self._asked = [
            (int(where), 1 + start, distinct[start:end].tolist(), bool(side))
            for where, side, start, end in zip(
                columns[group].tolist(), sides[group].tolist(), starts.tolist(), ends.tolist(), strict=True
            )
        ]
        return question

    def reached(self, row: Floats) -> Ints:
        """The leaf of each tree, counted over all leaves, for a row of shape (columns,)."""
        above = np.zeros(self._questions, dtype=np.int8)
        values = row.tolist()
        for column, start, thresholds, missing_left in self._asked:
            value = values[column]
            if value == value:
                above[start : start + bisect_left(thresholds, value)] = 1
            elif not missing_left:
                above[start : start + len(thresholds)] = 1
        at = self._root.copy()
        for count in self._going:
            node = self._node.take(at[:count])
            np.add(node >> 32, above.take(node & _QUESTION), out=at[:count])
        return self._leaf.take(at.take(self._back))
