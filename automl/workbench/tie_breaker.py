"""Which of several models that are as good as each other: what each answer rules out, and what is left."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from automl.metrics import METRICS
from automl.workbench import format as fmt

__all__ = ["QUESTIONS", "Verdict", "questions", "rule_out"]

Tied = Mapping[str, Any]
"""A record of `tied` as `automl.search.standing.standing` has them."""

_QUICK = 2.0  # times the quickest that is left
_STEADY = 0.25  # of the way from the best to the worst of the worst folds

QUESTIONS: Mapping[str, tuple[str, str]] = {
    "readable": (
        "Must a person be able to read the model?",
        "Where somebody has to check or justify its rules: keeps one linear model or one tree, or at least "
        "one kind of model instead of a vote of several.",
    ),
    "quick": (
        "Must a single prediction be quick?",
        "Where somebody waits for it, or many are made: keeps what takes at most twice as long as the "
        "quickest. Quick models are mostly small ones too.",
    ),
    "probabilities": (
        "Will its probabilities be used as they are?",
        "Where 0.3 must mean three in ten, to weigh costs or to set prices: rules out those whose "
        "probabilities are worse beyond chance, on the same rows.",
    ),
    "steady": (
        "Must it do about as well on every part of the data?",
        "Where a bad surprise costs more than a little quality: keeps those whose worst fold is the best. "
        "Folds differ by chance as well.",
    ),
}
"""By name of the answer: the question, and what a yes does."""


@dataclass(frozen=True)
class Verdict:
    """What answers leave.

    Attributes
    ----------
    left : tuple of str
        Ids, the best score first; never empty where there was a model.
    ruled_out : dict
        By id: why, in a sentence.
    by : dict
        By answer: ids that it ruled out.
    """

    left: tuple[str, ...]
    ruled_out: dict[str, str] = field(default_factory=dict)
    by: dict[str, tuple[str, ...]] = field(default_factory=dict)


def questions(tied: Sequence[Tied]) -> tuple[str, ...]:
    """The three questions that fit: the last one is about probabilities where there are such."""
    classes = any(record.get("log_loss") is not None for record in tied)
    return ("readable", "quick", "probabilities" if classes else "steady")


def rule_out(tied: Sequence[Tied], answers: Sequence[str], metric: str) -> Verdict:
    """Apply the answers one after the other; each looks at what the ones before have left.

    Parameters
    ----------
    tied : sequence of mapping
        The best score first.
    answers : sequence of str
        Which of `QUESTIONS` were answered with yes.
    metric : str
        By which folds are scored.
    """
    left = list(tied)
    ruled_out: dict[str, str] = {}
    by: dict[str, tuple[str, ...]] = {}
    for answer in QUESTIONS:
        if answer not in answers or not left:
            continue
        why = _steady(left, metric) if answer == "steady" else _RULES[answer](left)
        ruled_out |= why
        by[answer] = tuple(why)
        left = [record for record in left if record["id"] not in why]
    return Verdict(tuple(str(record["id"]) for record in left), ruled_out, by)


def _readable(left: Sequence[Tied]) -> dict[str, str]:
    if any(record["readable"] for record in left):
        return {
            record["id"]: "nobody can read it: it is made of many trees, a network or a vote."
            for record in left
            if not record["readable"]
        }
    if not any(record["single"] for record in left):
        return {}
    return {
        record["id"]: f"it is a vote of {fmt.plural(len(record['members']), 'model')}; none that is tied can "
        "be read as it is, but one kind of model is nearer to that."
        for record in left
        if not record["single"]
    }


def _quick(left: Sequence[Tied]) -> dict[str, str]:
    quickest = min(float(record["latency_ms"]) for record in left)
    return {
        record["id"]: f"it takes {fmt.duration(record['latency_ms'] / 1000)} a row, "
        f"{record['latency_ms'] / quickest:.0f} times as long as the quickest."
        for record in left
        if record["latency_ms"] > _QUICK * quickest
    }


def _probabilities(left: Sequence[Tied]) -> dict[str, str]:
    known = [record for record in left if record.get("log_loss") is not None]
    if not known:
        return {}
    best = min(known, key=lambda record: float(record["log_loss"]))
    return {
        record["id"]: "its probabilities are worse beyond chance: log loss "
        f"{fmt.score(record['log_loss'])}, the best of those tied is {fmt.score(record['behind'])} lower."
        for record in known
        if record["clearly"] and record["id"] != best["id"]
    }


def _steady(left: Sequence[Tied], metric: str) -> dict[str, str]:
    measure = METRICS[metric]
    worst = {r["id"]: measure.distance(r["worst_fold"]) for r in left if r.get("worst_fold") is not None}
    if len(worst) < 2:
        return {}
    low, high = min(worst.values()), max(worst.values())
    best = next(r for r in left if worst.get(r["id"]) == low)
    return {
        record["id"]: f"its worst fold scores {fmt.score(record['worst_fold'])}, the best model's worst "
        f"{fmt.score(best['worst_fold'])}."
        for record in left
        if record["id"] in worst and worst[record["id"]] > low + _STEADY * (high - low)
    }


_RULES: Mapping[str, Callable[[Sequence[Tied]], dict[str, str]]] = {
    "readable": _readable,
    "quick": _quick,
    "probabilities": _probabilities,
}
