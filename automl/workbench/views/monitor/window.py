"""One window: its verdict, its figures, and its columns by what they did to the predictions."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from automl.monitoring import DriftReport, words
from automl.monitoring.history import Scoring
from automl.monitoring.parts import main_output
from automl.monitoring.timeline.records import Timeline, Window, WindowColumn
from automl.store import RunFolder
from automl.workbench import charts, components, effect_charts, navigation, theme
from automl.workbench import format as fmt
from automl.workbench.drift_columns import headed
from automl.workbench.effects import ranked, verdict
from automl.workbench.views.monitor.over_time import pick
from automl.workbench.views.score.levels import badge

__all__ = ["one_window"]

_REASONS = 4


def one_window(
    run: RunFolder, timeline: Timeline, chosen: int, scoring: Scoring | None, report: DriftReport | None
) -> None:
    """Draw a window.

    Parameters
    ----------
    run : RunFolder
    timeline : Timeline
    chosen : int
        Its position.
    scoring, report : Scoring and DriftReport, or None
        That it is made of, where it is a scored table.
    """
    window = timeline.windows[chosen]
    st.subheader(f"In {components.plain(window.label)}", anchor=False)
    pick(timeline, chosen)
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            badge(window.level)
            st.markdown(components.plain(fmt.smoothed(window.headline)), width="stretch")
        more = [each for each in window.reasons if each not in window.headline][:_REASONS]
        if more:
            st.markdown("\n".join(f"- {components.plain(fmt.smoothed(each))}" for each in more))
        _figures(timeline, window)
        if scoring is not None:
            navigation.link(
                "score", "See the whole report", icon=":material/description:", run=run.id,
                model=scoring.model, scoring=scoring.id,
            )  # fmt: skip
    _columns(timeline, chosen, window, report)


def _figures(timeline: Timeline, window: Window) -> None:
    chances = timeline.output is not None
    pairs = [("Rows", f"{fmt.count(window.rows)}, {fmt.count(window.labelled)} with a label")]
    if window.mean is not None:
        mean = fmt.percent(window.mean) if chances else fmt.score(window.mean)
        moved = "" if window.shift is None else f", {_signed(window.shift, chances)} from when it was made"
        of = f"Mean probability of “{timeline.output}”" if chances else "Mean prediction"
        pairs.append((of, f"{mean}{moved}"))
    if window.performance is not None:
        main = window.performance.main
        promised = "" if main.promised is None else f"; {fmt.score(main.promised)} was promised"
        pairs.append(
            (
                main.label,
                f"{fmt.score(main.score)} ({fmt.score(main.low)} to {fmt.score(main.high)}){promised}",
            )
        )
    if window.estimated is not None and (guess := window.estimated.main).estimated is not None:
        ends = f" ({fmt.score(guess.low)} to {fmt.score(guess.high)})" if guess.low is not None else ""
        pairs.append((f"{guess.label}, estimated", f"{fmt.score(guess.estimated)}{ends}"))
    found = window.labelling
    if found is not None and found.selected:
        pairs.append(
            ("Labels", "rows with a label differ from those without: the score is that of rows like them")
        )
    components.definitions(pairs)


def _signed(value: float, chances: bool) -> str:
    text = f"{100 * value:+.1f} points" if chances else f"{value:+.4g}"
    return text.replace("-", "−")


def _columns(timeline: Timeline, chosen: int, window: Window, report: DriftReport | None) -> None:
    found = ranked(window)
    if not found:
        components.note("No column could be compared in this window.")
        return
    wanted = st.query_params.get("column")
    place = next((i for i, each in enumerate(found) if each.name == wanted), 0)
    left, right = st.columns([3, 2], gap="large")
    with left:
        place = _table(timeline, found, place, report, chosen)
    with right:
        _column(timeline, found[place], chosen, report)


def _table(
    timeline: Timeline, found: list[WindowColumn], place: int, report: DriftReport | None, chosen: int
) -> int:
    """The columns by their effect; the address keeps which one is shown."""
    factor = 100 if timeline.output is not None else 1
    ends = _ends(report, factor)
    rows = [_row(each, factor, ends.get(each.name)) for each in found]
    state = st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        placeholder="–",
        key=f"window-columns-{timeline.created}-{chosen}",
        on_select="rerun",
        selection_mode="single-row",
        column_config=_config(factor == 100),
        alt="Columns by what they did to the mean prediction in this window, with how far each has moved",
    )
    picked = state.selection.rows
    if picked and picked[0] < len(found) and picked[0] != place:
        place = picked[0]
        st.query_params["column"] = found[place].name
    st.caption(
        "The columns that move the mean prediction most come first, whatever the size of their drift. Choose "
        "a row to see the column over time."
    )
    return place


def _ends(report: DriftReport | None, factor: int) -> dict[str, str]:
    """The 95 % interval of each part, where the report has them."""
    shift = None if report is None else report.shift
    if shift is None:
        return {}
    k = main_output(shift)
    lows, highs = factor * shift.low[:, k], factor * shift.high[:, k]
    return {
        name: f"{low:+.2f} to {high:+.2f}".replace("-", "−")
        if factor == 100
        else f"{low:+.3g} to {high:+.3g}"
        for name, low, high in zip(shift.columns, lows.tolist(), highs.tolist(), strict=True)
    }


def _row(each: WindowColumn, factor: int, ends: str | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "column": each.name,
        "verdict": verdict(each),
        "part": None if not each.part else factor * each.part,
    }
    if ends is not None:
        row["ends"] = ends
    return row | {"moved": each.moved, "chance": each.chance, "p": each.adjusted}


def _config(points: bool) -> dict[str, Any]:
    number = st.column_config.NumberColumn
    return headed(points=points) | {
        "ends": st.column_config.TextColumn("95 % interval", help="Of what it adds."),
        "p": number(
            "p-value", format="%.2g",
            help="Probability of such a difference by chance, adjusted for all columns of the window.",
        ),
    }  # fmt: skip


def _column(timeline: Timeline, each: WindowColumn, chosen: int, report: DriftReport | None) -> None:
    st.markdown(f"**{components.plain(each.name)}**")
    found = None if report is None else next((c for c in report.columns if c.column == each.name), None)
    told = (
        words.column(found)
        if found is not None
        else f"At least {fmt.percent(each.moved)} of the rows moved (chance: {fmt.percent(each.chance)})."
    )
    st.caption(components.plain(told))
    st.plotly_chart(
        effect_charts.column(timeline, each.name, chosen=chosen, colors=theme.palette()),
        theme=None,
        config=charts.CONFIG,
        key=f"column-over-time-{timeline.created}-{each.name}",
        alt=f"How far {each.name} has moved in each window, beside what chance moves. {told}",
    )
