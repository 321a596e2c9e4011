"""Trees of every library: boosters, forests, single trees; all are arrays with LightGBM's rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np

from ..compiling import Builder, CannotCompileError, class_name, member
from ..trees.arrays import CATEGORY, MISSING_LEFT, MISSING_RIGHT, Tree, Trees, single_precision_borders
from ..trees.native import library
from ..trees.text import read_text
from ..trees.together import Ensemble, Forests, SummedLeaves, check_single_precision
from ..trees.walk import WalkedTrees
from .base import Block, Floats, Ints, Member

__all__ = ["TreeMember", "describe"]


class TreeMember(Member):
    """The sum of the leaves that a row reaches, or their mean, through a link."""

    kind: ClassVar[str] = "trees"

    def __init__(self, described: Mapping[str, Any]) -> None:
        trees = Trees.from_document(described["trees"])
        self.ensemble = Ensemble(
            trees,
            float(described["divisor"]),
            float(described.get("scale", 1.0)),
            bool(described.get("single_precision", False)),
        )
        self.link, self.width, self.columns = described["link"], trees.outputs, trees.columns

    @cached_property
    def _followed(self) -> WalkedTrees:
        return WalkedTrees(self.ensemble.trees)

    def margins(self, matrix: Floats, out: Floats, threads: int) -> None:
        if self.ensemble.single:
            check_single_precision(matrix)
        self._followed.add(matrix, out, threads)
        if self.ensemble.divisor != 1.0:
            out /= self.ensemble.divisor
        if self.ensemble.scale != 1.0:
            out *= self.ensemble.scale

    @classmethod
    def together(cls, members: Sequence[Self], sources: Sequence[Ints]) -> list[tuple[list[int], Block]]:
        """Boosters and forests each together; without LightGBM's library each is followed alone, in numpy."""
        if library() is None:
            return super().together(members, sources)
        forests = [place for place, member in enumerate(members) if Forests.takes(member.ensemble)]
        boosters = [place for place in range(len(members)) if place not in forests]
        groups: list[tuple[type[Forests | SummedLeaves], list[int]]] = [
            (SummedLeaves, some) for some in _alike(boosters, members)
        ]
        if forests:
            groups.append((Forests, forests))
        return [
            (some, kind([members[place].ensemble for place in some], [sources[place] for place in some]))
            for kind, some in groups
        ]


def _alike(places: Sequence[int], members: Sequence[TreeMember]) -> list[list[int]]:
    """Members in groups of like numbers of trees, since those that have fewer are filled up."""
    groups: list[list[int]] = []
    most = 0
    for place in sorted(places, key=lambda place: -len(members[place].ensemble.trees.nodes)):
        trees = len(members[place].ensemble.trees.nodes)
        if not groups or 2 * trees < most:
            groups.append([])
            most = trees
        groups[-1].append(place)
    return groups


def describe(trees: Trees, source: Sequence[int], **settings: Any) -> dict[str, Any]:
    """What a plan says about a member of trees."""
    return {
        "kind": TreeMember.kind,
        "from": list(source),
        "trees": trees.to_document(),
        "divisor": 1,
        **settings,
    }


@member("lightgbm.LGBMClassifier", "lightgbm.LGBMRegressor")
def _lightgbm(fitted: Any, registers: list[int], builder: Builder) -> dict[str, Any]:
    trees, objective = read_text(fitted.booster_.model_to_string())
    name, *settings = objective.split()
    options = dict(setting.split(":", 1) for setting in settings if ":" in setting)
    if name == "binary":
        return describe(trees, registers, link="sigmoid", scale=float(options.get("sigmoid", 1)))
    if name == "multiclass":
        return describe(trees, registers, link="softmax")
    if name in ("regression", "regression_l1", "mape") and "sqrt" not in settings:
        return describe(trees, registers, link="identity")
    raise CannotCompileError(f"A booster of the objective {objective!r}")


def _arrays(tree: Any, values: Any) -> Tree:
    """A tree of scikit-learn's: nodes in one row, leaves among them."""
    leaf = tree.children_left < 0
    place = np.where(leaf, ~(np.cumsum(leaf) - 1), np.cumsum(~leaf) - 1)
    inner = ~leaf
    return Tree(
        tree.feature[inner],
        single_precision_borders(tree.threshold[inner]),
        np.where(np.asarray(tree.missing_go_to_left)[inner] > 0, MISSING_LEFT, MISSING_RIGHT),
        place[tree.children_left[inner]],
        place[tree.children_right[inner]],
        values[leaf],
        {},
    )


