"""How much each row counts: read from a column of the table, brought to a mean of 1, kept in the run folder.

This is the one place that knows of the column's own unit. Everything after it takes weights as they come, and
a table whose weights are all ten times as large gives the same run.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl.data import Dataset, Finding
from automl.errors import SettingError
from automl.store.files import replacing

__all__ = ["effective_rows", "facts_of", "findings_of", "load_weights", "read_weights", "write_weights"]

_FILE = "weights.npy"
_FEW = 0.5  # of the rows: weights so unequal that scores are clearly less certain than their number suggests

Floats = NDArray[np.float64]


def read_weights(
    dataset: Dataset, column: str | None, cells: pd.Series[Any] | None, target: str
) -> Floats | None:
    """The weights of all rows, those above 0 with a mean of 1; 0 for rows without a target, which need none.

    Parameters
    ----------
    dataset : Dataset
    column : str or None
        None where all rows count the same.
    cells : Series or None, shape (rows,)
        The column before it was coerced, to be quoted.
    target : str

    Returns
    -------
    ndarray or None, shape (rows,)
        None without a column, or without any target.

    Raises
    ------
    SettingError
        At the first row with a target whose weight is missing, no finite number, or negative; if all are 0.
    """
    known = dataset.frame[target].notna().to_numpy()
    if column is None or cells is None or not known.any():
        return None
    # Few different numbers are taken for a category, and one for a constant: both are kept as text.
    weights = pd.to_numeric(dataset.frame[column], errors="coerce").to_numpy(np.float64, na_value=np.nan)
    wrong = known & ~(np.isfinite(weights) & (weights >= 0))
    if wrong.any():
        row, more = int(np.flatnonzero(wrong)[0]), int(wrong.sum()) - 1
        found = "" if pd.isna(cells.iloc[row]) else str(cells.iloc[row]).strip()
        raise SettingError(
            f"Expected a number of 0 or more in the weights column {column!r}, found "
            f"{repr(found) if found else 'nothing'} in data row {row + 1:,}"
            + (f" ({more:,} more row(s) like it)." if more else "."),
            fix="Give each row a weight (0 leaves it out), choose another column, or correct the column's "
            f"kind: it is taken for {dataset.schema[column].kind.value}.",
            column=column,
        )
    if not weights[known].any():
        raise SettingError(
            f"Expected a weight above 0 in the weights column {column!r}, found 0 in every row that has a "
            "target.",
            fix="Choose another column for the weights, or none.",
            column=column,
        )
    return _unit_mean(np.where(known, weights, 0.0))


def _unit_mean(weights: Floats) -> Floats:
    """Bring the weights that are not 0 to a mean of 1.

    On the way they are rounded to 32 bits, which is what LightGBM keeps of them: so rounding cannot make a
    difference between two units of the same weights. What is below 1e-45 of the largest becomes 0.
    """
    rounded = (weights / weights.max()).astype(np.float32).astype(np.float64)
    return np.asarray(rounded / rounded[rounded > 0].mean())


def effective_rows(weights: Floats) -> float:
    """How many rows of equal weights give a mean of the same variance: (Σw)² / Σw² (Kish, 1965)."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def facts_of(column: str | None, weights: Floats | None) -> dict[str, Any] | None:
    """What the run's files say of the weights, in JSON values; see `automl.store.weights_words`."""
    if weights is None:
        return None
    return {"column": column, "rows": len(weights), "effective_rows": effective_rows(weights)}


def findings_of(column: str, weights: Floats, left_out: int) -> list[Finding]:
    """What is to be said about the weights above 0, and about rows of weight 0, which are left out."""
    effective = effective_rows(weights)
    evidence = {
        "rows": len(weights),
        "effective_rows": round(effective, 1),
        "largest": float(weights.max()),
        "smallest": float(weights.min()),
    }
    few = effective < _FEW * len(weights)
    findings = [
        Finding(
            "weighted_rows",
            "warning" if few else "info",
            column,
            f"Rows count as {column!r} says, in learning and in every score; the column itself is not used "
            f"to predict. {len(weights):,} rows weighted like this tell as much of a mean as "
            f"{effective:,.0f} rows of equal weight.",
            evidence,
            "Intervals allow for that. Check the largest weights: few rows decide much." if few else "",
        )
    ]
    if left_out:
        findings.append(
            Finding(
                "weight_zero_rows",
                "info",
                column,
                f"{left_out:,} row(s) have a weight of 0 in {column!r} and are left out.",
                {"rows": left_out},
            )
        )
    return findings


def write_weights(path: Path, weights: Floats | None) -> None:
    """Keep the weights of all rows of a folder; nothing where they all count the same."""
    if weights is not None:
        with replacing(path / _FILE) as stream:
            np.save(stream, weights)


def load_weights(path: Path) -> Floats | None:
    """The weights of all rows of a folder, in their order; None where they all count the same."""
    file = path / _FILE
    return np.load(file) if file.exists() else None
