"""Files on the server, read in place: the folders that the operator allows, to look around in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from automl.errors import GlassbenchError
from automl.workbench import components, data_folders, drafts, navigation
from automl.workbench import format as fmt
from automl.workbench.data_folders import VARIABLE, Entry
from automl.workbench.drafts import Draft

__all__ = ["show"]

_SHOWN = 30


def show(chosen: Callable[[Draft], None]) -> None:
    """Draw the folder that the address names, or the first that is allowed.

    Parameters
    ----------
    chosen : callable
        Called with the draft of the file that is chosen.
    """
    roots = data_folders.folders()
    if not roots:
        _none_allowed()
        return
    _path(chosen)
    try:
        listing = data_folders.listing(st.query_params.get("folder") or roots[0])
    except GlassbenchError as error:
        components.problem(error.message, error.fix)
        st.button("Go to the allowed folders", on_click=_open, args=(str(roots[0]),))
        return
    with st.container(border=True, gap="small", key="gb-files"):
        _head(listing.folder, listing.parent, roots)
        wanted = ""
        if len(listing.entries) > _SHOWN:
            wanted = st.text_input("Find by name", key="find-file", icon=":material/search:").strip().lower()
        entries = [entry for entry in listing.entries if wanted in entry.path.name.lower()]
        if not entries:
            components.note(
                "There is no folder and no table here." if not wanted else "Nothing here has that name."
            )
        most = _SHOWN * (1 + int(st.session_state.get(f"files-of-{listing.folder}", 0)))
        for entry in entries[:most]:
            _entry(entry, chosen)
        if len(entries) > most:
            st.button(
                f"Show {min(_SHOWN, len(entries) - most)} more of {len(entries):,}",
                key="more-files",
                on_click=_more,
                args=(str(listing.folder),),
            )
        if listing.left_out:
            components.note(f"{listing.left_out:,} more entries are not listed: give the path.")


def _none_allowed() -> None:
    with st.container(border=True):
        components.empty(
            "No folder is allowed yet",
            "Whoever runs this workbench can let it read tables in place, without an upload: it is started "
            "with the folders named in its environment.",
        )
        st.code(f"{VARIABLE}=/path/to/tables:/another/folder automl app", language="bash", wrap_lines=True)
        components.note("Files there are only read: never copied, changed or deleted.")


def _path(chosen: Callable[[Draft], None]) -> None:
    with st.form("path", border=False):
        left, right = st.columns([5, 1], vertical_alignment="bottom")
        text = left.text_input(
            "Path of a file",
            placeholder="/data/exports/customers.parquet, or choose one below",
            key="path-text",
        )
        if right.form_submit_button("Use it", width="stretch") and text.strip():
            _use(text.strip(), chosen)


def _use(path: str | Path, chosen: Callable[[Draft], None]) -> None:
    try:
        draft = drafts.from_folder(navigation.home(), path)
    except GlassbenchError as error:
        components.problem(error.message, error.fix)
        return
    chosen(draft)


def _head(folder: Path, parent: Path | None, roots: list[Path]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if parent is not None:
            st.button(
                "Up", icon=":material/arrow_upward:", type="tertiary", key="folder-up", on_click=_open,
                args=(str(parent),),
            )  # fmt: skip
        st.markdown(f"**{components.plain(str(folder))}**", width="content")
        for number, root in enumerate(roots):
            if root != folder and len(roots) > 1:
                st.button(
                    components.plain(root.name or str(root)),
                    icon=":material/folder_special:",
                    type="tertiary",
                    key=f"root-{number}",
                    help=components.plain(str(root)),
                    on_click=_open,
                    args=(str(root),),
                )


def _entry(entry: Entry, chosen: Callable[[Draft], None]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        name = components.plain(entry.path.name)
        if entry.is_folder:
            st.button(
                name, icon=":material/folder:", type="tertiary", key=f"open-{entry.path}", on_click=_open,
                args=(str(entry.path),),
            )  # fmt: skip
        else:
            if st.button(name, icon=":material/table:", type="tertiary", key=f"use-{entry.path}"):
                _use(entry.path, chosen)
            facts = f"{fmt.size(entry.bytes)} · changed {fmt.ago(entry.changed)}"
            st.markdown(f":gray[:small[{facts}]]", width="content")


def _open(folder: str) -> None:
    st.query_params["folder"] = folder


def _more(folder: str) -> None:
    key = f"files-of-{folder}"
    st.session_state[key] = int(st.session_state.get(key, 0)) + 1
