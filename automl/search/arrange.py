"""Which rows belong together, and which come later than others: what the split has to respect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl.data import Dataset, Finding, Kind
from automl.errors import SettingError

__all__ = ["Arrangement", "arrange"]


@dataclass(frozen=True)
class Arrangement:
    """Groups or times of all rows, and what is to be said about them.

    Attributes
    ----------
    groups : ndarray of int64, shape (rows,), optional
        Codes from 0.
    times : ndarray of float64, shape (rows,), optional
        Microseconds for dates.
    findings : tuple of Finding
    """

    groups: NDArray[np.int64] | None = None
    times: NDArray[np.float64] | None = None
    findings: tuple[Finding, ...] = ()


def arrange(dataset: Dataset, groups: str | None, time: str | None) -> Arrangement:
    """Read the column of the groups, or that of the time.

    Parameters
    ----------
    dataset : Dataset
        The rows that have a target.
    groups, time : str, optional
        Columns of the dataset.

    Raises
    ------
    SettingError
        If the time column holds neither dates nor numbers.
    """
    if groups is not None:
        return _grouped(dataset.frame[groups], groups)
    if time is not None:
        return _ordered(dataset, time)
    return Arrangement()


def _grouped(column: pd.Series[Any], name: str) -> Arrangement:
    codes, labels = pd.factorize(column)
    codes = codes.astype(np.int64)
    alone = codes < 0
    codes[alone] = len(labels) + np.arange(alone.sum())
    findings = [
        Finding(
            "grouped_split",
            "info",
            name,
            f"Rows of the same {name!r} ({len(labels):,} groups) are kept together: models are judged on "
            f"groups that they have not learned from. {name!r} itself is not used to predict.",
            {"groups": len(labels), "rows": len(column)},
        )
    ]
    if alone.any():
        findings.append(
            Finding(
                "group_missing",
                "warning",
                name,
                f"{int(alone.sum()):,} row(s) have no {name!r}; each counts as a group of its own.",
                {"rows": int(alone.sum())},
                "Fill them in if rows among them belong together.",
            )
        )
    return Arrangement(groups=codes, findings=tuple(findings))


def _ordered(dataset: Dataset, name: str) -> Arrangement:
    kind, column = dataset.schema[name].kind, dataset.frame[name]
    if kind == Kind.DATETIME:
        known = column.notna().to_numpy()
        times = column.astype("datetime64[us]").astype("int64").to_numpy().astype(np.float64)
    else:
        # Steps that count the rows are taken for an identifier, and are kept as text.
        times = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64)
        known = np.isfinite(times)
        wrong = column.notna().to_numpy() & ~known
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            raise SettingError(
                f"Expected dates or numbers in the time column {name!r}, found {column.iloc[row]!r} in data "
                f"row {row + 1} (the column is taken for {kind.value}).",
                fix="Correct the column's kind, or choose another column for the time.",
                column=name,
            )
    findings = [
        Finding(
            "time_ordered_split",
            "info",
            name,
            f"Rows are split in the order of {name!r}: models are judged on rows later than all that they "
            "have learned from.",
            {"times": len(np.unique(times[known])), "rows": len(column)},
        )
    ]
    if not known.all():
        times[~known] = times[known].min(initial=np.inf) - 1 if known.any() else 0.0
        findings.append(
            Finding(
                "time_missing",
                "warning",
                name,
                f"{int((~known).sum()):,} row(s) have no {name!r}; they count as the earliest: learned from, "
                "never judged.",
                {"rows": int((~known).sum())},
                "Fill them in, or leave these rows out.",
            )
        )
    return Arrangement(times=times, findings=tuple(findings))
