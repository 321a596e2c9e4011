"""Clusters of columns that tell much the same, for attributions and permutations of whole clusters.

Where columns hang together, a model may use either, and importance is shared between them by chance of the
fit. As one player (``explain(..., groups=clusters.groups())``) a cluster gets the credit it has as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .. import formats
from ..clock import Clock, Progress, as_many
from ..errors import InputError
from ..frames import checked_table
from ..reference import as_numbers, column_kind
from ..stored import Stored

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_LEAST_ROWS = 20
_MOST_ROWS = 5000
_FEW_ROWS = 500  # by which the time is measured
_MOST_LEVELS = 50


@dataclass(frozen=True, eq=False)
class Clusters(Stored):
    """Clusters of columns by how much they tell about each other.

    Attributes
    ----------
    columns : tuple of str, length M
    association : array of shape (M, M)
        0..1: |Spearman's ρ| of numbers and dates, Cramér's V of labels, the correlation ratio η of ranks
        within labels; V and η less what chance would show.
    threshold : float
    members : tuple of tuple of str
        Clusters of two or more columns, any two of which are associated at least so much.
    """

    columns: tuple[str, ...]
    association: Floats
    threshold: float
    members: tuple[tuple[str, ...], ...]

    def groups(self) -> dict[str, tuple[str, ...]]:
        """Name → columns, for ``explain(..., groups=...)`` and grouped permutations."""
        return {_name(cluster, self.columns): cluster for cluster in self.members}

    def cluster_of(self, column: str) -> tuple[str, ...] | None:
        """The cluster that a column is in; None if it stands alone."""
        return next((cluster for cluster in self.members if column in cluster), None)

    def between(self, first: str, second: str) -> float:
        """Association of two columns."""
        return float(self.association[self.columns.index(first), self.columns.index(second)])

    def warning(self, column: str) -> str | None:
        """What to keep in mind about a column's importance; None if it stands alone."""
        cluster = self.cluster_of(column)
        if cluster is None:
            return None
        others = [other for other in cluster if other != column]
        named = [f"{other} ({formats.number(self.between(column, other), 2)})" for other in others]
        return (
            f"{column} tells much the same as {formats.listed(named)}. The model may use one for the other, "
            "so its importance is shared with them; judge them as one cluster."
        )

    def sentence(self) -> str:
        """The clusters in words."""
        if not self.members:
            return f"No two columns are associated by {formats.number(self.threshold, 2)} or more."
        named = [f"{formats.listed(list(cluster))}" for cluster in self.members]
        return (
            f"Columns that tell much the same (association of at least {formats.number(self.threshold, 2)}): "
            f"{'; '.join(named)}. Importance is shared within each of them."
        )


def cluster_columns(
    X: pd.DataFrame,
    *,
    threshold: float = 0.7,
    seed: int = 0,
    time_budget: float | None = None,
    progress: Progress | None = None,
) -> Clusters:
    """Find clusters of columns by complete linkage: any two columns of a cluster are associated.

    Parameters
    ----------
    X : DataFrame of shape (n, M)
        At most 5,000 rows are used, at random.
    threshold : float
        Least association within a cluster, above 0 and at most 1.
    seed : int
    time_budget : float, optional
        Seconds; when time is short the answer is from fewer rows.
    progress : callable, optional
        Called with the share done, 0..1.

    Returns
    -------
    Clusters

    Raises
    ------
    InputError
        If there are under 20 rows or the threshold is out of range.
    """
    from .hybrids import some_rows

    if not 0 < threshold <= 1:
        raise InputError(f"Expected a threshold above 0 and at most 1, found {threshold}.")
    frame = checked_table(X)
    if len(frame) < _LEAST_ROWS:
        raise InputError(f"Expected at least {_LEAST_ROWS} rows to compare columns, found {len(frame)}.")
    columns = tuple(str(name) for name in frame.columns)
    matrix = as_many(
        Clock(time_budget),
        lambda rows: association(frame.iloc[some_rows(len(frame), rows, seed)]),
        min(len(frame), _MOST_ROWS),
        least=_FEW_ROWS,
        progress=progress,
    )
    return Clusters(columns, matrix, float(threshold), _linked(columns, matrix, threshold))


