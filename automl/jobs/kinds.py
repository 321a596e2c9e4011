"""What each kind of job does; runs in the worker."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from automl.errors import RunError
from automl.inspection import file_of, fingerprint_of, get_inspection
from automl.jobs.accounting import difference, register, sheet, verify
from automl.jobs.choosing import compare, decide, standing, thresholds
from automl.jobs.control import await_explanation, launch
from automl.jobs.folder import JobFolder
from automl.jobs.glancing import glance
from automl.jobs.tracking import begin_tracking, track, tracked_files
from automl.run import Run, load_run
from automl.store import Queue, RunFolder, files, is_id, preferred_model, shipped_state, version_of

__all__ = [
    "OTHERS", "explain", "export", "glance", "inspect", "query", "report", "retrain", "score", "search",
    "timeline", "track",
]  # fmt: skip


def search(run_folder: Path) -> None:
    """Start or resume the search of a run; once it is finished, explain its model and compare the others.

    These are jobs of their own, with their own states: the search is over when its model is written, and an
    explanation that fails takes nothing from it. The next search begins when they have ended, since it is
    promised the machine for all of its time.
    """
    import automl.search.driver  # noqa: F401 - takes seconds, in which somebody may cancel

    run = load_run(run_folder)
    folder = run.folder
    if folder.is_cancel_asked():
        with folder.hold():
            folder.set_status("cancelled", message="Cancelled before the search began.")
            folder.add_event("cancelled")
        return
    begin_tracking(folder, session=folder.status["session"] + 1)
    run.search(started=_launched(folder))
    result = run.result
    if result is not None and folder.status["state"] == "finished":
        last = [
            launch(run_folder, "explain", model=result["chosen"]),
            launch(run_folder, "standing", version=version_of(folder)),
            *tracked_files(folder, result["chosen"]),
        ]
        if (line := Queue.of(folder)) is not None:
            line.keep_for(folder, [job.name for job in last])


def explain(
    run_folder: Path,
    job_folder: Path,
    *,
    model: str | None = None,
    rows: list[int] | None = None,
    time_budget: float | None = None,
) -> dict[str, Any]:
    """Explain a model of a run.

    Parameters
    ----------
    run_folder, job_folder : Path
    model : str, optional
        Id of a trial, or `ensemble`; default: the model that is used, before there is one the best trial.
    rows : list of int, optional
        Positions of the rows to explain; then the explanation is written into the job's folder. Without them
        a sample is explained and becomes the run's stored explanation of that model.
    time_budget : float, optional
        Seconds; default: as `Run.explain`.

    Returns
    -------
    dict
        `path` of the explanation's JSON file, and `model`.
    """
    run = load_run(run_folder)
    name = _model_id(run, model)
    limit: dict[str, Any] = {} if time_budget is None else {"time_budget": time_budget}
    if rows is None:
        run.explain(model=name, store=True, **limit)
        return {"path": str(run_folder / "explanations" / f"{name}.json"), "model": name}
    path = job_folder / "explanation.json"
    files.write_json(path, run.explain(rows, model=name, **limit).to_json())
    return {"path": str(path), "model": name}


def export(
    run_folder: Path, job_folder: Path, *, model: str | None = None, path: str | None = None
) -> dict[str, Any]:
    """Write a bundle.

    Parameters
    ----------
    run_folder, job_folder : Path
    model : str, optional
        Id of a trial, or `ensemble`; default: the model that is used, before there is one the best trial.
    path : str, optional
        Where to; default: `bundles/` of the run.

    Returns
    -------
    dict
        `path`, `model`, `bytes` and `sha256` of the zip; `state`, see `automl.store.shipped_state`.
    """
    run = load_run(run_folder)
    name = _model_id(run, model)
    target = Path(path) if path else run_folder / "bundles" / f"{run_folder.name}-{name}.zip"
    target.parent.mkdir(parents=True, exist_ok=True)
    await_explanation(run_folder, name)
    state = shipped_state(run.folder, name)
    written = run.export(target, model=name, progress=_told(job_folder))
    return {
        "path": str(written),
        "model": name,
        "bytes": written.stat().st_size,
        "sha256": files.file_sha256(written),
        "state": state,
    }


def report(
    run_folder: Path,
    job_folder: Path,
    *,
    model: str | None = None,
    path: str | None = None,
    fairness: list[str] | None = None,
    time_budget: float | None = None,
) -> dict[str, Any]:
    """Write a report.

    Its status has `progress`, the share done, and a `message` that says what is being done.

    Parameters
    ----------
    run_folder, job_folder : Path
    model : str, optional
        Id of a trial, or `ensemble`; default: the model that is used, before there is one the best trial.
    path : str, optional
        Where to; default: `reports/` of the run.
    fairness : list of str, optional
        Columns by whose groups the model is judged.
    time_budget : float, optional
        Seconds for all inspections together; default: as `Run.report`.

    Returns
    -------
    dict
        `path`, `model` and `bytes` of the HTML file; `state`, see `automl.store.shipped_state`.
    """
    run = load_run(run_folder)
    name = _model_id(run, model)
    groups = f"-by-{fingerprint_of(sorted(fairness))[:8]}" if fairness else ""
    target = Path(path) if path else run_folder / "reports" / f"{run_folder.name}-{name}{groups}.html"
    target.parent.mkdir(parents=True, exist_ok=True)
    await_explanation(run_folder, name)
    state = shipped_state(run.folder, name)
    limit: dict[str, Any] = {} if time_budget is None else {"time_budget": time_budget}
    written = run.report(target, model=name, fairness=fairness or (), progress=_told(job_folder), **limit)
    return {"path": str(written), "model": name, "bytes": written.stat().st_size, "state": state}


def inspect(
    run_folder: Path,
    job_folder: Path,
    *,
    name: str,
    params: dict[str, Any] | None = None,
    model: str | None = None,
    time_budget: float | None = None,
    again: bool = False,
) -> dict[str, Any]:
    """Make an inspection.

    Its status has `progress`, the share done, and a `message` that says what is being done.

    Parameters
    ----------
    run_folder, job_folder : Path
    name : str
        Of the inspection; see `automl.inspection`.
    params : dict, optional
        What it is asked; checked by its registry.
    model : str, optional
        Id of a trial, or `ensemble`; default: the model that is used, before there is one the best trial.
    time_budget : float, optional
        Seconds; default: as `Run.inspect`.
    again : bool
        Whether to make it anew where it is stored.

    Returns
    -------
    dict
        `path` of the stored result, `model`, `name` and all `params`.
    """
    what = get_inspection(name)
    run = load_run(run_folder)
    told = _told(job_folder)
    told(0.0, f"Inspecting: {what.title}")
    limit: dict[str, Any] = {} if time_budget is None else {"time_budget": time_budget}
    made = run.inspected(
        name,
        model=_model_id(run, model),
        params=params,
        again=again,
        progress=lambda share: told(share, f"Inspecting: {what.title}"),
        **limit,
    )
    path = run_folder / file_of(what, made.model, made.params)
    return {"path": str(path), "model": made.model, "name": name, "params": made.params}


def query(
    run_folder: Path,
    job_folder: Path,
    *,
    connection: str,
    query: str,
    name: str,
    rows: int,
    seconds: float,
) -> dict[str, Any]:
    """Fetch a table from a database into a Parquet file.

    Its status has a `message` that says how many rows have come.

    Parameters
    ----------
    run_folder, job_folder : Path
        The first is the folder of a draft, which gets the file.
    connection : str
        Name of a connection; its address is in the environment only.
    query : str
    name : str
        Of the file.
    rows, seconds : int, float
        Limits.

    Returns
    -------
    dict
        As `automl.sql.Snapshot`.
    """
    from automl.sql import take_snapshot

    folder = JobFolder(job_folder)
    told = 0.0

    def tell(count: int) -> None:
        nonlocal told
        if time.monotonic() - told > 0.5:
            folder.set_status("running", message=f"{count:,} rows so far")
            told = time.monotonic()

    folder.set_status("running", message="Waiting for the first rows")
    path = run_folder / Path(name).name
    taken = take_snapshot(connection, query, path, rows=rows, seconds=seconds, progress=tell)
    return asdict(taken)


def score(
    run_folder: Path,
    job_folder: Path,
    *,
    table: str,
    name: str | None = None,
    model: str | None = None,
    interval: float | None = None,
    reasons: int = 0,
    missing_columns: Literal["error", "missing"] = "error",
    read: dict[str, Any] | None = None,
    names: dict[str, str] | None = None,
    time_budget: float | None = 30.0,
) -> dict[str, Any]:
    """Score a table and compare it with what the model was learned from.

    Its status has `progress`, the share done, and a `message` that says what is being done. What comes of it
    is kept in `scorings/` of the run, under the id of the job.

    Parameters
    ----------
    run_folder, job_folder : Path
    table : str
        Path of the file.
    name : str, optional
        What the person calls it; default its name.
    model : str, optional
        Id of a trial, or `ensemble`; default: the chosen model, before there is one the best trial.
    interval, reasons, missing_columns, read, names, time_budget
        As for `Run.score`.

    Returns
    -------
    dict
        `scoring`, its id, and `level`, the verdict.
    """
    from automl.monitoring.history import SCORINGS, keep

    run = load_run(run_folder)
    model_id = _model_id(run, model)
    folder = run_folder / SCORINGS / job_folder.name
    folder.mkdir(parents=True)
    try:
        done = run.score(
            table,
            model=model_id,
            out=folder / "predictions.csv",
            name=name,
            interval=interval,
            reasons=reasons,
            missing_columns=missing_columns,
            read=read,
            names=names,
            time_budget=time_budget,
            progress=_told(job_folder),
        )
    except BaseException:
        shutil.rmtree(folder)  # what has no verdict is no scoring
        raise
    keep(folder, done.report, model=model_id, columns=done.columns, preview=done.preview)
    return {"scoring": folder.name, "level": done.report.level, "model": model_id}


def retrain(run_folder: Path, job_folder: Path, **asked: Any) -> dict[str, Any]:
    """Learn a champion anew on old and new rows; see `automl.jobs.retraining`.

    Parameters
    ----------
    run_folder : Path
        Of the run that the champion came from.
    job_folder : Path
    **asked
        As `automl.jobs.retraining.Asked.to_json` gives it.

    Returns
    -------
    dict
        `outcome`, `reasons`, `champion` and, where there is one, `challenger`.
    """
    from automl.jobs.retraining.work import retrain as learn_anew  # which loads the engine

    return learn_anew(run_folder, job_folder, **asked)


def timeline(
    run_folder: Path,
    job_folder: Path,
    *,
    table: str | None = None,
    by: str | None = None,
    log: str | None = None,
    labels: str | None = None,
    id: str = "id",
    label: str | None = None,
    labelled_at: str | None = None,
    every: str = "month",
    segments: list[str] | None = None,
    fairness: str | None = None,
    model: str | None = None,
    missing_columns: Literal["error", "missing"] = "error",
    time_budget: float | None = 30.0,
    name: str | None = None,
) -> dict[str, Any]:
    """Follow a model over time.

    Its status has `progress`, the share done, and a `message` that says what is being done. What comes of it
    is kept in `timelines/` of the run, under the id of the job (see `automl.monitoring.timeline.kept`).

    Parameters
    ----------
    run_folder, job_folder : Path
    table, log, labels : str, optional
        Paths of files; a log may be a folder.
    by, id, label, labelled_at, every, segments, fairness, missing_columns, time_budget, name
        As for `Run.timeline`.
    model : str, optional
        Id of a trial, or `ensemble`; default: the model that is used, before there is one the best trial.

    Returns
    -------
    dict
        `timeline`, its id, `level`, the verdict, and `model`.
    """
    from automl.monitoring.timeline.kept import TIMELINES, keep_timeline

    run = load_run(run_folder)
    model_id = _model_id(run, model)
    made = run.timeline(
        table,
        by=by,
        log=log,
        labels=labels,
        id=id,
        label=label,
        labelled_at=labelled_at,
        every=every,
        segments=segments,
        fairness=fairness,
        model=model_id,
        missing_columns=missing_columns,
        time_budget=time_budget,
        name=name,
        progress=_told(job_folder),
    )
    folder = run_folder / TIMELINES / job_folder.name
    folder.mkdir(parents=True)
    keep_timeline(folder, made, model=model_id)
    return {"timeline": folder.name, "level": made.level, "model": model_id}


def _told(job_folder: Path) -> Callable[[float, str], None]:
    """Progress that is written into the job's status."""
    folder = JobFolder(job_folder)
    return lambda share, what: folder.set_status("running", progress=share, message=what)


