"""What was asked of a model, and what it costs, in the words of terminal, page and card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["constraint_words", "cost_words", "weights_words"]

_MOVES = {"increasing": "never falls", "decreasing": "never rises"}


def constraint_words(constraints: Mapping[str, Any] | None, positive: str | None = None) -> list[str]:
    """One phrase for each constraint; nothing where there is none.

    Parameters
    ----------
    constraints : mapping or None
        `monotone`, `interpretable`, `max_latency_ms` and `max_size_mb`, as a run's specification has them.
    positive : str, optional
        The class whose probability a monotone column is about.
    """
    asked = constraints or {}
    what = "the prediction" if positive is None else f"the probability of “{positive}”"
    words = [
        f"{what} {_MOVES[direction]} when “{column}” alone grows"
        for column, direction in (asked.get("monotone") or {}).items()
    ]
    if asked.get("interpretable"):
        words.append("one model that a person can read, no vote")
    if asked.get("max_latency_ms") is not None:
        words.append(f"at most {asked['max_latency_ms']:g} ms to predict one row")
    if asked.get("max_size_mb") is not None:
        words.append(f"at most {asked['max_size_mb']:g} MB")
    return words


def cost_words(cost: Mapping[str, Any]) -> str:
    """A measured cost: `latency_ms`, `rows` and `megabytes`."""
    size = float(cost["megabytes"])
    return (
        f"{cost['latency_ms']:.3g} ms to predict one row (median of {cost['rows']}, measured where it was "
        f"searched), {f'{size:.1f} MB' if size >= 1 else f'{1000 * size:.0f} kB'}"
    )


def weights_words(weights: Mapping[str, Any] | None) -> str:
    """Which column says how much rows count, and what that leaves of them; empty where all count the same.

    Parameters
    ----------
    weights : mapping or None
        `column`, `rows` and `effective_rows`, as ``prepared.json`` and ``result.json`` have them.
    """
    if not weights:
        return ""
    return (
        f"rows count as “{weights['column']}” says, in learning and in every score; {weights['rows']:,} of "
        f"them tell as much of a mean as {weights['effective_rows']:,.0f} rows of equal weight"
    )
