"""How often chance alone opens an alert: from the level of a test and how many of the last checks it takes.

What chance does in a check is at most the level that the tests promise. But checks are not independent: all
are compared with the same old rows, and where these are few beside the new ones, what is odd about them is
odd in every check. So both are worked out, and the larger figure counts. `simulated` measures it for a
reference and tables of some size.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from automl.monitoring.alerting.rule import FACTS, Rule
from automl.monitoring.rules import ALARMS, SURPRISE, WORSE, WORSE_BY_FAR

__all__ = ["FalseAlarms", "checks_between", "false_alarms", "level_of", "opens_within", "percent"]

_PARTS, _LEVELS = 4001, 129
_BY_CHANCE = {"unseen_category", "out_of_range", "new_missing"}


@dataclass(frozen=True)
class FalseAlarms:
    """What chance alone would have done.

    Attributes
    ----------
    level : float or None
        Probability, at most, that one check without any change is over the limit. None where that is not a
        matter of chance.
    checks : int
        So many were judged until the alert was opened.
    chance : float or None
        Probability, at most, that the rule is opened at least once in so many checks without any change.
    every : float or None
        So many checks lie between two false openings on average, at least.
    shared : float
        How much of what chance does is common to all checks, as a share of its variance.
    """

    level: float | None
    checks: int
    chance: float | None
    every: float | None
    shared: float = 0.0

    @property
    def words(self) -> str:
        """In a sentence."""
        if self.level is None or self.chance is None or self.every is None:
            return "Not a matter of chance."
        many = f"{self.checks:,} checks" if self.checks != 1 else "one check"
        return (
            f"Chance alone opens this in {many} without any change with a probability of at most "
            f"{percent(self.chance)}; on average no more than once in {self.every:,.0f} checks."
        )

    def to_json(self) -> dict[str, float | int | str | None]:
        """As JSON values."""
        return {
            "level": self.level, "checks": self.checks, "chance": self.chance, "every": self.every,
            "shared": self.shared, "words": self.words,
        }  # fmt: skip


def false_alarms(rule: Rule, checks: int, shared: float = 0.0) -> FalseAlarms:
    """What chance alone would have done in so many checks.

    Parameters
    ----------
    rule : Rule
    checks : int
    shared : float
        How much of what chance does is common to all checks, as a share of its variance: of a comparison of m
        new rows with n old ones m / (n + m).
    """
    level = level_of(rule)
    if level is None:
        return FalseAlarms(None, checks, None, None)
    return FalseAlarms(
        level,
        checks,
        max(opens_within(level, rule.opens_after, rule.of, checks, each) for each in (0.0, shared)),
        checks_between(level, rule.opens_after, rule.of),
        shared,
    )


def level_of(rule: Rule) -> float | None:
    """Probability, at most, that a check without any change is over a rule's limit; None for facts.

    All tests of drift share one procedure (Benjamini and Hochberg's over the table), so each kind of them has
    its level at most. For a verdict what may raise it by chance adds up.
    """
    from scipy.stats import norm

    if rule.what in FACTS:
        return None
    if rule.what == "anomaly":
        return SURPRISE if not rule.codes or _BY_CHANCE & set(rule.codes) else None
    if rule.what in ("performance", "estimated"):
        return float(norm.sf(rule.opens_at))
    if rule.what == "verdict":
        if rule.opens_at == 2:
            return 2 * ALARMS + float(norm.sf(WORSE_BY_FAR))
        return 2 * ALARMS + 2 * float(norm.sf(WORSE)) + SURPRISE  # the score, and its estimate
    return ALARMS


@lru_cache(maxsize=256)
def opens_within(level: float, times: int, of: int, checks: int, shared: float = 0.0) -> float:
    """Probability that of so many checks there are some `of` in a row with at least `times` over the limit.

    A check is over it when a normal variable exceeds a quantile; of that variable a part is the same in all
    checks, and given that part they are independent.

    Parameters
    ----------
    level : float
        Probability that one is over the limit.
    times, of, checks : int
    shared : float
        Share of the variance that is common to all checks, 0 to 1.
    """
    if not 0 < shared < 1 or not 0 < level < 1:
        return _independent(min(max(level, 0.0), 1.0), times, of, checks) if shared < 1 else level
    from scipy.stats import norm

    # What is common, at the middles of parts that are equally probable; and how the rest depends on it, which
    # is smooth, between some levels. A quadrature of few nodes would miss the step that it comes to.
    common = norm.ppf((np.arange(_PARTS) + 0.5) / _PARTS)
    given = norm.sf((norm.isf(level) - np.sqrt(shared) * common) / np.sqrt(1 - shared))
    levels = np.linspace(0, 1, _LEVELS) ** 2
    found = [_independent(float(each), times, of, checks) for each in levels]
    return float(np.interp(given, levels, found).mean())


def _independent(level: float, times: int, of: int, checks: int) -> float:
    after, _ = _walk(level, times, of)
    alive = np.linalg.matrix_power(after, checks)[0]
    return float(np.clip(1.0 - alive.sum(), 0.0, 1.0))


@lru_cache(maxsize=256)
def checks_between(level: float, times: int, of: int) -> float:
    """Checks until chance alone opens a rule, on average: the absorption time of the same chain."""
    if level <= 0:
        return float("inf")
    after, states = _walk(level, times, of)
    waits = np.linalg.solve(np.eye(len(states)) - after, np.ones(len(states)))
    return float(waits[0])


def _walk(
    level: float, times: int, of: int
) -> tuple[np.ndarray[tuple[int, int], np.dtype[np.float64]], list[int]]:
    """Probabilities of going from one memory of the last checks to the next, without an opening on the way.

    A memory is the last `of` - 1 checks as bits, the newest the lowest; those with an opening are left out.
    """
    mask = (1 << (of - 1)) - 1
    states = [bits for bits in range(mask + 1) if bits.bit_count() < times]
    place = {bits: at for at, bits in enumerate(states)}
    after = np.zeros((len(states), len(states)))
    for bits in states:
        for over, probability in ((0, 1 - level), (1, level)):
            whole = (bits << 1) | over
            if over and whole.bit_count() >= times:
                continue
            after[place[bits], place[whole & mask]] += probability
    return after, states


def percent(value: float) -> str:
    """A probability as a percentage, with two digits."""
    if value < 0.0001:
        return "0 %" if value == 0 else "less than 0.01 %"
    return f"{100 * value:.2g} %" if value < 0.995 else "100 %"
