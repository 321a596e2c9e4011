"""A table of rows, and what a bundle predicts for them.

Up to `FAST_ROWS` rows the plan answers, where there is one that is proven: then neither the model is loaded
nor scikit-learn imported, which takes most of the time that a program needs for a few rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from ..data import Finding, RawTable
from ..plan import DeclinedError, Plan
from .proving import proven_files
from .reviewing import anomalies_of, reviewed_of
from .scoring import Contract, Scorer
from .single import FAST_ROWS

__all__ = ["Batch", "predict_table"]


@dataclass(frozen=True)
class Batch:
    """Predictions of a table.

    Attributes
    ----------
    predictions : DataFrame
        As :meth:`Scorer.predictions` gives them.
    findings : tuple of Finding
        What was odd about the rows, as far as it may matter.
    """

    predictions: pd.DataFrame
    findings: tuple[Finding, ...]


def predict_table(
    files: Mapping[str, bytes],
    table: RawTable,
    *,
    missing_columns: Literal["error", "missing"] = "error",
    interval: float | None = None,
) -> Batch:
    """Predict the rows of a table.

    Parameters
    ----------
    files : mapping of name to bytes
        Of a bundle, compared with its manifest.
    table : RawTable
        As read.
    missing_columns : {"error", "missing"}
        What to do about columns that the table lacks.
    interval : float, optional
        See :meth:`Scorer.predictions`.

    Raises
    ------
    GlassbenchError
        When the bundle or the table cannot be used, or there are no intervals of this level.
    """
    contract = Contract.from_files(files)
    dataset = contract.schema.coerce(table, missing_columns=missing_columns)
    anomalies = anomalies_of(reviewed_of(files, contract.schema), table, dataset)
    found = (*table.report.findings, *dataset.findings, *anomalies)
    predictions = _through_plan(files, contract, dataset.frame)
    if predictions is None:
        predictions = Scorer.from_files(files).predictions(dataset.frame)
    return Batch(
        contract.with_interval(predictions, interval),
        tuple(finding for finding in found if finding.severity != "info"),
    )


def _through_plan(files: Mapping[str, bytes], contract: Contract, frame: pd.DataFrame) -> pd.DataFrame | None:
    """Predictions of few rows; None where there is no plan for them."""
    proven = proven_files(files)
    if proven is None or not 0 < len(frame) <= FAST_ROWS:
        return None
    plan = Plan.from_files(*proven)
    try:
        predicted = plan.predict({name: _cells(frame[name]) for name in plan.columns})
    except DeclinedError:
        return None
    if contract.classes is None:
        return pd.DataFrame({"prediction": predicted})
    return contract.table(np.array(plan.label(predicted), dtype=object), predicted)


def _cells(column: pd.Series[Any]) -> list[Any]:
    """The cells as Python has them, None where there is none."""
    return [None if gone else cell for cell, gone in zip(column.tolist(), column.isna(), strict=True)]
