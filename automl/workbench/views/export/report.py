"""The report about a model: one HTML file, written by a job."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from automl import jobs
from automl.store import RunFolder
from automl.workbench import components, working
from automl.workbench import format as fmt
from automl.workbench.reading import Standing
from automl.workbench.views.export.named import file_name
from automl.workbench.views.export.stale import overtaken

__all__ = ["report"]

_GROUPED = ("category", "boolean", "number")  # kinds of columns that have groups to compare
_MOST = 4
_TIMES = {20: "20 s", 60: "1 min", 180: "3 min"}


def report(run: RunFolder, model: Standing) -> None:
    """Ask for it, show how far it is, hand it out."""
    st.subheader("The report", anchor=False)
    st.caption(
        "What was found out about the model: how good it is and where it fails, what it looks at, single "
        "predictions, limits. One HTML file with figures that loads nothing from anywhere and prints well."
    )
    if not run.has("prepared.json"):
        components.note("It needs the rows of the run, which are not there.")
        return
    columns = _columns(run)
    fairness = st.multiselect(
        "Also judge it by the groups of", columns, key="fairness", max_selections=_MOST,
        placeholder="No column", bind="query-params",
        help="Such as sex or age: is it as good, and as often positive, for each group? The model need not "
        "read the column.",
    )  # fmt: skip
    seconds = st.segmented_control(
        "Time for it", list(_TIMES), default=60, format_func=_TIMES.__getitem__, key="report-time",
        bind="query-params", required=True,
        help="What is found out about the model takes time. What there was none for is named in the report.",
    )  # fmt: skip
    asked: dict[str, Any] = {
        "model": model.id,
        "fairness": list(fairness),
        "time_budget": float(seconds or 60),
    }
    result = working.result_of(
        run, "report", asked, title="Not written yet" if working.latest(run, "report", asked) is None else
        "Writing the report", text="A little longer than that. You can do something else meanwhile.",
        offer="Write the report", icon=":material/description:", key="report",
    )  # fmt: skip
    if result is None:
        return
    path = Path(result.get("path", ""))
    if not path.is_file():
        components.problem("The report is no longer on the disk.", "Write it again.")
        _again(run, asked, "Write the report")
        return
    changed = overtaken(run, model.id, result.get("state"))
    with st.container(border=True, key="gb-report"):
        if changed:
            st.warning(f"**Out of date.** Since it was written, {changed}.", icon=":material/update:")
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            with st.container(gap=None, width="content"):
                st.markdown(f"**{components.plain(file_name(run, model.id, '-report.html'))}**")
                groups = f" · by {', '.join(map(components.plain, fairness))}" if fairness else ""
                st.caption(
                    f"{fmt.size(path.stat().st_size)} · written {fmt.ago(path.stat().st_mtime)}{groups}"
                )
            with st.container(horizontal=True, width="content"):
                _again(run, asked, "Write it anew")
                st.download_button(
                    "Download the report", data=path.read_bytes, mime="text/html", key="download-report",
                    file_name=file_name(run, model.id, "-report.html"), icon=":material/download:",
                    on_click="ignore", type="secondary" if changed else "primary",
                )  # fmt: skip


def _again(run: RunFolder, asked: dict[str, Any], label: str) -> None:
    if st.button(label, type="tertiary", icon=":material/refresh:", key="report-again"):
        jobs.launch(run.path, "report", **asked)
        st.rerun()


def _columns(run: RunFolder) -> list[str]:
    """Columns of the table that have groups, the target left out."""
    schema: dict[str, Any] = run.read("schema.json") or {}
    return [
        str(column["name"])
        for column in schema.get("columns", ())
        if column.get("kind") in _GROUPED and column["name"] != run.spec["target"]
    ]
