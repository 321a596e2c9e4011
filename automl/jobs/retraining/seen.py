"""Retrainings as they are seen: which there are, where they stand, what came of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from automl.errors import CatalogueError
from automl.jobs.folder import JobFolder
from automl.jobs.retraining.steps import Steps
from automl.jobs.state import JobState, jobs
from automl.store import RunFolder
from automl.store.catalogue import Catalogue, ModelVersion

__all__ = ["KIND", "OUTCOMES", "Retraining", "champion_of", "past", "retrainings"]

KIND = "retrain"
"""The kind of the job."""
OUTCOMES: Mapping[str, str] = {
    "nothing": "not needed",
    "swapped": "took over",
    "waits": "waits for approval",
    "kept": "not better",
    "overtaken": "overtaken",
    "rejected": "rejected",
}
"""What can come of it, in words."""


@dataclass(frozen=True)
class Retraining:
    """A retraining.

    Attributes
    ----------
    job : JobState
    name : str
        Of the model.
    outcome : str
        Of `OUTCOMES`; empty while it is open.
    reasons : tuple of str
        For the outcome.
    decision, rows, blessing : dict or None
        What the steps came to, as far as they are done.
    champion, challenger : str
        What they are called; empty where that is not known yet.
    """

    job: JobState
    name: str
    outcome: str
    reasons: tuple[str, ...]
    decision: dict[str, Any] | None
    rows: dict[str, Any] | None
    blessing: dict[str, Any] | None
    champion: str
    challenger: str

    @property
    def exit_code(self) -> int:
        """0: it took over, or there was nothing to do; 2: it did not; 1: it could not be done."""
        if self.outcome in ("swapped", "nothing"):
            return 0
        return 2 if self.outcome else 1


def retrainings(catalogue: Catalogue, name: str | None = None) -> list[Retraining]:
    """The retrainings of all models, or of one name, newest first."""
    found = []
    for run in catalogue.models.runs():
        if name is None or run.name == name:
            found += [seen(catalogue, job) for job in jobs(Path(run.path), KIND)]
    return sorted(found, key=lambda each: each.job.id, reverse=True)


def seen(catalogue: Catalogue, job: JobState) -> Retraining:
    """A retraining by its job."""
    steps = Steps(JobFolder(job.folder))
    plan, outcome = steps.done("plan") or {}, steps.done("outcome") or {}
    return Retraining(
        job=job,
        name=str(job.params["name"]),
        # An approval may have come since the job was over.
        outcome=catalogue.succession.outcome_of(job.id) or str(outcome.get("outcome", "")),
        reasons=tuple(outcome.get("reasons", ())),
        decision=steps.done("decision"),
        rows=steps.done("rows"),
        blessing=steps.done("blessing"),
        champion=str(plan.get("champion", "")),
        challenger=str((steps.done("bundle") or {}).get("challenger", "")),
    )


def past(catalogue: Catalogue, name: str, *, but: str = "") -> tuple[float, ...]:
    """When a model was learned anew, whatever came of it, oldest first.

    Parameters
    ----------
    catalogue : Catalogue
    name : str
    but : str
        Id of a retraining that does not count.
    """
    found = catalogue.audit.entries(subject=name, action="retraining_started")
    return tuple(
        datetime.fromisoformat(entry.at).timestamp()
        for entry in found
        if entry.facts()["details"].get("retraining") != but
    )


def champion_of(catalogue: Catalogue, name: str) -> tuple[ModelVersion, RunFolder]:
    """The model in use, and the run that it came from.

    Raises
    ------
    CatalogueError
        When there is none.
    RunError
        When its run is not on this machine.
    """
    champion = catalogue.aliases.get(name, "champion")
    if champion is None:
        known = sorted({each.name for each in catalogue.aliases.all() if each.alias == "champion"})
        raise CatalogueError(
            f"{name!r} has no champion to be replaced. There are champions of: {', '.join(known) or 'none'}.",
            fix=f"Say which version is in use: automl alias set champion {name}/VERSION",
        )
    return champion, RunFolder.open(catalogue.models.run_of(champion).path)
