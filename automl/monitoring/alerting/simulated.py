"""What rules do on tables without any change: drawn from what a model's own rows were counted to be.

Old rows and new ones are both drawn, so that the old ones are not taken for the truth; several tables in a
row are compared with the same old rows, as a watch does. Columns are drawn independently of each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from automl.data import Schema
from automl.monitoring.alerting.machine import State, step
from automl.monitoring.alerting.observing import by_columns
from automl.monitoring.alerting.rule import Rule
from automl.monitoring.counts import Counts
from automl.monitoring.drift import drift_of
from automl.monitoring.reference import Profile, Reference

__all__ = ["SIMULATED", "Simulated", "simulate"]

SIMULATED = ("drift", "missing", "predictions")
"""What can be simulated from counts; anything else needs whole rows, or labels."""

_LEVEL = 0.9


@dataclass(frozen=True)
class Simulated:
    """What a rule did on tables without any change.

    Attributes
    ----------
    rows : int
        Of each table.
    tables, over : int
        How many there were, and in how many of them the rule was over its limit.
    low, high : float
        Ends of the 90 % interval of that share.
    series, opened : int
        So many times some tables were compared in a row, and in so many of them an alert was opened.
    """

    rows: int
    tables: int
    over: int
    low: float
    high: float
    series: int
    opened: int

    @property
    def share(self) -> float:
        """Share of the tables in which the rule was over its limit."""
        return self.over / self.tables

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "rows": self.rows, "tables": self.tables, "over": self.over, "share": self.share,
            "low": self.low, "high": self.high, "series": self.series, "opened": self.opened,
        }  # fmt: skip


def simulate(
    reference: Reference,
    schema: Schema,
    rules: Sequence[Rule],
    rows: int,
    *,
    series: int = 20,
    tables: int = 10,
    seed: int = 0,
) -> dict[str, Simulated]:
    """Let rules judge tables without any change.

    Parameters
    ----------
    reference : Reference
    schema : Schema
    rules : sequence of Rule
        Those that cannot be simulated are left out of the result.
    rows : int
        Of each table.
    series, tables : int
        So many times old rows are drawn, and so many tables are compared with them.
    seed : int

    Returns
    -------
    dict of str to Simulated
        By the names of the rules.
    """
    meant = [rule for rule in rules if rule.what in SIMULATED]
    if not meant or not rows:
        return {}
    rng = np.random.default_rng([seed, 11])
    over = dict.fromkeys((rule.name for rule in meant), 0)
    opened = dict(over)
    for _ in range(series):
        old = _redrawn(reference, rng)
        states = {rule.name: State() for rule in meant}
        has_opened: set[str] = set()
        for number in range(tables):
            columns = [_drawn(profile, rows, rng) for profile in reference.columns]
            outputs = [_drawn(profile, rows, rng) for profile in reference.outputs]
            found = drift_of(old, schema, columns, outputs)
            for rule in meant:
                observed = by_columns(rule, float(number), *found[:2])
                assert observed is not None  # that is what SIMULATED means
                over[rule.name] += bool(observed.seen.over)
                states[rule.name], events = step(rule, states[rule.name], observed.seen)
                has_opened |= {rule.name for event in events if event.kind == "opened"}
        for name in has_opened:
            opened[name] += 1
    return {
        rule.name: Simulated(
            rows, series * tables, over[rule.name], *_interval(over[rule.name], series * tables), series,
            opened[rule.name],
        )
        for rule in meant
    }  # fmt: skip


def _redrawn(reference: Reference, rng: np.random.Generator) -> Reference:
    """Other old rows of the same distribution."""
    return replace(
        reference,
        columns=tuple(replace(e, counts=_drawn(e, e.counts.rows, rng)) for e in reference.columns),
        outputs=tuple(replace(e, counts=_drawn(e, e.counts.rows, rng)) for e in reference.outputs),
    )


def _drawn(profile: Profile, rows: int, rng: np.random.Generator) -> Counts:
    """Counts of rows that are distributed as those of a profile."""
    known = profile.counts
    weights = np.array([*known.cells, known.missing], dtype=np.float64)
    if not weights.sum():
        return replace(known, rows=rows, missing=rows)
    cells = rng.multinomial(rows, weights / weights.sum())
    words: tuple[int, ...] = ()
    if sum(known.words):
        share = np.array(known.words, dtype=np.float64) / sum(known.words)
        words = tuple(rng.multinomial(int(cells[:-1].sum()), share).tolist())
    elif known.words:
        words = known.words
    return Counts(rows=rows, missing=int(cells[-1]), cells=tuple(cells[:-1].tolist()), words=words)


def _interval(times: int, of: int) -> tuple[float, float]:
    """Clopper and Pearson's interval of a share."""
    from scipy.stats import beta

    tail = (1 - _LEVEL) / 2
    low = 0.0 if times == 0 else float(beta.ppf(tail, times, of - times + 1))
    high = 1.0 if times == of else float(beta.ppf(1 - tail, times + 1, of - times))
    return low, high
