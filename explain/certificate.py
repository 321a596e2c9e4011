"""Whether explanations are what they claim to be, measured on the model itself.

The definition is checked with nothing but the definition: in a small game, with few rows and few columns that
vary, every coalition is formed and the model asked. Engines, which read the inside of models or sample, have
to come to the same values.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Any

import numpy as np
import pandas as pd

from .brute_force import Floats, brute_force
from .clock import Clock, Progress
from .explanation import Explanation
from .formats import number
from .frames import checked_frames, frame_hash
from .stored import Stored

__all__ = ["Certificate", "Check", "certify", "check"]

#: Exact values may differ by so much, relative to outputs above 1.
TOLERANCE = 1e-6
#: Share of sampled values within two of their standard errors that is called too few; 95 % are expected. The
#: errors of one row and sampling belong together (they sum to 0 over columns and classes), hence repeats, and
#: patience where there are few.
_FEWEST_WITHIN = 0.8
_FEWEST_OF_FEW = 0.5
_FEW = 5  # rows times repeats
_SECOND_OPINION = 10_007  # added to the seed
_SLIGHT = 0.01  # of the largest value: an error that misleads nobody, whatever its standard error
_MOST_ERRORS = 10.0  # standard errors that a single value may be off
_PLAYERS, _ROWS, _BACKGROUND = 8, 3, 6
_REPEATS = 6
_VERSIONS = ("numpy", "scikit-learn", "lightgbm", "numba")


@dataclass(frozen=True)
class Check:
    """A comparison with brute force.

    Attributes
    ----------
    players : tuple of str
        Columns that varied; the others stood still, at their values in the first background row.
    rows, background_rows : int
        So many rows, each from the first on.
    coalitions : int
        Subsets of the players, each of which was evaluated.
    method : str
        How the values that were checked came about.
    exact : bool
        Whether they claim to be exact.
    repeats : int
        How often it was sampled, with other random numbers each time; 1 where values claim to be exact.
    values : int
        How many were compared, in all repeats.
    largest_error : float
        Largest difference from brute force, in units of the scale.
    largest_value : float
        Largest of the values by brute force, to compare with.
    within : float or None
        Share of the values within two standard errors; None where they claim to be exact.
    holds : bool
        Whether the claim held: within 1e-6, or within the standard errors (or 1 % of the largest value) about
        as often as chance lets expect, else in a second sampling.
    """

    players: tuple[str, ...]
    rows: int
    background_rows: int
    coalitions: int
    method: str
    exact: bool
    repeats: int
    values: int
    largest_error: float
    largest_value: float
    within: float | None
    holds: bool

    @property
    def words(self) -> str:
        """What was compared and what came out, in a sentence."""
        game = (
            f"{self.values:,} values, by brute force over all {self.coalitions:,} coalitions of "
            f"{len(self.players)} columns"
        )
        if self.repeats > 1:
            game = f"{game}, sampled {self.repeats} times over"
        if self.within is None:
            return f"{game}: the largest difference is {number(self.largest_error, 1)}"
        return (
            f"{game}: {100 * self.within:.0f} % are within two standard errors, the largest difference is "
            f"{number(self.largest_error, 2)} (values go up to {number(self.largest_value, 2)})"
        )


@dataclass(frozen=True)
class Certificate(Stored):
    """What was measured of a model's explanations.

    Attributes
    ----------
    scale, method : str
    exact : bool
        Of the explanation that was certified.
    rows, background_rows : int
        Its rows, and those it compares with.
    additivity_error : float
        Largest |base + sum of contributions − prediction| over its rows.
    check : Check
    background_hash, model_hash : str
        Fingerprints, see :class:`~explain.explanation.Explanation`.
    seed : int
    versions : dict
        Of the packages that computed it.
    """

    scale: str
    method: str
    exact: bool
    rows: int
    background_rows: int
    additivity_error: float
    check: Check
    background_hash: str
    model_hash: str
    seed: int
    versions: dict[str, str]

    @property
    def holds(self) -> bool:
        """Whether contributions add up and agree with brute force as claimed."""
        return self.additivity_error <= TOLERANCE * max(1.0, self.check.largest_value) and self.check.holds


def certify(
    model: Any,
    explanation: Explanation,
    rows: pd.DataFrame,
    background: pd.DataFrame,
    *,
    time_budget: float = 1.5,
    progress: Progress | None = None,
) -> Certificate:
    """Check how a model is explained, and write down what came out.

    Parameters
    ----------
    model : fitted estimator
    explanation : Explanation
        Of some rows against ``background``; its additivity is certified, and its most important columns are
        the players of the check.
    rows, background : DataFrame
        From which the first few are taken for the check.
    time_budget : float
        Seconds for brute force, and once more for repeats of what is sampled: a slow model gets a smaller
        game and fewer of them.
    progress : callable, optional

    Returns
    -------
    Certificate
    """
    rows, background = checked_frames(rows, background)
    columns = list(explanation.global_().columns) if explanation.rows else list(explanation.columns)
    players, n, b = _plan(model, columns, rows, background, explanation.scale, time_budget)
    done = check(
        model, players, rows.head(n), background.head(b),
        scale=explanation.scale, seed=explanation.seed, time_budget=time_budget, progress=progress,
    )  # fmt: skip
    return Certificate(
        scale=explanation.scale,
        method=explanation.method,
        exact=explanation.exact,
        rows=explanation.rows,
        background_rows=explanation.background_rows,
        additivity_error=explanation.additivity_error,
        check=done,
        background_hash=frame_hash(background),
        model_hash=explanation.model_hash,
        seed=explanation.seed,
        versions=_versions(),
    )


def check(
    model: Any,
    players: Sequence[str],
    rows: pd.DataFrame,
    background: pd.DataFrame,
    *,
    scale: str,
    seed: int = 0,
    time_budget: float | None = None,
    progress: Progress | None = None,
) -> Check:
    """Compare :func:`explain.explain` with brute force in a game in which only some columns vary.

    Parameters
    ----------
    model : fitted estimator
    players : sequence of str
        Columns that vary, at most 16.
    rows : DataFrame of shape (n, M)
    background : DataFrame of shape (B, M)
    scale : {"probability", "target", "margin"}
    seed : int
    time_budget : float, optional
        Seconds for repeats: what is sampled is sampled 6 times, as far as they allow.
    progress : callable, optional

    Returns
    -------
    Check
    """
    rows, background = checked_frames(rows, background)
    unmoved = [name for name in rows.columns if name not in players]
    first = background.iloc[[0]]
    rows, background = (_stilled(frame, first, unmoved) for frame in (rows, background))
    expected = brute_force(model, players, rows, background, scale=scale, progress=progress)
    done = _compared(model, players, rows, background, expected, scale, seed, time_budget)
    if done.holds or done.exact:
        return done
    # Chance alone misses once in a while; what is really wrong misses again.
    again = seed + _SECOND_OPINION
    return _compared(model, players, rows, background, expected, scale, again, time_budget)


def _compared(
    model: Any,
    players: Sequence[str],
    rows: pd.DataFrame,
    background: pd.DataFrame,
    expected: Floats,
    scale: str,
    seed: int,
    time_budget: float | None,
) -> Check:
    """Explain a small game, and compare with what brute force says."""
    from .api import explain

    found = explain(model, rows, background, scale=scale, seed=seed)
    samples = [found]
    if not found.exact:
        clock = Clock(time_budget)
        for repeat in range(1, _REPEATS):
            if clock.left() <= 0:
                break
            samples.append(explain(model, rows, background, scale=scale, seed=seed + repeat))
    places = [found.column_index(name) for name in players]
    others = [j for j in range(len(found.columns)) if j not in places]
    error = np.stack([np.abs(sample.values[:, places] - expected) for sample in samples])
    noise = np.stack([np.zeros_like(expected) if s.stderr is None else s.stderr[:, places] for s in samples])
    # Columns that stand still must get nothing.
    still = max(float(np.abs(sample.values[:, others]).max(initial=0.0)) for sample in samples)
    slack = TOLERANCE * max(1.0, float(np.abs(found.prediction).max(initial=0.0)))
    within: float | None = None
    largest = float(np.abs(expected).max(initial=0.0))
    if found.exact:
        holds = bool((error <= slack).all())
    else:
        slight = slack + _SLIGHT * largest
        # One output tells all of two classes.
        judged = slice(-1, None) if expected.shape[2] == 2 else slice(None)
        apart, allowed = error[..., judged], 2 * noise[..., judged]
        within = float((apart <= allowed + slack).mean()) if apart.size else 1.0
        enough = _FEWEST_WITHIN if len(samples) * len(rows) > _FEW else _FEWEST_OF_FEW
        holds = not apart.size or float((apart <= allowed + slight).mean()) >= enough
        holds = holds and bool((error <= _MOST_ERRORS * noise + 5 * slight).all())
    holds = holds and still <= slack
    return Check(
        players=tuple(str(name) for name in players),
        rows=len(rows),
        background_rows=len(background),
        coalitions=2 ** len(players),
        method=found.method,
        exact=found.exact,
        repeats=len(samples),
        values=int(error.size // (2 if expected.shape[2] == 2 else 1)),
        largest_error=max(float(error.max(initial=0.0)), still),
        largest_value=largest,
        within=within,
        holds=holds and max(sample.additivity_error for sample in samples) <= slack,
    )


def _stilled(frame: pd.DataFrame, first: pd.DataFrame, columns: list[Any]) -> pd.DataFrame:
    """The frame with some columns as in one row."""
    at_first = first[columns].iloc[[0] * len(frame)].reset_index(drop=True)
    moving = frame.reset_index(drop=True).drop(columns=columns)
    return pd.concat([moving, at_first], axis=1)[list(frame.columns)]


def _plan(
    model: Any,
    columns: list[str],
    rows: pd.DataFrame,
    background: pd.DataFrame,
    scale: str,
    seconds: float,
) -> tuple[list[str], int, int]:
    """Players, rows and background rows of a game that brute force can play in the time."""
    from .outputs import predictor

    n, b, count = min(_ROWS, len(rows)), min(_BACKGROUND, len(background)), min(_PLAYERS, len(columns))
    many = background.iloc[np.arange(256) % len(background)].reset_index(drop=True)
    outputs = predictor(model, scale)
    outputs(many.head(2))  # what is only slow once
    started = time.monotonic()
    outputs(many)
    a_row = (time.monotonic() - started) / len(many)
    while count > 2 and n * b * 2**count * a_row > seconds:
        if n > 1:
            n -= 1
        else:
            count -= 1
    # Columns that differ from the background say more than those that do not.
    differing = [name for name in columns if rows[name].head(n).nunique(dropna=False) > 1]
    chosen = [*differing, *(name for name in columns if name not in differing)][:count]
    return [name for name in columns if name in chosen], n, b


def _versions() -> dict[str, str]:
    found = {}
    for name in _VERSIONS:
        try:
            found[name] = metadata.version(name).partition("+")[0]
        except metadata.PackageNotFoundError:
            continue
    return found
