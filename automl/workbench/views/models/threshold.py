"""The threshold between two classes: what it is, what others would bring, and keeping another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from automl.store import RunFolder, version_of
from automl.workbench import charts, components, decision_chart, standing, theme, working
from automl.workbench import format as fmt
from automl.workbench.reading import Standing
from automl.workbench.views.models.decided import decided, decision_under_way, keep
from automl.workbench.weighing import Brought, Costs, Weighing

__all__ = ["threshold"]

_BY = ("What errors cost", "The threshold itself", "How many can be looked at")


def threshold(run: RunFolder, rows: Sequence[Standing], selected: Standing) -> None:
    task: Mapping[str, Any] = run.read("task.json") or {}
    decision = (run.result or {}).get("decision")
    if task.get("kind") != "binary":
        _of_several(run, task, decision)
        return
    if not standing.is_settled(run):
        if decision is None:
            components.empty(
                "Not while the search goes on", "What thresholds bring is measured when it has ended."
            )
        else:
            decided(run, decision)
        return
    if decision_under_way(run):
        return
    asked = {"model": selected.id, "version": version_of(run)}
    counts = standing.content_of(
        run,
        working.result_of(
            run, "thresholds", asked, title="Counting right and wrong calls",
            text="At every threshold, on rows that the model had not learned from.",
            key=f"thresholds-{selected.id}",
        )
    )  # fmt: skip
    if counts is None:
        return
    _weigh(run, selected, Weighing(counts), task)
    if decision is not None:
        decided(run, decision)


def _of_several(run: RunFolder, task: Mapping[str, Any], decision: Mapping[str, Any] | None) -> None:
    if task.get("kind") == "regression":
        components.empty(
            "No threshold", "This model predicts a number, so there are no classes to decide between."
        )
    elif decision is None:
        components.empty(
            "No threshold between several classes",
            "The most probable class is the label. With costs of errors, given when a run is started, it is "
            "the class of least expected cost.",
        )
    else:
        decided(run, decision)


def _weigh(run: RunFolder, model: Standing, weighing: Weighing, task: Mapping[str, Any]) -> None:
    negative, positive = weighing.counts["classes"]
    st.markdown(
        f"**From which probability on is a row called “{components.plain(positive)}”?** A lower threshold "
        "finds more of them and raises more false alarms. "
        f"Shown for {components.plain(model.label)}, on {fmt.count(weighing.counts['rows'])} rows that it "
        "had not learned from."
    )
    costs, at = _ask(weighing, components.plain(negative), components.plain(positive))
    position = weighing.nearest(at)
    here, now = weighing.at(position, costs), weighing.at(weighing.nearest(weighing.now), costs)
    _figures(here, now, components.plain(positive))
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.plotly_chart(
            decision_chart.over_thresholds(weighing, costs, chosen=at, colors=theme.palette()),
            theme=None,
            config=charts.CONFIG,
            key="thresholds",
            alt="Precision, recall, share of rows flagged and expected cost over the threshold. The table "
            "beside it has the numbers of those that matter.",
        )
    with right:
        st.html(_ways(weighing, position, costs, negative, positive))
        if not weighing.counts["clustered"]:
            components.note(
                "In brackets: 90 % intervals of what is saved on endlessly many rows like these. The shaded "
                "band is that of the cost."
            )
        keep(run, costs, at, weighing, task)


def _ask(weighing: Weighing, negative: str, positive: str) -> tuple[Costs, float]:
    """Costs, and the threshold that is looked at; one leads to the other."""
    known = weighing.counts["costs"]
    own = Costs(known[0][1], known[1][0]) if known is not None else Costs(1.0, 1.0)
    with st.container(border=True, key="gb-weigh"):
        by = st.segmented_control(
            "Set it by", _BY, default=_BY[0], key="by", bind="query-params", required=True
        )
        if by == _BY[0]:
            left, right = st.columns(2)
            alarm = left.number_input(
                f"A false alarm costs (called {positive}, is {negative})", min_value=0.0,
                value=own.false_alarm, key="false-alarm", bind="query-params",
                help="In any unit; only the ratio of the two decides.",
            )  # fmt: skip
            miss = right.number_input(
                f"A miss costs (called {negative}, is {positive})", min_value=0.0, value=own.miss, key="miss",
                bind="query-params", help="In the same unit.",
            )  # fmt: skip
            if not alarm and not miss:
                st.warning("If no error costs anything, every threshold is as good. Give one of them a cost.")
                return own, weighing.now
            costs = Costs(float(alarm), float(miss))
            return costs, weighing.best_for(costs)
        if by == _BY[1]:
            start = round(min(max(weighing.now, 0.01), 0.99), 2)
            at = st.slider(
                f"Called {positive} from a probability of", 0.01, 0.99, start,
                0.01, key="at", bind="query-params",
            )  # fmt: skip
        else:
            share = st.slider(
                "Rows that can be looked at, in per cent", 1, 100, 10, 1, key="share", bind="query-params",
                help="The rows with the highest probabilities, as many as there is time or money for.",
            )  # fmt: skip
            at = weighing.for_share(share / 100)
        costs = weighing.costs_for(at)
        components.note(
            f"That is right where a miss costs {fmt.score(costs.miss)} times as much as a false alarm; costs "
            "below are counted so."
        )
        return costs, at


def _figures(here: Brought, now: Brought, positive: str) -> None:
    with st.container(key="gb-figures-threshold"):
        one, two, three, four = st.columns(4)
    same = abs(here.threshold - now.threshold) < 1e-9

    def beside(before: str) -> str:
        return "as it is now" if same else f"{before} now"

    one.metric(
        "Right calls (precision)", fmt.percent(here.precision), beside(fmt.percent(now.precision)),
        delta_color="off", delta_arrow="off", border=True,
        help=f"Of the rows called “{positive}”, the share that are.",
    )  # fmt: skip
    two.metric(
        "Found (recall)", fmt.percent(here.recall), beside(fmt.percent(now.recall)), delta_color="off",
        delta_arrow="off", border=True, help=f"Of the rows that are “{positive}”, the share called so.",
    )  # fmt: skip
    three.metric(
        "Rows flagged", fmt.percent(here.flagged), beside(fmt.percent(now.flagged)), delta_color="off",
        delta_arrow="off", border=True, help=f"Share of all rows that are called “{positive}”.",
    )  # fmt: skip
    four.metric(
        "Cost of 1,000 rows", fmt.score(here.cost), beside(fmt.score(now.cost)), delta_color="off",
        delta_arrow="off", border=True, help="What errors are expected to cost, in the unit of the costs.",
    )  # fmt: skip


def _like(value: float, cost: float) -> str:
    """A difference of costs, with as many decimals as the cost itself."""
    decimals = len(fmt.score(cost).partition(".")[2])
    return f"{value:,.{decimals}f}".replace("-", "−")


def _ways(weighing: Weighing, position: int, costs: Costs, negative: str, positive: str) -> str:
    """HTML: this threshold beside the one that the model has, and beside always saying the same."""
    now = weighing.nearest(weighing.now)
    ways = [(f"This one: from {weighing.thresholds[position]:.3g} on", position)]
    if now != position:
        ways.append((f"Now: from {weighing.now:.3g} on", now))
    ways += [(f"Always “{negative}”", len(weighing.thresholds) - 1), (f"Always “{positive}”", 0)]
    lines = []
    for name, at in ways:
        found = weighing.at(at, costs)
        saved = ""
        if at != position:
            difference = weighing.cheaper(position, at, costs)
            word = "this one saves" if difference.saved >= 0 else "this one costs more:"
            saved = f"{word} {_like(abs(difference.saved), found.cost)}"
            if not weighing.counts["clustered"]:
                low, high = (
                    difference.interval if difference.saved >= 0 else [-e for e in difference.interval][::-1]
                )
                saved += f" ({_like(low, found.cost)} to {_like(high, found.cost)})"
        lines.append(
            f'<tr><th scope="row">{components.text(name)}</th><td><b>{fmt.score(found.cost)}</b>'
            f'<div class="gb-muted gb-small">{saved}</div></td></tr>'
        )
    return (
        '<table class="gb gb-side"><thead><tr><th scope="col">Ways to decide</th>'
        f'<th scope="col">Cost of 1,000 rows</th></tr></thead><tbody>{"".join(lines)}</tbody></table>'
    )
