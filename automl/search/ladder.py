"""Growing samples of a large table: all candidates on few rows first, then the best of them on more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from automl.models import Context
from automl.search.trial import Candidate, Trial

__all__ = ["due_rows", "on_sample", "sample_sizes", "to_grow"]

_FROM_ROWS = 100_000
_FIRST, _GROWTH = 50_000, 4
_LONGEST = (
    3.0  # times the seconds it would get: the clock then cuts a fit short, and it is of use all the same
)


def sample_sizes(context: Context) -> tuple[int, ...]:
    """How many rows models learn from, one number for each part of the time; empty for smaller tables.

    50,000, four times as many, and so on, and at last all: successive halving (Jamieson and Talwalkar,
    "Non-stochastic best arm identification and hyperparameter optimization", AISTATS 2016), only that the
    clock says when a part is over. All models are judged on the same rows.

    Parameters
    ----------
    context : Context
        Of the whole table. Samples are taken from the single fold of large tables only.
    """
    learned = context.learned_rows
    if learned <= _FROM_ROWS or context.n_folds > 1:
        return ()
    sizes, size = [], _FIRST
    while size < learned / 2:
        sizes.append(size)
        size *= _GROWTH
    return (*sizes, learned)


def due_rows(sizes: Sequence[int], share: float) -> int | None:
    """How many rows are due when a share of the search, from 0 to 1, is over; None for all at any time."""
    return sizes[min(int(share * len(sizes)), len(sizes) - 1)] if sizes else None


def on_sample(context: Context, rows: int | None) -> Context:
    """The context of a candidate that learns from so many rows; None for all."""
    if rows is None or rows >= context.learned_rows:
        return context
    return replace(context, n_rows=context.n_rows - context.learned_rows + rows, sample=rows)


def to_grow(trials: Iterable[Trial], asked: Iterable[Candidate], rows: int, seconds: float) -> list[Trial]:
    """The trials worth learning from `rows` rows, best first: each candidate once.

    Parameters
    ----------
    trials : iterable of Trial
        Finished ones.
    asked : iterable of Candidate
        All that were asked for, finished or not.
    rows : int
    seconds : float
        That a candidate would be given.
    """
    there = {_key(one) for one in asked if (one.rows or 0) >= rows}
    best: dict[str, Trial] = {}
    for trial in sorted((t for t in trials if t.loss is not None), key=lambda t: (t.loss, t.number)):
        if trial.rows is None or trial.family == "dummy" or _key(trial) in there:
            continue
        if trial.fit_seconds * rows / trial.rows <= _LONGEST * seconds:
            best.setdefault(_key(trial), trial)
    return list(best.values())


def _key(one: Candidate | Trial) -> str:
    """What makes it the same candidate, whatever the rows."""
    return repr((one.family, sorted(one.params.items())))
