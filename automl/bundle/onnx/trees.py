"""Trees as one node of ONNX, thresholds and leaves in double precision.

https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsemble.html
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from automl.plan.trees.arrays import CATEGORY, MISSING_LEFT, Trees

from .graph import Graph

__all__ = ["add_trees"]

_AT_MOST, _MEMBER = 0, 6
"""Modes of a node: its left branch where the value is at most the threshold, or in the node's set."""
_ZERO = 1e-35
"""As in `automl.plan.trees.walk`: LightGBM takes smaller values for zero."""


def add_trees(graph: Graph, trees: Trees, matrix: str) -> str:
    """The sums of the leaves that rows reach, shape (rows, outputs)."""
    small = graph.add("LessOrEqual", graph.add("Abs", matrix), graph.row([_ZERO]))
    values = graph.add("Where", small, graph.row([0.0]), matrix)
    return graph.add("TreeEnsemble", values, of_models=True, **_attributes(trees))


def _attributes(trees: Trees) -> dict[str, Any]:
    """A leaf of ONNX has one value: trees whose leaves have several stand there once for each."""
    made = _Made()
    node, leaf = (np.cumsum(each) - each for each in (trees.nodes, trees.leaves))
    sets = _sets(trees)
    for tree in range(len(trees.nodes)):
        for value in range(trees.value.shape[1]):
            made.tree(trees, tree, int(node[tree]), int(leaf[tree]), value, sets)
    return {
        "n_targets": int(trees.outputs),
        "aggregate_function": 1,
        "post_transform": 0,
        "tree_roots": made.roots,
        "nodes_featureids": made.columns,
        "nodes_splits": np.array(made.splits, dtype=np.float64),
        "nodes_modes": np.array(made.modes, dtype=np.uint8),
        "nodes_missing_value_tracks_true": made.missing,
        "nodes_truenodeids": made.left,
        "nodes_trueleafs": made.left_is_leaf,
        "nodes_falsenodeids": made.right,
        "nodes_falseleafs": made.right_is_leaf,
        "leaf_targetids": made.targets,
        "leaf_weights": np.array(made.weights, dtype=np.float64),
        **({"membership_values": np.array(made.members, dtype=np.float64)} if made.members else {}),
    }


class _Made:
    """The attributes of a tree ensemble, tree after tree."""

    def __init__(self) -> None:
        self.roots: list[int] = []
        self.columns: list[int] = []
        self.splits: list[float] = []
        self.modes: list[int] = []
        self.missing: list[int] = []
        self.left: list[int] = []
        self.right: list[int] = []
        self.left_is_leaf: list[int] = []
        self.right_is_leaf: list[int] = []
        self.targets: list[int] = []
        self.weights: list[float] = []
        self.members: list[float] = []

    def tree(
        self, trees: Trees, number: int, node: int, leaf: int, value: int, sets: dict[int, list[float]]
    ) -> None:
        """Append a tree with one of the values of its leaves."""
        first_node, first_leaf = len(self.columns), len(self.weights)
        self.roots.append(first_node)
        inner = int(trees.nodes[number])
        for place in range(node, node + inner):
            decision, threshold = int(trees.decision[place]), float(trees.threshold[place])
            is_set = bool(decision & CATEGORY)
            self.columns.append(int(trees.column[place]))
            self.modes.append(_MEMBER if is_set else _AT_MOST)
            self.splits.append(0.0 if is_set else threshold)
            if is_set:
                self.members += [*sets[place], math.nan]
            # Without a kind of missing value, a missing number counts as zero.
            to_left = decision & MISSING_LEFT == MISSING_LEFT if decision & 8 else threshold >= 0
            self.missing.append(int(to_left and not is_set))
            self._children(int(trees.left[place]), first_node, first_leaf, self.left, self.left_is_leaf)
            self._children(int(trees.right[place]), first_node, first_leaf, self.right, self.right_is_leaf)
        if not inner:  # one leaf: a question whose answers lead to the same
            self.columns.append(0)
            self.modes.append(_AT_MOST)
            self.splits.append(0.0)
            self.missing.append(0)
            self._children(~0, first_node, first_leaf, self.left, self.left_is_leaf)
            self._children(~0, first_node, first_leaf, self.right, self.right_is_leaf)
        count = int(trees.leaves[number])
        self.targets += [int(trees.output[number]) + value] * count
        self.weights += trees.value[leaf : leaf + count, value].tolist()

    @staticmethod
    def _children(
        child: int, first_node: int, first_leaf: int, places: list[int], are_leaves: list[int]
    ) -> None:
        is_leaf = child < 0
        places.append(first_leaf + ~child if is_leaf else first_node + child)
        are_leaves.append(int(is_leaf))


def _sets(trees: Trees) -> dict[int, list[float]]:
    """Inner node → codes that go left."""
    found: dict[int, list[float]] = {}
    start = 0
    for node, length in zip(trees.set_node.tolist(), trees.set_words.tolist(), strict=True):
        words = np.asarray(trees.words[start : start + length], dtype="<u4")
        bits = np.unpackbits(words.view(np.uint8), bitorder="little")
        found[node] = np.flatnonzero(bits).astype(np.float64).tolist()
        start += length
    return found
