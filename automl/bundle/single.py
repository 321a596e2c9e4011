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

FAST_ROWS = 50
"""Up to here the plan answers row by row; with more, reading all rows as one frame is quicker."""

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
    found: list[RowPrediction | None] = []
    remarkable = False
    for row in rows:
        lacks = missing_columns == "missing" and any(name not in row for name in plan.columns)
        try:
            values, odd = plan.read(dict.fromkeys(plan.columns) | dict(row) if lacks else row)
            found.append(_answer(plan, plan.predict_values(values)))
        except (DeclinedError, SchemaError):
            # What is wrong with a row the gate says best; and what the plan declines the pipeline answers.
            found.append(None)
            remarkable = True
        else:
            remarkable = remarkable or lacks or bool(odd)
    if not remarkable:
        return Predicted([one for one in found if one is not None], (), len(found))
    dataset = _dataset(scorer, rows, missing_columns)
    left = [number for number, one in enumerate(found) if one is None]
    rest = dict(zip(left, _through_pipeline(scorer, dataset.frame.iloc[left]), strict=True)) if left else {}
    whole = [one if one is not None else rest[number] for number, one in enumerate(found)]
    return Predicted(whole, _warnings(dataset), len(found) - len(left))


def _answer(plan: Plan, predicted: Any) -> RowPrediction:
    if plan.classes is None:
        return RowPrediction(predicted, None)
    return RowPrediction(plan.label(predicted), dict(zip(plan.classes, predicted.tolist(), strict=True)))


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
    numbers = table.iloc[:, 1:].to_numpy(dtype=np.float64).tolist()
    return [
        RowPrediction(label, dict(zip(classes, row, strict=True)))
        for label, row in zip(labels, numbers, strict=True)
    ]
