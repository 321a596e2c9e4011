"""The job that looks through a file before it is scored; runs in the worker, and loads no model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from automl.jobs.folder import JobFolder
from automl.store import RunFolder, files

__all__ = ["glance"]


def glance(
    run_folder: Path,
    job_folder: Path,
    *,
    table: str,
    name: str | None = None,
    read: dict[str, Any] | None = None,
    names: dict[str, str] | None = None,
    seconds: float | None = None,
) -> dict[str, Any]:
    """Look at a file as a model of a run would read it.

    Its status has `progress`, the share done, and a `message` that says what is being done.

    Parameters
    ----------
    run_folder, job_folder : Path
    table : str
        Path of the file.
    name, read, names
        As for `Run.score`.
    seconds : float, optional
        After which no further piece of the file is begun; default: all of it is looked at.

    Returns
    -------
    dict
        `path` of the JSON file with the `automl.monitoring.glance.Glance`, and its `level`.
    """
    # Not above: a worker that waits for its turn loads as little as it can.
    from automl.data import ReadOptions
    from automl.monitoring.glance import glance as look
    from automl.monitoring.known import known_columns
    from automl.search.reviewing import reviewed_schema

    folder, run = JobFolder(job_folder), RunFolder.open(run_folder)
    folder.set_status("running", progress=0.0, message="Counting the rows that are known")
    schema, known = known_columns(run)
    reviewed = reviewed_schema(run)
    seen = look(
        schema,
        known,
        run.read("task.json")["target"],
        Path(table),
        name=name,
        read=ReadOptions.from_json(read) if read else None,
        names=names,
        reviewed=None if reviewed is None else reviewed.read_by(schema),
        seconds=seconds,
        progress=lambda share, what: folder.set_status("running", progress=share, message=what),
    )
    path = job_folder / "glance.json"
    files.write_json(path, seen.to_json())
    return {"path": str(path), "level": seen.level}
