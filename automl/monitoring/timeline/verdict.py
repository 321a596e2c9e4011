"""What a timeline calls for, in words: by its last window, its changes and its ledger."""

from __future__ import annotations

from collections.abc import Sequence

from automl.monitoring.rules import RANK, Level, worst
from automl.monitoring.timeline.records import ChangePoint, Promise, Segment, Window
from explain import formats

__all__ = ["broken", "change", "overall", "segment"]


def overall(
    windows: Sequence[Window],
    changes: Sequence[ChangePoint],
    ledger: Sequence[Promise],
) -> tuple[Level, str]:
    """The level of a timeline, and a sentence.

    Windows before the last one do not count: what has settled calls for nothing, and what has not shows in
    the last one, or as a change. Nor do segments: in every table some rows are harder than others, and they
    may have been at the export.
    """
    last = windows[-1]
    found: list[tuple[Level, str]] = []
    if last.level != "fine":
        found.append((last.level, f"In the last window ({last.label}): {last.headline}"))
    found += [(each.level, change(each, windows)) for each in changes if each.level != "fine"]
    found += [("look", broken(each)) for each in ledger if each.kept is False]
    found.sort(key=lambda each: -RANK.index(each[0]))
    level = worst(*(each for each, _ in found))
    if found:
        return level, found[0][1]
    count = "this window" if len(windows) == 1 else f"{len(windows)} windows"
    return level, f"Nothing speaks against relying on the model: {count}, the last of them {last.label}."


def change(each: ChangePoint, windows: Sequence[Window]) -> str:
    """A change in a sentence."""
    between = windows[each.low].label
    if each.high != each.low:
        between = f"{between} to {windows[each.high].label}"
    return (
        f"{each.label} has changed from {formats.number(each.before, 4)} to {formats.number(each.after, 4)} "
        f"with {windows[each.at_window].label} (95 % sure: {between})."
    )


def broken(each: Promise) -> str:
    """A promise that was not kept, in a sentence."""
    assert each.promised is not None
    assert each.came is not None
    held = f"kept in {each.windows_held} of {each.windows} windows"
    return (
        f"{each.label}: {formats.number(each.promised, 4)} was promised, {formats.number(each.came, 4)} came "
        f"({held})."
    )


def segment(each: Segment) -> str:
    """A segment that is predicted worse than the others, in a sentence."""
    return (
        f"{each.column} = {each.value}: {each.label} is {formats.number(each.score, 4)} "
        f"({formats.number(each.low, 4)} to {formats.number(each.high, 4)}) on {each.rows:,} rows, for all "
        f"others {formats.number(each.rest, 4)}."
    )
