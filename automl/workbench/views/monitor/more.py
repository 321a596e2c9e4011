"""Folded away: groups of rows that are predicted worse, fairness over time, and how all of it is judged."""

from __future__ import annotations

import streamlit as st

from automl.monitoring.rules import ALARMS
from automl.monitoring.timeline.records import Segment, Timeline, WindowFairness
from automl.workbench import charts, components, fairness_charts, theme
from automl.workbench import format as fmt
from automl.workbench.tables import table

__all__ = ["fairness", "method", "segments"]

_MOST = 20


def segments(timeline: Timeline) -> None:
    """Groups of rows beside all others; nothing where there are no labels to judge by."""
    found = timeline.segments
    if not found:
        return
    worse = [each for each in found if each.level != "fine"]
    label = f"Segments: {len(worse)} predicted worse" if worse else "Segments: none predicted worse"
    with st.expander(label, icon=":material/donut_small:"):
        st.markdown(
            f"{fmt.plural(len(worse), 'group')} of rows {'is' if len(worse) == 1 else 'are'} surely "
            "predicted worse than all other rows, and by enough to matter."
            if worse
            else f"No group of rows is surely predicted worse than the others; {len(found)} were compared."
        )
        headers = ("Rows where", "Rows", found[0].label, "95 % interval", "All others", "Verdict")
        table(
            headers,
            [
                (
                    f"{each.column}: {each.value}", fmt.count(each.rows), fmt.score(each.score),
                    f"{fmt.score(each.low)} to {fmt.score(each.high)}", fmt.score(each.rest),
                    _verdict(each),
                )
                for each in found[:_MOST]
            ],
            right=headers[1:5],
            label="Groups of rows with how well they are predicted",
        )  # fmt: skip
        if len(found) > _MOST:
            st.caption(f"The worst {_MOST} of {len(found)} groups.")


def fairness(timeline: Timeline) -> None:
    """How far groups are apart, window by window; nothing where no column was asked for."""
    if not timeline.fairness:
        return
    columns = list(dict.fromkeys(each.fairness.columns for each in timeline.fairness))
    with st.expander("Fairness over time", icon=":material/balance:"):
        for names in columns:
            _column(timeline, [each for each in timeline.fairness if each.fairness.columns == names])


def _column(timeline: Timeline, found: list[WindowFairness]) -> None:
    last = found[-1]
    name = " and ".join(last.fairness.columns)
    st.markdown(f"**By {components.plain(name)}**")
    st.markdown(components.plain(last.fairness.verdict()))
    figure = fairness_charts.apart(timeline, found, colors=theme.palette())
    if figure is None:
        components.note("In no window had two groups enough rows to be compared.")
        return
    st.plotly_chart(
        figure, theme=None, config=charts.CONFIG, key=f"fairness-{timeline.created}-{name}",
        alt=fairness_charts.told(timeline, found),
    )  # fmt: skip


def method(timeline: Timeline) -> None:
    """How windows and changes are judged, with the false alarms that go with it."""
    with st.expander("How this is judged", icon=":material/help:"):
        st.markdown(
            "- **Windows.** Each is compared with the rows that the model was learned from, as on the page "
            "Score: columns by tests of two samples with all columns in mind, predictions by how far they "
            "moved, the score by its interval beside the promised one.\n"
            "- **Effect.** A prediction is a base plus what each column contributes, so the shift of their "
            "mean is the sum of the columns' shifts. Columns are ranked by that, not by how far they "
            "drifted.\n"
            "- **Changes.** A series of windows is searched for places from which on it is another one; the "
            "shaded stretch holds the place in 95 of 100 cases."
        )
        tested = [each for each in timeline.tests if each.p_value is not None]
        if tested:
            headers = ("Searched for changes", "Windows", "p-value", "False alarms", "Would be found")
            table(
                headers,
                [
                    (
                        each.label, fmt.count(each.windows), fmt.score(each.adjusted),
                        fmt.percent(each.false_alarms),
                        "–" if each.detectable is None else f"a change of {fmt.score(each.detectable)}",
                    )
                    for each in tested
                ],
                right=headers[1:],
                label="Series that were searched for changes, and what the search can find",
            )  # fmt: skip
        for each in timeline.tests:
            if each.note:
                st.caption(components.plain(f"{each.label}: {each.note}"))
        for note in timeline.notes:
            st.caption(components.plain(note))


def _verdict(each: Segment) -> str:
    if each.level != "fine":
        return "worse"
    return "a little worse" if each.adjusted <= ALARMS else "may be chance"
