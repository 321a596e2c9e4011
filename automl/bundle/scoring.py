"""From rows to predictions: read, pass the gate, predict. The same code inside and outside of Glassbench."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from ..conformal import Conformal
from ..data import Dataset, RawTable, ReadOptions, Schema, read_table
from ..errors import BundleError, GlassbenchError
from ..plan import Plan
from .documents import DAMAGED, read_json
from .proving import proven_files
from .single import Predicted, predict_rows
from .trusted import load_model

__all__ = ["PROBABILITY", "Contract", "Scorer", "predictions_to_csv", "read_own_csv"]

Floats = np.ndarray[Any, np.dtype[np.float64]]
#: Columns of probabilities are named by this and the label.
PROBABILITY = "probability_"
_SAMPLE = ReadOptions(encoding="utf-8", delimiter=",", quotechar='"', header=True)


@dataclass(frozen=True)
class Contract:
    """What a model takes and gives.

    Parameters
    ----------
    schema : Schema
        Of the columns that the model reads.
    classes : tuple of str or int, optional
        Labels in the order of the probabilities; None for regression.
    conformal : Conformal, optional
        Makes intervals and sets.
    costs : sequence of sequences of float, optional
        Of more than two classes: what predicting one costs where another is true, by the truth first. The
        label is the one of least expected cost then. (A threshold between two classes is in the model.)
    """

    schema: Schema
    classes: tuple[str | int, ...] | None
    conformal: Conformal | None = None
    costs: Sequence[Sequence[float]] | None = None

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Contract:
        """Read from the files of a bundle (already compared with its manifest).

        Raises
        ------
        BundleError
            When one of them is damaged.
        """
        try:
            schema = Schema.from_json(read_json(files, "schema.json"))
            task = read_json(files, "task.json")
            classes = None if task["classes"] is None else tuple(task["classes"])
            costs = _costs(task.get("costs"), task["classes"])
            kept = "conformal.json" in files
            conformal = Conformal.from_json(read_json(files, "conformal.json")) if kept else None
        except (GlassbenchError, *DAMAGED) as error:
            raise BundleError(
                f"The schema, the task or the intervals of the bundle are damaged ({error}).",
                fix="Export the model again.",
            ) from error
        return cls(schema, classes, conformal, costs)

    def table(self, labels: np.ndarray[Any, Any], probabilities: Floats) -> pd.DataFrame:
        """Labels and probabilities as columns, see :meth:`Scorer.predictions`."""
        columns: dict[str, Any] = {"prediction": labels}
        for k, label in enumerate(self.classes or ()):
            columns[f"{PROBABILITY}{label}"] = probabilities[:, k]
        return pd.DataFrame(columns)

    def with_interval(self, table: pd.DataFrame, level: float | None) -> pd.DataFrame:
        """Predictions with an interval, or a set of labels, around each; see :meth:`Scorer.predictions`."""
        if level is None:
            return table
        if self.conformal is None:
            raise BundleError(
                "This model carries nothing to make intervals from.",
                fix="Export it again, or leave them out.",
            )
        if self.classes is None:
            low, high = self.conformal.interval(table["prediction"].to_numpy(), level)
            return table.assign(low=low, high=high)
        inside = self.conformal.sets(table.iloc[:, 1:].to_numpy(dtype=np.float64), level)
        sets = [
            tuple(label for label, there in zip(self.classes, row, strict=True) if there) for row in inside
        ]
        return table.assign(set=pd.Series(sets, index=table.index, dtype=object))


@dataclass(frozen=True, kw_only=True)
class Scorer(Contract):
    """A model, and what it takes and gives.

    Parameters
    ----------
    schema, classes, conformal, costs
        See :class:`Contract`.
    model : fitted scikit-learn estimator
    types : frozenset of str
        Names of the types that the model is made of.
    plan_files : tuple of bytes, optional
        The proven plan of the model, on paper.
    """

    model: Any
    types: frozenset[str] = frozenset()
    plan_files: tuple[bytes, bytes] | None = None

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Scorer:
        """Load from the files of a bundle (already compared with its manifest).

        Raises
        ------
        BundleError
            When the model is not made of trusted types, or does not fit the rest.
        """
        contract = Contract.from_files(files)
        loaded = load_model(files["model/model.skops"])
        scorer = cls(**vars(contract), model=loaded.model, types=loaded.types, plan_files=proven_files(files))
        scorer._check()
        return scorer

    def _check(self) -> None:
        labels = getattr(self.model, "classes_", None)
        found = None if labels is None else tuple(np.asarray(labels).tolist())
        if found != self.classes:
            raise BundleError(
                f"The model predicts {found}, but the task says {self.classes}.",
                fix="The bundle is damaged: export the model again.",
            )

    def coerce(
        self,
        source: pd.DataFrame | str | PathLike[str] | RawTable,
        *,
        missing_columns: Literal["error", "missing"] = "error",
    ) -> Dataset:
        """Read rows, if they are in a file, and pass them through the schema's gate."""
        table = read_table(source) if isinstance(source, (str, PathLike)) else source
        return self.schema.coerce(table, missing_columns=missing_columns)

    def predict_proba(self, frame: pd.DataFrame) -> Floats:
        """Return probabilities for canonical rows, shape (n, K)."""
        if self.classes is None:
            raise BundleError("A regression has no probabilities.", fix="Use predict.")
        if not len(frame):
            return np.empty((0, len(self.classes)))
        return np.asarray(self.model.predict_proba(frame), dtype=np.float64)

    def predict(self, frame: pd.DataFrame) -> np.ndarray[Any, Any]:
        """Return labels or values for canonical rows, shape (n,)."""
        if not len(frame):
            return np.empty(0, dtype=np.float64 if self.classes is None else object)
        if self._by_costs:
            return self._labels(frame, self.predict_proba(frame))
        return np.asarray(self.model.predict(frame))

    def predictions(self, frame: pd.DataFrame, *, interval: float | None = None) -> pd.DataFrame:
        """Return labels and probabilities, or values, for canonical rows.

        Parameters
        ----------
        frame : DataFrame
        interval : float, optional
            Probability, between 0 and 1, with which an interval (for classes: a set of labels) shall hold the
            truth.

        Returns
        -------
        DataFrame
            Columns ``prediction`` and, for classes, ``probability_<label>``; one row per row. With `interval`
            also ``low`` and ``high``, or ``set``: tuples of labels in the order of the classes.

        Raises
        ------
        BundleError
            When there is nothing to make intervals from.
        SettingError
            When the level is none, or is higher than the calibrated rows can promise.
        """
        return self.with_interval(self._predictions(frame), interval)

    def _predictions(self, frame: pd.DataFrame) -> pd.DataFrame:
        if self.classes is None:
            return pd.DataFrame({"prediction": self.predict(frame).astype(np.float64)})
        probabilities = self.predict_proba(frame)
        return self.table(self._labels(frame, probabilities), probabilities)

    def _labels(self, frame: pd.DataFrame, probabilities: Floats) -> np.ndarray[Any, Any]:
        """The decided labels: as the model's own predict gives them, without asking every member again."""
        from sklearn.calibration import CalibratedClassifierCV
        from sklearn.ensemble import VotingClassifier

        threshold, last = self._threshold(), _last(self.model)
        if self._by_costs:
            codes = np.argmin(self._expected(probabilities), axis=1)
        elif threshold is not None:
            codes = (probabilities[:, 1] >= threshold).astype(np.int64)
        elif isinstance(last, CalibratedClassifierCV) or (
            isinstance(last, VotingClassifier) and last.voting == "soft"
        ):
            codes = np.argmax(probabilities, axis=1)
        else:
            return np.asarray(self.model.predict(frame))
        return np.asarray(np.asarray(self.model.classes_)[codes])

    def outputs(self, frame: pd.DataFrame) -> tuple[np.ndarray[Any, Any], list[Any] | None]:
        """Return probabilities, shape (n, K), and labels of rows; or values, shape (n, 1), and None."""
        if self.classes is None:
            return self.predict(frame).astype(np.float64)[:, None], None
        probabilities = self.predict_proba(frame)
        return probabilities, self._labels(frame, probabilities).tolist()

    def margin(self, probabilities: Floats) -> Floats:
        """How far rows are from another label: in probability, or in cost where that decides; shape (n,)."""
        threshold = self._threshold()
        if threshold is not None:
            return np.asarray(np.abs(probabilities[:, 1] - threshold))
        ranked = np.sort(-self._expected(probabilities) if self._by_costs else probabilities, axis=1)
        return np.asarray(ranked[:, -1] - ranked[:, -2])

    @property
    def _by_costs(self) -> bool:
        """Whether the label is the one of least expected cost; of two classes the model has a threshold."""
        return self.costs is not None and len(self.classes or ()) > 2

    def _expected(self, probabilities: Floats) -> Floats:
        return np.asarray(probabilities @ np.asarray(self.costs, dtype=np.float64))

    def _threshold(self) -> float | None:
        """The probability of the second class from which on the model gives its label, if it has one."""
        from sklearn.model_selection import FixedThresholdClassifier

        last = _last(self.model)
        if not isinstance(last, FixedThresholdClassifier) or last.pos_label != (self.classes or (None,))[-1]:
            return None
        return float(last.threshold)

    @cached_property
    def plan(self) -> Plan | None:
        """The model as a plan, where it has one that is proven; made when it is first asked for."""
        return None if self.plan_files is None else Plan.from_files(*self.plan_files)

    def predict_rows(
        self,
        rows: Sequence[Mapping[str, Any]],
        *,
        missing_columns: Literal["error", "missing"] = "error",
    ) -> Predicted:
        """Predict rows that are dicts; few of them through the plan, see `automl.bundle.single`."""
        return predict_rows(self, self.plan, rows, missing_columns=missing_columns)

    def sample(self, data: bytes) -> pd.DataFrame:
        """Return the canonical rows of a CSV file that the bundle itself carries."""
        return self.schema.coerce(read_own_csv(data)).frame


