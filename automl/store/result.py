"""What a run's result says in one line: the score of the chosen model, its interval, how it was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Headline", "calibration_of", "calibration_words", "headline", "more_rows_words", "tied_models"]

_METHODS = {"temperature": "temperature scaling", "sigmoid": "a sigmoid", "isotonic": "isotonic regression"}
_WHY_NOT = {
    "chance": "that is not beyond chance",
    "worth": "that is too little to be worth a map on top of the model",
    "metric": "the metric that the model was chosen by would be worse",
}


@dataclass(frozen=True)
class Headline:
    """The score to be shown.

    Attributes
    ----------
    score : float or None
    interval : (float, float) or None
        Holds the score on `new_rows` further rows in nine cases of ten.
    new_rows : int or None
        None for runs that do not tell.
    holdout : bool
        Whether it was measured on the sealed holdout; else it is cross-validated.
    corrected : bool
        Whether the optimism of choosing the best is taken off.
    """

    score: float | None
    interval: tuple[float, float] | None
    new_rows: int | None
    holdout: bool
    corrected: bool

    @property
    def where(self) -> str:
        """How it was measured, in words that follow the score."""
        if self.holdout:
            return "on the sealed holdout"
        return "cross-validated" + (", less the optimism of choosing" if self.corrected else "")

    @property
    def meaning(self) -> str:
        """What the interval is, in words; empty where there is none."""
        if self.interval is None:
            return ""
        return "90 % interval" + (f" for {self.new_rows:,} new rows" if self.new_rows else "")

    @property
    def optimistic(self) -> bool:
        """Whether the rows that it was measured on also chose the model."""
        return not self.holdout and not self.corrected


def headline(result: Mapping[str, Any]) -> Headline:
    """The headline of a `result.json`."""
    shown = result["metrics"][result["metric"]]
    low, high = shown["interval"]
    return Headline(
        score=shown["score"],
        interval=None if low is None or high is None else (low, high),
        new_rows=result.get("new_rows"),
        holdout=bool(result["holdout"]),
        corrected=bool(result.get("corrected")),
    )


def calibration_of(result: Mapping[str, Any]) -> str | None:
    """How the probabilities of the chosen model are calibrated; None where they are not."""
    told = result.get("calibration")
    return str(told["method"]) if told and told["kept"] else None


def calibration_words(told: Mapping[str, Any]) -> str:
    """Whether probabilities are calibrated, and what that brought or would have brought.

    Parameters
    ----------
    told : mapping
        `calibration` of a `result.json`.
    """
    (loss, after), (error, error_after) = told["log_loss"], told["calibration_error"]
    changes = (
        f"log loss {loss:.4f} → {after:.4f}, expected calibration error {error:.3f} → {error_after:.3f} on "
        f"{told['rows']:,} rows, cross-fitted"
    )
    method = _METHODS[told["method"]]
    if told["kept"]:
        return f"calibrated by {method}: {changes}"
    return f"as trained; the best of what was tried, {method}: {changes}; {_WHY_NOT[told['why_not']]}"


def more_rows_words(told: Mapping[str, Any]) -> str:
    """What more rows to learn from would bring, in a sentence.

    Parameters
    ----------
    told : mapping
        `more_rows` of a `result.json`.
    """
    scores = f"{told['half']:.4g} with half of the rows and {told['all']:.4g} with all of them"
    if told["gain"] > 2 * told["stderr"]:
        return f"The same candidate scores {scores}: more rows of this kind would help."
    return f"The same candidate scores {scores}: more rows of this kind would hardly help."


def tied_models(result: Mapping[str, Any] | None) -> frozenset[str] | None:
    """Ids of the best model and of those that the data cannot tell from it; None where that is not known."""
    sure = (result or {}).get("confidence")
    return None if sure is None else frozenset(sure["tied"])
