"""Trees in LightGBM's text format: read from a booster's, and written for its library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain, zip_longest
from typing import Any

import numpy as np

from ..compiling import CannotCompileError
from .arrays import CATEGORY, Tree, Trees

__all__ = ["read_text", "tree_blocks", "write_text"]

_ZERO_IS_MISSING = 4


def read_text(text: str) -> tuple[Trees, str]:
    """Trees and objective of a booster's text (``model_to_string``).

    Raises
    ------
    CannotCompileError
        For linear leaves, zero as missing value, averaged trees.
    """
    head, _, body = text.partition("\nTree=")
    if "average_output" in head.split("\n"):
        raise CannotCompileError("A booster whose trees are averaged")
    per_round = int(_field(head, "num_tree_per_iteration"))
    blocks = body.partition("\nend of trees")[0].split("\nTree=") if body else []
    trees = [_read_tree(block) for block in blocks]
    return (
        Trees.of(
            trees,
            columns=int(_field(head, "max_feature_idx")) + 1,
            outputs=per_round,
            output=[number % per_round for number in range(len(trees))],
        ),
        _field(head, "objective"),
    )


def _field(text: str, name: str) -> str:
    return text.partition(f"\n{name}=")[2].partition("\n")[0]


def _read_tree(block: str) -> Tree:
    fields = dict(line.split("=", 1) for line in block.split("\n") if "=" in line)
    if fields.get("is_linear", "0").strip() != "0":
        raise CannotCompileError("A tree with linear leaves")
    values = _numbers(fields["leaf_value"]).reshape(-1, 1)
    if int(fields["num_leaves"]) == 1:
        none = np.empty(0, dtype=np.int64)
        return Tree(none, none, none, none, none, values[:1], {})
    decision = _numbers(fields["decision_type"]).astype(np.int64)
    categorical = (decision & CATEGORY) > 0
    if np.any(((decision >> 2 & 3) == 1) & ~categorical):
        raise CannotCompileError("A tree that takes zero for missing")
    threshold = _numbers(fields["threshold"])
    sets: dict[int, Any] = {}
    if categorical.any():
        bounds = _numbers(fields["cat_boundaries"]).astype(np.int64)
        words = np.array(fields["cat_threshold"].split(), dtype=np.uint32)
        for node in np.flatnonzero(categorical).tolist():
            place = int(threshold[node])
            sets[node] = words[bounds[place] : bounds[place + 1]]
        threshold = np.where(categorical, 0.0, threshold)
        decision = np.where(categorical, CATEGORY, decision)
    return Tree(
        _numbers(fields["split_feature"]),
        threshold,
        decision,
        _numbers(fields["left_child"]),
        _numbers(fields["right_child"]),
        values,
        sets,
    )


def _numbers(text: str) -> Any:
    return np.array(text.split(), dtype=np.float64)


def tree_blocks(trees: Trees, columns: Any, values: Any) -> list[str]:
    """Each tree as a block of a booster's text.

    Parameters
    ----------
    trees : Trees
    columns : int array, shape (trees.columns,)
        What each column is called in the booster.
    values : array, shape (all leaves,)
        What stands at the leaves.
    """
    blocks: list[str] = []
    called = np.asarray(columns)[trees.column]
    node = leaf = place = word = 0
    for inner, ends in zip(trees.nodes.tolist(), trees.leaves.tolist(), strict=True):
        here = slice(node, node + inner)
        threshold = [repr(value) for value in trees.threshold[here].tolist()]
        first, bounds, start = place, [0], word
        while place < len(trees.set_node) and trees.set_node[place] < node + inner:
            threshold[int(trees.set_node[place]) - node] = str(place - first)
            word += int(trees.set_words[place])
            bounds.append(word - start)
            place += 1
        lines = {"num_leaves": ends, "num_cat": place - first}
        shape: dict[str, Any] = {}
        if inner:
            shape = {
                "split_feature": _line(called[here]),
                "threshold": " ".join(threshold),
                "decision_type": _line(trees.decision[here]),
                "left_child": _line(trees.left[here]),
                "right_child": _line(trees.right[here]),
            }
        if place > first:
            shape |= {
                "cat_boundaries": _line(np.array(bounds)),
                "cat_threshold": _line(trees.words[start:word]),
            }
        blocks.append(_block(lines | shape, _line(values[leaf : leaf + ends])))
        node, leaf = node + inner, leaf + ends
    return blocks


def _block(lines: Mapping[str, Any], values: str) -> str:
    before = "".join(f"{name}={value}\n" for name, value in lines.items())
    return f"{before}leaf_value={values}\nis_linear=0\nshrinkage=1\n\n\n"


def write_text(outputs: Sequence[Sequence[str]], columns: int) -> str:
    """A booster's text.

    Parameters
    ----------
    outputs : sequence of sequences of str
        For each output the trees that add to it, in their order.
    columns : int
        That trees may ask about.
    """
    # Trees come in rounds, one for each output: those that have fewer add nothing in the last ones.
    nothing = _block({"num_leaves": 1, "num_cat": 0}, "0.0")
    rounds = zip_longest(*outputs, fillvalue=nothing)
    named = [f"Tree={number}\n{block}" for number, block in enumerate(chain.from_iterable(rounds))]
    head = {
        "version": "v4",
        "num_class": len(outputs),
        "num_tree_per_iteration": len(outputs),
        "label_index": 0,
        "max_feature_idx": columns - 1,
        "feature_names": " ".join(f"Column_{column}" for column in range(columns)),
        "feature_infos": " ".join(["none"] * columns),
        "tree_sizes": " ".join(str(len(tree)) for tree in named),
    }
    lines = "".join(f"{name}={value}\n" for name, value in head.items())
    end = "end of trees\n\nfeature_importances:\n\nparameters:\nend of parameters\n"
    return f"tree\n{lines}\n{''.join(named)}{end}"


def _line(numbers: Any) -> str:
    """Numbers as text that reads back as the same numbers."""
    return " ".join(map(repr, numbers.tolist()))
