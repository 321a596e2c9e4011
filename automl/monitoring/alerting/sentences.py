"""Alerts in sentences, from their figures: no value of any row is in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from automl.monitoring import words
from explain import formats

__all__ = ["Figures", "anomalies", "drifted", "few", "missing", "moves", "predictions"]

Figures = Mapping[str, Any]


def drifted(figures: Sequence[Figures]) -> str:
    """Which columns have drifted, and how far the first of them."""
    first = figures[0]
    verb = "has" if len(figures) == 1 else "have"
    return (
        f"{listed(figures)} {verb} drifted: of {first['column']} at least {words.share(first['moved'])} of "
        f"the rows have moved (chance: {words.share(first['chance'])})."
    )


def missing(figures: Sequence[Figures]) -> str:
    """Which columns miss more or fewer values than before."""
    before, after = figures[0]["missing"]
    return (
        f"{listed(figures)}: the share of missing values has changed, of {figures[0]['column']} from "
        f"{words.share(before)} to {words.share(after)}."
    )


def predictions(figures: Sequence[Figures]) -> str:
    """How far the predictions have moved."""
    first = figures[0]
    return (
        f"The predictions have moved: at least {words.share(first['moved'])} of them are others than for "
        f"rows like those learned from (chance: {words.share(first['chance'])})."
    )


def moves(figures: Sequence[Figures]) -> str:
    """Which columns move the mean prediction."""
    first = figures[0]
    verb = "moves" if len(figures) == 1 else "move"
    return (
        f"{listed(figures)} {verb} the mean prediction: {first['column']} by {first['effect']:.2f} standard "
        "deviations of the predictions."
    )


def anomalies(figures: Sequence[Figures]) -> str:
    """What is not as expected, by the codes of findings."""
    told = [f"{each['column'] or 'the table'} ({', '.join(each['codes'])})" for each in figures]
    return f"Not as expected: {formats.listed(few(told))}."


def listed(figures: Sequence[Figures]) -> str:
    """Columns in a row."""
    return formats.listed(few([str(each["column"]) for each in figures]))


def few(names: Sequence[str], most: int = 5) -> list[str]:
    """The first of some names, and how many more there are."""
    more = [f"{len(names) - most:,} more"] if len(names) > most else []
    return [*names[:most], *more]
