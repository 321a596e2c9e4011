"""Drift of the columns and of the predictions: how far each has moved, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from automl.data import Kind, Schema
from automl.monitoring import measures
from automl.monitoring.chart import Chart, chart_of
from automl.monitoring.counts import Counts, is_listed
from automl.monitoring.reference import Profile, Reference
from automl.monitoring.rules import ACT, ALARMS, LOOK, MISSING, Level
from explain.stored import Stored

__all__ = ["ColumnDrift", "drift_of", "ranked"]

_SMIRNOV, _CHI_SQUARE, _TEXT = "Kolmogorov–Smirnov", "chi-square", "length and words"


@dataclass(frozen=True)
class ColumnDrift(Stored):
    """How a column, or what is predicted, differs between old rows and new ones.

    Attributes
    ----------
    column, kind : str
    test : str or None
        None where there is nothing to compare.
    statistic, p : float or None
        Of that test.
    adjusted : float or None
        The p-value adjusted for all tests of the table.
    moved : float
        Share of the rows that have moved, at least: Kolmogorov's distance of numbers, dates and lengths of
        texts, total variation of labels and words.
    chance : float
        What is to be expected of that between tables of these sizes where nothing has changed.
    psi : float or None
        Population stability index.
    distance : float or None
        Numbers and dates: Wasserstein distance in standard deviations before (dates: in days). Labels:
        Jensen–Shannon distance.
    missing : (float, float)
        Shares of missing values before and now.
    missing_p, missing_adjusted : float or None
    means : (float or None, float or None)
        Of numbers.
    unseen : float
        Share of the new rows with labels that were not there before.
    chart : Chart
    level : {"fine", "look", "act"}
        What this column alone calls for.
    expected : bool
        Whether it is only that time has passed: dates that are later than before.
    """

    column: str
    kind: str
    test: str | None
    statistic: float | None
    p: float | None
    adjusted: float | None
    moved: float
    chance: float
    psi: float | None
    distance: float | None
    missing: tuple[float, float]
    missing_p: float | None
    missing_adjusted: float | None
    means: tuple[float | None, float | None]
    unseen: float
    chart: Chart
    level: Level = "fine"
    expected: bool = False

    @property
    def beyond_chance(self) -> float:
        """Share of the rows that have moved beyond what chance moves."""
        return max(self.moved - self.chance, 0.0)

    @property
    def is_sure(self) -> bool:
        """Whether the distribution differs beyond chance, with all tests of the table in mind."""
        return self.adjusted is not None and self.adjusted <= ALARMS

    @property
    def has_moved(self) -> bool:
        """Whether the distribution has drifted: surely, and by enough."""
        return self.is_sure and self.beyond_chance >= LOOK

    @property
    def misses_more(self) -> bool:
        """Whether the share of missing values has changed: surely, and by enough."""
        sure = self.missing_adjusted is not None and self.missing_adjusted <= ALARMS
        return sure and abs(self.missing[1] - self.missing[0]) >= MISSING


def drift_of(
    reference: Reference,
    schema: Schema,
    columns: Sequence[Counts],
    outputs: Sequence[Counts],
    others: Sequence[float] = (),
) -> tuple[tuple[ColumnDrift, ...], tuple[ColumnDrift, ...], list[float]]:
    """Compare counts of new rows with the reference.

    Parameters
    ----------
    reference : Reference
    schema : Schema
    columns, outputs : sequences of Counts
        Of the new rows, in the order of the reference.
    others : sequence of float
        p-values of further tests of the same table.

    Returns
    -------
    columns, outputs : tuples of ColumnDrift
        In the order of the reference.
    others : list of float
        The further p-values, adjusted.
    """
    measured = [
        *(_measured(p, c, schema[p.name]) for p, c in zip(reference.columns, columns, strict=True)),
        *(_measured(p, c, None) for p, c in zip(reference.outputs, outputs, strict=True)),
    ]
    p_values = [p for each in measured for p in (each.p, each.missing_p) if p is not None]
    corrected = iter(measures.adjusted([*p_values, *others]))
    found = []
    for place, each in enumerate(measured):
        adjusted = None if each.p is None else next(corrected)
        missing = None if each.missing_p is None else next(corrected)
        is_output = place >= len(reference.columns)
        found.append(_leveled(replace(each, adjusted=adjusted, missing_adjusted=missing), is_output))
    width = len(reference.columns)
    return tuple(found[:width]), tuple(found[width:]), list(corrected)


def ranked(columns: Sequence[ColumnDrift], parts: dict[str, float]) -> list[ColumnDrift]:
    """Columns by what they do to the predictions, the largest first; then by how far they have moved.

    Parameters
    ----------
    columns : sequence of ColumnDrift
    parts : dict
        Of the shift of the mean prediction, by column; those that cannot be told from chance as 0.
    """
    return sorted(columns, key=lambda each: (-abs(parts.get(each.column, 0.0)), -each.beyond_chance))


def _measured(profile: Profile, after: Counts, column: Any) -> ColumnDrift:
    before, grid = profile.counts, profile.grid
    tested, name = _tested(profile, after)
    absent = measures.of_shares(before.missing, before.rows, after.missing, after.rows, profile.alike)
    later = before.maximum is not None and after.minimum is not None and after.mean is not None
    return ColumnDrift(
        column=profile.name,
        kind=grid.kind,
        test=None if tested is None else name,
        statistic=None if tested is None else tested.statistic,
        p=None if tested is None else tested.p,
        adjusted=None,
        moved=0.0 if tested is None else tested.moved,
        chance=0.0 if tested is None else tested.chance,
        psi=None if tested is None else measures.psi(before.cells, after.cells, ordered=not grid.levels),
        distance=_distance(profile, after),
        missing=(_share(before.missing, before.rows), _share(after.missing, after.rows)),
        missing_p=None if absent is None else absent.p,
        missing_adjusted=None,
        means=(None, None) if is_listed(grid.kind) else (before.mean, after.mean),
        unseen=_share(after.cells[-1], after.rows) if is_listed(grid.kind) else 0.0,
        chart=chart_of(grid, before, after, column),
        expected=grid.kind == Kind.DATETIME
        and later
        and (after.mean or 0.0) > (before.mean or 0.0)
        and (after.maximum or 0.0) > (before.maximum or 0.0),
    )


def _tested(profile: Profile, after: Counts) -> tuple[measures.Tested | None, str]:
    before, kind, alike = profile.counts, profile.grid.kind, profile.alike
    if is_listed(kind):
        return measures.homogeneity(before.cells, after.cells, alike), _CHI_SQUARE
    found = measures.smirnov(before, after, alike)
    if kind != Kind.TEXT:
        return found, _SMIRNOV
    words = measures.homogeneity(before.words, after.words, alike)
    both = [each for each in (found, words) if each is not None]
    if not both:
        return None, _TEXT
    most = max(both, key=lambda each: each.moved - each.chance)
    return replace(most, p=min(1.0, len(both) * min(each.p for each in both))), _TEXT


def _distance(profile: Profile, after: Counts) -> float | None:
    if is_listed(profile.grid.kind):
        return measures.jensen_shannon(profile.counts.cells, after.cells) if after.present else None
    far = measures.wasserstein(profile.grid, profile.counts, after)
    if far is None:
        return None
    if profile.grid.kind == Kind.DATETIME:
        return far / 86_400
    return far / profile.deviation if profile.deviation else None


def _leveled(drift: ColumnDrift, is_output: bool) -> ColumnDrift:
    if is_output and drift.has_moved and drift.beyond_chance >= ACT:
        return replace(drift, level="act")
    moved = drift.has_moved and not drift.expected
    return replace(drift, level="look" if moved or drift.misses_more else "fine")


def _share(some: int, rows: int) -> float:
    return some / rows if rows else 0.0
