"""The kinds of job that help to choose among the models of a finished search; run in the worker."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from automl.jobs.folder import JobFolder
from automl.run import load_run
from automl.store import files

__all__ = ["compare", "decide", "standing", "thresholds"]


def standing(run_folder: Path, job_folder: Path, *, version: str) -> dict[str, Any]:
    """Work out how the models of a finished search stand to each other beyond their scores.

    Parameters
    ----------
    run_folder, job_folder : Path
    version : str
        Of the result that it is about, see `automl.store.version_of`: another one is another job.

    Returns
    -------
    dict
        `file`, in the run folder, of what `Run.standing` gives, as JSON.
    """
    return _kept(job_folder, "standing", load_run(run_folder).standing())


def compare(run_folder: Path, job_folder: Path, *, models: list[str], version: str) -> dict[str, Any]:
    """Compare models: on all metrics, fold by fold, pair by pair, and what is measured of each for itself.

    Its status has `progress` and a `message`.

    Parameters
    ----------
    run_folder, job_folder : Path
    models : list of str
        Two or more ids.
    version : str
        As for `standing`.

    Returns
    -------
    dict
        `file`, in the run folder, of what `Run.compare` gives, as JSON, with `performance` added: for each
        model the result of that inspection.
    """
    run, folder = load_run(run_folder), JobFolder(job_folder)
    folder.set_status("running", progress=0.0, message="Comparing them on the same rows")
    found = run.compare(models)
    found["performance"] = {}
    for place, model in enumerate(found["models"]):
        share = 0.5 + 0.5 * place / len(models)
        folder.set_status("running", progress=share, message=f"Measuring {model}")
        found["performance"][model] = run.inspect("performance", model=model).to_json()
    return _kept(job_folder, "comparison", found)


def thresholds(run_folder: Path, job_folder: Path, *, model: str, version: str) -> dict[str, Any]:
    """Count right and wrong calls of a model at many thresholds.

    Parameters
    ----------
    run_folder, job_folder : Path
    model : str
        Id of a trial, or `ensemble`.
    version : str
        As for `standing`.

    Returns
    -------
    dict
        `file`, in the run folder, of what `Run.threshold_counts` gives, as JSON.
    """
    return _kept(job_folder, "thresholds", load_run(run_folder).threshold_counts(model))


def decide(
    run_folder: Path,
    job_folder: Path,
    *,
    costs: dict[str, Any] | None,
    reason: str = "",
    who: str = "",
    asked: float = 0.0,
) -> dict[str, Any]:
    """Decide the labels of a run by other costs from now on; see `Run.threshold` with `keep`.

    Parameters
    ----------
    run_folder, job_folder : Path
    costs : dict or None
        What errors cost; None: what the run was started with.
    reason, who : str
        Kept with the decision.
    asked : float
        When (Unix seconds): the same decision may be made again later, after another one.

    Returns
    -------
    dict
        `threshold` that the model has now; None where the most probable class is its label.
    """
    run = load_run(run_folder)
    if costs is None:
        run.restore_costs(reason=reason, who=who)
    else:
        run.threshold(costs=costs, keep=True, reason=reason, who=who)
    return {"threshold": ((run.result or {}).get("decision") or {}).get("threshold")}


def _kept(job_folder: Path, name: str, content: dict[str, Any]) -> dict[str, Any]:
    """Write what a job found out into its folder."""
    path = job_folder / f"{name}.json"
    files.write_json(path, content)
    return {"file": f"jobs/{job_folder.name}/{path.name}"}
