"""What a running search looks like in a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol

from automl.cli.console import Console, number
from automl.jobs import JobState
from automl.store import RunFolder

if TYPE_CHECKING:
    from rich.console import Group

__all__ = ["Lines", "Live", "Progress", "Standing"]

_TOP = 5
_QUIET_SECONDS = 10.0  # plain lines say that the search lives at least this often

_STATES = {
    "queued": "Starting",
    "waiting": "Waiting for its turn",
    "preparing": "Reading the table",
    "searching": "Searching",
    "finishing": "Choosing the model",
}


@dataclass
class Standing:
    """What is known of a run's trials; files of trials are read once.

    Parameters
    ----------
    run : RunFolder
    """

    run: RunFolder
    trials: dict[str, dict[str, Any]] = field(default_factory=dict)

    def update(self) -> list[dict[str, Any]]:
        """Read the trials that are new, and return them in the order in which they ended."""
        new = [name for name in self.run.trial_ids() if name not in self.trials]
        for name in new:
            self.trials[name] = self.run.read(f"trials/{name}.json")
        return sorted((self.trials[name] for name in new), key=lambda trial: float(trial["finished"]))

    def best(self) -> list[dict[str, Any]]:
        """The best trials, the dummy left out."""
        scored = [t for t in self.trials.values() if t["loss"] is not None and t["family"] != "dummy"]
        return sorted(scored, key=lambda trial: (trial["loss"], trial["id"]))[:_TOP]

    def dummy(self) -> float | None:
        """Score of the model that looks at no column."""
        found = (t["score"] for t in self.trials.values() if t["family"] == "dummy")
        return next(found, None)

    def failed(self) -> int:
        """Number of failed trials."""
        return sum(trial["status"] == "failed" for trial in self.trials.values())


def spent_and_left(status: dict[str, Any]) -> tuple[float, float]:
    """Seconds of the budget that are spent and left, carried on from when the status was written."""
    budget = float(status.get("budget") or 0.0)
    since = time.time() - float(status["updated"]) if status["state"] in ("preparing", "searching") else 0.0
    spent = min(float(status.get("seconds") or 0.0) + max(since, 0.0), budget)
    return spent, budget - spent


def _doing(now: JobState) -> str:
    return "waiting" if now.waits else now.state


class Progress(Protocol):
    """Shows a search; a context manager that is called with each state."""

    def __enter__(self) -> Progress: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def __call__(self, now: JobState) -> None: ...

    def say(self, line: str) -> None:
        """Write a line that stays."""


class Lines:
    """Plain lines: every new best model, every failure, and a sign of life.

    Parameters
    ----------
    run : RunFolder
    console : Console
    clock : callable
        Monotonic seconds.
    """

    def __init__(
        self, run: RunFolder, console: Console, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._standing = Standing(run)
        self._standing.update()  # what an earlier session found is no news
        self._best = min((t["loss"] for t in self._standing.best()), default=float("inf"))
        self._console = console
        self._clock = clock
        self._state = ""
        self._said = clock()

    def __enter__(self) -> Lines:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to tidy up."""

    def say(self, line: str) -> None:
        """Write a line that stays."""
        self._said = self._clock()
        self._console.progress(line)

    def __call__(self, now: JobState) -> None:
        """Say what is new."""
        spent, left = spent_and_left(now.status)
        doing = _doing(now)
        if doing != self._state and doing in _STATES:
            self._state = doing
            self.say(f"[{spent:5.1f} s] {_STATES[doing]}")
        for trial in self._standing.update():
            if trial["status"] == "failed":
                self.say(f"[{trial['at']:5.1f} s] {trial['id']} {trial['family']} failed: {trial['reason']}")
            elif trial["family"] == "dummy":
                self.say(
                    f"[{trial['at']:5.1f} s] baseline {number(trial['score'])} (dummy, looks at no column)"
                )
            elif trial["loss"] is not None and trial["loss"] < self._best:
                self._best = trial["loss"]
                self.say(
                    f"[{trial['at']:5.1f} s] best {number(trial['score'])} ({trial['id']} {trial['family']})"
                )
        if now.state == "searching" and self._clock() - self._said >= _QUIET_SECONDS:
            self.say(f"[{spent:5.1f} s] {len(self._standing.trials)} trials, {left:.0f} s left")


class Live:
    """A picture that is redrawn in place: time, best against the dummy, counts, the top of the leaderboard.

    Parameters
    ----------
    run : RunFolder
    """

    def __init__(self, run: RunFolder) -> None:
        from rich.console import Console as RichConsole
        from rich.live import Live as RichLive

        self._standing = Standing(run)
        self._spec = run.spec
        self._rich = RichConsole(stderr=True, highlight=False)
        self._live = RichLive(console=self._rich, auto_refresh=False, transient=True)

    def __enter__(self) -> Live:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def say(self, line: str) -> None:
        """Write a line that stays above the picture."""
        self._rich.print(line, markup=False)

    def __call__(self, now: JobState) -> None:
        """Draw the picture anew."""
        self._standing.update()
        self._live.update(self.picture(now), refresh=True)

    def picture(self, now: JobState) -> Group:
        """The picture for a state."""
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        spent, left = spent_and_left(now.status)
        head = Text.assemble(
            (str(self._spec["name"]), "bold"),
            " → ",
            str(self._spec["target"]),
            "   ",
            _STATES.get(_doing(now), now.state),
        )
        clock = Table.grid(padding=(0, 2))
        clock.add_row(
            ProgressBar(total=max(spent + left, 1e-9), completed=spent, width=40), f"{left:.0f} s left"
        )
        return Group(head, clock, Text(self._counts(now.status)), Text(""), self._top())

    def _counts(self, status: dict[str, Any]) -> str:
        best, dummy = self._standing.best()[:1], self._standing.dummy()
        parts = [f"{status['metric']}:" if status.get("metric") else ""]
        parts.append(f"best {number(best[0]['score'])}" if best else "no model yet")
        if dummy is not None:
            parts.append(f"(dummy {number(dummy)})")
        parts.append(f"  {len(self._standing.trials)} trials, {self._standing.failed()} failed")
        return " ".join(filter(None, parts))

    def _top(self) -> Any:
        from rich import box
        from rich.table import Table

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
        for header, side in (
            ("model", "left"),
            ("family", "left"),
            ("score", "right"),
            ("90 % interval", "right"),
        ):
            table.add_column(header, justify=side)  # type: ignore[arg-type]
        for trial in self._standing.best():
            low, high = trial["interval"] or (None, None)
            table.add_row(
                trial["id"], trial["family"], number(trial["score"]), f"{number(low)} to {number(high)}"
            )
        return table
