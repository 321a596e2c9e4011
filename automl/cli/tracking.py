"""`automl track`, and what `automl fit` and `automl resume` say of a run that is tracked."""

from __future__ import annotations

import time
from argparse import Namespace
from pathlib import Path
from typing import Any

from automl import jobs
from automl.cli.console import Console, find_run
from automl.errors import RunError
from automl.jobs.folder import LOG
from automl.store import RunFolder
from automl.tracking import track_by

__all__ = ["asked", "begin", "facts", "lines", "track"]

_EVERY_SECONDS = 0.2
_TRIALS_SECONDS = 15.0  # that `automl fit` waits at its end for what the search itself has brought


def asked(options: Namespace) -> str | bool | dict[str, Any] | None:
    """What was typed about tracking; None where nothing was."""
    where = getattr(options, "to", None) if options.command == "track" else options.track
    ways = {
        "experiment": options.track_experiment,
        "alias": options.track_alias,
        "register": options.track_model,
    }
    given = {name: value for name, value in ways.items() if value is not None}
    if not given or where is False:
        return where
    return given if where is None else {"uri": where, **given}


def track(options: Namespace, console: Console) -> int:
    """Tell a server of a run, and stay until it knows everything."""
    folder = RunFolder.open(find_run(options.run, options.home))
    where = track_by(folder, asked(options))
    launched = begin(folder)
    assert launched is not None
    job = jobs.state(launched)
    if not options.background:
        console.progress(f"Telling {where['uri']} of {folder.path}")
        job = jobs.wait(launched, every=_EVERY_SECONDS, on_change=_Told(console))
    console.document(
        {"run": str(folder.path), "to": where, "state": job.state, "message": job.message, "job": job.id}
        | {"error": job.error, "result": job.result}
    )
    if options.background:
        console.say(f"Telling {where['uri']} in the background; `automl track {folder.id}` shows how far.")
        return 0
    if job.state == "finished":
        console.say(*_summary(job))
        return 0
    if job.state == "failed":
        console.note(f"automl: {job.message}", f"        Details are in {job.folder / LOG}.")
        return 1
    raise RunError(f"Telling {where['uri']} was {job.state}.", fix="Try again: nothing is sent twice.")


def begin(folder: RunFolder) -> Path | None:
    """Start telling a server of a run, if one is to be told; the folder of the job."""
    where = folder.spec.get("track")
    if not where:
        return None
    return jobs.launch(folder.path, "track", asked=where, session=folder.status["session"])


def facts(folder: RunFolder) -> dict[str, Any] | None:
    """How far the telling of a run is, soon after its search; None where it is not told to anybody.

    Waits a little for the trials to be sent, and not for what is made of the model afterwards.
    """
    if not folder.spec.get("track"):
        return None
    job = _newest(folder)
    until = time.monotonic() + _TRIALS_SECONDS
    try:
        while job is not None and not job.is_over and _is_searching(job) and time.monotonic() < until:
            time.sleep(_EVERY_SECONDS)
            job = jobs.state(job.folder)
    except KeyboardInterrupt:  # it goes on without being waited for
        pass
    if job is None:
        return {"to": folder.spec["track"]["uri"], "state": None, "message": _not_begun(folder)}
    return {
        "to": folder.spec["track"]["uri"],
        "state": job.state,
        "message": job.message,
        **{name: job.status.get(name) for name in ("url", "sent", "trials")},
    }


def lines(told: dict[str, Any] | None) -> list[str]:
    """The same for people."""
    if told is None:
        return []
    if not told.get("url"):
        return [f"tracking {told['to']}: {told['message'] or 'nothing sent yet'}"]
    if told["state"] == "running" and told["sent"] == told["trials"]:
        return [
            f"tracking {told['url']}",
            f"         {told['sent']} trials sent; report and model follow in the background",
        ]
    return [f"tracking {told['url']}", f"         {told['message']}"]


class _Told:
    """Writes what has changed."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._said = ""

    def __call__(self, job: jobs.JobState) -> None:
        if job.message and job.message != self._said and not job.is_over:
            self._said = job.message
            self._console.progress(job.message)


def _summary(job: jobs.JobState) -> list[str]:
    result = job.result or {}
    said = [f"run      {result['url']}", f"trials   {result['trials']}"]
    if result["artefacts"]:
        said.append(f"files    {', '.join(result['artefacts'])}")
    if result["model"]:
        said.append(f"model    {result['model']}")
    return said + [f"missing  {what}: {why}" for what, why in result["refused"].items()]


def _newest(folder: RunFolder) -> jobs.JobState | None:
    return next(iter(jobs.jobs(folder.path, "track")), None)


def _is_searching(job: jobs.JobState) -> bool:
    return bool(job.status.get("searching", True)) and not job.status.get("waits_for_server")


def _not_begun(folder: RunFolder) -> str:
    failed = [event for event in folder.events() if event["kind"] == "tracking_failed"]
    return str(failed[-1]["reason"]) if failed else ""
