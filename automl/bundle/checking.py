"""Re-score the sample that a bundle carries and compare with the predictions recorded at export."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..errors import BundleError
from .scoring import Scorer

__all__ = ["TOLERANCE", "Checked", "verify"]

#: Absolute for probabilities, relative to the value for numbers above 1.
TOLERANCE = 1e-9
_PREDICTIONS = "sample_predictions.csv"
_FIX = "The bundle is damaged: export the model again."


@dataclass(frozen=True)
class Checked:
    """What was compared, and the largest difference found."""

    rows: int
    largest_difference: float


def verify(files: Mapping[str, bytes], scorer: Scorer) -> Checked:
    """Compare recorded predictions with new ones.

    Parameters
    ----------
    files : mapping of name to bytes
        The bundle's files.
    scorer : Scorer
        Loaded from them.

    Raises
    ------
    BundleError
        At the first column that differs by more than `TOLERANCE`.
    """
    header, rows = _recorded(files)
    predictions = scorer.predictions(scorer.sample(files["sample_input.csv"]))
    if list(predictions.columns) != header or len(predictions) != len(rows):
        raise BundleError(
            f"Expected predictions {header} for {len(rows)} rows, found {list(predictions.columns)} for "
            f"{len(predictions)}.",
            fix=_FIX,
        )
    numbers = [name for name in header if scorer.classes is None or name != "prediction"]
    try:
        old = np.array([[float(row[header.index(name)]) for name in numbers] for row in rows])
    except ValueError as error:
        raise BundleError(f"{_PREDICTIONS} is damaged ({error}).", fix=_FIX) from error
    new = predictions[numbers].to_numpy(dtype=np.float64)
    gap = np.abs(old - new) / np.maximum(1.0, np.abs(old))
    wrong = ~(gap <= TOLERANCE)
    if scorer.classes is not None:
        # A label may differ only where rounding decides between two of them.
        tied = scorer.margin(new) <= 2 * TOLERANCE
        labels = [str(label) for label in predictions["prediction"]]
        wrong[:, 0] |= ~tied & np.array([row[0] != label for row, label in zip(rows, labels, strict=True)])
    if wrong.any():
        raise BundleError(
            "The model no longer gives the recorded predictions, first for sample row "
            f"{np.argwhere(wrong)[0][0] + 1} (largest difference {gap.max():.1e}).",
            fix="Install exactly the versions of requirements.txt; if it still differs, do not use it.",
        )
    return Checked(len(rows), float(gap.max(initial=0.0)))


def _recorded(files: Mapping[str, bytes]) -> tuple[list[str], list[list[str]]]:
    """Header and rows of the recorded predictions."""
    try:
        lines = list(csv.reader(io.StringIO(files[_PREDICTIONS].decode("utf-8")), strict=True))
    except (csv.Error, UnicodeDecodeError) as error:
        raise BundleError(f"{_PREDICTIONS} is damaged ({error}).", fix=_FIX) from error
    if not lines or any(len(line) != len(lines[0]) for line in lines):
        raise BundleError(f"{_PREDICTIONS} is damaged: its rows differ in length.", fix=_FIX)
    return lines[0], lines[1:]
