"""Symmetric trees of CatBoost, written as a LightGBM booster that predicts the same.

A model of stock classes is what Glassbench ships: so CatBoost is needed to learn and not to predict, and all
that is known about LightGBM's trees (how they are stored, audited, explained exactly) holds for these, too.

A symmetric tree asks the same question at all nodes of a level: a number above a border, a category equal to
one, or, by the statistics of the target in each category, a category of some set. LightGBM's nodes ask the
same: numbers up to a threshold, or categories of a set.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

__all__ = ["MISSING", "as_lightgbm", "border_in_doubles"]

MISSING = -1
"""The category of a missing value, and of one that was not seen in training."""

_OBJECTIVES = {"binary": "binary sigmoid:1", "regression": "regression"}
_NUMBER, _CATEGORY = 10, 9  # LightGBM's decision types: a missing number goes left, a missing category right


@dataclass(frozen=True)
class _Question:
    """What all nodes of one level ask, as LightGBM does.

    `answers` is None for a number; of a category, 1 or 0 for each code and, last, for a missing value.
    """

    column: int
    threshold: float = 0.0
    answers: NDArray[Any] | None = None

    @property
    def swapped(self) -> int:
        """1 where LightGBM's left child is CatBoost's right one: a missing category always goes right."""
        return 0 if self.answers is None else 1 - int(self.answers[-1])

    def words(self) -> list[int]:
        """The set of codes that go left, 32 of them in a word."""
        assert self.answers is not None
        left = np.flatnonzero(self.answers[:-1] != self.answers[-1])
        words = np.zeros(left.max(initial=0) // 32 + 1, dtype=np.uint32)
        np.bitwise_or.at(words, left // 32, np.uint32(1) << (left % 32).astype(np.uint32))
        return [int(word) for word in words]


def as_lightgbm(
    model: Any,
    rounds: int,
    *,
    columns: int,
    codes: dict[int, NDArray[np.int64]],
    probe: Any,
    n_classes: int,
    n_threads: int,
    unit: float = 1.0,
    origin: float = 0.0,
) -> Any:
    """A LightGBM estimator that predicts what the first rounds of a CatBoost model predict.

    Parameters
    ----------
    model : catboost.CatBoost
        Of symmetric trees, and of no statistics of combined categories (``max_ctr_complexity=1``). It has
        taken missing and unseen categories for `MISSING`.
    rounds : int
    columns : int
        Columns of the matrix.
    codes : dict of int to ndarray
        For each column that the model knows as categorical, the codes that it has seen.
    probe : catboost.Pool
        Row r has in each categorical column the code r, or `MISSING` where it has not seen that code; the
        last row is all `MISSING`.
    n_classes : int
        0 for regression.
    n_threads : int
        That the estimator shall use to predict.
    unit, origin : float
        Of what the model has learned, in the units of the target.

    Returns
    -------
    lightgbm.LGBMClassifier or lightgbm.LGBMRegressor
    """
    content = _as_json(model)
    float_columns, category_columns = (
        [each["flat_feature_index"] for each in content["features_info"].get(kind, ())]
        for kind in ("float_features", "categorical_features")
    )
    # Which way each category goes at each level is asked of the model itself: bit k of the leaf's number.
    leaves = np.asarray(model.calc_leaf_indexes(probe, ntree_end=rounds)) if codes else None
    scale, bias = content["scale_and_bias"]
    outputs = n_classes if n_classes > 2 else 1
    start = origin + unit * np.broadcast_to(np.asarray(bias, dtype=np.float64), outputs)
    # A split of statistics is named by its number only; the columns of all such numbers, in their order.
    statistics = _columns_of_statistics(content, category_columns)
    blocks: list[str] = []
    for number, tree in enumerate(content["oblivious_trees"][:rounds]):
        questions = []
        for level, split in enumerate(tree.get("splits") or ()):
            if split["split_type"] == "FloatFeature":
                column = float_columns[split["float_feature_index"]]
                questions.append(_Question(column, float(border_in_doubles(split["border"]))))
            else:
                one_hot = split["split_type"] == "OneHotFeature"
                column = (
                    category_columns[split["cat_feature_index"]]
                    if one_hot
                    else statistics[split["split_index"]]
                )
                assert leaves is not None
                questions.append(_category(column, leaves[:, number] >> level & 1, codes[column]))
        values = scale * unit * np.reshape(tree["leaf_values"], (-1, outputs))
        if number == 0:
            values = values + start
        weights = np.asarray(tree["leaf_weights"])
        blocks.extend(_tree(questions, values[:, k], weights) for k in range(outputs))
    return _estimator(blocks, columns, n_classes, n_threads)


def border_in_doubles(border: Any) -> NDArray[np.float64]:
    """The largest doubles that CatBoost does not take to be above a border.

    It rounds a value to single precision, to even where two are as near, before it compares. The lowest
    border there is tells missing values from all others, however far below zero.
    """
    single = np.asarray(border, dtype=np.float32)
    with np.errstate(over="ignore"):
        after = np.nextafter(single, np.float32(np.inf)).astype(np.float64)
        middle = (single.astype(np.float64) + after) / 2
        rounded = middle.astype(np.float32)
    last = np.where(rounded == single, middle, np.nextafter(middle, -np.inf))
    return np.where(single == np.finfo(np.float32).min, np.finfo(np.float64).min, last)


def _as_json(model: Any) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        model.save_model(str(path), format="json")
        content: dict[str, Any] = json.loads(path.read_text())
    return content


def _columns_of_statistics(content: dict[str, Any], category_columns: list[int]) -> dict[int, int]:
    """The column of each split by statistics of the target: borders are numbered in order, these last."""
    info = content["features_info"]
    number = sum(len(each["borders"] or ()) for each in info.get("float_features", ()))
    number += sum(len(each.get("values") or ()) for each in info.get("categorical_features", ()))
    found = {}
    for each in info.get("ctrs", ()):
        (element,) = each["elements"]
        for _ in each["borders"]:
            found[number] = category_columns[element["cat_feature_index"]]
            number += 1
    return found


def _category(column: int, answers: NDArray[Any], seen: NDArray[np.int64]) -> _Question:
    codes = int(seen.max(initial=-1)) + 1
    return _Question(column, answers=np.append(answers[:codes], answers[-1]))


@cache
def _shape(depth: int) -> tuple[NDArray[np.int64], str, str, NDArray[np.int64]]:
    """A full tree: the level of each inner node, left and right children, and CatBoost's number of each leaf.

    Inner nodes are numbered level by level, leaves from left to right; LightGBM writes leaf n as ~n.
    """
    inner = np.arange(2**depth - 1)
    level = np.floor(np.log2(inner + 1)).astype(np.int64)
    below = 2 * inner + 1
    last = level == depth - 1
    first_leaf = 2**depth - 1
    children = [np.where(last, ~(below + side - first_leaf), below + side) for side in (0, 1)]
    place = np.arange(2**depth)
    number = np.zeros(2**depth, dtype=np.int64)
    for each in range(depth):
        number |= (place >> (depth - 1 - each) & 1) << each
    return level, _line(children[0]), _line(children[1]), number


def _tree(questions: list[_Question], values: NDArray[np.float64], weights: NDArray[Any]) -> str:
    """One tree in LightGBM's format."""
    depth = len(questions)
    level, left, right, number = _shape(depth)
    swapped = sum(question.swapped << place for place, question in enumerate(questions))
    values, weights = values[number ^ swapped], weights[number ^ swapped]
    sets = [question.words() for question in questions if question.answers is not None]
    lines: dict[str, Any] = {"num_leaves": len(values), "num_cat": len(sets)}
    if depth:
        places = np.cumsum([question.answers is not None for question in questions]) - 1
        thresholds = [
            repr(question.threshold) if question.answers is None else str(place)
            for question, place in zip(questions, places, strict=True)
        ]
        kinds = [_NUMBER if question.answers is None else _CATEGORY for question in questions]
        lines |= {
            "split_feature": _line(np.array([question.column for question in questions])[level]),
            "threshold": " ".join([thresholds[each] for each in level]),
            "decision_type": _line(np.array(kinds)[level]),
            "left_child": left,
            "right_child": right,
        }
    lines |= {"leaf_value": _line(values), "leaf_count": _line(weights.astype(np.int64))}
    if depth:
        counts = [weights.reshape(2**each, -1).sum(axis=1) for each in range(depth)]
        lines["internal_count"] = _line(np.concatenate(counts).astype(np.int64))
    if sets:
        lines["cat_boundaries"] = _line(np.cumsum([0, *map(len, sets)]))
        lines["cat_threshold"] = " ".join(str(word) for words in sets for word in words)
    lines |= {"is_linear": 0, "shrinkage": 1}
    return "".join(f"{name}={value}\n" for name, value in lines.items()) + "\n\n"


