"""Few rows, given as dicts: through the plan where there is one that is proven, else through the pipeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from ..data import Dataset, Finding
from ..errors import SchemaError
from ..plan import DeclinedError, Plan

if TYPE_CHECKING:
    from .scoring import Scorer

__all__ = ["FAST_ROWS", "Predicted", "RowPrediction", "predict_rows"]

FAST_ROWS = 1000
"""Up to here rows are read cell by cell and answered by the plan; more are read as one frame."""

Missing = Literal["error", "missing"]


@dataclass(frozen=True)
class RowPrediction:
    """What is predicted for a row.

    Attributes
    ----------
    prediction : label or float
    probabilities : dict of label to float, or None
        In the order of the classes; None for values.
    """

    prediction: Any
    probabilities: dict[Any, float] | None


@dataclass(frozen=True)
class Predicted:
    """Predictions of some rows.

    Attributes
    ----------
    rows : list of RowPrediction
    findings : tuple of Finding
        What was odd about the cells, as `Schema.coerce` reports it; rows are counted from 1.
    fast : int
        Rows that the plan has answered.
    """

    rows: list[RowPrediction]
    findings: tuple[Finding, ...]
    fast: int


def predict_rows(
    scorer: Scorer,
    plan: Plan | None,
    rows: Sequence[Mapping[str, Any]],
    *,
    missing_columns: Missing = "error",
) -> Predicted:
    """Predict rows that are dicts.

    Parameters
    ----------
    scorer : Scorer
    plan : Plan, optional
        A proven one of the scorer's model.
    rows : sequence of mapping of column name to cell
        Cells as JSON has them, or dates.
    missing_columns : {"error", "missing"}
        What to do about columns that a row lacks.

    Raises
    ------
    SchemaError
        When rows lack a column and may not.
    """
    if plan is None or not 0 < len(rows) <= FAST_ROWS:
        dataset = _dataset(scorer, rows, missing_columns)
        return Predicted(_through_pipeline(scorer, dataset.frame), _warnings(dataset), 0)
    encoded: dict[int, list[float]] = {}
    left: list[int] = []
    remarkable = False
    for number, row in enumerate(rows):
        lacks = missing_columns == "missing" and any(name not in row for name in plan.columns)
        try:
            values, odd = plan.read(dict.fromkeys(plan.columns) | dict(row) if lacks else row)
            encoded[number] = plan.encode(values)
        except (DeclinedError, SchemaError):
            # What is wrong with a row the gate says best; and what the plan declines the pipeline answers.
            left.append(number)
        else:
            remarkable = remarkable or lacks or bool(odd)
    found = dict(zip(encoded, _through_plan(plan, list(encoded.values())), strict=True))
    findings: tuple[Finding, ...] = ()
    if remarkable or left:
        dataset = _dataset(scorer, rows, missing_columns)
        findings = _warnings(dataset)
        if left:
            found |= zip(left, _through_pipeline(scorer, dataset.frame.iloc[left]), strict=True)
    return Predicted([found[number] for number in range(len(rows))], findings, len(encoded))


def _through_plan(plan: Plan, encoded: list[list[float]]) -> list[RowPrediction]:
    if not encoded:
        return []
    predicted = plan.predict_encoded(encoded)
    if plan.classes is None:
        return [RowPrediction(value, None) for value in predicted.tolist()]
    return _answers(plan.label(predicted), plan.classes, predicted)


def _answers(
    labels: list[Any], classes: Sequence[Any], probabilities: np.ndarray[Any, np.dtype[np.float64]]
) -> list[RowPrediction]:
    return [
        RowPrediction(label, dict(zip(classes, row, strict=True)))
        for label, row in zip(labels, probabilities.tolist(), strict=True)
    ]


def _dataset(scorer: Scorer, rows: Sequence[Mapping[str, Any]], missing_columns: Missing) -> Dataset:
    names = None if rows else list(scorer.schema.names)
    return scorer.schema.coerce(
        pd.DataFrame([dict(row) for row in rows], columns=names), missing_columns=missing_columns
    )


def _warnings(dataset: Dataset) -> tuple[Finding, ...]:
    return tuple(finding for finding in dataset.findings if finding.severity != "info")


def _through_pipeline(scorer: Scorer, frame: pd.DataFrame) -> list[RowPrediction]:
    table = scorer.predictions(frame)
    labels = table["prediction"].tolist()
    classes = scorer.classes
    if classes is None:
        return [RowPrediction(value, None) for value in labels]
    return _answers(labels, classes, table.iloc[:, 1:].to_numpy(dtype=np.float64))
