"""Charge: rows are judged by models that know later ones, and that flatters them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from automl.data import Kind
from automl.search.leakage.bench import Fall, compare, fit_predict
from automl.search.leakage.case import N_FOLDS, Case

__all__ = ["Later", "judge_later", "times"]

_BEYOND_CHANCE = 4.0
_KNOWN = 0.9
_FEWEST = 10  # different times
_FEWEST_JUDGED = 100
_DRAWN_THIRDS, _TIMES = 6, 2.0

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Later:
    """What it costs to know earlier rows only.

    Attributes
    ----------
    rows : int
        The latest third.
    fall : Fall
        Of their score, from random folds to a model of the earlier rows.
    harder : bool
        Whether it falls beyond chance.
    """

    rows: int
    fall: Fall
    harder: bool


def times(case: Case) -> Iterator[tuple[str, Floats]]:
    """Date columns with their moments, NaN where there is none."""
    for name in case.raw.columns:
        if case.schema[name].kind != Kind.DATETIME:
            continue
        column = case.raw[name]
        moments = column.astype("datetime64[us]").astype("int64").to_numpy().astype(np.float64)
        moments[column.isna().to_numpy()] = np.nan
        if np.isfinite(moments).mean() >= _KNOWN and len(np.unique(moments)) >= _FEWEST:
            yield name, moments


def judge_later(case: Case, moments: Floats, everything: Floats) -> Later | None:
    """Judge the latest third of the rows by a model of the earlier two thirds.

    The random folds learn from two thirds as well, so all that differs is whether later rows are among them.

    Parameters
    ----------
    case : Case
    moments : ndarray of float, shape (rows,)
    everything : ndarray
        Cross-validated predictions from random folds.

    Returns
    -------
    Later or None
        None where a class does not occur early enough, or there are fewer than 100 late rows.
    """
    moments = np.where(np.isnan(moments), -np.inf, moments)
    late = moments > np.quantile(moments, 1 - 1 / N_FOLDS, method="lower")
    if late.sum() < _FEWEST_JUDGED or not _learnable(case, late):
        return None
    fall = _fall(case, late, everything)
    harder = min(fall.z, fall.z_robust) >= _BEYOND_CHANCE
    if harder:
        # Rows are judged by one model here and by three there; how much that does by itself, thirds at
        # random tell.
        rng = np.random.default_rng(case.context.seed)
        for _ in range(_DRAWN_THIRDS):
            some = rng.permutation(late)
            harder &= not _learnable(case, some) or fall.loss > _TIMES * _fall(case, some, everything).loss
    return Later(int(late.sum()), fall, bool(harder))


def _fall(case: Case, judged: Bools, everything: Floats) -> Fall:
    after = everything.copy()
    after[judged] = fit_predict(
        case.context, case.X[~judged], case.y[~judged], case.X[judged], case.weight_of(~judged)
    )
    return compare(case, everything, after, judged)


def _learnable(case: Case, judged: Bools) -> bool:
    return not case.classes or len(np.unique(case.y[~judged])) == case.context.n_classes