def _line(numbers: NDArray[Any]) -> str:
    """Numbers as text that reads back as the same numbers."""
    return " ".join(map(repr, numbers.tolist()))


def _estimator(blocks: list[str], columns: int, n_classes: int, n_threads: int) -> Any:
    """An estimator of these trees: one fitted on nothing, as all its other attributes are then in place."""
    kind = lightgbm.LGBMClassifier if n_classes else lightgbm.LGBMRegressor
    estimator = kind(n_estimators=1, n_jobs=n_threads, verbosity=-1)
    labels = np.arange(max(n_classes, 2)) if n_classes else np.zeros(2)
    estimator.fit(np.zeros((len(labels), columns)), labels)
    estimator._Booster = lightgbm.Booster(model_str=_text(blocks, columns, n_classes))
    estimator.set_params(n_estimators=estimator._Booster.current_iteration())
    return estimator


def _text(blocks: list[str], columns: int, n_classes: int) -> str:
    trees = [f"Tree={number}\n{block}" for number, block in enumerate(blocks)]
    outputs = n_classes if n_classes > 2 else 1
    task = {0: "regression", 2: "binary"}.get(n_classes, "")
    head = {
        "version": "v4",
        "num_class": outputs,
        "num_tree_per_iteration": outputs,
        "label_index": 0,
        "max_feature_idx": columns - 1,
        "objective": _OBJECTIVES.get(task, f"multiclass num_class:{outputs}"),
        "feature_names": " ".join(f"Column_{column}" for column in range(columns)),
        "feature_infos": " ".join(["none"] * columns),
        "tree_sizes": " ".join(str(len(tree)) for tree in trees),
    }
    lines = "".join(f"{name}={value}\n" for name, value in head.items())
    end = "end of trees\n\nfeature_importances:\n\nparameters:\nend of parameters\n"
    return f"tree\n{lines}\n{''.join(trees)}{end}"
