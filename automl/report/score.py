"""The one score to show of a model: the same in card, report and facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from automl.store import headline

from .subject import Subject

__all__ = ["Score", "score_of"]


@dataclass(frozen=True)
class Score:
    """A score, its interval, and how it was estimated.

    Attributes
    ----------
    value : float or None
    interval : pair of float or None
    how : str
        In words that follow the score.
    holdout : bool
    """

    value: Any
    interval: Any
    how: str
    holdout: bool


def score_of(subject: Subject) -> Score:
    """The score of the model that a document is about."""
    facts = subject.facts
    if not facts.is_chosen:
        row = next((row for row in facts.leaderboard if row.get("id") == facts.exported), {})
        how = "by cross-validation on the training rows; this is not the model that the search chose"
        return Score(row.get("score"), (row.get("interval_low"), row.get("interval_high")), how, False)
    shown = headline(facts.result)
    if shown.holdout:
        how = f"on {facts.result['holdout']['rows']:,} rows set aside before the search and scored once"
    else:
        how = "by cross-validation on the training rows, which also chose the model"
        how += ": expect slightly less" if shown.optimistic else "; the optimism of that is taken off"
    return Score(shown.score, shown.interval, how, shown.holdout)
