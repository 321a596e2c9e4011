"""What was promised when the model was made, against what came."""

from __future__ import annotations

import streamlit as st

from automl.monitoring.timeline.records import Promise, Timeline
from automl.workbench import components
from automl.workbench import format as fmt

__all__ = ["ledger"]

_LOOKS = {
    True: ("green", ":material/check_circle:", "Kept"),
    False: ("red", ":material/cancel:", "Broken"),
    None: ("gray", ":material/hourglass_empty:", "Not known yet"),
}


def ledger(timeline: Timeline) -> None:
    """Draw the promises; nothing where none was made."""
    if not timeline.ledger:
        return
    st.subheader("Promised and come", anchor=False)
    kept = sum(each.kept is True for each in timeline.ledger)
    known = sum(each.kept is not None for each in timeline.ledger)
    st.markdown(
        f"{kept} of {fmt.plural(known, 'promise')} that can be judged {'was' if kept == 1 else 'were'} kept."
        if known
        else "Nothing can be judged yet: that needs rows with labels."
    )
    for each in timeline.ledger:
        _promise(each)
    st.caption(
        "A metric is kept where what came is within its interval and that of the promise; intervals hold the "
        "true value in nine of ten cases."
    )


def _promise(each: Promise) -> None:
    color, icon, word = _LOOKS[each.kept]
    windows = f"in {each.windows_held} of {fmt.plural(each.windows, 'window')}" if each.windows else ""
    with st.container(border=True, key=f"gb-promise-{each.metric.replace(':', '-')}"):
        first, second, third, fourth = st.columns([3, 3, 3, 2], vertical_alignment="center")
        with first:
            st.markdown(f"**{components.plain(each.label)}**")
        with second:
            components.cell(_with_ends(each.promised, each.low, each.high), "promised")
        with third:
            components.cell(_with_ends(each.came, each.came_low, each.came_high), "came")
        with fourth:
            st.badge(word, icon=icon, color=color)  # type: ignore[arg-type]
            if windows:
                components.note(windows)


def _with_ends(value: float | None, low: float | None, high: float | None) -> str:
    if value is None and low is None and high is None:
        return "–"
    ends = "" if low is None or high is None else f"{fmt.score(low)} to {fmt.score(high)}"
    if value is None:
        return ends or (f"at least {fmt.score(low)}" if low is not None else f"at most {fmt.score(high)}")
    return f"{fmt.score(value)} ({ends})" if ends else fmt.score(value)
