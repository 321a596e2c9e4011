"""How one column goes with another: what its values say of the target, and which columns say the same.

All from a sample of the rows, in milliseconds a column; numpy and pandas only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl.data import Column, Dataset, Kind
from automl.task import Task
from automl.workbench import format as fmt

__all__ = ["Band", "Relation", "relation", "strengths", "twins"]

_BINS = 8
_LEVELS = 10
_MANY_LEVELS = 30
_TWIN = 0.9
_TWIN_ROWS = 5_000
_TWIN_COLUMNS = 300
_Z = 1.645  # of intervals that hold nine times in ten
_ORDERED = (Kind.NUMBER, Kind.DATETIME)
_LEVELLED = (Kind.CATEGORY, Kind.BOOLEAN, Kind.CONSTANT)

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Band:
    """Rows with like values of a column, and what the target is among them.

    Attributes
    ----------
    label : str
        Their values.
    rows : int
    value : float
        Mean of the target, or share of one class.
    low, high : float
        Nine times in ten it lies in between, so few rows show as wide intervals.
    """

    label: str
    rows: int
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Relation:
    """What the values of a column say of the target.

    Attributes
    ----------
    bands : tuple of Band
        Numbers and dates in their order, others by frequency; rows without a value come last.
    of : str
        What `value` is, such as "Share of Yes".
    overall : float
        The same among all rows.
    is_share : bool
    strength : float
        Share of the target's variation that knowing the band explains, from 0 to 1, less what chance would.
    """

    bands: tuple[Band, ...]
    of: str
    overall: float
    is_share: bool
    strength: float


def relation(dataset: Dataset, task: Task, name: str, label: str | None = None) -> Relation | None:
    """What a column says of the target; None where that cannot be said of its kind.

    Parameters
    ----------
    dataset : Dataset
        The sample of rows.
    task : Task
    name : str
        The column.
    label : str, optional
        The class whose share is shown; default the positive or the most frequent one.
    """
    column, target = dataset.schema[name], dataset.frame[task.target]
    known = target.notna().to_numpy()
    if name == task.target or known.sum() < 2:
        return None
    banded = _bands(column, dataset.frame[name][known], _LEVELS)
    if banded is None:
        return None
    codes, labels = banded
    outcome = target[known]
    if task.kind == "regression":
        values, of = outcome.to_numpy(dtype=np.float64), f"Mean of {task.target}"
    else:
        label = label or str(task.positive if task.positive is not None else outcome.mode().iloc[0])
        values, of = (outcome.astype(str) == label).to_numpy(dtype=np.float64), f"Share of {label}"
    share = task.kind != "regression"
    bands = [_band(text, values[codes == code], share) for code, text in enumerate(labels)]
    found = tuple(band for band in bands if band.rows)
    return Relation(found, of, float(values.mean()), share, _strength(codes, _outcomes(outcome, task)))


def strengths(dataset: Dataset, task: Task, names: Sequence[str]) -> dict[str, float]:
    """How much of the target's variation each column alone explains, as `Relation.strength`."""
    known = dataset.frame[task.target].notna().to_numpy()
    if known.sum() < 2:
        return {}
    outcomes = _outcomes(dataset.frame[task.target][known], task)
    found = {}
    for name in names:
        if name == task.target:
            continue
        banded = _bands(dataset.schema[name], dataset.frame[name][known], _MANY_LEVELS)
        if banded is not None:
            found[name] = _strength(banded[0], outcomes)
    return found


def twins(dataset: Dataset, name: str) -> list[tuple[str, float]]:
    """The columns that say nearly the same: rank correlation or Cramér's V of at least 0.9, closest first."""
    schema, frame = dataset.schema, dataset.frame
    if len(frame) > _TWIN_ROWS:
        frame = frame.iloc[np.linspace(0, len(frame) - 1, _TWIN_ROWS).astype(np.int64)]
    kinds = next((kinds for kinds in (_ORDERED, _LEVELLED[:2]) if schema[name].kind in kinds), None)
    if kinds is None:
        return []
    found = []
    mine = frame[name]
    for other in schema.of_kind(*kinds)[:_TWIN_COLUMNS]:
        if other != name:
            alike = (
                _rank_correlation(mine, frame[other]) if kinds is _ORDERED else _cramer(mine, frame[other])
            )
            if abs(alike) >= _TWIN:
                found.append((other, alike))
    return sorted(found, key=lambda pair: -abs(pair[1]))


def _outcomes(target: pd.Series[Any], task: Task) -> NDArray[np.float64]:
    """The target as columns of numbers: itself, or one for each class."""
    if task.kind == "regression":
        return target.to_numpy(dtype=np.float64)[:, None]
    codes, labels = pd.factorize(target.astype(str))
    return np.eye(len(labels))[codes] if len(labels) <= 100 else np.eye(100)[np.minimum(codes, 99)]


def _strength(codes: Codes, outcomes: NDArray[np.float64]) -> float:
    """Between-band share of the variation, summed over outcomes (Goodman and Kruskal's tau for classes).

    Corrected for the number of bands as an adjusted R² is, so that many bands of few rows say nothing.
    """
    rows, bands = len(codes), len(np.unique(codes))
    counts = np.bincount(codes).astype(np.float64)
    total = float(((outcomes - outcomes.mean(axis=0)) ** 2).sum())
    if total <= 0 or rows <= bands:
        return 0.0
    between = 0.0
    for outcome in outcomes.T:
        sums = np.bincount(codes, weights=outcome - outcome.mean())
        between += float((sums[counts > 0] ** 2 / counts[counts > 0]).sum())
    return max(0.0, 1 - (1 - between / total) * (rows - 1) / (rows - bands))


