"""Rows of one table whose columns are exchanged: what a model gives for them, in raw columns.

Permutation importance, curves, interactions all ask the same: what would the model say if some columns of
this row came from that one? A value is never made up; it is taken from another row of the table, so that
types, rare labels, dates and missing values are always such as the pipeline has seen. Where the pipeline's
encoding can be traced to single raw columns, the exchange happens after it (see :mod:`explain.introspect`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..frames import checked_table, column_position
from ..introspect import resolve
from ..outputs import choose_scale, model_classes, predictor, widen_level
from ..space import FrameSpace

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_CELLS = 4_000_000  # of one batch: about 32 MB of doubles


class Hybrids:
    """A model on a table whose columns can be exchanged between rows.

    Parameters
    ----------
    model : fitted scikit-learn estimator or pipeline
        Takes a DataFrame with the columns of ``X``.
    X : DataFrame of shape (n, M)
    scale : {"probability", "target", "margin"}, optional
        Default: probability for classifiers that have it (else margin), target for regressors.
    seed : int

    Attributes
    ----------
    frame : DataFrame of shape (n, M)
    columns : tuple of str, length M
    classes : tuple of length K, or None for regression
    scale : str
    predictions : array of shape (n, K)
        Outputs on the table itself.

    Raises
    ------
    InputError
        If the table is none, or without rows.
    ScaleError
        If the model has no output on the scale.
    """

    def __init__(self, model: Any, X: pd.DataFrame, *, scale: str | None = None, seed: int = 0) -> None:
        self.frame = checked_table(X)
        self.columns = tuple(str(name) for name in self.frame.columns)
        self.scale = choose_scale(model, scale)
        self.classes = model_classes(model)
        raw = FrameSpace(self.frame)
        estimator, space = resolve(model, raw, seed=seed)
        own = predictor(model, self.scale)(self.frame)
        inside = own if space is raw else predictor(estimator, self.scale)(space.pool_inputs())
        if not np.allclose(inside, own, rtol=1e-9, atol=1e-9):
            estimator, space = model, raw  # the parts do not give what the whole gives
        self._space = space
        self._predict = predictor(estimator, self.scale)
        self.predictions = widen_level(own, self.classes, self.scale)

    @property
    def rows(self) -> int:
        """Number n of rows."""
        return len(self.frame)

    @property
    def outputs(self) -> int:
        """Number K of outputs: all classes, or 1 for regression."""
        return int(self.predictions.shape[1])

    def codes(self, j: int) -> Ints:
        """Shape (n,): equal for two rows iff they have the same value in column ``j``; -1 where missing."""
        codes, _ = pd.factorize(self.frame.iloc[:, j])
        return np.asarray(codes, dtype=np.int64)

    def index_of(self, column: str) -> int:
        """Position of a column.

        Raises
        ------
        InputError
            If there is no such column.
        """
        return column_position(self.columns, column)

    def exchanged(self, rows: Ints, donors: dict[int, Ints]) -> Floats:
        """Outputs of rows with some columns taken from other rows.

        Parameters
        ----------
        rows : int array of shape (R,)
        donors : dict
            Column position → int array of shape (R,), the row that gives that column's value.

        Returns
        -------
        array of shape (R, K)
        """
        result = np.empty((len(rows), self.outputs))
        batch = max(1, _CELLS // max(self._space.width, self._space.players, 1))
        for start in range(0, len(rows), batch):
            part = slice(start, start + batch)
            index = np.tile(rows[part, None], (1, self._space.players))
            for j, given in donors.items():
                index[:, j] = given[part]
            raw = self._predict(self._space.inputs(index))
            result[part] = widen_level(raw, self.classes, self.scale)
        return result


def some_rows(rows: int, most: int, seed: int) -> Ints:
    """Positions of at most ``most`` rows out of ``rows``, at random, in their order."""
    if rows <= most:
        return np.arange(rows)
    return np.sort(np.random.default_rng([seed, 11]).choice(rows, most, replace=False))
