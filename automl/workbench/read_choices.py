"""How a file was read, and the corrections a person can make to that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from automl.data import ReadReport
from automl.workbench import bound, components
from automl.workbench.drafts import Draft

__all__ = ["show", "summary"]

_DETECT = "Detect"
_DELIMITERS = {",": "comma ,", ";": "semicolon ;", "\t": "tab", "|": "bar |", " ": "space"}
_MARKS = {".": "point 1.5", ",": "comma 1,5"}
_HEADERS = {"yes": "yes", "no": "no"}
_ENCODINGS = (
    "utf-8", "cp1252", "latin-1", "utf-16", "iso-8859-15", "cp1250", "shift_jis", "gb18030", "big5",
)  # fmt: skip
_FIRST_BYTES = 4000
_FIRST_LINES = 6


def summary(report: ReadReport) -> str:
    """How the file was read, in a few words."""
    if report.format == "excel":
        return f"Excel, sheet {components.plain(report.sheet or '')}"
    if report.format != "csv":
        return report.format.capitalize()
    delimiter = _DELIMITERS.get(report.delimiter or "", report.delimiter or "one column").split(" ")[0]
    decimal = "decimal comma" if report.decimal == "," else "decimal point"
    packed = "gzip, " if report.compression else ""
    return f"{packed}{(report.encoding or '').upper()}, {components.plain(delimiter)}, {decimal}"


def show(draft: Draft, report: ReadReport | None, *, known: bool = False) -> None:
    """Draw the choices.

    Parameters
    ----------
    draft : Draft
    report : ReadReport or None
        None when the file could not be read as it is.
    known : bool
        Whether what the values of each column mean is known already, and only the layout is asked for.
    """
    read: dict[str, Any] = draft.get("read", {})
    if report is not None and report.format == "excel":
        _sheet(draft, report, read)
    elif report is None or report.format == "csv":
        _text(draft, report, read, known)
    if not known:
        _missing(draft, read)
    if read:
        st.button(
            "Detect everything again",
            icon=":material/restart_alt:",
            key="detect-again",
            on_click=bound.change,
            args=(str(draft.path), "everything about the file is detected", {"read": None}),
        )
    _beginning(draft, report)


def _sheet(draft: Draft, report: ReadReport, read: dict[str, Any]) -> None:
    sheets = list(report.sheets)
    left, right = st.columns(2)
    if len(sheets) > 1:
        now = read.get("sheet", report.sheet)
        left.selectbox(
            "Sheet",
            sheets,
            **bound.tie(draft, "read-sheet", now if now in sheets else sheets[0], _store("sheet")),
        )
    with right if len(sheets) > 1 else left:
        _header(draft, report, read)


def _text(draft: Draft, report: ReadReport | None, read: dict[str, Any], known: bool) -> None:
    places = iter(st.columns(3 if known else 4))
    found = None
    with next(places):
        if report is not None:
            found = _DELIMITERS.get(report.delimiter or "", report.delimiter or "one column")
        _pick(draft, "Between fields", "delimiter", _with(_DELIMITERS, read.get("delimiter")), read, found)
    if not known:
        with next(places):
            found = None if report is None else _MARKS[report.decimal or "."]
            _pick(draft, "Decimal mark", "decimal", _MARKS, read, found)
    with next(places):
        labels = {name: name.upper() for name in _ENCODINGS}
        found = None if report is None else (report.encoding or "").upper()
        _pick(draft, "Encoding", "encoding", _with(labels, read.get("encoding")), read, found)
    with next(places):
        _header(draft, report, read)


def _header(draft: Draft, report: ReadReport | None, read: dict[str, Any]) -> None:
    asked = {"header": "yes" if read["header"] else "no"} if "header" in read else {}
    found = None if report is None else ("yes" if report.header else "no")
    _pick(draft, "First row has names", "header", _HEADERS, asked, found)


def _with(options: dict[str, str], now: str | None) -> dict[str, str]:
    """The options, and what is chosen now where it is none of them, as a run from a terminal may have it."""
    return options if now is None or now in options else {**options, now: now}


def _pick(
    draft: Draft, label: str, field: str, options: dict[str, str], read: dict[str, Any], found: str | None
) -> None:
    """One choice among options and "detect", which says what was detected."""
    now = read.get(field)
    detected = f"Detected: {found}" if found and now is None else _DETECT
    st.selectbox(
        label,
        [_DETECT, *options],
        format_func=lambda name: detected if name == _DETECT else options[name],
        **bound.tie(draft, f"read-{field}", now if now in options else _DETECT, _store(field)),
    )


def _store(field: str) -> Callable[[Draft, Any], None]:
    def store(draft: Draft, value: Any) -> None:
        kept = {name: option for name, option in draft.get("read", {}).items() if name != field}
        if value == _DETECT:
            draft.change(f"the file's {field} is detected", read=kept or None)
            return
        chosen = value == "yes" if field == "header" else value
        draft.change(f"the file's {field}: {value!r}", read={**kept, field: chosen})

    return store


def _missing(draft: Draft, read: dict[str, Any]) -> None:
    st.text_input(
        "Values that mean “missing”",
        placeholder="found by itself; for example: ?, unknown, -999",
        help="In every column. Empty cells are always missing. Separate several values with commas.",
        **bound.tie(draft, "read-missing", ", ".join(read.get("missing", [])), _store_missing),
    )


def _store_missing(draft: Draft, text: str) -> None:
    tokens = [token.strip() for token in str(text).split(",") if token.strip()]
    kept = {name: option for name, option in draft.get("read", {}).items() if name != "missing"}
    read = {**kept, "missing": tokens} if tokens else kept
    draft.change("what means missing", read=read or None)


def _beginning(draft: Draft, report: ReadReport | None) -> None:
    """The file's first lines as they stand, to compare with."""
    if report is not None and (report.format != "csv" or report.compression):
        return
    with draft.table.open("rb") as stream:
        start = stream.read(_FIRST_BYTES)
    encoding = (report.encoding if report else None) or draft.get("read", {}).get("encoding") or "utf-8"
    text = start.decode(encoding, errors="replace")
    if report is None and sum(not (c.isprintable() or c in "\r\n\t") for c in text) > 0.05 * len(text):
        return  # no text at all
    lines = [line[:160] for line in text.splitlines()[:_FIRST_LINES]]
    if lines:
        st.caption("The first lines of the file as they stand")
        st.code("\n".join(lines), language=None, wrap_lines=True)
