"""Values that a column may be changed to, encoded once for all rows and all combinations."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from ...introspect import resolve, undecided
from ...outputs import predictor
from ...reference import column_kind
from ...space import FrameSpace, JointSpace, MatrixSpace, stack_frames
from ..distance import numbers_of
from ..plausible import Plausibility
from ..rows import cell
from .constraints import INCREASE, Constraints

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

FINE = 80  # quantiles of a number: the grid that a solution is brought nearer to the row on
COARSE = 16  # of them looked at first
LABELS = 30


class Candidates:
    """Candidate values of each column, and the model's outputs for rows that take some of them.

    A changed row is written as one number for each column: a candidate's, or :attr:`own` for the row's own
    value. Candidates are encoded once, each row once, and combinations are put together in encoded space
    where every encoded column depends on one raw column; elsewhere the frame goes through the whole model.

    Parameters
    ----------
    model : fitted scikit-learn estimator or pipeline
    scale : {"probability", "margin", "target"}
    training : DataFrame of shape (N, M)
    constraints : Constraints
        Values that they name are candidates too.
    plausibility : Plausibility

    Attributes
    ----------
    coarse : list of arrays
        The candidates of each column that are looked at first.
    own : int
        H, one more than the last candidate: stands for the row's own value.
    costs : array of shape (M,)
    ordered : array of bool, shape (M,)
        Columns of numbers and dates, whose candidates ascend.
    places : Places
        The candidates as a distance sees them, H for each column.
    bins : array of shape (H, M)
        Their classes, as :class:`explain.row.pairs.Pairs` has them.
    """

    def __init__(
        self,
        model: Any,
        scale: str,
        training: pd.DataFrame,
        constraints: Constraints,
        plausibility: Plausibility,
    ) -> None:
        self._constraints = constraints
        self._names = list(training.columns)
        columns = [_values(str(name), training[name], constraints) for name in self._names]
        self.own = max(1, max((len(column) for column in columns), default=1))
        self.coarse = [_spread_out(len(column), column_kind(column)) for column in columns]
        self.ordered = np.array(
            [column_kind(training[name]) != "label" for name in self._names], dtype=np.bool_
        )
        self.costs = constraints.costs(self._names)
        padded = [
            column.take(_padded(len(column), self.own)) if len(column) else training.iloc[[0] * self.own, j]
            for j, column in enumerate(columns)
        ]
        self._frame = pd.DataFrame({j: column.reset_index(drop=True) for j, column in enumerate(padded)})
        self._frame.columns = training.columns
        self._allowed = [
            np.flatnonzero(constraints.allowed(name, column, training[name]))
            for name, column in zip(self._names, columns, strict=True)
        ]
        self._numbers = {
            j: numbers_of(self._frame.iloc[:, j], column_kind(training[name]))
            for j, name in enumerate(self._names)
            if name in constraints.direction
        }
        self.places = plausibility.distance.places(self._frame)
        self.bins = plausibility.pairs.bins(self._frame)
        estimator, space = resolve(model, FrameSpace(self._frame))
        self._encoders: list[Pipeline] = []
        self._space: MatrixSpace | None = None
        if isinstance(space, MatrixSpace) and not isinstance(space, JointSpace):
            self._space, self._encoders = space, _encoders(model, estimator)
            self._predict = predictor(estimator, scale)
        else:
            self._predict = predictor(model, scale)

    def allowed(self, row: pd.DataFrame) -> list[Ints]:
        """The candidates of each column that the constraints leave to one row."""
        allowed = list(self._allowed)
        for j, numbers in self._numbers.items():
            name = self._names[j]
            here = numbers_of(row.iloc[:, j], column_kind(self._frame.iloc[:, j]))[0]
            there = numbers[allowed[j]]
            # A missing value has no direction to go: it stays.
            up = self._constraints.direction[name] == INCREASE
            allowed[j] = allowed[j][there > here if up else there < here]
        return allowed

    def beside(self, row: pd.DataFrame) -> Beside:
        """The candidates beside one row's own values."""
        if self._space is None:
            return Beside(self._frame, row, None, self._predict)
        encoded: Any = row
        for encoder in self._encoders:
            encoded = encoder.transform(encoded)
        matrix = np.asarray(encoded.toarray() if hasattr(encoded, "toarray") else encoded)
        space = MatrixSpace(
            np.concatenate([self._space.pool, matrix.astype(self._space.pool.dtype, copy=False)]),
            self._space.owner,
            self._space,
            self._space.names,
        )
        return Beside(self._frame, row, space, self._predict)


