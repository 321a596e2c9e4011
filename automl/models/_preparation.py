"""Steps before models that need complete, scaled numbers: stock scikit-learn classes only."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, QuantileTransformer, SplineTransformer, StandardScaler

from ._skewness import skewness
from .base import Context

__all__ = ["SCALINGS", "most_cells", "one_hot", "position_after", "prepared_bytes", "scaled"]

SCALINGS = ("standard", "quantile", "spline")
"""How numbers are brought to one scale; see `scaled`."""

_SKEWED = 0.99
"""Absolute skewness from which a column is made normal by ranks (the threshold of AutoGluon)."""


_CATEGORIES = 40
_KNOTS = 6


def most_cells(context: Context, *, spline: bool = False) -> int:
    """Return how many numbers the prepared matrix of a whole table may have: 8 bytes each."""
    coded = len(context.categorical)
    # A cubic spline has two columns more than knots.
    per_number = _KNOTS + 2 if spline else 1
    return context.n_rows * ((context.n_columns - coded) * per_number + coded * _CATEGORIES)


def prepared_bytes(context: Context, *, spline: bool = False) -> int:
    """Return how many bytes the prepared matrix of one model's rows may take."""
    return 8 * most_cells(replace(context, n_rows=context.learned_rows), spline=spline)


def scaled(
    X: NDArray[np.float64],
    context: Context,
    scaling: str,
    *,
    max_categories: int = _CATEGORIES,
    sparse: bool = False,
) -> ColumnTransformer:
    """Build the unfitted step that fills, scales and one-hot encodes.

    Numbers: missing values become the median, with an indicator column; categories: one column per code,
    missing as a code of its own, rare codes together, unseen codes with the rare ones or all zero.

    Parameters
    ----------
    X : ndarray of float64, shape (n_rows, n_columns)
        Training rows; only the shape of their columns is looked at.
    context : Context
        Says which columns hold codes.
    scaling : {"standard", "quantile", "spline"}
        ``standard``: mean 0, deviation 1. ``quantile``: the same, strongly skewed columns made normal by
        ranks first. ``spline``: as quantile, then a cubic spline per column with many values, so that linear
        models bend; columns with a direction (`Context.monotone`) stay straight.
    max_categories : int
        One-hot columns per category column at most.
    sparse : bool
        Whether the result may be a sparse matrix.

    Returns
    -------
    ColumnTransformer
        Takes and returns float64 matrices.
    """
    coded = np.zeros(X.shape[1], dtype=bool)
    coded[list(context.categorical)] = True
    skewed = ~coded & (np.abs(skewness(X)) > _SKEWED) & (scaling != "standard")
    bent = ~coded & (_distinct(X) >= 8) & (scaling == "spline")
    bent[[position for position, _ in context.monotone]] = False  # a curve may turn
    blocks: list[tuple[str, Any, list[int]]] = []
    for name, chosen in {
        "plain": ~coded & ~skewed & ~bent,
        "skewed": skewed & ~bent,
        "bent": bent & ~skewed,
        "skewed_bent": bent & skewed,
    }.items():
        positions = np.flatnonzero(chosen).tolist()
        if positions:
            blocks.append((name, _numbers(len(X), context.seed, "skewed" in name, "bent" in name), positions))
    if coded.any():
        encoder = one_hot(len(X), max_categories=max_categories, sparse=sparse)
        blocks.append(("codes", encoder, np.flatnonzero(coded).tolist()))
    return ColumnTransformer(blocks, sparse_threshold=0.3 if sparse else 0.0)


def one_hot(rows: int, *, max_categories: int = _CATEGORIES, sparse: bool = False) -> OneHotEncoder:
    """Build the unfitted encoder of codes: rare ones share a column, unseen ones go with them."""
    return OneHotEncoder(
        handle_unknown="infrequent_if_exist",
        max_categories=max_categories,
        min_frequency=min(5, max(1, rows // 100)),
        sparse_output=sparse,
    )


def position_after(prepare: ColumnTransformer, column: int) -> int:
    """Return where a number column that is not bent stands in what a fitted `scaled` returns."""
    for name, _, columns in prepare.transformers_:
        if column in columns and name in ("plain", "skewed"):
            # A block begins with its columns in their order; the indicators of missing values follow.
            return int(prepare.output_indices_[name].start) + list(columns).index(column)
    raise ValueError(f"Column {column} is not among the straight ones.")


def _numbers(rows: int, seed: int, skewed: bool, bent: bool) -> Pipeline:
    steps: list[Any] = [SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)]
    if skewed:
        # Indicator columns pass through ranks unharmed: they only ever have two values.
        steps.append(
            QuantileTransformer(
                n_quantiles=min(1000, rows),
                output_distribution="normal",
                subsample=100_000,
                random_state=seed,
            )
        )
    if bent:
        # Flat beyond the values that were learned from: a spline's last piece rests on few rows. (On house
        # prices the error is 28,900 instead of 47,700.)
        steps.append(SplineTransformer(n_knots=_KNOTS, degree=3, knots="quantile", extrapolation="constant"))
    return make_pipeline(*steps, StandardScaler())


def _distinct(X: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the number of distinct known values of each column."""
    return np.array([len(np.unique(column[~np.isnan(column)])) for column in X.T], dtype=np.int64)