def _of_forest(models: Sequence[Any], width: int, registers: list[int]) -> dict[str, Any]:
    trees = [_arrays(model.tree_, np.asarray(model.tree_.value)[:, 0, :]) for model in models]
    outputs = trees[0].value.shape[1]
    joined = Trees.of(trees, columns=width, outputs=outputs, output=[0] * len(trees))
    return describe(joined, registers, link="identity", divisor=len(trees), single_precision=True)


@member(
    "sklearn.RandomForestClassifier",
    "sklearn.RandomForestRegressor",
    "sklearn.ExtraTreesClassifier",
    "sklearn.ExtraTreesRegressor",
)
def _forest(fitted: Any, registers: list[int], builder: Builder) -> dict[str, Any]:
    return _of_forest(fitted.estimators_, fitted.n_features_in_, registers)


@member("sklearn.DecisionTreeClassifier", "sklearn.DecisionTreeRegressor")
def _tree(fitted: Any, registers: list[int], builder: Builder) -> dict[str, Any]:
    return _of_forest([fitted], fitted.n_features_in_, registers)


@member("sklearn.HistGradientBoostingClassifier", "sklearn.HistGradientBoostingRegressor")
def _histogram(fitted: Any, registers: list[int], builder: Builder) -> dict[str, Any]:
    from ..compiling import compile_step

    loss = class_name(fitted._loss).rpartition(".")[2]
    links = {
        "HalfBinomialLoss": "sigmoid",
        "HalfMultinomialLoss": "softmax",
        "HalfSquaredError": "identity",
        "AbsoluteError": "identity",
    }
    if loss not in links:
        raise CannotCompileError(f"A boosted model of the loss {loss}")
    if fitted._preprocessor is not None:
        registers = compile_step(fitted._preprocessor, registers, builder)
    known, positions = fitted._bin_mapper.make_known_categories_bitsets()
    outputs = fitted.n_trees_per_iteration_
    baseline = np.broadcast_to(np.asarray(fitted._baseline_prediction, dtype=np.float64).ravel(), outputs)
    none = np.empty(0, dtype=np.int64)
    # A tree of one leaf each, first, since the sum begins with it.
    trees = [Tree(none, none, none, none, none, np.array([[start]]), {}) for start in baseline]
    for round_ in fitted._predictors:
        trees += [_histogram_tree(grown, known, positions) for grown in round_]
    joined = Trees.of(
        trees,
        columns=len(registers),
        outputs=outputs,
        output=[number % outputs for number in range(len(trees))],
    )
    return describe(joined, registers, link=links[loss])


def _histogram_tree(grown: Any, known: Any, positions: Any) -> Tree:
    nodes = grown.nodes
    leaf = nodes["is_leaf"].astype(bool)
    inner = ~leaf
    place = np.where(leaf, ~(np.cumsum(leaf) - 1), np.cumsum(inner) - 1)
    left, right = (place[nodes[side][inner].astype(np.int64)] for side in ("left", "right"))
    categorical = nodes["is_categorical"][inner].astype(bool)
    missing_left = nodes["missing_go_to_left"][inner].astype(bool)
    sets: dict[int, Any] = {}
    for node in np.flatnonzero(categorical).tolist():
        words = grown.raw_left_cat_bitsets[nodes["bitset_idx"][inner][node]]
        if missing_left[node]:  # in LightGBM a missing code always goes right: turn the question round
            words = known[positions[nodes["feature_idx"][inner][node]]] & ~words
        sets[node] = np.asarray(words, dtype=np.uint32)
    swap = categorical & missing_left
    number = np.where(missing_left, MISSING_LEFT, MISSING_RIGHT)
    return Tree(
        nodes["feature_idx"][inner],
        np.where(categorical, 0.0, nodes["num_threshold"][inner]),
        np.where(categorical, CATEGORY, number),
        np.where(swap, right, left),
        np.where(swap, left, right),
        nodes["value"][leaf].reshape(-1, 1),
        sets,
    )
