"""How a run decides, and what that is worth, in the words of terminal, page and card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from automl.metrics import METRICS

__all__ = ["Way", "confusion_words", "decision_words", "rule_words", "ways"]

Way = tuple[str, str, str]
"""A way to decide, what it scored, and how much better the decided labels are."""


def rule_words(decision: Mapping[str, Any]) -> str:
    """Which label is given when, and why; the `decision` of a `result.json`."""
    classes, costs, threshold = decision["classes"], decision["costs"], decision["threshold"]
    if threshold is None:
        return (
            "The class of least expected cost is predicted, by predict.py and wherever Glassbench scores; "
            "the bare model gives the most probable one."
        )
    negative, positive = classes
    rule = f"“{positive}” is predicted from a probability of {threshold:.3g} on"
    if costs is None:
        return f"{rule}, which is expected to give the best {METRICS[decision['metric']].label}."
    return (
        f"{rule}: predicting it where it is “{negative}” costs {costs[0][1]:g}, missing it costs "
        f"{costs[1][0]:g} (with exact probabilities: from {decision['theoretical']:.3g} on)."
    )


def ways(decision: Mapping[str, Any]) -> list[Way]:
    """The ways to decide that were compared, the decided labels first."""
    scale = 1000 if decision["metric"] == "cost" else 1
    half = "most probable class" if decision["threshold"] is None else "from 0.5 on"
    names = {"decided": "as decided", "most_probable": half}
    found: list[Way] = []
    for way in decision["ways"]:
        name = names.get(way["name"]) or f"always “{way['label']}”"
        gain = ""
        if "gain" in way:
            gain = f"{_figure(way['gain'], scale)}{_span(way['gain_interval'], scale)}"
        found.append((name, f"{_figure(way['score'], scale)}{_span(way['interval'], scale)}", gain))
    return found


def confusion_words(decision: Mapping[str, Any]) -> list[str]:
    """One phrase for each class: how many of its rows were predicted as what."""
    words = []
    for label, row in zip(decision["classes"], decision["confusion"], strict=True):
        others = [
            f"{count:,} “{other}”"
            for other, count in zip(decision["classes"], row, strict=True)
            if count and other != label
        ]
        right = row[decision["classes"].index(label)]
        words.append(
            f"of {sum(row):,} “{label}” {right:,} were predicted so"
            + (f", {', '.join(others)}" if others else "")
        )
    return words


def decision_words(decision: Mapping[str, Any]) -> str:
    """What the figures of `ways` are, and where they come from."""
    what = "Cost per 1,000 rows" if decision["metric"] == "cost" else METRICS[decision["metric"]].label
    where = (
        "sealed rows"
        if decision["on"] == "holdout"
        else "rows, those of each fold decided by the other folds"
    )
    return f"{what}, with 90 % intervals for new rows, on {decision['rows']:,} {where}"


def _figure(value: float | None, scale: float) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if scale == 1 else f"{scale * value:,.4g}"


def _span(ends: Any, scale: float) -> str:
    if any(end is None for end in ends):
        return ""
    return f" ({_figure(ends[0], scale)} to {_figure(ends[1], scale)})"
