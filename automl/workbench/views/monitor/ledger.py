"""What was promised when the model was made, against what came."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from automl.monitoring.timeline.records import Promise, Timeline
from automl.workbench import format as fmt
from automl.workbench.tables import table

__all__ = ["ledger"]

_VERDICTS = {True: "✓ Kept", False: "✕ Broken", None: "… Not known yet"}
_FEW = 8


def ledger(timeline: Timeline) -> None:
    """Draw the promises; nothing where none was made."""
    found = timeline.ledger
    if not found:
        return
    st.subheader("Promised and come", anchor=False)
    kept, known = (sum(each.kept in values for each in found) for values in ((True,), (True, False)))
    st.markdown(
        f"{kept} of {fmt.plural(known, 'promise')} that can be judged {'was' if kept == 1 else 'were'} kept."
        if known
        else "Nothing can be judged yet: that needs rows with labels."
    )
    _table(found[:_FEW], timeline)
    if len(found) > _FEW:
        with st.expander(f"{len(found) - _FEW} more promises"):
            _table(found[_FEW:], timeline)
    st.caption(
        "Broken: what came is worse than what was promised by more than chance. In brackets: 90 % intervals."
    )


def _table(found: Sequence[Promise], timeline: Timeline) -> None:
    headers = ("Promise", "Verdict", "Promised", "Came", "Kept in windows")
    table(
        headers,
        [_row(each, _shown(each, timeline)) for each in found],
        right=headers[2:],
        label="What was promised when the model was made, and what came",
    )


def _row(each: Promise, shown: Callable[[float | None], str]) -> tuple[str, ...]:
    windows = f"{each.windows_held} of {each.windows}" if each.windows else "–"
    return (
        each.label,
        _VERDICTS[each.kept],
        _with_ends(each.promised, each.low, each.high, shown),
        _with_ends(each.came, each.came_low, each.came_high, shown),
        windows,
    )


def _shown(each: Promise, timeline: Timeline) -> Callable[[float | None], str]:
    """How a figure of a promise is written: shares in percent, scores as elsewhere."""
    if each.metric == "coverage" or each.metric.startswith("unseen:"):
        return fmt.percent
    if each.metric.startswith("calibration") and timeline.output is not None:
        return _points
    return fmt.score


def _points(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:+.1f} points".replace("-", "−").replace("+0.0", "0")


def _with_ends(
    value: float | None, low: float | None, high: float | None, shown: Callable[[float | None], str]
) -> str:
    if value is None:
        return "–"
    if low is None or high is None:
        return shown(value)
    return f"{shown(value)} ({shown(low)} to {shown(high)})"
