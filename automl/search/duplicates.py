"""Rows that repeat earlier ones, left out where the person asked for that."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from automl.data import Dataset, Finding
from automl.data.checks.rows import described_by, repeated_rows

__all__ = ["without_copies"]


def without_copies(
    dataset: Dataset, weights: NDArray[np.float64] | None
) -> tuple[Dataset, NDArray[np.float64] | None, list[Finding]]:
    """The first of all rows that are alike in what describes them.

    Parameters
    ----------
    dataset : Dataset
    weights : ndarray or None, shape (rows,)

    Returns
    -------
    (Dataset, ndarray or None, list of Finding)
        The finding says how many rows were left out.
    """
    names = described_by(dataset)
    if not names:
        return dataset, weights, []
    repeated = repeated_rows(dataset.frame[names])
    count = int(repeated.sum())
    if not count:
        return dataset, weights, []
    finding = Finding(
        "duplicate_rows_left_out",
        "info",
        None,
        f"{count:,} of {len(repeated):,} rows repeat an earlier one and are left out, as asked.",
        {"count": count, "rows": len(repeated)},
    )
    frame = dataset.frame[~repeated].reset_index(drop=True)
    kept = None if weights is None else weights[~repeated] / weights[~repeated].mean()
    return Dataset(frame, dataset.schema, dataset.findings), kept, [finding]
