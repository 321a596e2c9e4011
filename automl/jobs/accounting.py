"""The kinds of job that account for data and models; their folder is that of the home, see `Home.work`."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.errors import CatalogueError
from automl.jobs.folder import JobFolder
from automl.jobs.state import jobs
from automl.run import load_run
from automl.store import files

if TYPE_CHECKING:
    from automl.store.audit import Head
    from automl.store.catalogue import Catalogue, ModelVersion
    from explain.report import Document

__all__ = ["Sheet", "difference", "register", "sheet", "sheet_of", "verify"]

_KEPT = 40  # finished jobs of each kind; what is older can be made again
_MOST = 1000  # flaws that are written down one by one


@dataclass(frozen=True)
class Sheet:
    """The compliance sheet of a model.

    Attributes
    ----------
    document : Document
    missing : list of str
        Its gaps.
    folder : str
        Of the run.
    head : Head
        Of the audit log when it was written.
    """

    document: Document
    missing: list[str]
    folder: str
    head: Head


def sheet_of(catalogue: Catalogue, model: ModelVersion) -> Sheet:
    """The compliance sheet of a registered model.

    Raises
    ------
    CatalogueError
        When the folder of its run is gone.
    """
    from automl.report.account import account_of
    from automl.report.sheet import build_sheet, gaps

    folder = catalogue.models.run_of(model).path
    if not (Path(folder) / "spec.json").is_file():
        raise CatalogueError(
            f"The folder of the run of {model.label} is gone: {folder}",
            fix="Its report and card are in its bundle; what the catalogue knows: automl models show.",
        )
    subject, account = load_run(folder).stored_subject(model.model), account_of(catalogue, model)
    return Sheet(build_sheet(subject, account), gaps(subject, account), folder, account.head)


def difference(
    run_folder: Path, job_folder: Path, *, before: int, after: int, key: str | None = None
) -> dict[str, Any]:
    """Work out what differs between two versions of datasets.

    Its status has `progress`, the share done, and a `message` that says what is being done.

    Parameters
    ----------
    run_folder, job_folder : Path
    before, after : int
        Ids of the versions.
    key : str, optional
        The column that says which rows are the same.

    Returns
    -------
    dict
        `path` of what `automl.monitoring.between.difference` gives, as JSON.
    """
    from automl.monitoring.between import difference as found
    from automl.monitoring.versions import registered

    _forget_old(job_folder)
    folder = JobFolder(job_folder)
    with _catalogue(run_folder) as catalogue:
        read = []
        for share, version_id in ((0.0, before), (0.35, after)):
            version = catalogue.datasets.version(version_id)
            folder.set_status("running", progress=share, message=f"Reading {version.label}")
            read.append(registered(catalogue, version))
    folder.set_status("running", progress=0.7, message="Comparing rows and values")
    path = job_folder / "difference.json"
    files.write_json(path, found(*read, key=key).to_json())
    return {"path": str(path)}


def verify(run_folder: Path, job_folder: Path, *, heads: list[str]) -> dict[str, Any]:
    """Look through the audit log for whatever shows that it is not as it was written.

    Its status has `progress` and a `message`.

    Parameters
    ----------
    run_folder, job_folder : Path
    heads : list of str
        Heads that were noted elsewhere, as `Head.of` reads them.

    Returns
    -------
    dict
        `head`, `entries`, `flaws` (each `number` and `message`, at most a thousand), `flawed` (how many there
        are), `noted` (how many heads were compared), `at` (seconds since 1970) and `seconds`.
    """
    from automl.store.audit import Head

    _forget_old(job_folder)
    folder, began = JobFolder(job_folder), time.monotonic()
    noted = [Head.of(text) for text in heads]

    def told(share: float) -> None:
        folder.set_status("running", progress=share, message="Looking through the log")

    told(0.0)
    with _catalogue(run_folder) as catalogue:
        found = catalogue.audit.verified(noted, progress=told)
    return {
        "head": str(found.head),
        "entries": found.head.number,
        "flaws": [{"number": each.number, "message": each.message} for each in found.flaws[:_MOST]],
        "flawed": len(found.flaws),
        "noted": len(noted),
        "at": time.time(),
        "seconds": time.monotonic() - began,
    }


def sheet(run_folder: Path, job_folder: Path, *, model: int) -> dict[str, Any]:
    """Write the compliance sheet of a model, as HTML and as Markdown.

    Parameters
    ----------
    run_folder, job_folder : Path
    model : int
        Id of the version.

    Returns
    -------
    dict
        `html` and `markdown`, paths; `missing`, its gaps; `entry`, the last one of the audit log.
    """
    from explain.report import render_html, render_markdown

    _forget_old(job_folder)
    with _catalogue(run_folder) as catalogue:
        made = sheet_of(catalogue, catalogue.models.version(model))
    html, markdown = job_folder / "sheet.html", job_folder / "sheet.md"
    for path, text in ((html, render_html(made.document)), (markdown, render_markdown(made.document))):
        with files.replacing(path) as stream:
            stream.write(text.encode("utf-8"))
    return {
        "html": str(html), "markdown": str(markdown), "missing": made.missing, "entry": made.head.number,
    }  # fmt: skip


def register(run_folder: Path, job_folder: Path) -> dict[str, Any]:
    """Register the runs that have ended and are not known as they are now.

    Returns
    -------
    dict
        `runs`, those that were registered, and `problems`, why others could not be.
    """
    from automl.store.catalogue import catch_up

    _forget_old(job_folder)
    JobFolder(job_folder).set_status("running", message="Registering what has ended")
    problems: list[str] = []
    with _catalogue(run_folder) as catalogue:
        done = catch_up(catalogue, run_folder.parent, problem=problems.append)
    return {"runs": done, "problems": problems}


def _catalogue(run_folder: Path) -> Catalogue:
    from automl.store.catalogue import open_catalogue

    return open_catalogue(run_folder.parent)


def _forget_old(job_folder: Path) -> None:
    """Delete the oldest jobs of this one's kind that are over; their results are made again in a moment."""
    folder = JobFolder(job_folder)
    others = [job for job in jobs(folder.run.path, folder.spec["kind"]) if job.id != job_folder.name]
    for job in [job for job in others if job.is_over and not job.alive][_KEPT:]:
        shutil.rmtree(job.folder, ignore_errors=True)
