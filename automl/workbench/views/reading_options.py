"""How a file was read, and the corrections a person can make to that."""

from __future__ import annotations

from typing import Any

import streamlit as st

from automl.data import ReadReport
from automl.workbench import components
from automl.workbench.drafts import Draft

__all__ = ["show", "summary"]

_DETECT = "Detect"
_DELIMITERS = {",": "comma ,", ";": "semicolon ;", "\t": "tab", "|": "bar |", " ": "space"}
_MARKS = {".": "point 1.5", ",": "comma 1,5"}
_HEADERS = {"yes": "yes", "no": "no"}
_ENCODINGS = (
    "utf-8", "cp1252", "latin-1", "utf-16", "iso-8859-15", "cp1250", "shift_jis", "gb18030", "big5",
)  # fmt: skip


def summary(report: ReadReport) -> str:
    """How the file was read, in a few words."""
    if report.format == "excel":
        return f"Excel, sheet {components.plain(report.sheet or '')}"
    if report.format != "csv":
        return report.format.capitalize()
    delimiter = _DELIMITERS.get(report.delimiter or "", report.delimiter or "one column").split(" ")[0]
    decimal = "decimal comma" if report.decimal == "," else "decimal point"
    return f"{(report.encoding or '').upper()}, {delimiter}, {decimal}"


def show(draft: Draft, report: ReadReport | None) -> None:
    """Draw the choices; `report` is None when the file could not be read as it is.

    A choice that differs from the draft is remembered there and the page drawn again.
    """
    read: dict[str, Any] = dict(draft.get("read", {}))
    key = f"read-{draft.id}-{draft.get('read_version', 0)}"
    chosen: dict[str, Any] = {}
    if report is not None and report.format == "excel":
        chosen |= _sheet(report, read, key)
    elif report is None or report.format == "csv":
        chosen |= _text(report, read, key)
    missing = st.text_input(
        "Values that mean “missing”",
        ", ".join(read.get("missing", [])),
        placeholder="found by itself; for example: ?, unknown, -999",
        key=f"{key}-missing",
        help="Empty cells are always missing. Separate several values with commas.",
    )
    if tokens := [token.strip() for token in missing.split(",") if token.strip()]:
        chosen["missing"] = tokens
    if chosen != read:
        draft.put(read=chosen or None)
        st.rerun()
    if read and st.button("Detect everything again", icon=":material/restart_alt:", key=f"{key}-again"):
        draft.put(read=None, read_version=draft.get("read_version", 0) + 1)
        st.rerun()


def _sheet(report: ReadReport, read: dict[str, Any], key: str) -> dict[str, Any]:
    sheets = list(report.sheets)
    if len(sheets) < 2:
        return {}
    now = read.get("sheet", report.sheet)
    sheet = st.selectbox("Sheet", sheets, index=sheets.index(now) if now in sheets else 0, key=f"{key}-sheet")
    return {"sheet": sheet} if sheet != report.sheet or "sheet" in read else {}


def _text(report: ReadReport | None, read: dict[str, Any], key: str) -> dict[str, Any]:
    encodings = dict.fromkeys(_ENCODINGS)
    if "encoding" in read:
        encodings.setdefault(read["encoding"])
    header = None if "header" not in read else ("yes" if read["header"] else "no")
    first, second, third, fourth = st.columns(4)
    with first:
        found = (
            None
            if report is None
            else _DELIMITERS.get(report.delimiter or "", report.delimiter or "one column")
        )
        delimiter = _pick("Between fields", _DELIMITERS, read.get("delimiter"), found, f"{key}-delimiter")
    with second:
        found = None if report is None else _MARKS[report.decimal or "."]
        decimal = _pick("Decimal mark", _MARKS, read.get("decimal"), found, f"{key}-decimal")
    with third:
        labels = {name: name.upper() for name in encodings}
        found = None if report is None else (report.encoding or "").upper()
        encoding = _pick("Encoding", labels, read.get("encoding"), found, f"{key}-encoding")
    with fourth:
        found = None if report is None else ("yes" if report.header else "no")
        answer = _pick("First row has names", _HEADERS, header, found, f"{key}-header")
    picked = {
        "delimiter": delimiter,
        "decimal": decimal,
        "encoding": encoding,
        "header": None if answer is None else answer == "yes",
    }
    return {name: value for name, value in picked.items() if value is not None}


def _pick(label: str, options: dict[str, str], now: str | None, found: str | None, key: str) -> str | None:
    """One choice among options and "detect", which says what was detected."""
    names = [_DETECT, *options]
    detected = f"Detected: {found}" if found and now is None else _DETECT
    picked = st.selectbox(
        label,
        names,
        index=names.index(now) if now in names else 0,
        format_func=lambda name: detected if name == _DETECT else options[name],
        key=key,
    )
    return None if picked == _DETECT else picked
