"""Drift in sentences, for everybody who asks: page, terminal, report."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from automl.monitoring.apart import Apart
from automl.monitoring.drift import ColumnDrift
from automl.monitoring.estimate.records import Estimated
from automl.monitoring.performance import Performance
from automl.monitoring.reference import PROBABILITY
from automl.monitoring.rules import Level
from explain import formats
from explain.whole.compare import Comparison

__all__ = [
    "BLIND",
    "LEVELS",
    "apart",
    "column",
    "drifted",
    "estimated",
    "estimated_from",
    "headline",
    "moment",
    "output",
    "part",
    "performance",
    "share",
]

#: What the levels are called.
LEVELS: dict[Level, str] = {"fine": "Fine", "look": "Have a look", "act": "Act"}
#: What no estimate without labels can see.
BLIND = (
    "An estimate sees that rows have become harder to predict, or easier. It cannot see that rows like "
    "before have another truth now: only labels tell that."
)


def headline(level: Level, reasons: Sequence[str], rows: int, scored: bool) -> str:
    """The verdict in a sentence."""
    what = "this row" if rows == 1 else f"these {rows:,} rows"
    if not scored:
        return f"{what[0].upper()}{what[1:]} cannot be scored as they are. {reasons[0]}"
    if level == "fine":
        return f"Nothing speaks against predicting {what}: they are like those the model was learned from."
    lead = (
        f"Have a look before relying on predictions of {what}."
        if level == "look"
        else f"Do not rely on predictions of {what} yet."
    )
    return f"{lead} {reasons[0]}"


def share(value: float) -> str:
    """A share as a percentage with as many digits as it carries."""
    if 0 < value < 0.001:
        return "<0.1 %"
    return f"{100 * value:.1f} %" if 0 < value < 0.095 else f"{100 * value:.0f} %"


def column(drift: ColumnDrift) -> str:
    """What has become of a column."""
    told = _moved(drift)
    return f"{drift.column}: {told}." if told else f"{drift.column}: no more than chance can explain."


def _moved(drift: ColumnDrift) -> str:
    parts = []
    if drift.has_moved:
        later = ", to later dates than before" if drift.expected else ""
        parts.append(
            f"at least {share(drift.moved)} of the rows have moved{later} (chance: {share(drift.chance)})"
        )
    if drift.misses_more:
        parts.append(f"missing in {share(drift.missing[1])} of the rows, before in {share(drift.missing[0])}")
    return ", and ".join(parts)


def output(drift: ColumnDrift) -> str:
    """What has become of the predictions."""
    before, after = drift.means
    chances = drift.kind == PROBABILITY
    what = f"Probabilities of “{drift.column}”" if chances else f"Predictions of {drift.column}"
    means = ""
    if before is not None and after is not None:
        scale = "probability" if chances else "target"
        means = f" from {formats.level(before, scale)} to {formats.level(after, scale)} in the mean"
    return (
        f"{what} have moved{means}: at least {share(drift.moved)} of them are others than for rows like "
        f"those learned from (chance: {share(drift.chance)})."
    )


def part(name: str, size: float, comparison: Comparison, output: Any) -> str:
    """What one column does to the mean prediction."""
    of = comparison.output_name(output)
    what = "prediction" if of is None else f"{comparison.scale} of “{of}”"
    return f"{name} alone moves the mean {what} by {formats.change(size, comparison.scale)}."


def drifted(columns: Sequence[ColumnDrift]) -> str:
    """Which columns have drifted, that which matters most first."""
    names = [each.column for each in columns]
    first = _moved(columns[0])
    if len(names) == 1:
        return f"{names[0]} has drifted: {first}."
    listed = formats.listed([*names[:4], *([f"{len(names) - 4} more"] if len(names) > 4 else [])])
    return f"{listed} have drifted. Of {names[0]}, which matters most, {first}."


def apart(found: Apart) -> str:
    """That rows differ, though no column does."""
    return (
        "No single column has drifted, but columns no longer go together as they did: a classifier tells new "
        f"rows from old ones (area under the curve {found.auc:.2f}, {found.low:.2f} to {found.high:.2f}; 0.5 "
        "is not at all)."
    )


def performance(found: Performance) -> str:
    """The score beside the promise."""
    main = found.main
    if main.score is None or main.low is None or main.high is None:
        return f"{main.label} cannot be measured on these {found.rows:,} labelled rows."
    now = (
        f"{main.label} is {formats.number(main.score, 4)} ({formats.number(main.low, 4)} to "
        f"{formats.number(main.high, 4)}) on {found.rows:,} labelled rows"
    )
    if main.promised is None:
        return f"{now}; no score was promised."
    judged = {"fine": "as promised", "look": "worse than promised", "act": "far worse than promised"}
    return f"{now}; {formats.number(main.promised, 4)} was promised: {judged[found.level]}."


def estimated(found: Estimated) -> str:
    """The estimate beside the promise."""
    main = found.main
    rows = "this row" if found.rows == 1 else f"these {found.rows:,} rows"
    if main.estimated is None or main.low is None or main.high is None:
        return f"Without labels, {main.label} of {rows} cannot be estimated."
    now = (
        f"Without labels, {main.label} of {rows} is estimated at {formats.number(main.estimated, 4)} "
        f"({formats.number(main.low, 4)} to {formats.number(main.high, 4)})"
    )
    if main.promised is None:
        return f"{now}; there is no promise to hold it against."
    judged = "worse than promised" if main.below else "as promised"
    return f"{now}; {formats.number(main.promised, 4)} was promised: {judged}."


def estimated_from(found: Estimated) -> str:
    """What an estimate is made from, and how it did where the truth is known."""
    rows = f"{found.learned_rows:,} rows ({found.learned})"
    if found.method == "losses":
        how = f"A model of the losses on {rows} says how large they are on rows like the new ones."
    elif found.calibrated:
        how = f"The model's probabilities, calibrated on {rows}, say how often it is right."
    else:
        how = (
            f"The model's own probabilities say how often it is right; on {rows} they needed no calibrating."
        )
    if found.main.tested is None:
        return how
    estimate, truth = (formats.number(each, 4) for each in found.main.tested)
    return f"{how} There, {found.main.label} is estimated at {estimate} and is {truth}."


def moment(seconds: float) -> str:
    """A date of a chart, from seconds since 1970."""
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))
