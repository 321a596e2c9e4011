"""The bundle of a model: offered, being built, ready with its checks, or in need of being built again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from automl import jobs
from automl.store import RunFolder
from automl.workbench import actions, components, working
from automl.workbench import format as fmt
from automl.workbench.reading import Standing
from automl.workbench.views.export.card import card
from automl.workbench.views.export.contents import listing
from automl.workbench.views.export.named import file_name
from automl.workbench.views.export.refused import refused
from automl.workbench.views.export.stale import overtaken

__all__ = ["bundle", "reader", "zip_of"]


def bundle(run: RunFolder, model: Standing) -> str:
    """Draw its state.

    Returns
    -------
    str
        Name of the zip, as it is or will be downloaded.
    """
    name = file_name(run, model.id, ".zip")
    job = working.latest(run, "export", {"model": model.id})
    if job is None or job.state in ("cancelled", "interrupted"):
        with st.container(border=True):
            components.empty(
                "One zip that runs anywhere",
                "It holds the model, its card, its scores and explanation, and a script that predicts. "
                "Before you get it, it is unpacked and tested in a process of its own.",
            )
            with st.container(horizontal=True, horizontal_alignment="center"):
                _build_button(run, model, "Build the bundle")
            st.space("small")
        return name
    if not job.is_over:
        with st.container(border=True):
            working.show_progress(
                run, job, "Building and testing the bundle",
                "It is handed out only if it reproduces the model's predictions in a process of its own.",
                key="export",
            )  # fmt: skip
        return name
    path = Path((job.result or {}).get("path", ""))
    if job.state == "failed":
        with st.container(border=True, key="gb-refused"):
            refused(job, zip_of(run, model.id), name)
            _build_button(run, model, "Try again")
    elif not path.is_file():
        components.problem("The bundle is no longer on the disk.", "Build it again.")
        _build_button(run, model, "Build the bundle")
    else:
        _ready(run, model, name, path, job.result or {})
    return name


def _build_button(run: RunFolder, model: Standing, label: str) -> None:
    if st.button(label, type="primary", icon=":material/package_2:", key="build"):
        actions.export(run, model.id)
        st.rerun()


def reader(path: Path) -> Callable[[], bytes]:
    """Reads a file when it is clicked, not on every redraw."""
    return path.read_bytes


def _ready(run: RunFolder, model: Standing, name: str, path: Path, result: Mapping[str, Any]) -> None:
    changed = overtaken(run, model.id, result.get("state"))
    with st.container(border=True, key="gb-bundle"):
        if changed:
            st.warning(
                f"**Out of date.** Since this bundle was built, {changed}. It still works as it did then.",
                icon=":material/update:",
            )
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            with st.container(gap=None, width="content"):
                st.markdown(f"**{components.plain(name)}**")
                st.caption(f"{fmt.size(path.stat().st_size)} · built {fmt.ago(path.stat().st_mtime)}")
            with st.container(horizontal=True, width="content"):
                if changed:
                    _build_button(run, model, "Build it anew")
                st.download_button(
                    "Download",
                    data=reader(path),
                    file_name=name,
                    mime="application/zip",
                    type="secondary" if changed else "primary",
                    icon=":material/download:",
                    on_click="ignore",
                    key="download",
                )
        st.markdown(
            ":green[:material/verified:] **Self-check passed:** unpacked in a process of its own, it "
            "predicted the sample rows exactly as recorded."
        )
        if digest := result.get("sha256"):
            st.caption("SHA-256 of the zip: compare it where you take it to, with `sha256sum`")
            st.code(digest, language=None, wrap_lines=True)
    with st.expander("What is in it", icon=":material/folder_zip:"):
        st.html(listing(path))
    card(path)
    if not changed:
        _build_again(run, model)


def _build_again(run: RunFolder, model: Standing) -> None:
    if st.button("Build it again", type="tertiary", icon=":material/refresh:", key="rebuild"):
        actions.export(run, model.id)
        st.rerun()


def zip_of(run: RunFolder, model: str) -> Path | None:
    """The newest bundle of a model, where there is one."""
    jobs_of = [job for job in built(run) if (job.result or {})["model"] == model]
    return Path((jobs_of[0].result or {})["path"]) if jobs_of else None


def built(run: RunFolder) -> list[jobs.JobState]:
    """The newest finished export of each model whose file is still there, newest first."""
    found: dict[str, jobs.JobState] = {}
    for job in jobs.jobs(run.path, "export"):
        result = job.result or {}
        if job.state == "finished" and Path(result.get("path", "")).is_file():
            found.setdefault(str(result["model"]), job)
    return list(found.values())
