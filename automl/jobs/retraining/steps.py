"""Steps that are done once: what came of each is a file in the job's folder, written when it is done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from automl.jobs.folder import JobFolder
from automl.store import files

__all__ = ["SHARES", "Steps"]

SHARES: dict[str, tuple[float, str]] = {
    "plan": (0.0, "Looking at what is asked"),
    "decision": (0.02, "Comparing the new rows with those the champion has learned from"),
    "rows": (0.10, "Putting old and new rows together"),
    "windows": (0.14, "Finding out which rows to learn from"),
    "search": (0.20, "Searching a challenger"),
    "bundle": (0.70, "Exporting the challenger"),
    "blessing": (0.88, "Comparing champion and challenger"),
    "outcome": (0.97, "Deciding"),
}
"""Of each step, the share of the whole that is done when it begins, and what it does."""


class Steps:
    """The steps of a job.

    Parameters
    ----------
    folder : JobFolder
    """

    def __init__(self, folder: JobFolder) -> None:
        self.folder = folder

    @property
    def path(self) -> Path:
        """The job's folder."""
        return self.folder.path

    def done(self, name: str) -> dict[str, Any] | None:
        """What came of a step; None where it is not done."""
        path = self.path / f"{name}.json"
        found: dict[str, Any] | None = files.read_json(path) if path.is_file() else None
        return found

    def once(self, name: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Do a step, unless it is done.

        Parameters
        ----------
        name : str
        make : callable
            Returns JSON values. It may be called again after a kill: what it does must bear that.
        """
        if (found := self.done(name)) is not None:
            return found
        self.tell(name)
        made = make()
        files.write_json(self.path / f"{name}.json", made)
        return made

    def tell(self, name: str, within: float = 0.0, more: str = "") -> None:
        """Say which step is being done, and how much of it is.

        Parameters
        ----------
        name : str
        within : float
            Share of the step, 0 to 1.
        more : str
            What is being done within it.
        """
        begins, what = SHARES[name]
        later = [share for share, _ in SHARES.values() if share > begins]
        ends = min(later, default=1.0)
        self.folder.set_status(
            "running", progress=begins + (ends - begins) * min(max(within, 0.0), 1.0),
            message=f"{what}: {more}" if more else what, step=name,
        )  # fmt: skip
