"""The entries of the log, newest first: found by what they are about, and opened one by one."""

from __future__ import annotations

import json
import math
from datetime import UTC, date, datetime
from html import escape
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from automl.store import is_id
from automl.store.audit import Entry
from automl.store.audit.wanted import Wanted
from automl.store.catalogue import Catalogue
from automl.workbench import components, navigation
from automl.workbench import format as fmt

__all__ = ["entries"]

_PAGE_SIZE = 50
_ANY = "Anybody"
_ALL = "Anything"
_KEYS = ("about", "who", "did", "from", "to")
_LATEST = 12  # digits of the number of an entry


def entries(catalogue: Catalogue) -> None:
    """Draw the filters, and the entries that pass them."""
    st.subheader("Entries", anchor=False)
    asked = st.query_params.get("entry")
    if asked is not None:
        _one(catalogue, asked)
        return
    wanted = _wanted(catalogue)
    many = catalogue.audit.count(wanted)
    if not many:
        components.empty("No entry matches", "Ask for less, or show all entries.")
        with st.container(horizontal=True, horizontal_alignment="center"):
            st.button("Show all entries", on_click=_show_all, key="show-all")
        return
    pages = math.ceil(many / _PAGE_SIZE)
    place = st.container()
    page = 1
    if pages > 1:
        with st.container(horizontal=True, horizontal_alignment="center"):
            page = min(st.pagination(pages, key="page", bind="query-params"), pages)
    found = catalogue.audit.find(wanted, skip=(page - 1) * _PAGE_SIZE, most=_PAGE_SIZE)
    with place:
        first = (page - 1) * _PAGE_SIZE + 1
        shown = f"{first:,} to {first + len(found) - 1:,} of " if pages > 1 else ""
        st.caption(f"{shown}{fmt.plural(many, 'entry', 'entries')}, newest first. Times are UTC.")
        st.html(f'<div class="gb gb-entries">{"".join(map(_line, found))}</div>')


def _wanted(catalogue: Catalogue) -> Wanted:
    """What the person wants to see; the address keeps it."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="gb-audit-find"):
        about = st.text_input(
            "About", key="about", bind="query-params", icon=":material/search:", width=230, max_chars=200,
            placeholder="Run, model or data",
        )  # fmt: skip
        people = [_ANY, *catalogue.audit.people()]
        who = st.selectbox("Who", people, key="who", bind="query-params", width=170)
        actions = [_ALL, *catalogue.audit.actions()]
        did = st.selectbox(
            "What was done", actions, key="did", bind="query-params", width=210, format_func=_action
        )
        first = st.date_input("From", value=None, key="from", bind="query-params", width=150)
        last = st.date_input("To", value=None, key="to", bind="query-params", width=150)
    return Wanted(
        subject=(about or "").strip(),
        who="" if who in (None, _ANY) else str(who),
        action="" if did in (None, _ALL) else str(did),
        first=first if isinstance(first, date) else None,
        last=last if isinstance(last, date) else None,
    )


def _show_all() -> None:
    st.session_state["about"], st.session_state["who"], st.session_state["did"] = "", _ANY, _ALL
    st.session_state["from"] = st.session_state["to"] = None


def _one(catalogue: Catalogue, asked: str) -> None:
    """The entry that the address names, with those beside it."""
    number = int(asked) if asked.isdecimal() and len(asked) <= _LATEST else None
    entry = None if number is None else catalogue.audit.entry(number)
    if number is None:
        components.problem("The address names no entry.", "Entries are named by their number.")
    elif entry is None:
        components.problem(
            f"There is no entry {number:,} in the log.",
            f"It ends with entry {catalogue.audit.head().number:,}. If there was one, somebody dropped it: "
            "verify the log.",
        )
    if number is not None:
        beside = [catalogue.audit.entry(near) for near in (number + 1, number - 1)]
        found = [each for each in (beside[0], entry, beside[1]) if each is not None]
        lines = "".join(_line(each, opened=each.number == number) for each in found)
        st.html(f'<div class="gb gb-entries">{lines}</div>')
    if st.button("Show all entries", key="all-entries", icon=":material/arrow_back:"):
        del st.query_params["entry"]
        st.rerun()


def _line(entry: Entry, *, opened: bool = False) -> str:
    """An entry that opens to its details."""
    when = _when(entry.at)
    return (
        f'<details{" open" if opened else ""}><summary><span class="gb-entry">'
        f'<span class="gb-number">{entry.number:,}</span>'
        f'<time datetime="{escape(entry.at)}">{escape(when)}</time>'
        f"<b>{escape(_action(entry.action))}</b>"
        f'<span class="gb-any">{escape(entry.subject)}</span>'
        f'<span class="gb-muted gb-any">{escape(entry.who)}</span></span></summary>'
        f"{_details(entry)}</details>"
    )


def _details(entry: Entry) -> str:
    told = [(name.replace("_", " "), _value(name, value)) for name, value in _read(entry.details).items()]
    rows = [*told, *((f"SHA-256 of {name}", str(digest)) for name, digest in _read(entry.objects).items())]
    rows += [
        ("time", entry.at),
        ("hash of the entry before", entry.previous),
        ("hash of this entry", entry.hash),
    ]
    pairs = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows)
    address = urlencode({"entry": entry.number})
    links = f'<a href="audit?{address}" target="_self">Link to this entry</a>'
    if target := _target(entry.subject):
        links += f'<a href="{escape(target)}" target="_self">Open {escape(entry.subject)}</a>'
    return f'<dl class="gb-kv">{pairs}</dl><p class="gb-links">{links}</p>'


def _read(text: str) -> dict[str, Any]:
    """What an entry tells; one that somebody has edited may be no JSON any more."""
    try:
        told = json.loads(text)
    except ValueError:
        return {"not readable": text}
    return told if isinstance(told, dict) else {"not readable": text}


def _value(name: str, value: Any) -> str:
    if value in (None, "", [], {}):
        return "–"
    if name in ("happened", "at") and isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ", ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _target(subject: str) -> str:
    """Address of the page about what an entry is about; empty where there is none."""
    if subject.startswith("data:"):
        name, _, number = subject.removeprefix("data:").rpartition("/")
        return f"data?{urlencode({'dataset': name, 'number': number})}" if number.isdecimal() else ""
    if subject.startswith("schema:"):  # of a dataset
        name = subject.removeprefix("schema:").rpartition("/")[0]
        return f"data?{urlencode({'dataset': name})}" if name else ""
    name, _, number = subject.rpartition("/")
    if name and number.isdecimal():
        return f"registry?{urlencode({'name': name, 'version': number})}"
    name, _, alias = subject.rpartition("@")
    if name and alias:
        return f"registry?{urlencode({'name': name})}"
    if is_id(subject) and (navigation.home().runs_path / subject / "spec.json").is_file():
        return f"run?{urlencode({'run': subject})}"
    return ""


def _when(at: str) -> str:
    return at[:19].replace("T", " ")


def _action(name: str) -> str:
    """What was done, in words."""
    return name.replace("_", " ").capitalize()
