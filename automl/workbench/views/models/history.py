"""The search's history: the leaderboard at any moment, how each family got better, which settings did "
"well."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import streamlit as st

from automl.store import RunFolder
from automl.workbench import charts, components, history_charts, navigation, reading, search_history, theme
from automl.workbench import format as fmt
from automl.workbench.views.models.compared import signed

__all__ = ["history"]

_BOARD = 8
_LATEST = 6
_PARAMETERS = 6


def history(run: RunFolder, metric: str) -> None:
    records = reading.trials(run)
    end = max(float(record["at"]) for record in records)
    last = max(1, math.ceil(end))
    now = float(
        st.slider(
            "Moment of the search", 0, last, last, 1, format="%d s", key="at-second", bind="query-params",
            help="Drag it back to see the search as it was then.",
        )
    )  # fmt: skip
    seen = search_history.as_of(records, now)
    st.markdown(_story(seen, records, now, metric))
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.subheader("How each kind of model got better", anchor=False)
        st.plotly_chart(
            history_charts.race(
                search_history.best_by_family(records),
                records,
                now=now,
                end=float(last),
                metric=metric,
                window=_window(records),
                colors=theme.palette(),
            ),
            theme=None,
            config=charts.CONFIG,
            key="race",
            alt="The best score of each kind of model over the search time, up to the moment chosen",
        )
        _latest(seen, metric)
    with right:
        st.subheader("The leaderboard then", anchor=False)
        _board(run, seen, metric)
    _settings(records, metric)


def _story(seen: Sequence[dict[str, Any]], records: Sequence[dict[str, Any]], now: float, metric: str) -> str:
    steps = reading.best_so_far(seen)
    tried = fmt.plural(len(seen), "trial")
    if not seen:
        return f"**After {fmt.duration(now)}** no trial had finished yet."
    if not steps:
        return f"**After {fmt.duration(now)}** {tried} had finished, and none had a score yet."
    at, score, leader = steps[-1]
    family = next(record["family"] for record in seen if record["id"] == leader)
    text = (
        f"**After {fmt.duration(now)}** {tried} had finished. "
        f"{components.plain(reading.family_label(family))} · {leader} led with "
        f"{fmt.metric_label(metric)} {fmt.score(score)}, since {fmt.duration(at)}."
    )
    final = reading.best_so_far(records)[-1]
    if final[2] != leader:
        came = signed(abs(final[1] - score), score)[1:]
        text += f" The best trial of all came {fmt.duration(final[0] - at)} later and was {came} better."
    elif len(seen) < len(records):
        text += f" No later trial was better: {fmt.plural(len(records) - len(seen), 'more trial')} tried."
    return text


def _board(run: RunFolder, seen: Sequence[dict[str, Any]], metric: str) -> None:
    rows = reading.standings(seen, None)[:_BOARD]
    if not rows:
        st.html('<p class="gb gb-muted">No model yet.</p>')
        return
    finished = {record["id"]: float(record["at"]) for record in seen}
    lines = "".join(
        f"<tr><td>{place}</td><th "
        f'scope="row">{components.text(row.label)}</th><td>{fmt.score(row.score)}</td>'
        f"<td>{fmt.duration(finished[row.id])}</td></tr>"
        for place, row in enumerate(rows, 1)
    )
    st.html(
        '<table class="gb gb-side"><thead><tr><td></td><th scope="col">Model</th>'
        f'<th scope="col">{components.text(fmt.metric_label(metric))}</th><th '
        'scope="col">Since</th></tr></thead>'
        f"<tbody>{lines}</tbody></table>"
    )
    navigation.link("run", "See the progress page", run=run.id)


def _latest(seen: Sequence[dict[str, Any]], metric: str) -> None:
    """What was tried last, and whether it was of use."""
    order = sorted(seen, key=lambda record: float(record["at"]))
    leaders = {name for _, _, name in reading.best_so_far(seen)}
    lines = []
    for record in order[::-1][:_LATEST]:
        outcome = {
            "failed": "failed",
            "skipped": "not tried, for want of memory",
            "beaten": "stopped early: clearly behind",
        }.get(record["status"], "took the lead" if record["id"] in leaders else "")
        score = fmt.score(record["score"]) if record["status"] == "ok" else "–"
        lines.append(
            f"<tr><td>{fmt.duration(float(record['at']))}</td>"
            f'<th scope="row">{components.text(reading.family_label(record["family"]))} · '
            f"{record['id']}</th>"
            f"<td>{score}</td><td>{outcome}</td></tr>"
        )
    if lines:
        st.html(
            '<table class="gb gb-side"><caption>Finished last before that moment</caption><thead><tr>'
            '<th scope="col">At</th><th scope="col">Trial</th>'
            f'<th scope="col">{components.text(fmt.metric_label(metric))}</th><th '
            'scope="col">Outcome</th></tr>'
            f"</thead><tbody>{''.join(lines)}</tbody></table>"
        )


def _settings(records: Sequence[dict[str, Any]], metric: str) -> None:
    st.subheader("Which settings went with good scores", anchor=False)
    families = search_history.tunable(records)
    if not families:
        components.note(
            "No kind of model was tried often enough (eight times) to say anything about its settings."
        )
        return
    family = st.selectbox(
        "Kind of model",
        families,
        format_func=reading.family_label,
        key="family",
        bind="query-params",
        width=320,
    )
    found = search_history.mattering(records, family)
    if not found:
        components.note("Its settings were not varied.")
        return
    own = [record for record in records if record["family"] == family]
    best = str(reading.successful(own)[0]["id"])
    st.caption(
        "Those first whose values go most with the scores; the diamond is the best trial. Settings were "
        "varied together, so this shows what good trials had in common, not what changing one alone would do."
    )
    window = _window(own)
    for start in range(0, min(len(found), _PARAMETERS), 3):
        for column, each in zip(st.columns(3), found[start : start + 3], strict=False):
            with column:
                st.markdown(f"**{components.plain(each.name)}**")
                components.note(_share(each.share))
                st.plotly_chart(
                    history_charts.parameter(
                        each, metric=metric, window=window, colors=theme.palette(), best=best
                    ),
                    theme=None,
                    config=charts.CONFIG,
                    key=f"parameter-{family}-{each.name}",
                    alt=f"{fmt.metric_label(metric)} against {each.name}",
                )


def _share(share: float) -> str:
    if share < 0.05:
        return "made no visible difference"
    return f"goes with {fmt.percent(share)} of the differences in rank"


def _window(records: Sequence[dict[str, Any]]) -> tuple[float, float] | None:
    """Scores that are shown: without the quarter of the worst, which would squeeze all others into a line."""
    scores = [float(record["score"]) for record in reading.successful(records)]
    if not scores:
        return None
    kept = scores[: max(3, (3 * len(scores) + 3) // 4)]  # the best are first
    low, high = min(kept), max(kept)
    room = 0.1 * (high - low) or 0.02 * abs(high) or 0.05
    return low - room, high + room
