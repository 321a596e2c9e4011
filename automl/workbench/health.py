"""How a model is now, in plain words: is it fine, since when, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from automl.monitoring.rules import Level, worst
from automl.monitoring.timeline.records import Timeline, Window
from automl.workbench import format as fmt
from automl.workbench.effects import ranked, shown_part

__all__ = ["Health", "health_of"]

_UNLABELLED = 3  # windows at the end without any label, from which on labels are asked for


@dataclass(frozen=True)
class Health:
    """What to make of a model now.

    Attributes
    ----------
    level : {"fine", "look", "act"}
    headline : str
        The verdict in a sentence.
    since : str
        Since when that is so.
    steps : tuple of str
        What to do, the most urgent first; one that says that there is nothing to do.
    window : int
        The window to look at.
    """

    level: Level
    headline: str
    since: str
    steps: tuple[str, ...]
    window: int


def health_of(timeline: Timeline, open_alerts: Sequence[str] = ()) -> Health:
    """Judge a timeline with at least one window.

    Parameters
    ----------
    timeline : Timeline
    open_alerts : sequence of str
        Levels of the alerts that nobody has closed.
    """
    last = timeline.windows[-1]
    level = worst(timeline.level, *(_level(each) for each in open_alerts))
    return Health(
        level=level,
        headline=timeline.headline,
        since=_since(timeline.windows),
        steps=tuple(_steps(timeline, last, len(open_alerts))),
        window=len(timeline.windows) - 1,
    )


def _level(text: str) -> Level:
    return "act" if text == "act" else "look" if text == "look" else "fine"


def _since(windows: Sequence[Window]) -> str:
    """Since when the last verdict has held: fine, or not fine."""
    fine = windows[-1].level == "fine"
    first = len(windows) - 1
    while first and (windows[first - 1].level == "fine") == fine:
        first -= 1
    held = fmt.plural(len(windows) - first, "window")
    if not first:
        return f"in all {held}" if len(windows) > 1 else f"in {windows[0].label}, the only window"
    return (
        f"since {windows[first].label}, for {held}"
        if len(windows) - first > 1
        else (f"since {windows[first].label}, the last window")
    )


def _steps(timeline: Timeline, last: Window, alerts: int) -> list[str]:
    steps = []
    if alerts:
        steps.append(
            "An alert is open: look into it, and close it with what you found."
            if alerts == 1
            else f"{alerts} alerts are open: look into them, and close each with what you found."
        )
    broken = [each for each in timeline.ledger if each.kept is False]
    if broken:
        steps.append(
            f"{broken[0].label} is not what was promised ({fmt.score(broken[0].came)} came, "
            f"{fmt.score(broken[0].promised)} was promised): learn the model anew on recent rows."
        )
    if last.level != "fine":
        steps += _look_at(timeline, last)
    worse = [each for each in timeline.segments if each.level != "fine"]
    if worse:
        steps.append(
            f"Rows with {worse[0].column} {worse[0].value} are predicted worse than the others: see the "
            "segments."
        )
    quiet = timeline.windows[-_UNLABELLED:]
    if len(quiet) == _UNLABELLED and not any(each.labelled for each in quiet):
        steps.append(
            f"The last {_UNLABELLED} windows have no labels: give them, and it is known how good the model "
            "still is."
        )
    return steps or ["Nothing. Look again when the next rows have come."]


def _look_at(timeline: Timeline, last: Window) -> list[str]:
    """Which column of the last window to begin with."""
    first = next((each for each in ranked(last) if each.level != "fine" or each.part), None)
    if first is None:
        return [f"Look at {last.label}: {last.reasons[0]}" if last.reasons else f"Look at {last.label}."]
    moves = (
        f"it moves the mean prediction by {shown_part(first.part, timeline.output)}"
        if first.part
        else (f"{fmt.percent(first.moved)} of its values have moved")
    )
    return [f"Look at {first.name} in {last.label}: {moves}. Is that the world, or the data's source?"]
