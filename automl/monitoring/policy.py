"""When to learn a model anew: a policy as data, and a pure function from it and the facts to a decision."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from automl.errors import SettingError
from automl.monitoring.recent import Recent
from automl.monitoring.rules import RANK, Level
from automl.monitoring.window import Window
from explain.stored import Stored

__all__ = ["Decision", "Facts", "Policy", "decide"]

_DAY = 86_400.0
_CONDITIONS = ("drift", "performance", "age_days", "new_rows")
_POSITIVE = ("age_days", "new_rows", "cool_down_days", "most", "period_days", "budget")
_COUNTS = ("new_rows", "most")


@dataclass(frozen=True)
class Policy(Stored):
    """When a model is to be learned anew, and what is to happen then.

    Attributes
    ----------
    match : {"any", "all"}
        How many of the conditions must be met.
    drift : {"look", "act"} or None
        Verdict on the new rows, labels aside, from which on.
    performance : {"look", "act"} or None
        The same for the score on new rows beside the promised one.
    age_days : float or None
    new_rows : int or None
        Rows with a label that the model has not learned from.
    cool_down_days : float or None
        At least so long after the last retraining.
    most : int or None
    period_days : float or None
        At most so many retrainings in so many days.
    approval : bool
        Whether somebody has to approve the new model.
    better_by, sure : float
        As for `automl.monitoring.blessing.bless`.
    budget : float or None
        Seconds of the search; None: that of the model in use.
    window, holdout : str
        See `Window` and `Recent`.

    Raises
    ------
    SettingError
        When it asks for nothing, or for something that makes no sense.
    """

    match: Literal["any", "all"] = "any"
    drift: Level | None = None
    performance: Level | None = None
    age_days: float | None = None
    new_rows: int | None = None
    cool_down_days: float | None = None
    most: int | None = None
    period_days: float | None = None
    approval: bool = True
    better_by: float = 0.0
    sure: float = 0.9
    budget: float | None = None
    window: str = "all"
    holdout: str = "20%"

    def __post_init__(self) -> None:
        if all(getattr(self, name) is None for name in _CONDITIONS):
            raise SettingError(
                "A policy needs a condition, found none.",
                fix=f"Give at least one of {', '.join(_CONDITIONS)} under [when].",
            )
        if self.match not in ("any", "all"):
            raise SettingError(f"Expected match as 'any' or 'all', found {self.match!r}.")
        for name in ("drift", "performance"):
            if getattr(self, name) not in (None, "look", "act"):
                raise SettingError(
                    f"Expected {name} as 'look' or 'act', found {getattr(self, name)!r}.",
                    fix="`act` waits for what is serious; `look` is met earlier.",
                )
        for name in _POSITIVE:
            self._check_number(name)
        if (self.most is None) != (self.period_days is None):
            raise SettingError(
                "`most` and `period_days` go together: so many retrainings in so many days.",
                fix="Give both or none.",
            )
        if not isinstance(self.approval, bool):
            raise SettingError(f"Expected approval as true or false, found {self.approval!r}.")
        for name in ("better_by", "sure"):
            if not _is_number(getattr(self, name)):
                raise SettingError(f"Expected {name} as a number, found {getattr(self, name)!r}.")
        if not 0 < self.sure < 1:
            raise SettingError(f"Expected sure between 0 and 1, found {self.sure}.", fix="Such as 0.9.")
        Window.read(self.window)
        Recent.read(self.holdout)

    def _check_number(self, name: str) -> None:
        value = getattr(self, name)
        whole = name in _COUNTS
        fits = _is_number(value) and value > 0 and (not whole or value == int(value))
        if value is not None and not fits:
            what = "a whole number of 1 or more" if whole else "a positive number"
            raise SettingError(f"Expected {name} as {what}, found {value!r}.")


@dataclass(frozen=True)
class Facts(Stored):
    """What is known when it is to be decided.

    Attributes
    ----------
    now : float
        Seconds since 1970, as all times.
    trained : float
        When the model in use was made.
    drift : {"fine", "look", "act"} or None
        The verdict on the new rows, labels aside; None where they were not looked at.
    drift_words : str
        Why, in a sentence.
    performance : {"fine", "look", "act"} or None
        None where too few rows have a label.
    performance_words : str
        The score beside the promise.
    worse_by : float or None
        Standard deviations by which the score is worse than promised.
    new_rows : int
        Rows with a label that the model has not learned from.
    retrained : tuple of float
        When the model was learned anew before, whatever came of it.
    """

    now: float
    trained: float
    drift: Level | None = None
    drift_words: str = ""
    performance: Level | None = None
    performance_words: str = ""
    worse_by: float | None = None
    new_rows: int = 0
    retrained: tuple[float, ...] = ()


@dataclass(frozen=True)
class Decision(Stored):
    """Whether to learn a model anew.

    Attributes
    ----------
    retrain : bool
    reasons : tuple of str
        Conditions that are met, each with its figures.
    not_yet : tuple of str
        Conditions that are not met, and what forbids it for now.
    """

    retrain: bool
    reasons: tuple[str, ...]
    not_yet: tuple[str, ...]


def decide(policy: Policy, facts: Facts) -> Decision:
    """Decide by a policy whether a model is to be learned anew.

    Parameters
    ----------
    policy : Policy
    facts : Facts

    Returns
    -------
    Decision
        The same for the same policy and facts, whoever asks, whenever.

    Examples
    --------
    >>> found = decide(Policy(age_days=90), Facts(now=100 * 86_400, trained=0))
    >>> found.retrain, found.reasons
    (True, ('It is 100.0 days old (limit: 90).',))
    """
    conditions = [
        told
        for told in (
            _drift(policy, facts), _performance(policy, facts), _age(policy, facts), _rows(policy, facts)
        )
        if told is not None
    ]  # fmt: skip
    met = [words for is_met, words in conditions if is_met]
    unmet = [words for is_met, words in conditions if not is_met]
    against = _against(policy, facts)
    wanted = bool(met) and (policy.match == "any" or not unmet)
    return Decision(wanted and not against, tuple(met), (*against, *unmet))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


Told = tuple[bool, str] | None


def _drift(policy: Policy, facts: Facts) -> Told:
    if policy.drift is None:
        return None
    if facts.drift is None:
        return False, "Drift is not known: no new rows were looked at."
    met = RANK.index(facts.drift) >= RANK.index(policy.drift)
    return (
        met,
        f"Drift: the verdict is “{facts.drift}” (limit: “{policy.drift}”). {facts.drift_words}".strip(),
    )


def _performance(policy: Policy, facts: Facts) -> Told:
    if policy.performance is None:
        return None
    if facts.performance is None:
        return False, "Performance is not known: too few new rows have a label."
    met = RANK.index(facts.performance) >= RANK.index(policy.performance)
    spread = ""
    if facts.worse_by is not None:
        side = "worse" if facts.worse_by >= 0 else "better"
        spread = f" That is {abs(facts.worse_by):.1f} standard deviations {side}."
    return met, f"Performance: {facts.performance_words}{spread}"


def _age(policy: Policy, facts: Facts) -> Told:
    if policy.age_days is None:
        return None
    days = (facts.now - facts.trained) / _DAY
    return days >= policy.age_days, f"It is {days:,.1f} days old (limit: {policy.age_days:g})."


def _rows(policy: Policy, facts: Facts) -> Told:
    if policy.new_rows is None:
        return None
    return (
        facts.new_rows >= policy.new_rows,
        f"There are {facts.new_rows:,} labelled rows that it has not learned from (limit: "
        f"{policy.new_rows:,}).",
    )


def _against(policy: Policy, facts: Facts) -> list[str]:
    found = []
    if policy.cool_down_days is not None and facts.retrained:
        days = (facts.now - max(facts.retrained)) / _DAY
        if days < policy.cool_down_days:
            found.append(
                f"The last retraining was {days:,.1f} days ago; {policy.cool_down_days:g} are to pass "
                "between two of them."
            )
    if policy.most is not None and policy.period_days is not None:
        since = facts.now - policy.period_days * _DAY
        count = sum(moment > since for moment in facts.retrained)
        if count >= policy.most:
            found.append(
                f"There were {count} retrainings in the last {policy.period_days:g} days; at most "
                f"{policy.most} are allowed."
            )
    return found
