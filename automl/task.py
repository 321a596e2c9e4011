"""What is predicted: the kind of task, the target's classes, the metric."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl.costs import CostMatrix, cost_matrix
from automl.errors import SettingError, TargetError
from automl.metrics import Metric, default_metric, get_metric

if TYPE_CHECKING:
    from automl.data import Dataset

__all__ = ["KINDS", "Label", "Task", "TaskKind"]

TaskKind = Literal["binary", "multiclass", "regression"]
Label = str | int
KINDS: tuple[TaskKind, ...] = ("binary", "multiclass", "regression")

FEWEST_ROWS = 10
MOST_CLASSES = 200
_MOST_CODES = 10
"""Whole numbers with at most so many different values are taken for classes: grades, stars, digits."""
_ROWS_PER_CODE = 5
_INTEGER = re.compile(r"-?(0|[1-9]\d{0,17})")


@dataclass(frozen=True)
class Task:
    """A target column and what to make of it.

    Parameters
    ----------
    kind : {"binary", "multiclass", "regression"}
        Kind of task.
    target : str
        Column that is predicted.
    classes : tuple of str or int, optional
        Labels in the order of their codes, sorted; None for regression. Whole numbers are int, all else is
        the text of the file (True and False too).
    metric : str
        Name of the metric to optimise.
    costs : CostMatrix, optional
        What errors cost, by the code of the truth, then by that of the prediction.
    """

    kind: TaskKind
    target: str
    classes: tuple[Label, ...] | None
    metric: str
    costs: CostMatrix | None = None
    _codes: dict[Any, int] = field(init=False, repr=False, compare=False, default_factory=dict)
    _other_codes: dict[Any, int] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise SettingError(
                f"There is no task kind {self.kind!r}.", fix=f"Choose among {', '.join(KINDS)}."
            )
        get_metric(self.metric, self.kind)
        expected = {"binary": self.n_classes == 2, "multiclass": self.n_classes > 2}
        if not expected.get(self.kind, self.classes is None):
            raise SettingError(f"A {self.kind} task cannot have the classes {self.classes!r}.")
        self._codes.update({label: code for code, label in enumerate(self.classes or ())})
        self._other_codes.update(_aliases(self.classes or ()))

    @property
    def n_classes(self) -> int:
        """Number of classes; 0 for regression."""
        return len(self.classes or ())

    @property
    def positive(self) -> Label | None:
        """The label whose probability a binary task is about, ``classes[1]``; None for other tasks."""
        return self.classes[1] if self.kind == "binary" and self.classes else None

    @property
    def measure(self) -> Metric:
        """The metric itself."""
        return get_metric(self.metric, self.kind, self.costs)

    @classmethod
    def infer(
        cls,
        dataset: Dataset,
        target: str,
        *,
        task: str | None = None,
        metric: str | None = None,
        costs: Mapping[str, Any] | None = None,
    ) -> Task:
        """Decide what to make of a target column.

        Two different values make a binary task; text and categories, and whole numbers of at most ten values,
        a multiclass one; other numbers a regression.

        Parameters
        ----------
        dataset : Dataset
            Rows with their schema; rows without a target are ignored.
        target : str
            Column to predict.
        task : {"binary", "multiclass", "regression"}, optional
            Overrides the inferred kind.
        metric : str, optional
            Overrides the default metric of the kind.
        costs : mapping, optional
            What errors cost, from `automl.costs.checked_costs`. The default metric then is `log_loss`, since
            decisions by cost rest on the probabilities.

        Raises
        ------
        TargetError
            If the column cannot be predicted, or not as asked.
        SettingError
            If there is no such task or metric, or the costs do not fit the classes.
        """
        if task is not None and task not in KINDS:
            raise SettingError(f"There is no task kind {task!r}.", fix=f"Choose among {', '.join(KINDS)}.")
        if target not in dataset.frame.columns:
            raise TargetError(
                f"There is no column {target!r} to predict.",
                fix=f"Choose among {', '.join(map(repr, dataset.frame.columns[:20]))}.",
                column=target,
            )
        known = dataset.frame[target].dropna()
        column_kind = dataset.schema[target].kind.value
        _check_target(known, target, column_kind, task)
        values = _numbers(known)
        kind = task or _inferred_kind(known, values, column_kind)
        name = metric or ("log_loss" if costs else default_metric(kind).name)
        _check_costs(name, kind, costs)
        get_metric(name, kind)
        if kind == "regression":
            _check_values(values, target, name)
            return cls(kind="regression", target=target, classes=None, metric=name)
        labels = _labels(known)
        _check_classes(known, labels, target, column_kind, kind)
        plain = cls(kind=cast(TaskKind, kind), target=target, classes=labels, metric=name)
        return plain.with_costs(costs) if costs else plain

    def with_costs(self, costs: Mapping[str, Any]) -> Task:
        """The same task with other costs of errors.

        Parameters
        ----------
        costs : mapping
            From `automl.costs.checked_costs`.

        Raises
        ------
        SettingError
            If they do not fit the classes, or there are none.
        """
        _check_costs(self.metric, self.kind, costs)
        return replace(self, costs=cost_matrix(costs, self.classes or (), self._code))

    def encode(self, target: pd.Series[Any]) -> NDArray[Any]:
        """Turn the target column into what models learn.

        Parameters
        ----------
        target : Series
            The column, coerced or as pandas reads it, without missing values.

        Returns
        -------
        ndarray, shape (n_rows,)
            int64 codes 0..K-1, or float64 values.

        Raises
        ------
        TargetError
            At the first row that is missing, unknown or not a number.
        """
        missing = target.isna().to_numpy()
        if missing.any():
            raise self._row_error(missing, "has no value", "Leave out the rows without a target.")
        if self.kind == "regression":
            values = pd.to_numeric(target, errors="coerce").to_numpy(dtype=np.float64)
            wrong = ~np.isfinite(values)
            if wrong.any():
                raise self._row_error(
                    wrong, f"is not a finite number: {target[wrong].iloc[0]!r}", "Correct it."
                )
            return values
        positions, distinct = pd.factorize(target)
        encoded = np.array([self._code(value) for value in distinct], dtype=np.int64)[positions]
        wrong = encoded < 0
        if wrong.any():
            raise self._row_error(
                wrong,
                f"is none of the known classes: {target[wrong].iloc[0]!r}",
                f"Known are {', '.join(map(repr, (self.classes or ())[:20]))}.",
            )
        return encoded

    def decode(self, encoded: NDArray[Any]) -> NDArray[Any]:
        """Turn codes back into labels (int64 or object array of str); values stay as they are."""
        if self.classes is None:
            return np.asarray(encoded, dtype=np.float64)
        labels = np.array(self.classes, dtype=np.int64 if self._integers else object)
        return labels[np.asarray(encoded, dtype=np.int64)]

    def to_json(self) -> dict[str, Any]:
        """Return the task as plain JSON values."""
        return {
            "version": 1,
            "kind": self.kind,
            "target": self.target,
            "classes": None if self.classes is None else list(self.classes),
            "metric": self.metric,
            "costs": None if self.costs is None else [list(row) for row in self.costs],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Task:
        """Read what `to_json` wrote."""
        if data.get("version") != 1:
            raise SettingError(
                f"Expected a task of version 1, found version {data.get('version')!r}.",
                fix="Use the Glassbench that wrote it, or a newer one.",
            )
        classes, costs = data["classes"], data.get("costs")
        return cls(
            kind=data["kind"],
            target=data["target"],
            classes=None if classes is None else tuple(classes),
            metric=data["metric"],
            costs=None if costs is None else tuple(tuple(row) for row in costs),
        )

    def _code(self, value: Any) -> int:
        """Return the code of a value of the target; -1 for unknown ones."""
        label = _as_integer(value) if self._integers else _as_text(value)
        if label in self._codes:
            return self._codes[label]
        boolean = isinstance(value, bool | np.bool_)
        return self._other_codes.get(_as_text(value) if boolean else _number(value), -1)

    @property
    def _integers(self) -> bool:
        return all(isinstance(label, int) for label in self.classes or ())

    def _row_error(self, wrong: NDArray[np.bool_], what: str, fix: str) -> TargetError:
        row = int(np.flatnonzero(wrong)[0]) + 1
        more = int(wrong.sum()) - 1
        tail = f" ({more:,} more rows like it)" if more else ""
        return TargetError(
            f"The target {self.target!r} of data row {row} {what}{tail}.", fix=fix, column=self.target
        )


def _as_integer(value: Any) -> int | None:
    """Return a whole number as such, be it 7, 7.0 or "7"; None for all else, "007" too."""
    if isinstance(value, bool | np.bool_):
        return None
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return int(value) if float(value).is_integer() else None
    return int(value) if _INTEGER.fullmatch(str(value)) else None


def _as_text(value: Any) -> str:
    """Return a value as pandas would write it."""
    return str(float(value)) if isinstance(value, float | np.floating) else str(value)


def _labels(known: pd.Series[Any]) -> tuple[Label, ...]:
    """Return the sorted labels of a column without missing values."""
    values = known.unique()
    integers = [_as_integer(value) for value in values]
    if None not in integers:
        return tuple(sorted({cast(int, value) for value in integers}))
    return tuple(sorted({_as_text(value) for value in values}))


def _aliases(classes: tuple[Label, ...]) -> dict[float | str, int]:
    """Return other ways in which pandas may hand over the labels of a file: "007" as 7, "TRUE" as True."""
    aliases: dict[float | str, int] = {}
    numbers = [_number(label) for label in classes]
    if None not in numbers and len(set(numbers)) == len(classes):
        aliases.update({cast(float, number): code for code, number in enumerate(numbers)})
    spellings = [str(label).lower() for label in classes]
    if sorted(spellings) == ["false", "true"]:
        aliases.update({spelling.capitalize(): code for code, spelling in enumerate(spellings)})
    return aliases


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if np.isfinite(number) else None


def _numbers(known: pd.Series[Any]) -> NDArray[np.float64] | None:
    """Return the values as numbers, or None if one is not."""
    if pd.api.types.is_datetime64_any_dtype(known.dtype):
        return None
    codes, distinct = pd.factorize(known)
    values = pd.to_numeric(pd.Series(distinct), errors="coerce").to_numpy(dtype=np.float64)
    return None if np.isnan(values).any() else values[codes]


def _inferred_kind(known: pd.Series[Any], values: NDArray[np.float64] | None, column_kind: str) -> TaskKind:
    distinct = known.nunique()
    if distinct == 2:
        return "binary"
    if column_kind not in {"number", "identifier"} or values is None:
        return "multiclass"
    whole = bool((values == np.floor(values)).all())
    few = distinct <= _MOST_CODES and len(values) >= _ROWS_PER_CODE * distinct
    # 10, 100 and 1000 are amounts, not codes, however few of them there are.
    narrow = float(values.max() - values.min()) < 10 * _MOST_CODES
    return "multiclass" if whole and few and narrow else "regression"


def _check_target(known: pd.Series[Any], target: str, column_kind: str, task: str | None) -> None:
    """Refuse what cannot be predicted whatever the kind of task."""
    if known.empty:
        raise TargetError(
            f"The target {target!r} has no values at all.", fix="Choose another column.", column=target
        )
    if len(known) < FEWEST_ROWS:
        raise TargetError(
            f"The target {target!r} has {len(known)} values only; at least {FEWEST_ROWS} are needed.",
            fix="Bring more rows.",
            column=target,
        )
    if known.nunique() == 1:
        raise TargetError(
            f"The target {target!r} has one value only, {known.iloc[0]!r}: there is nothing to tell apart.",
            fix="Choose another column, or bring rows with other values.",
            column=target,
        )
    if column_kind == "datetime" or pd.api.types.is_datetime64_any_dtype(known.dtype):
        raise TargetError(
            f"The target {target!r} is a date; dates cannot be predicted.",
            fix="Predict a number made from it (days until, month) instead.",
            column=target,
        )
    if column_kind == "identifier" and task is None:
        raise TargetError(
            f"The target {target!r} looks like an identifier: it differs in (nearly) every row.",
            fix="Choose another column, or name the task if it is meant.",
            column=target,
        )


def _check_costs(metric: str, kind: str, costs: Mapping[str, Any] | None) -> None:
    """Refuse costs of a number, and to measure costs without any."""
    if costs and kind == "regression":
        raise SettingError(
            "Costs are those of predicting a wrong class, and the target is a number.",
            fix="Leave the costs out, or name a classification as the task.",
        )
    if metric == "cost" and not costs:
        raise SettingError(
            "The metric cost needs to know what errors cost.",
            fix='Give costs, such as {"false_positive": 1, "false_negative": 5}, or choose another metric.',
        )


def _check_values(values: NDArray[np.float64] | None, target: str, metric: str) -> None:
    """Refuse a regression on what is no number."""
    if values is None:
        raise TargetError(
            f"A regression needs numbers, but the target {target!r} has values that are none.",
            fix="Choose a classification, or correct the column's kind.",
            column=target,
        )
    if not np.isfinite(values).all():
        raise TargetError(
            f"The target {target!r} has infinite values.",
            fix="Leave out or correct those rows.",
            column=target,
        )
    if metric == "rmsle" and values.min() < 0:
        raise TargetError(
            f"The metric rmsle needs a target that is never negative, but {target!r} goes down to "
            f"{values.min():g}.",
            fix="Use rmse or mae.",
            column=target,
        )


def _check_classes(
    known: pd.Series[Any], labels: tuple[Label, ...], target: str, column_kind: str, kind: str
) -> None:
    """Refuse classes that are too many, too small, or not as many as the task says."""
    if (kind == "binary" and len(labels) != 2) or (kind == "multiclass" and len(labels) < 3):
        other = "multiclass" if kind == "binary" else "binary"
        raise TargetError(
            f"A {kind} task needs {'two' if kind == 'binary' else 'three or more'} classes, but the target "
            f"{target!r} has {len(labels)}.",
            fix=f"Choose {other}, or another column.",
            column=target,
        )
    if len(labels) > MOST_CLASSES or len(labels) > len(known) / 2:
        raise TargetError(
            f"The target {target!r} ({column_kind}) has {len(labels):,} classes in {len(known):,} rows; at "
            f"most {MOST_CLASSES}, of two rows on average, can be told apart.",
            fix="Choose another column, merge classes, or choose a regression if these are amounts.",
            column=target,
        )
    counts = known.value_counts()
    if (counts >= 2).sum() < 2:
        raise TargetError(
            f"Only one class of the target {target!r} has two rows or more; {counts.index[-1]!r} has "
            f"{counts.iloc[-1]}. Nothing could be tested.",
            fix="Bring more rows of the small classes.",
            column=target,
        )
