"""How the tree of :mod:`explain.judge.failures` is grown on some rows and checked on others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..intervals import Estimate, means_by, student
from .failures import Cohort, Failures
from .rules import Coded, Rule, narrowed, rule_of

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_LEAF = 30
_LEAF_SHARE = 0.02
_PERMUTATIONS = 500
_CUTS = 10  # divisions of a column of numbers that count as different ones (Lausen and Schumacher, 1992)
_CHANCE = 0.01


@dataclass(frozen=True)
class GrownNode:
    """A node of the tree on the rows that it was grown on: ``loss`` is the mean there."""

    rules: tuple[Rule, ...]
    parent: int
    depth: int
    leaf: bool
    loss: float


def grow(
    frame: pd.DataFrame, loss: Floats, weight: Floats | None, depth: int, prune: bool
) -> list[GrownNode]:
    """A tree of the loss, its nodes with their rules, parents first."""
    from sklearn.tree import DecisionTreeRegressor

    leaf = max(_LEAF, int(_LEAF_SHARE * len(frame)))
    coded = [
        Coded.of(frame.iloc[:, j], loss, leaf)
        for j in range(frame.shape[1])
        if frame.iloc[:, j].nunique(dropna=False) > 1
    ]
    if not coded:
        return [GrownNode((), -1, 0, True, float(np.average(loss, weights=weight)))]
    matrix = np.column_stack([column.codes for column in coded])
    model = DecisionTreeRegressor(max_depth=depth, min_samples_leaf=leaf, random_state=0)
    tree = model.fit(matrix, loss, sample_weight=weight).tree_
    nodes: list[GrownNode] = []
    divided = _divided(tree, coded) if prune else tree.children_left >= 0

    def visit(at: int, rules: tuple[Rule, ...], parent: int, level: int) -> None:
        left, right = int(tree.children_left[at]), int(tree.children_right[at])
        place = len(nodes)
        nodes.append(GrownNode(rules, parent, level, not divided[at], float(tree.value[at].ravel()[0])))
        if not divided[at]:
            return
        column, cut = coded[tree.feature[at]], float(tree.threshold[at])
        missing_left = bool(tree.missing_go_to_left[at])
        for child, below in ((left, True), (right, False)):
            rule = rule_of(column, cut, below=below, missing=missing_left == below and column.has_missing)
            visit(child, narrowed(rules, rule), place, level + 1)

    visit(0, (), -1, 0)
    return nodes


def _divided(tree: Any, coded: list[Coded]) -> Bools:
    """Which nodes are divided: where that, or a division below, is more than chance and the search explain.

    Otherwise a true cohort would be cut up further by noise, and only its luckiest piece be shown.
    """
    from scipy.special import ndtr

    left, right, rows = tree.children_left, tree.children_right, tree.n_node_samples
    divided = np.zeros(tree.node_count, dtype=bool)
    for at in range(tree.node_count - 1, -1, -1):  # children come after their parents
        a, b = int(left[at]), int(right[at])
        if a < 0:
            continue
        gap = abs(float(tree.value[a].ravel()[0] - tree.value[b].ravel()[0]))
        error = float(np.sqrt(tree.impurity[a] / rows[a] + tree.impurity[b] / rows[b]))
        column = coded[tree.feature[at]]
        tried = 2.0 ** min(len(column.levels) - 1, 30) if column.kind == "label" else _CUTS
        p = 2 * float(ndtr(-gap / error)) * max(1.0, tried) * len(coded) if error > 0 else 0.0
        divided[at] = p <= _CHANCE or divided[a] or divided[b]
    return divided


def checked(
    nodes: list[GrownNode],
    frame: pd.DataFrame,
    loss: Floats,
    weight: Floats | None,
    name: str,
    level: float,
    grown: int,
    seed: int,
    inflation: float,
) -> Failures:
    """The nodes as measured on rows that they were not found on."""
    n = len(frame)
    w = np.ones(n) if weight is None else weight
    masks: list[Bools] = []
    known: dict[Rule, Bools] = {}
    for node in nodes:
        inside = np.ones(n, dtype=bool)
        for rule in node.rules:
            if rule not in known:
                known[rule] = rule.mask(frame)
            inside = inside & known[rule]
        masks.append(inside)
    estimates = []
    total = float(np.average(loss, weights=w))
    for inside in masks:
        parts = means_by(loss, weight, inside.astype(np.int64), 2, inflation)
        mean, error, freedom = (float(part[1]) for part in parts)
        half = float(student(level, freedom)) * error
        low = max(0.0, mean - half) if loss.min() >= 0 else mean - half
        estimates.append(Estimate(mean, low, mean + half))
    leaves = [k for k, node in enumerate(nodes) if node.leaf and len(nodes) > 1]
    adjusted = np.full(len(nodes), np.nan)
    adjusted[leaves] = _by_chance([masks[k] for k in leaves], loss, w, seed, inflation)
    cohorts = []
    for node, inside, estimate, p in zip(nodes, masks, estimates, adjusted.tolist(), strict=True):
        finding = "node" if not node.leaf else "unconfirmed"
        if node.leaf and p <= 1 - level:
            finding = "weak" if estimate.value > total else "strong"
        cohorts.append(
            Cohort(
                node.rules,
                node.parent,
                node.depth,
                node.leaf,
                int(inside.sum()),
                float(w[inside].sum() / w.sum()),
                estimate,
                estimate.value / total if total > 0 else float("nan"),
                node.loss,
                p,
                finding,
            )
        )
    return Failures(name, estimates[0], tuple(cohorts), grown, n, level)


def _by_chance(masks: list[Bools], loss: Floats, weight: Floats, seed: int, inflation: float) -> list[float]:
    """p-values of disjoint cohorts, adjusted for their number: how often chance makes as unusual a one.

    The largest standardised deviation of all cohorts is compared with those of permutations, which also holds
    for few rows and skewed losses, where Student's distribution calls too many cohorts better than the rest.
    Where rows belong together, means vary more than those of permuted rows, by the design effect.
    """
    if not masks:
        return []
    rng = np.random.default_rng([seed, 1])
    place = np.full(len(loss), len(masks))  # rows with a label never seen before may be in no cohort
    for k, mask in enumerate(masks):
        place[mask] = k
    size = len(masks) + 1
    weighed = weight * loss
    means = np.empty((_PERMUTATIONS + 1, size))
    for draw in range(_PERMUTATIONS + 1):
        dealt = place if draw == 0 else rng.permutation(place)
        with np.errstate(invalid="ignore", divide="ignore"):
            means[draw] = np.bincount(dealt, weighed, size) / np.bincount(dealt, weight, size)
    off = np.abs(np.nan_to_num(means - np.average(loss, weights=weight)))[:, :-1]
    scale = np.sqrt((off[1:] ** 2).mean(axis=0))
    score = off / np.where(scale > 0, scale, 1.0)
    largest = score[1:].max(axis=1)
    told = score[0] / np.sqrt(inflation)
    return [float((1 + (largest >= own - 1e-12).sum()) / (1 + _PERMUTATIONS)) for own in told]
