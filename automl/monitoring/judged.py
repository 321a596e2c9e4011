"""Rows whose truth is known, and what a model says of them: what scores are made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl.data import Kind, RawTable, Schema
from automl.errors import GlassbenchError
from automl.metrics import Metric, bootstrap_interval
from automl.task import Task
from explain.judge.alike import design_effect

if TYPE_CHECKING:
    from automl.bundle import Bundle

__all__ = ["AGE_WEIGHT", "Judged", "Roles", "given_codes", "predicted_of"]

AGE_WEIGHT = "age_weight"
"""The column that a retraining makes where rows count by their age: new rows have none."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Judged:
    """Rows with a known target.

    Attributes
    ----------
    truth : ndarray, shape (n,)
        Codes of classes, or values.
    predicted : ndarray, shape (n, K) or (n,)
        Probabilities or values.
    given : ndarray of int, shape (n,), or None
        Codes of the labels that the model gives, where it decides by more than the most probable class.
    weight : ndarray, shape (n,), or None
        How much each row counts; None: all the same.
    groups : ndarray of int, shape (n,), or None
        Which rows belong together; None: each stands for itself.
    """

    truth: NDArray[Any]
    predicted: Floats
    given: Ints | None = None
    weight: Floats | None = None
    groups: Ints | None = None

    def __len__(self) -> int:
        return len(self.truth)

    def countable(self) -> Judged:
        """The same rows; all count the same where some do not say how much they count, or none counts."""
        said = self.weight is None or float(self.weight.sum()) > 0  # not where there is a NaN
        return self if said else replace(self, weight=None)

    def compared(self, metric: Metric) -> NDArray[Any]:
        """What the metric compares with the truth."""
        return self.given if self.given is not None and metric.needs == "label" else self.predicted

    def score(self, metric: Metric) -> float:
        """The score of the rows; NaN where it is undefined."""
        return metric.score(self.truth, self.compared(metric), self.weight)

    def interval(self, metric: Metric, *, level: float, draws: int, seed: int) -> tuple[float, float]:
        """The ends of a score's interval for rows like these, see `automl.metrics.bootstrap_interval`."""
        return bootstrap_interval(
            metric, self.truth, self.compared(metric), sample_weight=self.weight, groups=self.groups,
            level=level, draws=draws, seed=seed,
        )  # fmt: skip

    def alike(self, values: Floats) -> float:
        """How many times the variance of a mean of such values is that of independent rows, at least 1."""
        return design_effect([values], self.groups)

    def mean(self, values: Floats) -> tuple[float, float]:
        """The mean of values of the rows, and how many independent rows of equal weight tell as much."""
        rows = len(values) / self.alike(values)
        if self.weight is None or not self.weight.any():
            return float(values.mean()), rows
        total = float(self.weight.sum())
        share = total**2 / (len(values) * float((self.weight**2).sum()))
        return float((self.weight * values).sum() / total), share * rows

    def take(self, rows: NDArray[Any]) -> Judged:
        """Some of the rows: their places, or a mask."""
        given, weight, groups = (
            None if each is None else each[rows] for each in (self.given, self.weight, self.groups)
        )
        return Judged(self.truth[rows], self.predicted[rows], given, weight, groups)

    @staticmethod
    def joined(parts: Sequence[Judged]) -> Judged:
        """The rows of all parts; what is not known of some is not known of any."""
        truth, predicted = (
            np.concatenate([getattr(each, name) for each in parts]) for name in ("truth", "predicted")
        )
        given, weight, groups = (
            None if any(part is None for part in found) else np.concatenate(found)
            for found in ([getattr(each, name) for each in parts] for name in ("given", "weight", "groups"))
        )
        return Judged(truth, predicted, given, weight, groups)


@dataclass(frozen=True)
class Roles:
    """Columns that a model does not read, and that say how its rows are judged.

    Attributes
    ----------
    groups : str or None
        Rows with the same value belong together.
    weights : str or None
        How much a row counts.
    """

    groups: str | None = None
    weights: str | None = None

    @classmethod
    def of_bundle(cls, bundle: Bundle) -> Self:
        """Those of a bundle's run; bundles of before they were written down have none."""
        told = bundle.metrics.get("roles") or {}
        return cls(told.get("groups"), told.get("weights"))

    @classmethod
    def of_spec(cls, spec: Mapping[str, Any]) -> Self:
        """Those of a run, by its settings."""
        weights = spec.get("weights")
        return cls(spec.get("groups"), None if weights == AGE_WEIGHT else weights)

    def to_json(self) -> dict[str, str]:
        """Those that there are."""
        return {name: column for name, column in asdict(self).items() if column is not None}

    def together(self, table: RawTable, begin: int = 0) -> Ints | None:
        """Which rows belong together: the same number for the same value, in whatever table.

        Parameters
        ----------
        table : RawTable
        begin : int
            How many rows there were before. A row without a value stands for itself.

        Returns
        -------
        ndarray of int, shape (n,), or None
            None where the table does not tell.
        """
        if self.groups is None or self.groups not in table.frame.columns:
            return None
        cells = table.frame[self.groups]
        codes = pd.util.hash_array(cells.astype("str").to_numpy(dtype=object)).astype(np.int64)
        return np.where(cells.isna(), begin + np.arange(len(cells)), codes)

    def counted(self, table: RawTable) -> Floats | None:
        """How much each row counts.

        Returns
        -------
        ndarray, shape (n,), or None
            None where the table does not tell, NaN where it says no number of 0 or more.
        """
        if self.weights is None or self.weights not in table.frame.columns:
            return None
        alone = replace(table, frame=table.frame[[self.weights]].reset_index(drop=True))
        try:
            schema = Schema.infer(alone, kinds={self.weights: Kind.NUMBER})
            values = schema.coerce(alone).frame[self.weights].to_numpy(dtype=np.float64, na_value=np.nan)
        except GlassbenchError:
            return np.full(len(alone.frame), np.nan)
        return np.where(np.isfinite(values) & (values >= 0), values, np.nan)

    def notes(self, judged: Judged) -> list[str]:
        """What is not known of judged rows, and what follows from it."""
        found = []
        if self.groups is not None and judged.groups is None:
            found.append(
                f"Rows of the same {self.groups} belong together, and the new rows do not say which these "
                "are: the intervals of their scores take them for strangers, and are too narrow."
            )
        if self.weights is not None and judged.weight is None:
            found.append(
                f"What was promised counts rows as {self.weights} says. The new rows do not all say it, and "
                "count the same."
            )
        return found

    def estimate_notes(self) -> list[str]:
        """Why an estimate without labels cannot be compared with the promise; nothing where it can.

        It counts all rows the same, here and where it was learned.
        """
        if self.weights is None:
            return []
        return [
            f"What was promised counts rows as {self.weights} says. An estimate without labels counts all of "
            "them the same: it is not compared with the promise."
        ]


def predicted_of(task: Task, predictions: pd.DataFrame) -> Floats:
    """Probabilities, shape (n, K), or values, shape (n,), of `Scorer.predictions`."""
    if task.classes is None:
        return predictions["prediction"].to_numpy(dtype=np.float64)
    return predictions.iloc[:, 1 : 1 + len(task.classes)].to_numpy(dtype=np.float64)


def given_codes(task: Task, predictions: pd.DataFrame) -> NDArray[np.int64] | None:
    """Codes of the labels that the model gave, shape (n,); None for values."""
    if task.classes is None:
        return None
    place = {label: code for code, label in enumerate(task.classes)}
    return np.array([place[label] for label in predictions["prediction"].tolist()], dtype=np.int64)
