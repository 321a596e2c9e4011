"""All bundles of a run, with their ages and whether they have been overtaken."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from automl.store import RunFolder
from automl.workbench import components
from automl.workbench import format as fmt
from automl.workbench.reading import Standing
from automl.workbench.views.export.bundle import built
from automl.workbench.views.export.stale import overtaken

__all__ = ["others"]


def others(run: RunFolder, model: Standing, rows: Sequence[Standing]) -> None:
    """Bundles of the run's other models; nothing where there is none."""
    labels = {row.id: row.label for row in rows}
    found = [job for job in built(run) if (job.result or {})["model"] != model.id]
    if not found:
        return
    st.subheader("Other bundles of this run", anchor=False)
    for job in found:
        result = job.result or {}
        name, path = str(result["model"]), Path(result["path"])
        changed = overtaken(run, name, result.get("state"))
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            with st.container(gap=None, width="content"):
                st.markdown(f"**{components.plain(labels.get(name, name))}**")
                age = f"{fmt.size(path.stat().st_size)} · built {fmt.ago(path.stat().st_mtime)}"
                components.note(f"{age} · out of date: {changed}" if changed else age)
            st.button(
                "Show", key=f"show-{name}", type="tertiary", icon=":material/arrow_forward:",
                on_click=_show, args=(name,), help=f"The bundle of {labels.get(name, name)}",
            )  # fmt: skip


def _show(model: str) -> None:
    st.query_params["model"] = model
