"""Small pieces that several pages share: states of emptiness and failure, badges, the header of a run."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Literal

import streamlit as st

from automl.store import RunFolder, preferred_model
from automl.workbench import format as fmt
from automl.workbench import navigation
from automl.workbench.reading import Standing

__all__ = [
    "STATES",
    "busy",
    "cell",
    "choose_model",
    "definitions",
    "empty",
    "findings",
    "lead",
    "new_error_id",
    "no_run_chosen",
    "note",
    "operate_header",
    "plain",
    "problem",
    "run_header",
    "shown_state",
    "state_badge",
    "suspicions",
    "task_words",
    "text",
    "unexpected",
]

Color = Literal["red", "orange", "blue", "green", "gray", "primary"]

# state → (what it is called, colour, icon)
STATES: Mapping[str, tuple[str, Color, str]] = {
    "queued": ("Not started", "gray", ":material/hourglass_empty:"),
    "starting": ("Starting", "blue", ":material/pending:"),
    "waiting": ("In the queue", "gray", ":material/hourglass_empty:"),
    "preparing": ("Preparing", "blue", ":material/pending:"),
    "searching": ("Searching", "blue", ":material/pending:"),
    "finishing": ("Finishing", "blue", ":material/pending:"),
    "finished": ("Finished", "green", ":material/check_circle:"),
    "cancelled": ("Cancelled", "gray", ":material/stop_circle:"),
    "interrupted": ("Interrupted", "orange", ":material/power_off:"),
    "failed": ("Failed", "red", ":material/error:"),
}


def shown_state(status: Mapping[str, Any]) -> str:
    """The state of a search as the pages call it; of one that has not begun, whether it waits or starts."""
    state = str(status.get("state", "queued"))
    if state != "queued" or not status.get("alive"):
        return state
    return "waiting" if status.get("waiting") else "starting"


def state_badge(state: str) -> None:
    """A badge that names the state in words, with a colour and an icon beside them."""
    label, color, icon = STATES.get(state, (state.capitalize(), "gray", ":material/help:"))
    st.badge(label, icon=icon, color=color)


def lead(text: str) -> None:
    """The sentence under a page's title."""
    st.html(f'<p class="gb gb-lead">{escape(text)}</p>')


def note(text: str) -> None:
    """A small muted line that belongs to what is above it."""
    st.html(f'<p class="gb gb-muted gb-small" style="margin:0">{escape(text)}</p>')


def cell(value: str, caption: str) -> None:
    """A value with a caption under it."""
    st.html(f'<div class="gb gb-cell"><b>{escape(value)}</b><span>{escape(caption)}</span></div>')


def definitions(pairs: Iterable[tuple[str, str]]) -> None:
    """A list of terms and their values."""
    rows = "".join(f"<dt>{escape(term)}</dt><dd>{escape(value)}</dd>" for term, value in pairs)
    st.html(f'<dl class="gb gb-kv">{rows}</dl>')


def empty(title: str, text: str) -> None:
    """The middle of a page that has nothing to show yet; follow it with the way out."""
    st.html(f'<div class="gb gb-state"><h3>{escape(title)}</h3><p>{escape(text)}</p></div>')


def busy(title: str, text: str) -> None:
    """The middle of a page whose content is being computed."""
    st.html(
        f'<div class="gb gb-state" role="status"><h3><span class="gb-pulse"></span>{escape(title)}</h3>'
        f"<p>{escape(text)}</p></div>"
    )


def problem(message: str, fix: str = "") -> None:
    """Something that the person can understand and usually mend."""
    st.error(plain(message) + (f"\n\n{plain(fix)}" if fix else ""), icon=":material/error:")


def unexpected(error_id: str) -> None:
    """Something that only the log can explain."""
    st.error(
        f"**Something went wrong on this page.** Nothing that a run has computed is lost.\n\n"
        f"Reload the page. If it comes back, look for error `{error_id}` in the terminal "
        "in which the workbench was started; the details are there.",
        icon=":material/error:",
    )


def new_error_id() -> str:
    """A short id that ties a message on the page to an entry in the log."""
    return secrets.token_hex(4)


