"""What a timeline consists of: windows, and what is to be said over all of them, kept as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from automl.monitoring.estimate.records import Estimated
from automl.monitoring.performance import Performance
from automl.monitoring.rules import Level
from explain.judge.fairness import Fairness
from explain.stored import Stored

__all__ = [
    "ChangePoint",
    "ChangeTest",
    "Labelling",
    "Promise",
    "Segment",
    "Timeline",
    "Window",
    "WindowColumn",
    "WindowFairness",
]


@dataclass(frozen=True)
class WindowColumn(Stored):
    """A column in a window, against the rows that the model was learned from.

    Attributes
    ----------
    name : str
    moved : float
        Share of the rows that have moved, at least.
    chance : float
        What is to be expected of that where nothing has changed.
    adjusted : float or None
        The p-value adjusted for all tests of the window; None where there was nothing to test.
    part : float or None
        What the column adds to the shift of the mean prediction, 0 where that may be chance; None where the
        shift was not split.
    level : {"fine", "look", "act"}
    """

    name: str
    moved: float
    chance: float
    adjusted: float | None
    part: float | None
    level: Level


@dataclass(frozen=True)
class Labelling(Stored):
    """Which rows of a window have a label, and whether they are like those that have none.

    Attributes
    ----------
    share : float
        Of the rows, how many have a label.
    late : int or None
        Labels that came after the window had ended; None where the labels say not when they came.
    delay : float or None
        Median time from prediction to label, in seconds.
    moved, chance : float or None
        Share of the predictions in which rows with a label differ from rows without, at least, and what is
        to be expected of it where labels came at random; None where all rows have a label, or none.
    adjusted : float or None
        p-value of that, adjusted for all windows.
    selected : bool
        Whether labelled rows surely differ, and by enough: performance is that of rows like them, then.
    """

    share: float
    late: int | None
    delay: float | None
    moved: float | None
    chance: float | None
    adjusted: float | None
    selected: bool


@dataclass(frozen=True)
class Window(Stored):
    """Rows of a stretch of time, compared with those that the model was learned from.

    Attributes
    ----------
    start, end : float
        Seconds since 1970; the end is not part of it. Of windows of so many rows the first and last moment,
        of a scoring the moment when it was made.
    label : str
        Such as "2026-03", "week of 2026-03-02", or the name of the scored table.
    rows, labelled : int
    level : {"fine", "look", "act"}
    headline : str
        The verdict in a sentence.
    columns : tuple of WindowColumn
        In the order of the schema.
    mean : float or None
        Mean prediction, of `Timeline.output` where there are classes.
    shift : float or None
        That less the mean for rows like those learned from.
    performance : Performance or None
        None for under 20 rows with a label.
    estimated : Estimated or None
        Performance of the rows without a label, as far as that can be told.
    labelling : Labelling or None
        None where nothing says which rows have a label.
    reasons : tuple of str
        For the verdict, the most serious first.
    """

    start: float
    end: float
    label: str
    rows: int
    labelled: int
    level: Level
    headline: str
    columns: tuple[WindowColumn, ...]
    mean: float | None
    shift: float | None
    performance: Performance | None
    estimated: Estimated | None = None
    labelling: Labelling | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChangePoint(Stored):
    """Where something has changed for good.

    Attributes
    ----------
    what : str
        Name of a metric, ``"mean_prediction"`` or ``"row_loss"``.
    label : str
        That for people.
    at_window : int
        Position of the first window after the change.
    before, after : float
        Level before and after, over the windows up to the change before and the next one.
    low, high : int
        Positions of the first and the last window at which the change may have been, with 95 % confidence.
    p_value : float
        Adjusted for all tests of the timeline.
    level : {"fine", "look"}
        `look` where it is large, and no improvement.
    """

    what: str
    label: str
    at_window: int
    before: float
    after: float
    low: int
    high: int
    p_value: float
    level: Level


@dataclass(frozen=True)
class ChangeTest(Stored):
    """A series that was searched for changes.

    Attributes
    ----------
    what, label : str
        As of `ChangePoint`.
    windows : int
        How many have a value.
    p_value, adjusted : float or None
        Of the test that nothing has changed; adjusted for all series. None where there are too few windows.
    false_alarms : float
        Probability of finding any change where there is none, in any of the series.
    detectable : float or None
        The smallest change in the middle of the series that is found in 80 of 100 cases.
    spread : float or None
        Standard deviation by which windows vary beyond what their sizes explain.
    note : str
        Why it was not tested; empty where it was.
    """

    what: str
    label: str
    windows: int
    p_value: float | None
    adjusted: float | None
    false_alarms: float
    detectable: float | None
    spread: float | None
    note: str = ""


@dataclass(frozen=True)
class Segment(Stored):
    """How good the predictions of some of the rows are, beside those of all others.

    Attributes
    ----------
    column, value : str
        Rows with this value of this column; numbers are cut at round values near their quartiles.
    rows : int
        With a label.
    metric, label : str
    score, low, high : float
        With a 95 % interval.
    rest : float
        The score of all other rows.
    p_value, adjusted : float
        Of the test that they are predicted no worse than the others; adjusted for all segments.
    level : {"fine", "look"}
        `look` where they surely are worse, and by enough.
    """

    column: str
    value: str
    rows: int
    metric: str
    label: str
    score: float
    low: float
    high: float
    rest: float
    p_value: float
    adjusted: float
    level: Level


@dataclass(frozen=True)
class WindowFairness(Stored):
    """How the model treats groups of rows in one window.

    Attributes
    ----------
    window : int
        Position of the window.
    fairness : Fairness
        As `explain.judge.fairness` measures it, of the rows with a label.
    """

    window: int
    fairness: Fairness


@dataclass(frozen=True)
class Promise(Stored):
    """What was promised when the model was exported, and what came.

    Attributes
    ----------
    metric : str
        Name of a metric, or ``"coverage"``, ``"calibration"``, ``"unseen:COLUMN"``.
    label : str
        That for people.
    promised : float or None
    low, high : float or None
        Within which it was promised.
    came, came_low, came_high : float or None
        Over all windows, with a 90 % interval.
    windows_held, windows : int
        In how many of the windows that can tell it was kept.
    kept : bool or None
        None where it is not known.
    """

    metric: str
    label: str
    promised: float | None
    low: float | None
    high: float | None
    came: float | None
    came_low: float | None
    came_high: float | None
    windows_held: int
    windows: int
    kept: bool | None


@dataclass(frozen=True, eq=False)
class Timeline(Stored):
    """A model over time.

    Attributes
    ----------
    model, target : str
        The model, in words, and the column that it predicts.
    source : str
        What the windows are made of, in words.
    period : str
        Such as "month", "1,000 rows" or "scoring".
    windows : tuple of Window
        In the order of time; those without rows are left out.
    changes : tuple of ChangePoint
        In the order of time.
    segments : tuple of Segment
        The worst first.
    fairness : tuple of WindowFairness
    ledger : tuple of Promise
        Broken promises first.
    notes : tuple of str
        What was not done, or limits what is said.
    tests : tuple of ChangeTest
        The series that were searched for changes.
    output : str or None
        The class whose probability `Window.mean` is about; None for values.
    level : {"fine", "look", "act"}
        What the last window, the changes and the ledger call for.
    headline : str
    created, seconds : float
        When it was made, and how long that took.
    """

    model: str
    target: str
    source: str
    period: str
    windows: tuple[Window, ...]
    changes: tuple[ChangePoint, ...]
    segments: tuple[Segment, ...]
    fairness: tuple[WindowFairness, ...]
    ledger: tuple[Promise, ...]
    notes: tuple[str, ...]
    tests: tuple[ChangeTest, ...]
    output: str | None
    level: Level
    headline: str
    created: float
    seconds: float

    @property
    def exit_code(self) -> int:
        """For scripts: 0 where all is fine, else 2."""
        return 0 if self.level == "fine" else 2

    def to_json(self) -> dict[str, Any]:
        """As JSON values; `from_json` gives it back."""
        return {**super().to_json(), "exit_code": self.exit_code}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Inverse of `to_json`.

        Raises
        ------
        explain.InputError
            If it is damaged, or of another version.
        """
        return super().from_json({name: value for name, value in data.items() if name != "exit_code"})
