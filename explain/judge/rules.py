"""Rules over raw columns, in the columns' own values, and the codes by which a tree can find them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .. import formats
from ..cuts import near, roundest, roundest_moment
from ..reference import Kind, as_numbers, column_kind
from ..stored import Stored

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_SLACK = 0.005  # of the rows a round number may move to the other side
_LEVELS = 30
_SHOWN = 4
_INFINITE = float("inf")


@dataclass(frozen=True)
class Rule(Stored):
    """What holds for one column: ``above < value <= upto``, or ``value`` is (or is not) among ``labels``.

    Attributes
    ----------
    column : str
    kind : {"number", "date", "label"}
        Dates are seconds since 1970.
    above, upto : float
    labels : tuple of str
    inside : bool
        Whether the value is among the labels, or outside of them.
    missing : bool
        Whether missing values are meant as well.
    """

    column: str
    kind: str
    above: float = -_INFINITE
    upto: float = _INFINITE
    labels: tuple[str, ...] = ()
    inside: bool = True
    missing: bool = False

    def mask(self, frame: pd.DataFrame) -> Bools:
        """For which rows of a frame it holds, shape (n,)."""
        column = frame.iloc[:, [str(name) for name in frame.columns].index(self.column)]
        gone = column.isna().to_numpy(dtype=bool)
        if self.kind == "label":
            codes, levels = pd.factorize(column)
            among = np.array([str(level) in set(self.labels) for level in levels] + [False])
            return np.asarray(np.where(gone, self.missing, among[codes] == self.inside), dtype=bool)
        values = as_numbers(column)
        with np.errstate(invalid="ignore"):
            holds = (values > self.above) & (values <= self.upto)
        return np.asarray(np.where(gone, self.missing, holds), dtype=bool)

    @property
    def words(self) -> str:
        """The rule for people."""
        if self.kind == "label":
            if not self.labels and self.inside:
                return f"{self.column} is missing"
            text = self._labels()
        else:
            low, high = self._shown(self.above), self._shown(self.upto)
            if self.above == -_INFINITE and self.upto == _INFINITE:
                return f"{self.column} is known" if not self.missing else f"any {self.column}"
            if self.above == self.upto:  # nothing is between: only missing values
                return f"{self.column} is missing"
            if self.above == -_INFINITE:
                text = f"{self.column} ≤ {high}"
            elif self.upto == _INFINITE:
                text = f"{self.column} > {low}"
            else:
                text = f"{low} < {self.column} ≤ {high}"
        return f"{text} or missing" if self.missing else text

    def _labels(self) -> str:
        shown = [f"“{label}”" for label in self.labels[:_SHOWN]]
        if len(self.labels) > _SHOWN:
            shown.append(f"{len(self.labels) - _SHOWN} more")
        if not shown:
            return f"{self.column} is known"
        return f"{self.column} is {'' if self.inside else 'not '}{formats.listed(shown, 'or')}"

    def _shown(self, value: float) -> str:
        if not np.isfinite(value):
            return ""
        return formats.coordinate(value, "date" if self.kind == "date" else "number")


def words(rules: tuple[Rule, ...]) -> str:
    """Several rules for people."""
    return " and ".join(rule.words for rule in rules) if rules else "all rows"


def narrowed(rules: tuple[Rule, ...], rule: Rule) -> tuple[Rule, ...]:
    """One more rule: merged with one of the same column."""
    for place, other in enumerate(rules):
        if other.column == rule.column:
            return (*rules[:place], _both(other, rule), *rules[place + 1 :])
    return (*rules, rule)


def _both(first: Rule, second: Rule) -> Rule:
    missing = first.missing and second.missing
    if first.kind != "label":
        above, upto = max(first.above, second.above), min(first.upto, second.upto)
        return replace(first, above=above, upto=upto, missing=missing)
    if not first.inside and not second.inside:
        labels = first.labels + tuple(label for label in second.labels if label not in first.labels)
        return replace(first, labels=labels, missing=missing)
    positive, other = (first, second) if first.inside else (second, first)
    labels = tuple(label for label in positive.labels if (label in other.labels) == other.inside)
    return replace(positive, labels=labels, missing=missing)


@dataclass(frozen=True, eq=False)
class Coded:
    """A column as a tree takes it.

    Attributes
    ----------
    name : str
    kind : {"number", "date", "label"}
    codes : array of shape (n,)
        Ranks of distinct numbers or moments (scikit-learn would compare the values in single precision); the
        place of labels in the order of the mean loss, by which a squared loss is best divided into two sets
        (Fisher, 1958). NaN where missing.
    ordered : array
        The numbers or seconds that occur, in ascending order, each as often as it does.
    levels : tuple of str
        The label at each place; empty for the place that rare labels share.
    has_missing : bool
    """

    name: str
    kind: Kind
    codes: Floats
    ordered: Floats
    levels: tuple[str, ...]
    has_missing: bool

    @classmethod
    def of(cls, column: pd.Series[Any], loss: Floats, leaf: int) -> Coded:
        """Code a column.

        Labels with fewer than a third of ``leaf`` rows, and all but the 30 most frequent, share one place at
        their mean loss: the order of many rare labels is noise, and a tree would take it for a finding.
        """
        name, kind = str(column.name), column_kind(column)
        gone = column.isna().to_numpy(dtype=bool)
        if kind == "label":
            codes, levels = _places(column, loss, leaf)
            return cls(name, kind, codes, np.zeros(0), levels, bool(gone.any()))
        values = as_numbers(column)
        gone = gone | np.isnan(values)
        codes = np.full(len(values), np.nan)
        codes[~gone] = np.unique(values[~gone], return_inverse=True)[1]
        return cls(name, kind, codes, np.sort(values[~gone]), (), bool(gone.any()))


def _places(column: pd.Series[Any], loss: Floats, leaf: int) -> tuple[Floats, tuple[str, ...]]:
    raw, found = pd.factorize(column)
    names, known = [str(level) for level in found], raw >= 0
    counts = np.bincount(raw[known], minlength=len(names))
    frequent = np.argsort(-counts, kind="stable")[:_LEVELS]
    kept = [int(j) for j in frequent if counts[j] >= max(2, leaf / 3)]
    slot = np.full(len(names), len(kept))
    slot[kept] = np.arange(len(kept))
    slots = np.append(slot, 0)[raw]
    labels = [names[j] for j in kept] + [""] * (len(kept) < len(names))
    with np.errstate(invalid="ignore"):
        means = np.bincount(slots[known], loss[known], len(labels)) / np.bincount(
            slots[known], minlength=len(labels)
        )
    order = np.argsort(means, kind="stable")
    place = np.empty(len(labels))
    place[order] = np.arange(len(labels))
    codes = np.where(known, place[slots] if len(labels) else np.nan, np.nan)
    return codes, tuple(labels[j] for j in order)


def rule_of(column: Coded, cut: float, *, below: bool, missing: bool) -> Rule:
    """One side of a split of codes, as a rule over raw values.

    Parameters
    ----------
    column : Coded
    cut : float
        Codes up to it are below; infinite where only missing values are on the other side.
    below : bool
    missing : bool
        Whether missing values are on this side.
    """
    if column.kind == "label":
        if not np.isfinite(cut):
            return Rule(column.name, column.kind, inside=not below, missing=missing)
        split = int(np.floor(cut)) + 1
        own, others = column.levels[:split], column.levels[split:]
        if not below:
            own, others = others, own
        if "" in own:  # rare labels, and those never seen, go where most of them were
            return Rule(column.name, column.kind, labels=tuple(sorted(others)), inside=False, missing=missing)
        return Rule(column.name, column.kind, labels=tuple(sorted(own)), missing=missing)
    if not np.isfinite(cut):
        return Rule(column.name, column.kind, above=-_INFINITE if below else _INFINITE, missing=missing)
    distinct = np.unique(column.ordered)
    rows = int(np.searchsorted(column.ordered, distinct[int(np.floor(cut))], side="right"))
    low, high = near(column.ordered, rows, int(_SLACK * len(column.ordered)))
    value = roundest_moment(low, high) if column.kind == "date" else roundest(low, high)
    return (
        Rule(column.name, column.kind, upto=value, missing=missing)
        if below
        else Rule(column.name, column.kind, above=value, missing=missing)
    )
