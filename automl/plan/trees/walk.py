"""Trees followed in numpy: slower than LightGBM's library, and there when it is gone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .arrays import CATEGORY, MISSING_LEFT, Trees

__all__ = ["WalkedTrees"]

Floats = NDArray[np.float64]

_ZERO = 1e-35  # LightGBM takes smaller values for zero
_ROWS = 4096


class WalkedTrees:
    """Sums of leaves, before any link: all trees of a row take a step down at once.

    Parameters
    ----------
    trees : Trees
    """

    def __init__(self, trees: Trees) -> None:
        self._outputs, inner = trees.outputs, int(trees.nodes.sum())
        node, leaf = (np.cumsum(each) - each for each in (trees.nodes, trees.leaves))
        shift_node, shift_leaf = (np.repeat(each, trees.nodes) for each in (node, leaf))
        # Leaves follow the inner nodes and lead to themselves.
        ends = inner + np.arange(len(trees.value))

        def children(side: NDArray[np.int32]) -> NDArray[np.intp]:
            found = np.where(side >= 0, side + shift_node, inner + ~side + shift_leaf)
            return np.concatenate([found, ends]).astype(np.intp)

        self._left, self._right = children(trees.left), children(trees.right)
        self._column = np.concatenate([trees.column, np.zeros_like(ends)]).astype(np.intp)
        self._threshold = np.concatenate([trees.threshold, np.zeros(len(ends))])
        self._root = np.where(trees.nodes > 0, node, inner + leaf).astype(np.intp)
        # Without a kind of missing value, a missing number counts as zero.
        missing = np.where(
            trees.decision & 8 > 0, (trees.decision & MISSING_LEFT) == MISSING_LEFT, trees.threshold >= 0
        )
        category = trees.decision & CATEGORY > 0
        self._missing_left = np.concatenate([missing & ~category, np.zeros(len(ends), dtype=bool)])
        self._set = np.full(inner + len(ends), -1, dtype=np.intp)
        self._set[trees.set_node] = np.arange(len(trees.set_node))
        self._set_start = np.cumsum(trees.set_words) - trees.set_words
        self._set_words, self._words = trees.set_words, trees.words
        self._inner, self._value = inner, trees.value
        self._output = trees.output
        self._depth = self._steps()

    def _steps(self) -> int:
        depth, level = 0, np.unique(self._root[self._root < self._inner])
        while len(level):
            depth += 1
            level = np.unique(np.concatenate([self._left[level], self._right[level]]))
            level = level[level < self._inner]
        return depth

    def add(self, matrix: Floats, out: Floats, threads: int) -> None:
        """Write the outputs of rows, shape (rows, outputs), into `out`."""
        for start in range(0, len(matrix), _ROWS):
            out[start : start + _ROWS] = self._block(matrix[start : start + _ROWS])

    def _block(self, matrix: Floats) -> Floats:
        values = np.where(np.abs(matrix) <= _ZERO, 0.0, matrix)
        out = np.zeros((len(matrix), self._outputs))
        at = np.tile(self._root, (len(matrix), 1))
        rows = np.arange(len(matrix))[:, None]
        for _ in range(self._depth):
            x = values[rows, self._column[at]]
            absent = np.isnan(x)
            left = np.where(absent, self._missing_left[at], x <= self._threshold[at])
            if len(self._set_words):
                sets = self._set[at]
                asked = sets >= 0
                if asked.any():
                    left[asked] = self._inside(sets[asked], x[asked])
            at = np.where(left, self._left[at], self._right[at])
        reached = self._value[at - self._inner]  # rows, trees, values
        for tree, output in enumerate(self._output.tolist()):  # in order, as trees are added everywhere
            out[:, output : output + reached.shape[2]] += reached[:, tree]
        return out

    def _inside(self, sets: NDArray[np.intp], x: Floats) -> NDArray[np.bool_]:
        """Whether codes are in sets; a missing or negative one is in none."""
        code = np.where(np.isnan(x) | (x < 0) | (x >= 2**31), -1, x).astype(np.int64)
        word = code >> 5
        there = (code >= 0) & (word < self._set_words[sets])
        place = np.where(there, self._set_start[sets] + word, 0)
        return there & ((self._words[place] >> (code & 31).astype(np.uint32)) & 1 > 0)
