"""The place to drop a file on; it goes to the server's own route, not through Streamlit's memory."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from automl.workbench import drafts, navigation
from automl.workbench import format as fmt
from automl.workbench.data_folders import ENDINGS
from automl.workbench.uploads import HEADER, PATH

__all__ = ["show"]

_ASSETS = Path(__file__).parents[2] / "assets"
_LARGER = (
    "Compress it (.csv.gz) or save it as Parquet; or ask whoever runs the workbench to allow a folder that "
    "files are read from in place."
)
_ELSEWHERE = "Start the workbench with `automl app` or `streamlit run app.py`."


def _asset(name: str) -> str:
    return (_ASSETS / name).read_text(encoding="utf-8")


_uploader = st.components.v2.component(
    "glassbench_upload", html=_asset("upload.html"), css=_asset("upload.css"), js=_asset("upload.js")
)


def show() -> None:
    """Draw it; once a file has arrived, go on to the page about it."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    limit = 1_000_000 * int(st.get_option("server.maxUploadSize"))
    told = _uploader(
        key="upload",
        data={
            "url": f"/{base}{PATH}" if base else PATH,
            "header": HEADER,
            "limit": limit,
            "accept": ",".join(ENDINGS),
            "hint": f"CSV or TSV (also .gz), Excel or Parquet, up to {fmt.size(limit)}. "
            "It stays on this machine.",
            "larger": _LARGER,
            "elsewhere": _ELSEWHERE,
        },
        on_draft_change=lambda: None,
    )
    if told.draft:
        # Said by the browser, so it is looked up like any id in an address.
        navigation.go("new", upload=drafts.open_draft(navigation.home(), str(told.draft)).id)
