"""Whether an ONNX file predicts what the bundle predicts, on real rows and on odd ones, by onnxruntime."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl.bundle.reader import Bundle
from automl.data import Kind

from .answer import LABEL, PROBABILITIES, VALUE
from .columns import feed
from .graph import CannotExportError

__all__ = ["Parity", "compare", "rows_to_compare"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Parity:
    """How far an ONNX file's predictions are from the bundle's.

    Attributes
    ----------
    rows : int
    largest_difference : float
        Of a probability, or of a value, relative to it where it is above 1.
    differing : int
        Rows that differ by more than allowed.
    labels : int
        Rows with another label, where rounding alone does not decide.
    tolerance : float
    """

    rows: int
    largest_difference: float
    differing: int
    labels: int
    tolerance: float


def rows_to_compare(bundle: Bundle, more: pd.DataFrame | None) -> pd.DataFrame:
    """Rows of the bundle, those given, and odd ones: with unseen categories, missing and extreme values."""
    real = [bundle.sample(), bundle.background(), *([] if more is None else [more])]
    together = pd.concat(real, ignore_index=True)
    return pd.concat([together, *_odd(together, bundle)], ignore_index=True)


def _odd(rows: pd.DataFrame, bundle: Bundle) -> list[pd.DataFrame]:
    few = rows.head(20)
    numbers = [column.name for column in bundle.schema if column.kind is Kind.NUMBER]
    listed = [c.name for c in bundle.schema if c.kind in (Kind.BOOLEAN, Kind.CATEGORY)]
    found = [few.assign(**{name: np.nan}) for name in numbers]
    for name in listed:
        nothing = pd.Series([None] * len(few), dtype=few[name].dtype, index=few.index)
        unseen = pd.Series(["never seen"] * len(few), dtype=few[name].dtype, index=few.index)
        found += [few.assign(**{name: nothing}), few.assign(**{name: unseen})]
    for factor in (-1.0, 0.0, 1e-3, 1e3):
        found.append(few.assign(**{name: few[name] * factor for name in numbers}))
    return found


def compare(bundle: Bundle, data: bytes, rows: pd.DataFrame, tolerance: float) -> Parity:
    """Run a file on rows.

    Raises
    ------
    CannotExportError
        Where onnxruntime cannot run it, or it predicts something else.
    """
    found = _run(bundle, data, rows)
    expected, labels = bundle.scorer.outputs(rows)
    predicted: Floats = np.asarray(found[VALUE if labels is None else PROBABILITIES])
    gaps = np.abs(predicted - expected) / np.maximum(1.0, np.abs(expected))
    apart = gaps.max(axis=1)
    wrong = 0
    if labels is not None:
        close = bundle.scorer.margin(expected) <= 2 * tolerance
        other = np.array([a != b for a, b in zip(found[LABEL].tolist(), labels, strict=True)], dtype=bool)
        wrong = int((other & ~close).sum())
    parity = Parity(len(rows), float(apart.max()), int((~(apart <= tolerance)).sum()), wrong, tolerance)
    if parity.differing or parity.labels:
        raise CannotExportError(
            f"Of {parity.rows:,} rows the ONNX file",
            f"predicts {parity.differing:,} differently, by up to {parity.largest_difference:.2g} (allowed: "
            f"{tolerance:.2g}), and {parity.labels:,} with another label",
        )
    return parity


def _run(bundle: Bundle, data: bytes, rows: pd.DataFrame) -> dict[str, Any]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        names = [each.name for each in session.get_inputs()]
        outputs = [each.name for each in session.get_outputs()]
        results = session.run(outputs, feed(rows, bundle.schema, names))
    except Exception as error:
        raise CannotExportError("The ONNX file", f"cannot be run by onnxruntime ({error})") from error
    return dict(zip(outputs, results, strict=True))
