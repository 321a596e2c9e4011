"""What the losses of a regression depend on: a small booster of the losses on rows not learned from.

Direct loss estimation (DLE: NannyML's documentation, "How it works"): where a model errs more than elsewhere
is learned from its columns and its own prediction. Here the booster only orders rows by how hard they are; a
rising curve then says what its numbers came to (see `curves`), on rows that it was not learned from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl.errors import BundleError
from automl.monitoring.estimate.curves import Curve, fit_curve
from automl.plan import CannotCompileError
from automl.plan.trees.arrays import Trees
from automl.plan.trees.text import read_text, tree_blocks, write_text
from automl.plan.trees.walk import WalkedTrees
from explain.stored import Stored

__all__ = ["LOSSES", "LossModel", "cross_fitted", "fit_loss", "learn"]

Floats = NDArray[np.float64]

LOSSES: Mapping[str, Callable[[Floats, Floats], Floats]] = MappingProxyType(
    {
        "absolute": lambda y, values: np.abs(y - values),
        "squared": lambda y, values: (y - values) ** 2,
        "relative": lambda y, values: np.abs(y - values) / np.abs(y),
        "squared_log": lambda y, values: (np.log1p(y) - np.log1p(np.maximum(values, 0.0))) ** 2,
    }
)
"""Losses of rows, of which the metrics of a regression are made."""

_ROUNDS, _LEAVES, _RATE = 40, 8, 0.1
_LEAST_LEAF, _LEAF_SHARE = 20, 100
_PARTS = 5
_BINS, _BIN_ROWS = 20, 50
_RATIOS = 200
_TINY = 1e-12
_BAD = "Do not use this bundle unless you know who made it; export the model again."


@dataclass(frozen=True)
class LossModel(Stored):
    """What a loss depends on.

    Attributes
    ----------
    loss : str
        Of `LOSSES`.
    columns : int
        That the booster reads.
    booster : str
        In LightGBM's text format.
    curve : Curve
        From what it predicts to the mean loss of such rows.
    ratios, shares : tuples of float
        How a row's loss is distributed around the expected one: as a multiple of it, with their shares of the
        rows.
    """

    loss: str
    columns: int
    booster: str
    curve: Curve
    ratios: tuple[float, ...]
    shares: tuple[float, ...]

    def __post_init__(self) -> None:
        shares = np.asarray(self.shares, dtype=np.float64)
        known = (
            self.loss in LOSSES
            and len(self.ratios) == len(self.shares) > 0
            and bool(np.isfinite(self.ratios).all() and min(self.ratios) >= 0)
            and bool((shares >= 0).all() and abs(shares.sum() - 1) < 1e-9)
            and len(self.curve.spreads) == len(self.curve.centres)
        )
        if not known:
            raise ValueError("A model of losses is damaged.")

    def raw(self, X: Floats) -> Floats:
        """What the booster predicts, shape (rows,)."""
        if X.shape[1] != self.columns:
            raise BundleError(
                f"The model of losses reads {self.columns} columns, and there are {X.shape[1]}.", fix=_BAD
            )
        return _followed(self._trees, X)

    @cached_property
    def _trees(self) -> WalkedTrees:
        return _trees_of(self.booster, self.columns)

    def drawn(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
        """Random multiples of the expected loss."""
        return np.asarray(rng.choice(np.asarray(self.ratios), size=shape, p=np.asarray(self.shares)))


def _trees_of(booster: str, columns: int) -> WalkedTrees:
    """The trees of a booster, once they were checked: they may come from a bundle."""
    try:
        trees, _ = read_text(booster)
        checked = Trees.from_document(trees.to_document())
        if (checked.columns, checked.outputs) != (columns, 1):
            raise ValueError("another number of columns or outputs")
    except (CannotCompileError, ValueError, KeyError, IndexError, OverflowError) as error:
        raise BundleError(f"The model of losses is damaged ({error}).", fix=_BAD) from error
    return WalkedTrees(checked)


def _followed(trees: WalkedTrees, X: Floats) -> Floats:
    out = np.zeros((len(X), 1))
    trees.add(X, out, 1)
    return np.maximum(out[:, 0], 0.0)


def learn(X: Floats, losses: Floats, categories: list[int]) -> str:
    """Learn a booster of losses, small and always the same; its text in LightGBM's format.

    Parameters
    ----------
    X : ndarray, shape (rows, columns)
        See `automl.monitoring.encoded`, and the prediction.
    losses : ndarray, shape (rows,)
    categories : list of int
        Columns that hold places of labels.
    """
    import lightgbm

    params: dict[str, Any] = {
        "objective": "regression",
        "learning_rate": _RATE,
        "num_leaves": _LEAVES,
        "min_data_in_leaf": max(_LEAST_LEAF, len(X) // _LEAF_SHARE),
        "lambda_l2": 1.0,
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,
        "seed": 0,
        "verbosity": -1,
    }
    # Losses of any unit are learned alike; a constant one gives a booster of that constant.
    scale = float(losses.mean())
    if scale <= 0 or float(losses.std()) <= _TINY * scale:
        return _constant(scale, X.shape[1])
    data = lightgbm.Dataset(X, losses / scale, categorical_feature=categories, params=params)
    text = lightgbm.train(params, data, num_boost_round=_ROUNDS).model_to_string()
    trees, _ = read_text(text)
    columns = np.arange(trees.columns)
    return write_text([tree_blocks(trees, columns, trees.value[:, 0] * scale)], trees.columns)


def _constant(value: float, columns: int) -> str:
    block = f"num_leaves=1\nnum_cat=0\nleaf_value={value!r}\nis_linear=0\nshrinkage=1\n\n\n"
    return write_text([[block]], columns)


def cross_fitted(X: Floats, losses: Floats, categories: list[int]) -> Floats:
    """What boosters that have not learned from a row predict for it, shape (rows,)."""
    part = np.random.default_rng(0).permutation(len(X)) % _PARTS
    found = np.empty(len(X))
    for number in range(_PARTS):
        here = part == number
        found[here] = _predict(learn(X[~here], losses[~here], categories), X[here])
    return found


def _predict(booster: str, X: Floats) -> Floats:
    return _followed(_trees_of(booster, X.shape[1]), X)


def fit_loss(
    name: str, X: Floats, losses: Floats, judged: NDArray[np.bool_] | None, categories: list[int]
) -> tuple[LossModel, Floats]:
    """Learn what a loss depends on.

    Parameters
    ----------
    name : str
        Of `LOSSES`.
    X : ndarray, shape (rows, columns)
    losses : ndarray, shape (rows,)
    judged : ndarray of bool, shape (rows,), or None
        Rows that the curve is learned from, and the booster from the others; None: both are learned from all
        rows, the curve from what boosters say that have not seen them.
    categories : list of int
        Columns that hold places of labels.

    Returns
    -------
    (LossModel, ndarray)
        And what boosters that had not learned from the rows of the curve predict for them.
    """
    if judged is None:
        booster, predicted, came = learn(X, losses, categories), cross_fitted(X, losses, categories), losses
    else:
        booster, came = learn(X[~judged], losses[~judged], categories), losses[judged]
        predicted = _predict(booster, X[judged])
    bins = min(_BINS, max(len(came) // _BIN_ROWS, 1))
    curve = fit_curve(predicted, came, bins=bins, fitted=True, noise="losses")
    expected = np.maximum(curve(predicted), _TINY * max(float(came.mean()), _TINY))
    ratios, shares = _squeezed(came / expected, expected)
    return LossModel(name, X.shape[1], booster, curve, ratios, shares), predicted


def _squeezed(ratios: Floats, expected: Floats) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """A distribution in few numbers, most of them in its upper tail, which decides how means vary."""
    order = np.argsort(ratios, kind="stable")
    steps = np.linspace(1.0, 0.0, min(_RATIOS, len(order)) + 1)
    ends = np.unique(np.round(len(order) * (1 - steps**2)).astype(np.int64))
    # A row counts by its expected loss, as it does in the mean: so multiples are 1 on average.
    weight = expected / expected.sum()
    values, shares = [], []
    for start, end in pairwise(ends):
        part = order[start:end]
        share = float(weight[part].sum())
        values.append(float((weight[part] * ratios[part]).sum() / share))
        shares.append(share)
    middle = float(np.dot(values, shares) / np.sum(shares))
    found = np.asarray(values) / (middle if middle > 0 else 1.0)
    return tuple(map(float, found)), tuple(float(each) for each in np.asarray(shares) / np.sum(shares))
