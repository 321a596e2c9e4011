"""What was found about groups, in words: what differs and what could be shown, never that a model is fair."""

from __future__ import annotations

from .. import formats
from .fairness import MEASURES, Fairness, Measure

_MOST = 3
CRITERIA = {
    "demographic_parity": "demographic parity",
    "equal_opportunity": "equal opportunity",
    "equalised_odds": "equalised odds",
}


def verdict(fairness: Fairness) -> str:
    """What differs between the groups, what could not be shown, and which groups are too small to tell."""
    where = formats.quoted(fairness.columns)
    parts = []
    found = fairness.found()
    asked = [m for m in fairness.measures if MEASURES[m.name].judges and m.difference.known]
    if not asked:
        return (
            f"By {where}: fewer than two groups have {fairness.minimum} rows or more, "
            "so there is nothing to compare."
        )
    if found:
        first, *others = found
        parts.append(f"By {where}, the {_difference(first)}")
        if others:
            names = [f"the {measure.words} ({apart(measure)})" for measure in others[:_MOST]]
            more = f" and {len(others) - _MOST} more" if len(others) > _MOST else ""
            parts.append(f"Also different: {', '.join(names)}{more}.")
        parts.append(
            "Whether these differences are justified, and which of them matters, the numbers cannot say."
        )
    else:
        widest = max(asked, key=lambda m: (m.share, m.difference.high))
        parts.append(
            f"By {where}, no difference between groups could be shown. That is no proof that there is none: "
            f"in the {widest.words} these rows leave room for differences of up to "
            f"{size(widest, widest.difference.high)}."
        )
    unclear = [m for m in asked if m not in found]
    if found and unclear:
        parts.append(f"No difference could be shown in the {formats.listed([m.words for m in unclear[:4]])}.")
    small = _small(fairness)
    if small:
        parts.append(small)
    return " ".join(parts)


def sentence(measure: Measure) -> str:
    """One measure in words."""
    if not measure.difference.known:
        return f"The {measure.words} cannot be compared: fewer than two groups have enough rows."
    if measure.difference.low <= 0:
        return (
            f"In the {measure.words} no difference between groups could be shown "
            f"({apart(measure)}; 0 is within the interval)."
        )
    return f"The {_difference(measure)}"


def apart(measure: Measure) -> str:
    """The largest difference with its interval."""
    gap = measure.difference
    low, high = size(measure, gap.low), size(measure, gap.high)
    return f"{size(measure, gap.value)} apart, {low.removesuffix(' points')} to {high}"


def size(measure: Measure, value: float) -> str:
    """A difference: percentage points for shares."""
    if not measure.share:
        return formats.number(value, 3)
    shown = formats.number(100 * value, 2 if abs(value) < 0.995 else 3)
    return f"{shown} {'point' if shown == '1' else 'points'}"


def value(measure: Measure, number: float) -> str:
    """A value of a group."""
    if number != number:
        return "unknown"
    if not measure.share:
        return formats.number(number, 4)
    return f"{formats.number(100 * number, 3)} %"


def _difference(measure: Measure) -> str:
    gap = measure.difference
    return (
        f"{measure.words} differs: {value(measure, gap.top)} for “{gap.highest}”, "
        f"{value(measure, gap.bottom)} for "
        f"“{gap.lowest}” ({apart(measure)})."
    )


def _small(fairness: Fairness) -> str:
    small = [
        f"“{name}” ({rows:,} {'row' if rows == 1 else 'rows'})"
        for name, rows, mixed in zip(
            fairness.groups, fairness.rows.tolist(), fairness.mixed.tolist(), strict=True
        )
        if rows < fairness.minimum and not mixed
    ]
    if not small:
        return ""
    shown = formats.listed(
        small[:_MOST] if len(small) <= _MOST else [*small[:_MOST], f"{len(small) - _MOST} more"]
    )
    return f"Too small to be compared: {shown}."
