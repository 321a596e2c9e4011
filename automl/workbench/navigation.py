"""The pages, their addresses, and how one links to another.

Views are imported when they are shown, so that the first page does not wait for the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

import streamlit as st

from automl.errors import RunError
from automl.store import Home, RunFolder, is_id

__all__ = ["OPERATE_PAGES", "RUN_PAGES", "all_pages", "current_run", "go", "home", "link", "page", "title"]

# url path → (module in views, title, icon, shown in the top bar)
_PAGES: Mapping[str, tuple[str, str, str, bool]] = {
    "runs": ("runs", "Runs", ":material/stacks:", True),
    "new": ("new_run", "New run", ":material/add_circle:", True),
    "run": ("run", "Progress", ":material/timeline:", False),
    "models": ("models", "Models", ":material/leaderboard:", False),
    "explain": ("explain", "Explain", ":material/lightbulb:", False),
    "what-if": ("what_if", "What-if", ":material/tune:", False),
    "score": ("score", "Score", ":material/scoreboard:", False),
    "export": ("export", "Export", ":material/package_2:", False),
    "registry": ("registry", "Models & registry", ":material/inventory_2:", True),
    "data": ("datasets", "Data & versions", ":material/database:", True),
    "monitor": ("monitor", "Monitor", ":material/monitoring:", True),
    "audit": ("audit", "Audit", ":material/fact_check:", True),
}
RUN_PAGES = ("run", "models", "explain", "what-if", "score", "monitor", "export")
"""About one run, which their address names."""
OPERATE_PAGES = ("registry", "data", "monitor", "audit")
"""About all runs together, in their order."""


def _show(module: str) -> Callable[[], None]:
    def show() -> None:
        import_module(f"automl.workbench.views.{module}").show()

    show.__name__ = module  # Streamlit names a page after its function
    return show


def page(path: str) -> st.Page:
    """The page with this address."""
    module, title, icon, visible = _PAGES[path]
    return st.Page(
        _show(module),
        title=title,
        icon=icon,
        url_path=path,
        default=path == "runs",
        visibility="visible" if visible else "hidden",
    )


def all_pages() -> list[st.Page]:
    """Every page, in the order of the top bar.

    In one list: in a narrow window Streamlit writes sections as a list within a list, which screen readers do
    not take for one.
    """
    return [page(path) for path in _PAGES]


def link(path: str, label: str | None = None, *, icon: str | None = None, **query: str) -> None:
    """Draw a link to a page; `query` becomes the query string of its address."""
    _, title, own_icon, _ = _PAGES[path]
    st.page_link(
        page(path), label=label or title, icon=icon or own_icon, query_params=query or None, width="content"
    )


def go(path: str, **query: str) -> None:
    """Leave for another page."""
    st.switch_page(page(path), query_params=query or None)


def title(path: str) -> str:
    """What the page with this address is called."""
    return _PAGES[path][1]


def home() -> Home:
    """The home folder that this server shows."""
    return Home()


def current_run() -> RunFolder | None:
    """The run that the address names, None when it names none.

    Raises
    ------
    RunError
        When the id is malformed or unknown.
    """
    run_id = st.query_params.get("run")
    if not run_id:
        return None
    if not is_id(run_id) or not (home().runs_path / run_id / "spec.json").is_file():
        raise RunError(
            "There is no such run here.", fix="It may have been deleted. Choose one from the list."
        )
    return home().run(run_id)