def association(frame: pd.DataFrame) -> Floats:
    """How much any two columns tell about each other, 0..1, shape (M, M).

    Missing labels are a label; of numbers and dates only rows where both are present count, unless these are
    under 20. Spearman's ρ; Cramér's V with the correction of Bergsma (2013); the correlation ratio as ε
    (Kelley, 1935). Labels beyond the 50 most frequent are taken as one.
    """
    m = frame.shape[1]
    labels = [column_kind(frame.iloc[:, j]) == "label" for j in range(m)]
    cells: list[Any] = [_codes(frame.iloc[:, j]) if labels[j] else _ranks(frame.iloc[:, j]) for j in range(m)]
    result = np.eye(m)
    for i in range(m):
        for j in range(i + 1, m):
            if labels[i] and labels[j]:
                value = _cramer(cells[i], cells[j])
            elif labels[i] or labels[j]:
                value = _ratio(*((cells[i], cells[j]) if labels[i] else (cells[j], cells[i])))
            else:
                value = _spearman(cells[i], cells[j])
            result[i, j] = result[j, i] = value
    return result


def _codes(column: pd.Series[Any]) -> Ints:
    codes = pd.factorize(column, use_na_sentinel=False)[0]
    frequent = np.argsort(-np.bincount(codes), kind="stable")[:_MOST_LEVELS]
    place = np.full(int(codes.max()) + 1, len(frequent), dtype=np.int64)
    place[frequent] = np.arange(len(frequent))
    return np.asarray(np.unique(place[codes], return_inverse=True)[1], dtype=np.int64)


def _ranks(column: pd.Series[Any]) -> Floats:
    return np.asarray(pd.Series(as_numbers(column)).rank(), dtype=np.float64)


def _spearman(a: Floats, b: Floats) -> float:
    both = ~np.isnan(a) & ~np.isnan(b)
    if both.sum() < _LEAST_ROWS:
        return 0.0
    x = pd.Series(a[both]).rank().to_numpy()
    y = pd.Series(b[both]).rank().to_numpy()
    if not x.std() or not y.std():
        return 0.0
    return float(min(1.0, abs(np.corrcoef(x, y)[0, 1])))


def _cramer(a: Ints, b: Ints) -> float:
    n, r, c = len(a), int(a.max()) + 1, int(b.max()) + 1
    if min(r, c) < 2:
        return 0.0
    table = np.zeros((r, c))
    np.add.at(table, (a, b), 1)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / n
    phi = float(((table - expected) ** 2 / expected).sum()) / n
    phi = max(0.0, phi - (r - 1) * (c - 1) / (n - 1))
    rows, columns = r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)
    least = min(rows, columns) - 1
    return float(np.sqrt(min(1.0, phi / least))) if least > 0 else 0.0


def _ratio(codes: Ints, ranks: Floats) -> float:
    present = ~np.isnan(ranks)
    if present.sum() < _LEAST_ROWS:
        return 0.0
    codes = np.unique(codes[present], return_inverse=True)[1]
    values = pd.Series(ranks[present]).rank().to_numpy()
    groups = int(codes.max()) + 1
    total = float(((values - values.mean()) ** 2).sum())
    if groups < 2 or len(values) <= groups or not total:
        return 0.0
    means = np.bincount(codes, values) / np.bincount(codes)
    within = float(((values - means[codes]) ** 2).sum())
    return float(np.sqrt(max(0.0, 1 - within / (len(values) - groups) / (total / (len(values) - 1)))))


def _linked(columns: tuple[str, ...], matrix: Floats, threshold: float) -> tuple[tuple[str, ...], ...]:
    if len(columns) < 2:
        return ()
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    tree = linkage(squareform(1 - matrix, checks=False), method="complete")
    number = fcluster(tree, 1 - threshold + 1e-12, criterion="distance")
    clusters: dict[int, list[str]] = {}
    for column, cluster in zip(columns, number.tolist(), strict=True):
        clusters.setdefault(cluster, []).append(column)
    return tuple(tuple(cluster) for cluster in clusters.values() if len(cluster) > 1)


def _name(cluster: tuple[str, ...], columns: tuple[str, ...]) -> str:
    name = f"{cluster[0]} + {len(cluster) - 1} more"
    while name in columns:
        name += " …"
    return name