def no_run_chosen() -> None:
    """What a page of a run shows when its address names no run."""
    empty("No run chosen", "This page shows one run. Choose one from the list, or start a new one.")
    with st.container(horizontal=True, horizontal_alignment="center"):
        navigation.link("runs", "Go to the runs")
        navigation.link("new", "Start a new run")


def operate_header(path: str, text: str) -> None:
    """Title of a page about all runs together, what it is for, and the links to the others of its kind."""
    st.title(navigation.title(path), anchor=False)
    lead(text)
    with st.container(horizontal=True, gap="small", key="gb-operate-nav"):
        for each in navigation.OPERATE_PAGES:
            navigation.link(each)


_KINDS = {"binary": "two classes", "multiclass": "several classes", "regression": "a number"}


def task_words(kind: str) -> str:
    """What kind of thing is predicted, in words."""
    return _KINDS.get(kind, kind)


def run_header(run: RunFolder, status: Mapping[str, Any]) -> None:
    """Name and state of a run, and the links between its pages."""
    spec = run.spec
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.title(str(spec["name"]), anchor=False, width="content")
        state_badge(shown_state(status))
    task = run.read("task.json") or {}
    facts = [f"predicts {spec['target']}"]
    if kind := task.get("kind") or spec.get("task"):
        facts.append(task_words(str(kind)))
    if metric := status.get("metric") or task.get("metric") or spec.get("metric"):
        facts.append(f"by {fmt.metric_label(metric)}")
    facts.append(f"{fmt.duration(spec['budget'])} of search")
    st.html(f'<p class="gb gb-muted gb-small gb-under-title">{escape(" · ".join(facts))}</p>')
    with st.container(horizontal=True, gap="small", key="gb-run-nav"):
        for path in navigation.RUN_PAGES:
            navigation.link(path, run=run.id)


def choose_model(run: RunFolder, rows: Sequence[Standing]) -> Standing:
    """Let the person choose a model; the address keeps it, the one in use is the default."""
    wanted = st.query_params.get("model")
    used = preferred_model(run)
    chosen = next((i for i, row in enumerate(rows) if row.id == used), 0)
    place = next((i for i, row in enumerate(rows) if row.id == wanted), chosen)
    picked = st.selectbox(
        "Model",
        rows,
        index=place,
        format_func=lambda row: f"{row.label}{_role(row, used)}",
        key=f"model-{run.id}-{len(rows)}-{rows[place].id}",
        width=360,
    )
    if picked.id != rows[place].id:
        st.query_params["model"] = picked.id
        st.rerun()
    return picked


def _role(row: Standing, used: str | None) -> str:
    """What a model is to the run, in words that follow its name."""
    if row.id == used:
        return "  (chosen)" if row.chosen else "  (in use)"
    return "  (chosen by the search)" if row.chosen else ""


_SEVERITY: Mapping[str, tuple[str, Color]] = {
    "error": (":material/error:", "red"),
    "warning": (":material/warning:", "orange"),
    "info": (":material/info:", "blue"),
}


def findings(records: Iterable[Mapping[str, Any]]) -> None:
    """Findings about a table, the gravest first, each with what to do."""
    order = {name: place for place, name in enumerate(_SEVERITY)}
    for record in sorted(records, key=lambda item: order.get(str(item.get("severity")), 9)):
        icon, color = _SEVERITY.get(str(record.get("severity")), _SEVERITY["info"])
        column = f"**{plain(str(record['column']))}** — " if record.get("column") else ""
        fix = f" :gray[{plain(fmt.smoothed(str(record['fix'])))}]" if record.get("fix") else ""
        st.markdown(f":{color}[{icon}] {column}{plain(fmt.smoothed(str(record['message'])))}{fix}")


def suspicions(run: RunFolder) -> None:
    """What may make a run's score too good: what the search for leakage warns of."""
    found = (run.read("leakage.json") or {}).get("findings", [])
    findings(each for each in found if each["severity"] != "info")


def text(value: str) -> str:
    """`value` for use inside HTML."""
    return escape(value)


def plain(text: str) -> str:
    """`text` with the characters that Markdown would read as its own taken literally."""
    for sign in "\\`*_[]<>#$|~:":
        text = text.replace(sign, "\\" + sign)
    return text.replace("\n", " ")
