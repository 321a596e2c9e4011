"""Inspections on the pages: read from the run folder, or made by a job that the page offers and shows.

A result is parsed once for each version of its file. One that is of another state of the model, or of another
version of Glassbench, is not shown: making it anew is offered.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st

from automl import jobs
from automl.inspection import Inspected, file_of, fingerprint_now, get_inspection, read_params, scope_of
from automl.store import RunFolder, files
from automl.workbench import components, working
from automl.workbench import format as fmt

__all__ = ["found", "longer", "stored"]


def stored(
    run: RunFolder, model: str, name: str, params: Mapping[str, Any] | None = None
) -> Inspected | None:
    """What is stored of an inspection of a model as it is now; None where there is nothing.

    Raises
    ------
    SettingError
        When a parameter makes no sense.
    """
    what = get_inspection(name)
    read = read_params(what, params or {}, scope_of(run))
    return _current(run.path / file_of(what, model, read), fingerprint_now(run, model, *what.models(read)))


def found(
    run: RunFolder,
    model: str,
    name: str,
    params: Mapping[str, Any] | None = None,
    *,
    title: str,
    text: str,
    offer: str | None = None,
    key: str,
) -> Inspected | None:
    """An inspection of a model; while there is none, the page shows why and what to do.

    Parameters
    ----------
    run : RunFolder
    model : str
        Its id.
    name : str
        Of the inspection.
    params : mapping, optional
        What it is asked.
    title, text : str
        The question, and in a sentence how it is answered and how long that takes.
    offer : str, optional
        Label of the button that starts the job; without one it starts by itself, unless the search is still
        under way.
    key : str
        Tells several inspections on one page apart.
    """
    what = get_inspection(name)
    read = read_params(what, params or {}, scope_of(run))
    path = run.path / file_of(what, model, read)
    fingerprint = fingerprint_now(run, model, *what.models(read))
    if (made := _current(path, fingerprint)) is not None:
        return made
    asked = {"name": name, "params": dict(params or {}), "model": model}
    job = working.latest(run, "inspect", asked)
    if offer is None and job is None and jobs.state(run.path).alive:
        offer, text = "Find out now", f"{text} {_SLOWER}"
    # A result that is there and is not shown is outdated, and so is what a finished job has left.
    outdated = path.is_file() if job is None else job.state == "finished"
    with st.container(border=True, key=f"gb-asked-{key}"):
        if outdated:
            _offer(run, asked, title, _OUTDATED, "Make it anew", key)
        elif job is None and offer is not None:
            _offer(run, asked, title, text, offer, key)
        elif working.result_of(run, "inspect", asked, title=title, text=text, key=key) is not None:
            return _current(path, fingerprint)  # finished since the job was looked at
    return None


_SLOWER = "The search is still under way; this takes some of its time."
_OUTDATED = (
    "It was found out before, but the model or the way in which it decides has changed since. What is shown "
    "here is always of the model as it is now."
)


def _offer(run: RunFolder, asked: dict[str, Any], title: str, text: str, label: str, key: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(
            f'<div class="gb gb-offer"><b>{components.text(title)}</b>'
            f"<span>{components.text(text)}</span></div>",
            width="stretch",
        )
        if st.button(label, icon=":material/play_arrow:", key=key):
            jobs.launch(run.path, "inspect", **asked)
            st.rerun()


def _current(path: Path, fingerprint: str) -> Inspected | None:
    if not path.is_file():
        return None
    made = _parsed(path, path.stat().st_mtime_ns)
    return made if made is not None and made.fingerprint == fingerprint else None


@lru_cache(maxsize=64)
def _parsed(path: Path, _stamp: int) -> Inspected | None:
    return Inspected.from_json(files.read_json(path))


_LONGER = 120.0  # seconds; four times as long as usual


def longer(run: RunFolder, made: Inspected, params: Mapping[str, Any] | None, *, key: str) -> None:
    """Offer to make a result anew with more time, and show the job that does; the old one stays until then.

    Parameters
    ----------
    run : RunFolder
    made : Inspected
    params : mapping or None
        What was asked.
    key : str
        Tells several inspections on one page apart.
    """
    asked: dict[str, Any] = {
        "name": made.name, "params": dict(params or {}), "model": made.model, "again": True,
        "time_budget": _LONGER,
    }  # fmt: skip
    job = working.latest(run, "inspect", asked)
    if job is not None and not job.is_over:
        working.show_progress(run, job, "Taking more time", "Up to two minutes.", key=f"{key}-longer")
        return
    if job is not None and job.state == "failed":
        components.problem(job.message or "It could not be done.", (job.error or {}).get("fix") or "")
    if st.button(
        "Again, with more time",
        type="tertiary",
        icon=":material/hourglass_top:",
        key=f"{key}-longer",
        help=f"It took {fmt.duration(made.seconds)}. With two minutes, what was left out is looked at and "
        "intervals are narrower.",
    ):
        jobs.launch(run.path, "inspect", **asked)
        st.rerun()
