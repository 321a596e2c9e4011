"""The compliance sheet of a version: its gaps by name, the sheet itself, and the files to take away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from automl import jobs
from automl.store.catalogue import Catalogue, ModelVersion, RunRecord
from automl.workbench import components, navigation, working
from automl.workbench import format as fmt
from automl.workbench.views.export.card import shown

__all__ = ["sheet"]


def sheet(catalogue: Catalogue, one: ModelVersion, run: RunRecord) -> None:
    """Offer it, show how far it is, hand it out."""
    if not Path(run.path, "spec.json").is_file():
        components.empty(
            "No sheet can be written",
            f"The folder of its run is gone: {run.path}. Its card and report are in its bundle, if there is "
            "one; what the catalogue knows stands on this page.",
        )
        return
    work, asked = navigation.home().work(), {"model": one.id}
    result = working.result_of(
        work, "sheet", asked, title="One page to account for it",
        text="Data, purpose, performance, fairness, quality of the explanations, limits, approvals, and the "
        "record: from facts only, with what is missing named. The whole audit log is verified for it.",
        offer="Write the sheet", icon=":material/contract:", key=f"sheet-{one.id}",
    )  # fmt: skip
    if result is None:
        return
    if not Path(result.get("markdown", "")).is_file():
        components.problem("The sheet is no longer on the disk.", "Write it again.")
        _again(asked)
        return
    _ready(catalogue, one, run, result, asked)


def _ready(
    catalogue: Catalogue, one: ModelVersion, run: RunRecord, result: dict[str, Any], asked: dict[str, Any]
) -> None:
    html, markdown = Path(result["html"]), Path(result["markdown"])
    later = _since(catalogue, one, run, int(result["entry"]))
    with st.container(border=True, key="gb-sheet"):
        if later:
            st.warning(
                f"**Out of date.** {fmt.plural(later, 'entry', 'entries')} about this model "
                f"{'was' if later == 1 else 'were'} added to the audit log since.",
                icon=":material/update:",
            )
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            with st.container(gap=None, width="content"):
                st.markdown(f"**Compliance sheet of {components.plain(one.label)}**")
                st.caption(
                    f"written {fmt.ago(markdown.stat().st_mtime)}, up to entry {int(result['entry']):,} of "
                    "the audit log"
                )
            with st.container(horizontal=True, width="content"):
                _again(asked)
                name = "".join(c if c.isalnum() or c in "._-" else "-" for c in one.label)
                st.download_button(
                    "HTML", data=html.read_bytes, file_name=f"{name}-sheet.html", mime="text/html",
                    key="sheet-html", icon=":material/download:", on_click="ignore", type="primary",
                    help="One file that loads nothing from anywhere, and prints well.",
                )  # fmt: skip
                st.download_button(
                    "Markdown", data=markdown.read_bytes, file_name=f"{name}-sheet.md",
                    mime="text/markdown", key="sheet-md", icon=":material/download:", on_click="ignore",
                )  # fmt: skip
    missing = list(result["missing"])
    if missing:
        st.markdown(f":orange[:material/rule:] **{fmt.plural(len(missing), 'thing')} missing**")
        st.markdown("\n".join(f"- {components.plain(str(each))}" for each in missing))
    else:
        st.markdown(":green[:material/check_circle:] **Nothing of what the sheet asks for is missing.**")
    with st.expander("Read it here", icon=":material/contract:"):
        st.markdown(shown(markdown.read_text(encoding="utf-8")))


def _since(catalogue: Catalogue, one: ModelVersion, run: RunRecord, entry: int) -> int:
    """How many entries about the model, its run and its aliases are newer than the sheet."""
    subjects = [run.id, one.label, *(f"{one.name}@{each.alias}" for each in catalogue.aliases.all(one.name))]
    return sum(each.number > entry for each in catalogue.audit.about(subjects))


def _again(asked: dict[str, Any]) -> None:
    if st.button("Write it anew", type="tertiary", icon=":material/refresh:", key="sheet-again"):
        jobs.launch(navigation.home().work().path, "sheet", **asked)
        st.rerun()