class Beside:
    """Rows made of one row's own values and candidates."""

    def __init__(
        self, frame: pd.DataFrame, row: pd.DataFrame, space: MatrixSpace | None, predict: Any
    ) -> None:
        self._frame, self._row, self._space, self._predict = frame, row, space, predict
        self._cells = [row.iloc[:, j].array for j in range(row.shape[1])]
        self._pools: dict[int, Any] = {}

    def outputs(self, index: Ints) -> Floats:
        """Outputs of shape (R, K) for changed rows of shape (R, M)."""
        inputs = self.rows(index) if self._space is None else self._space.inputs(index)
        return np.asarray(self._predict(inputs), dtype=np.float64)

    def rows(self, index: Ints) -> pd.DataFrame:
        """Changed rows as the model takes them: raw columns."""
        own = len(self._frame)
        columns = {}
        for j, own_cell in enumerate(self._cells):
            if (index[:, j] == own).all():
                columns[j] = own_cell.take(np.zeros(len(index), dtype=np.int64))
            else:
                columns[j] = self._pool(j).take(index[:, j])
        frame = pd.DataFrame(columns, index=pd.RangeIndex(len(index)), copy=False)
        frame.columns = self._frame.columns
        return frame

    def _pool(self, j: int) -> Any:
        """Candidates of a column and, last, the row's own value."""
        if j not in self._pools:
            candidates, own_cell = self._frame.iloc[:, j].array, self._cells[j]
            if candidates.dtype == own_cell.dtype:
                self._pools[j] = candidates._concat_same_type([candidates, own_cell])
            else:
                stacked = stack_frames(self._frame.iloc[:, [j]], self._row.iloc[:, [j]])
                self._pools[j] = stacked.iloc[:, 0].array
        return self._pools[j]


def _encoders(model: Any, estimator: Any) -> list[Pipeline]:
    """The transformers that :func:`explain.introspect.resolve` has moved out of a model."""
    encoders = []
    current = undecided(model)
    while isinstance(current, Pipeline) and current is not estimator:
        steps = [
            (name, step) for name, step in current.steps[:-1] if step is not None and step != "passthrough"
        ]
        if steps:
            encoders.append(Pipeline(steps))
        current = undecided(current.steps[-1][1])
    return encoders


def _values(name: str, column: pd.Series[Any], constraints: Constraints) -> pd.Series[Any]:
    """Candidate values of a training column: seen ones, and those that the constraints name."""
    present = column.dropna().reset_index(drop=True)
    if column_kind(column) == "label":
        counts = present.astype(str).value_counts()
        given = [str(value) for value in constraints.values.get(name, ())]
        # A value seen once in a long list is a name or a key, not something to change to.
        usual = counts.index if len(counts) <= LABELS else counts.index[counts > 1][:LABELS]
        wanted = [label for label in counts.index if label in set(usual) | set(given)]
        first = ~present.astype(str).duplicated() & present.astype(str).isin(wanted)
        return present[first.to_numpy(dtype=np.bool_)].reset_index(drop=True)
    kind = column_kind(column)
    numbers = numbers_of(present, kind)
    finite = np.flatnonzero(np.isfinite(numbers))
    if not len(finite):
        return present.iloc[:0]
    order = finite[np.argsort(numbers[finite], kind="stable")]
    distinct = order[np.concatenate([[True], np.diff(numbers[order]) > 0])]
    if len(distinct) > FINE:
        # Half of the grid by rank, so that crowded places have more values; half by distinct values.
        by_rank = order[np.round(np.linspace(0.005, 0.995, FINE // 2) * (len(order) - 1)).astype(int)]
        by_value = distinct[np.round(np.linspace(0, 1, FINE // 2) * (len(distinct) - 1)).astype(int)]
        chosen = np.concatenate([by_rank, by_value])
        distinct = chosen[np.unique(numbers[chosen], return_index=True)[1]]
    values: pd.Series[Any] = present.iloc[distinct]
    named = constraints.numbers(name, column)
    inside = named[(named >= numbers[finite].min()) & (named <= numbers[finite].max())]
    extra = inside[~np.isin(inside, numbers[distinct])]
    if len(extra):
        more = [cell(pd.Timestamp(n, unit="s") if kind == "date" else n, column) for n in extra]
        values = pd.concat([values, *more], ignore_index=True)
        values = values.take(np.argsort(numbers_of(values, kind), kind="stable"))
    return values.reset_index(drop=True)


def _spread_out(count: int, kind: str) -> Ints:
    """Positions of the candidates looked at first."""
    if kind == "label" or count <= COARSE:
        return np.arange(count)
    return np.unique(np.round(np.linspace(0, count - 1, COARSE)).astype(np.int64))


def _padded(count: int, height: int) -> Ints:
    return (
        np.concatenate([np.arange(count), np.zeros(height - count, dtype=np.int64)])
        if count
        else np.arange(0)
    )
