"""Is the log as it was written: the last time somebody looked, and looking again."""

from __future__ import annotations

from typing import Any

import streamlit as st

from automl import jobs
from automl.errors import SettingError
from automl.store.audit import Head
from automl.store.audit.wanted import Wanted
from automl.store.catalogue import Catalogue
from automl.workbench import components, navigation, working
from automl.workbench import format as fmt

__all__ = ["verifying"]

_MOST = 10  # flaws that are shown; the rest are counted
_NOTED = 20  # heads that are compared at once


def verifying(catalogue: Catalogue) -> None:
    """Draw what came of the last look through the whole log, and the button for another one."""
    work = navigation.home().work()
    done = jobs.jobs(work.path, "verify")
    with st.container(border=True, key="gb-verified"):
        st.subheader("Is it as it was written?", anchor=False)
        if done and not done[0].is_over:
            working.show_progress(
                work, done[0], "Looking through the log",
                "Every entry is hashed again and compared with what follows it.", key="verify",
            )  # fmt: skip
            return
        last = next((job for job in done if job.state == "finished"), None)
        if done and done[0].state == "failed":
            working.failed(done[0], "The log could not be looked through.")
        if last is None:
            st.markdown(
                "Each entry carries the hash of the one before it: whoever edits, drops or moves one breaks "
                "the chain there. Nobody has looked from here yet."
            )
        else:
            _outcome(catalogue, last.result or {})
        _again(last is None)


def _outcome(catalogue: Catalogue, found: dict[str, Any]) -> None:
    head = Head.of(str(found["head"]))
    when = f"Verified {fmt.ago(found['at'])} in {fmt.duration(found['seconds'])}"
    since = catalogue.audit.count(Wanted(), after=head.number)
    if found["flawed"]:
        _broken(found)
    else:
        st.markdown(
            ":green[:material/verified:] **As it was written:** "
            f"{fmt.plural(head.number, 'entry', 'entries')}, each linked to the one before it."
        )
    told = [when]
    if since:
        told.append(f"{fmt.plural(since, 'entry', 'entries')} since")
    noted = int(found["noted"])
    if noted:
        told.append(f"compared with {fmt.plural(noted, 'noted head')}")
    st.caption(" · ".join(told))
    if not noted and not found["flawed"]:
        st.caption(
            "Whoever can write the whole log could have written it anew, or cut off its end. A head that was "
            "noted elsewhere shows that."
        )


def _broken(found: dict[str, Any]) -> None:
    flaws = found["flaws"]
    st.error(
        f"**The log is not as it was written:** {fmt.plural(int(found['flawed']), 'flaw')}. Do not rely on "
        "what it says from there on, and find out who could write to the database.",
        icon=":material/link_off:",
    )
    lines = []
    for flaw in flaws[:_MOST]:
        number = int(flaw["number"])
        link = f'<a href="audit?entry={number}" target="_self">Entry {number:,}</a>'
        lines.append(f"<li><b>{link}</b><span>{components.text(str(flaw['message']))}</span></li>")
    st.html(f'<ul class="gb gb-flaws">{"".join(lines)}</ul>')
    if found["flawed"] > _MOST:
        st.caption(f"and {found['flawed'] - _MOST:,} more: `automl audit verify` lists them all.")


def _again(first: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            "Verify now" if first else "Verify again", type="primary" if first else "secondary",
            icon=":material/fact_check:", key="verify",
        ):  # fmt: skip
            _launch([])
        with st.popover("With noted heads", icon=":material/push_pin:", type="tertiary"):
            text = st.text_area(
                "Heads that were noted elsewhere, one a line", key="heads", placeholder="NUMBER:HASH",
                max_chars=100 * _NOTED, height=100,
            )  # fmt: skip
            if st.button("Verify with these", key="verify-heads", disabled=not (text or "").strip()):
                _with_heads(text or "")


def _with_heads(text: str) -> None:
    try:
        heads = [str(Head.of(line)) for line in text.splitlines() if line.strip()][:_NOTED]
    except SettingError as error:
        components.problem(error.message, error.fix)
        return
    _launch(heads)


def _launch(heads: list[str]) -> None:
    jobs.launch(navigation.home().work().path, "verify", heads=heads)
    st.rerun()
