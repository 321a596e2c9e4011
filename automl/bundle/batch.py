"""A file of rows, and what a bundle predicts for them.

Up to `FAST_ROWS` rows the plan answers, where there is one that is proven: then neither the model is loaded
nor scikit-learn imported, which takes most of the time that a program needs for a few rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from ..data import Finding, RawTable, read_table
from ..plan import DeclinedError, Plan
from .manifest import open_files
from .proving import proven_files
from .reviewing import anomalies_of, reviewed_of
from .scoring import Contract, Scorer
from .single import FAST_ROWS
from .versions import differences

__all__ = ["Batch", "predict_file"]


@dataclass(frozen=True)
class Batch:
    """Predictions of a file.

    Attributes
    ----------
    predictions : DataFrame
        As :meth:`Scorer.predictions` gives them.
    table : RawTable
        The rows as they were read.
    findings : tuple of Finding
        What was odd about them, as far as it may matter.
    notes : list of str
        What differs between the packages here and those that the bundle was made with.
    """

    predictions: pd.DataFrame
    table: RawTable
    findings: tuple[Finding, ...]
    notes: list[str]


def predict_file(
    bundle: Path,
    source: str | PathLike[str],
    *,
    missing_columns: Literal["error", "missing"] = "error",
    interval: float | None = None,
) -> Batch:
    """Predict the rows of a file.

    Parameters
    ----------
    bundle : Path
        Folder or zip.
    source : path
        Of the table.
    missing_columns : {"error", "missing"}
        What to do about columns that the table lacks.
    interval : float, optional
        See :meth:`Scorer.predictions`.

    Raises
    ------
    GlassbenchError
        When the bundle or the file cannot be used, or there are no intervals of this level.
    """
    files, manifest = open_files(bundle)
    contract = Contract.from_files(files)
    table = read_table(source)
    dataset = contract.schema.coerce(table, missing_columns=missing_columns)
    anomalies = anomalies_of(reviewed_of(files, contract.schema), table, dataset)
    found = (*table.report.findings, *dataset.findings, *anomalies)
    predictions = _through_plan(files, contract, dataset.frame)
    if predictions is None:
        predictions = Scorer.from_files(files).predictions(dataset.frame)
    return Batch(
        contract.with_interval(predictions, interval),
        table,
        tuple(finding for finding in found if finding.severity != "info"),
        differences(manifest),
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