OTHERS: Mapping[str, Callable[..., dict[str, Any]]] = {
    "compare": compare,
    "decide": decide,
    "difference": difference,
    "explain": explain,
    "export": export,
    "glance": glance,
    "inspect": inspect,
    "query": query,
    "register": register,
    "report": report,
    "retrain": retrain,
    "score": score,
    "sheet": sheet,
    "standing": standing,
    "thresholds": thresholds,
    "timeline": timeline,
    "track": track,
    "verify": verify,
}


def _launched(folder: RunFolder) -> float | None:
    """Reading of the monotonic clock at which the worker was asked for: the budget begins there."""
    launched = folder.status.get("launched")
    if launched is None:
        return None
    # Between 0 and 30 seconds ago, even if somebody has set the machine's clock in between.
    return time.monotonic() - min(max(time.time() - float(launched), 0.0), 30.0)


def _model_id(run: Run, model: str | None) -> str:
    """The model that is meant; its id becomes part of a file's name."""
    if model is None:
        used = preferred_model(run.folder)
        if used is not None:
            return used
        table = run.leaderboard()
        usable = table.loc[table["status"] == "ok", "id"]
        if usable.empty:
            raise RunError(
                f"The run {run.folder.id} has no model yet.", fix="Wait for its first trial, or resume it."
            )
        return str(usable.iloc[0])
    if not is_id(model):
        raise RunError(f"{model!r} is not the id of a model.", fix="Ids look like t0007, or `ensemble`.")
    return model