def _last(model: Any) -> Any:
    from sklearn.pipeline import Pipeline

    return model.steps[-1][1] if isinstance(model, Pipeline) else model


def _costs(costs: Any, classes: Any) -> tuple[tuple[float, ...], ...] | None:
    """The costs of a bundle's task; older bundles have none."""
    if costs is None:
        return None
    matrix = np.asarray(costs, dtype=np.float64)
    if classes is None or matrix.shape != (len(classes), len(classes)) or not np.isfinite(matrix).all():
        raise ValueError(f"costs of the shape {matrix.shape}")
    return tuple(tuple(row) for row in matrix.tolist())


def read_own_csv(data: bytes) -> RawTable:
    """Read a CSV file whose dialect is known, since the bundle's writer wrote it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        path.write_bytes(data)
        return read_table(path, _SAMPLE)


def predictions_to_csv(predictions: pd.DataFrame, kept: Mapping[str, Sequence[Any]] | None = None) -> str:
    """Return predictions as CSV; floats as the shortest text that reads back as the same float, sets as JSON.

    Parameters
    ----------
    predictions : DataFrame
        From :meth:`Scorer.predictions`.
    kept : mapping of column name to values, optional
        Columns of the input to put first, as they were.
    """
    columns = {name: list(values) for name, values in (kept or {}).items()}
    columns |= {
        name: [
            json.dumps(value, ensure_ascii=False) if isinstance(value, tuple) else value
            for value in predictions[name].tolist()
        ]
        for name in predictions.columns
    }
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    # The csv module writes floats by repr, which is exact.
    writer.writerows(zip(*columns.values(), strict=True))
    return out.getvalue()
