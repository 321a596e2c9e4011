"""The place to drop a file on; it goes to the server's own route, not through Streamlit's memory."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from automl.workbench import drafts, navigation
from automl.workbench import format as fmt
from automl.workbench.data_folders import ENDINGS
from automl.workbench.drafts import Draft
from automl.workbench.uploads import HEADER, PATH

__all__ = ["ask"]

_ASSETS = Path(__file__).with_name("assets")
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


def ask(key: str = "upload") -> Draft | None:
    """Draw it; the table's draft once the file has arrived, None until then."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    limit = 1_000_000 * int(st.get_option("server.maxUploadSize"))
    told = _uploader(
        key=key,
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
    # Said by the browser, so it is looked up like any id in an address.
    return drafts.open_draft(navigation.home(), str(told.draft)) if told.draft else None