def _bands(column: Column, values: pd.Series[Any], levels: int) -> tuple[Codes, list[str]] | None:
    """Rows by like values: a code for each row, and the codes' labels. The last one is of missing values."""
    missing = values.isna().to_numpy()
    if column.kind in _ORDERED:
        codes, labels = _of_ordered(values[~missing], column.kind)
    elif column.kind in _LEVELLED:
        codes, labels = _of_levels(values[~missing], levels)
    else:
        return None
    all_codes = np.full(len(values), len(labels), dtype=np.int64)
    all_codes[~missing] = codes
    return all_codes, [*labels, "no value"]


def _of_ordered(values: pd.Series[Any], kind: Kind) -> tuple[Codes, list[str]]:
    ticks = values.to_numpy("datetime64[us]").astype(np.int64) if kind == Kind.DATETIME else values.to_numpy()
    numbers = ticks.astype(np.float64)
    if not len(numbers):
        return np.zeros(0, dtype=np.int64), []
    distinct = np.unique(numbers)
    if len(distinct) <= _BINS:
        return np.searchsorted(distinct, numbers), [_shown(value, kind) for value in distinct]
    inner = np.unique(np.quantile(numbers, np.linspace(0, 1, _BINS + 1)[1:-1]))
    codes = np.searchsorted(inner, numbers, side="right")
    labels = []
    for code in range(len(inner) + 1):
        part = numbers[codes == code]
        if not len(part):
            labels.append("–")
            continue
        low, high = _shown(float(part.min()), kind), _shown(float(part.max()), kind)
        labels.append(low if low == high else f"{low} to {high}")
    return codes, labels


def _shown(value: float, kind: Kind) -> str:
    if kind == Kind.DATETIME:
        return str(np.datetime64(int(value), "us").astype("datetime64[D]"))
    if value == round(value) and abs(value) < 1e6:
        return f"{value:.0f}".replace("-", "−")
    return fmt.score(value)


def _of_levels(values: pd.Series[Any], levels: int) -> tuple[Codes, list[str]]:
    counts = values.astype(str).value_counts()
    kept = list(counts.index[: levels if len(counts) <= levels else levels - 1])
    places = {label: place for place, label in enumerate(kept)}
    codes = values.astype(str).map(places).fillna(len(kept)).to_numpy(dtype=np.int64)
    rest = len(counts) - len(kept)
    return codes, [*kept, f"{rest:,} others"] if rest else kept


def _band(label: str, values: NDArray[np.float64], share: bool) -> Band:
    rows = len(values)
    if not rows:
        return Band(label, 0, 0.0, 0.0, 0.0)
    mean = float(values.mean())
    if share:  # Wilson's interval: that of a few rows does not pretend to be sure
        spread = _Z * np.sqrt(mean * (1 - mean) / rows + _Z**2 / (4 * rows**2))
        middle, scale = mean + _Z**2 / (2 * rows), 1 + _Z**2 / rows
        low, high = float((middle - spread) / scale), float((middle + spread) / scale)
        return Band(label, rows, mean, max(0.0, low), min(1.0, high))
    error = _Z * float(values.std(ddof=1)) / np.sqrt(rows) if rows > 1 else 0.0
    return Band(label, rows, mean, float(mean - error), float(mean + error))


def _rank_correlation(one: pd.Series[Any], other: pd.Series[Any]) -> float:
    both = (one.notna() & other.notna()).to_numpy()
    if both.sum() < 20 or both.mean() < 0.5:
        return 0.0
    x, y = (_numbers(values[both]).rank().to_numpy(dtype=np.float64) for values in (one, other))
    if not x.std() or not y.std():
        return 0.0
    return float(np.corrcoef(x, y)[0, 1])


def _numbers(values: pd.Series[Any]) -> pd.Series[Any]:
    is_date = pd.api.types.is_datetime64_any_dtype(values)
    return values.astype("int64") if is_date else values


def _cramer(one: pd.Series[Any], other: pd.Series[Any]) -> float:
    """Cramér's V, corrected for chance (Bergsma 2013)."""
    x, y = pd.factorize(one)[0], pd.factorize(other)[0]
    both = (x >= 0) & (y >= 0)
    x, y, rows = x[both], y[both], int(both.sum())
    r, k = int(x.max(initial=-1)) + 1, int(y.max(initial=-1)) + 1
    if rows < 20 or min(r, k) < 2 or r * k > 100_000 or max(r, k) > rows / 5:
        return 0.0
    table = np.bincount(x * k + y, minlength=r * k).reshape(r, k).astype(np.float64)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / rows
    with np.errstate(divide="ignore", invalid="ignore"):
        phi = float(np.nansum((table - expected) ** 2 / expected)) / rows
    phi = max(0.0, phi - (r - 1) * (k - 1) / (rows - 1))
    r_less, k_less = r - (r - 1) ** 2 / (rows - 1), k - (k - 1) ** 2 / (rows - 1)
    least = min(r_less - 1, k_less - 1)
    return float(np.sqrt(phi / least)) if least > 0 else 0.0
