"""Before a file is scored: what is wrong with it, and whether to go on, told within a second or two."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from automl import jobs
from automl.errors import GlassbenchError
from automl.monitoring.glance import Glance
from automl.monitoring.known import is_at_hand
from automl.store import RunFolder
from automl.workbench import components, drafts, glances, navigation, read_choices, working
from automl.workbench import format as fmt
from automl.workbench.drafts import Draft
from automl.workbench.reading import Standing
from automl.workbench.views.score.levels import look_badge
from automl.workbench.views.score.start import begin, wanted
from automl.workbench.views.score.told import told, where

__all__ = ["before"]


def before(run: RunFolder, model: Standing, draft_id: str) -> None:
    """Draw the look at a chosen file.

    Parameters
    ----------
    run : RunFolder
    model : Standing
        That will score.
    draft_id : str
        Of the file, from the address.
    """
    try:
        draft = drafts.open_draft(navigation.home(), draft_id)
    except GlassbenchError as error:
        components.problem(error.message, error.fix)
        _other(run, model)
        return
    try:
        seen = _seen(run, draft)
    except GlassbenchError as error:
        _unreadable(run, model, draft, error)
        return
    if seen is None:
        return
    _card(run, model, draft, seen)
    if seen.findings:
        st.subheader("What is odd about the file", anchor=False)
        told(seen.findings)
        where(seen.findings)
    _reading(draft, seen)


def _asked(draft: Draft) -> dict[str, Any]:
    """What the jobs are asked about a file."""
    return {
        "table": str(draft.table),
        "name": draft.name,
        "read": draft.get("read") or None,
        "names": draft.get("names") or None,
    }


def _seen(run: RunFolder, draft: Draft) -> Glance | None:
    """What was seen of the file; None while a job looks at it, which the page shows."""
    asked = _asked(draft)
    whole = working.latest(run, "glance", asked)
    if whole is not None and not whole.is_over:
        working.show_progress(
            run, whole, f"Looking through {draft.name}", "All rows are looked at; none is predicted yet.",
            key="glance",
        )  # fmt: skip
        return None
    if whole is not None and whole.state == "finished":
        return glances.stored(Path((whole.result or {})["path"]))
    if whole is not None and whole.state == "failed":
        working.failed(whole, "The file could not be looked through.")
    if not is_at_hand(run) and working.result_of(
        run, "glance", {**asked, "seconds": glances.SECONDS}, title=f"Looking at {draft.name}",
        text="The rows that the model was learned from are counted once; after that it takes a second.",
        key="first-glance",
    ) is None:  # fmt: skip
        return None
    with st.spinner("Looking at the file …"):
        return glances.quick(run, draft.table, draft.name, asked["read"] or {}, asked["names"] or {})


def _card(run: RunFolder, model: Standing, draft: Draft, seen: Glance) -> None:
    with st.container(border=True, key="gb-verdict"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            look_badge(seen.level)
            st.markdown(f"**{components.plain(draft.name)}**", width="content")
        st.html(f'<p class="gb gb-sentence" role="status">{components.text(seen.headline)}</p>')
        components.note(" · ".join(_facts(draft, seen)))
        _names(draft)
        params = {**{k: v for k, v in _asked(draft).items() if v}, "model": model.id}
        if seen.rows:
            params |= wanted(run)
        with st.container(horizontal=True, vertical_alignment="center"):
            _go(run, draft, seen, params)
            _other(run, model)
        if seen.absent and seen.rows:
            components.note(
                "Scored all the same, what is absent is taken as missing in every row; predictions are less "
                "certain then."
            )
    if not seen.whole:
        _part(run, draft, seen)


def _facts(draft: Draft, seen: Glance) -> list[str]:
    about = seen.about_rows
    rows = fmt.plural(seen.rows, "row") if seen.whole else "many rows"
    if not seen.whole and about:
        rows = f"about {float(f'{about:.2g}'):,.0f} rows"
    there = seen.columns - len(seen.absent)
    facts = [rows, f"{there} of {fmt.plural(seen.columns, 'column')} that the model reads"]
    facts.append(
        f"with {seen.target}: predictions are compared with it" if seen.labelled else f"without {seen.target}"
    )
    return [*facts, fmt.size(draft.table.stat().st_size)]


def _names(draft: Draft) -> None:
    """Which columns are read under other names, and the way back."""
    names: dict[str, str] = draft.get("names") or {}
    if not names:
        return
    said = ", ".join(f"“{old}” is read as “{new}”" for old, new in names.items())
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/swap_horiz: {components.plain(said)}.", width="content")
        st.button(
            "Take that back", type="tertiary", icon=":material/undo:", key="own-names", on_click=_keep,
            args=(str(draft.path), None),
        )  # fmt: skip


def _go(run: RunFolder, draft: Draft, seen: Glance, params: dict[str, Any]) -> None:
    """The next steps, the best one first."""
    if seen.likely:
        first, *others = seen.likely.items()
        more = f" and {len(others)} more" if others else ""
        names = {**(draft.get("names") or {}), **seen.likely}
        st.button(
            components.plain(f"Read “{first[0]}” as “{first[1]}”{more}"), type="primary",
            icon=":material/swap_horiz:", key="take-names", on_click=_keep, args=(str(draft.path), names),
        )  # fmt: skip
    if not seen.rows:
        return
    if seen.absent:
        if st.button("Score it all the same", icon=":material/play_arrow:", key="score-anyway"):
            begin(run, {**params, "missing_columns": "missing"})
        return
    many = fmt.plural(seen.rows, "row") if seen.whole else "the file"
    if st.button(f"Score {many}", type="primary", icon=":material/play_arrow:", key="score-now"):
        begin(run, params)


def _keep(draft_path: str, names: dict[str, str] | None) -> None:
    Draft(Path(draft_path)).put(names=names)


def _other(run: RunFolder, model: Standing) -> None:
    navigation.link("score", "Choose another file", icon=":material/upload_file:", run=run.id, model=model.id)


def _part(run: RunFolder, draft: Draft, seen: Glance) -> None:
    share = f", {fmt.percent(seen.share)} of the file" if seen.share else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        components.note(
            f"This is about its first {fmt.plural(seen.rows, 'row')}{share}, looked at in "
            f"{fmt.duration(seen.seconds)}."
        )
        if st.button(
            "Look through all of it", type="tertiary", icon=":material/manage_search:", key="look-through",
            help="Takes some seconds for each million rows. Scoring looks at all rows, too.",
        ):  # fmt: skip
            jobs.launch(run.path, "glance", **_asked(draft))
            st.rerun()


def _unreadable(run: RunFolder, model: Standing, draft: Draft, error: GlassbenchError) -> None:
    with st.container(border=True, key="gb-verdict"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            look_badge("act")
            st.markdown(f"**{components.plain(draft.name)}**", width="content")
        st.html(f'<p class="gb gb-sentence" role="status">{components.text(fmt.smoothed(error.message))}</p>')
        if error.fix:
            st.markdown(components.plain(fmt.smoothed(error.fix)))
        _other(run, model)
    with st.expander(
        "Say how the file is to be read", icon=":material/document_search:", expanded=bool(draft.get("read"))
    ):
        read_choices.show(draft, None, known=True)


def _reading(draft: Draft, seen: Glance) -> None:
    report = seen.report
    with st.expander(f"How it was read: {read_choices.summary(report)}", icon=":material/document_search:"):
        read_choices.show(draft, report, known=True)
        if seen.preview:
            st.caption("The first rows as they were read")
            st.dataframe(
                pd.DataFrame(list(seen.preview)), hide_index=True, placeholder="–", key="first-rows",
                alt="The first rows of the file as they were read",
            )  # fmt: skip
