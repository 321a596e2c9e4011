"""The score over the time of a search, drawn in the browser so that a new trial does not make it blink.

A Plotly chart of Streamlit is taken away and put back whenever its data change, and a running search changes
them all the time. This one is a small drawing of our own that changes in place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st

from automl.store import RunFolder
from automl.workbench import format as fmt
from automl.workbench import reading
from automl.workbench.theme import Palette

__all__ = ["Shown", "chart_data", "draw"]

_ASSETS = Path(__file__).with_name("assets")
_MOST = 200  # trials drawn of the best, and as many of the latest: more cannot be told apart
_FLOW_SECONDS = 5.0  # in which the line of a running search is drawn further

_component = st.components.v2.component(
    "glassbench_score_chart",
    html='<div class="chart"><svg aria-hidden="true"></svg><div class="tip" hidden></div></div>',
    css=(_ASSETS / "score_chart.css").read_text(encoding="utf-8"),
    js=(_ASSETS / "score_chart.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class Shown:
    """What a chart shows beside the trials.

    Attributes
    ----------
    metric : str
    greater_is_better : bool
    dummy : float or None
        Score of the baseline.
    budget : float
        Seconds; the axis ends there, so that progress is seen.
    final : float or None
        Score of the ensemble, where one was chosen.
    """

    metric: str
    greater_is_better: bool
    dummy: float | None
    budget: float
    final: float | None


def draw(run: RunFolder, shown: Shown, *, now: float, over: bool, colors: Palette, key: str) -> None:
    """Draw the chart of a run.

    Parameters
    ----------
    run : RunFolder
    shown : Shown
    now : float
        Seconds of search so far.
    over : bool
        Whether the search is; before that the line grows in steps, so that most polls change nothing.
    colors : Palette
    key : str
    """
    now = now if over else _FLOW_SECONDS * (now // _FLOW_SECONDS)
    data = _data(run.path, len(reading.trials(run)), shown, now)
    _component(data={**data, "colors": [colors.accent, colors.up]}, key=key)


@lru_cache(maxsize=64)
def _data(path: Path, count: int, shown: Shown, now: float) -> dict[str, Any]:
    return chart_data(reading.trials(RunFolder(path))[:count], shown, now=now)


def chart_data(records: Sequence[Mapping[str, Any]], shown: Shown, *, now: float) -> dict[str, Any]:
    """All that is drawn, as JSON: every trial's score when it finished, the best so far, the baseline.

    Parameters
    ----------
    records : sequence of dict
        The trials.
    shown : Shown
    now : float
        Seconds of search so far.
    """
    scored = reading.successful([dict(record) for record in records])
    steps = reading.best_so_far(scored)
    label = fmt.metric_label(shown.metric)
    latest = sorted(scored, key=lambda t: -float(t["at"]))[:_MOST]
    drawn = {str(t["id"]): t for t in [*scored[:_MOST], *latest]}
    best = {trial_id for _, _, trial_id in steps}
    window = _window([float(t["score"]) for t in scored], shown)
    end = max([shown.budget, now, *(float(t["at"]) for t in drawn.values())])
    last = max(now, steps[-1][0] if steps else 0.0)
    words = f"best {fmt.score(steps[-1][1])} after {fmt.duration(steps[-1][0])}" if steps else "no model yet"
    return {
        "label": f"{label}, {'higher' if shown.greater_is_better else 'lower'} is better",
        "alt": f"{label} over search time: {words}, {fmt.plural(len(scored), 'model')}"
        + (f", baseline {fmt.score(shown.dummy)}" if shown.dummy is not None else ""),
        "greater": shown.greater_is_better,
        "window": window,
        "end": end,
        "now": now,
        "dummy": shown.dummy,
        "dummy_text": fmt.score(shown.dummy),
        "steps": [[at, score] for at, score, _ in steps],
        "trials": [
            {
                "at": float(t["at"]),
                "score": float(t["score"]),
                "best": t["id"] in best,
                "name": f"{reading.family_label(t['family'])} · {t['id']}",
                "text": f"{label} {fmt.score(t['score'])}, after {fmt.duration(t['at'])}",
            }
            for t in drawn.values()
        ],
        "final": None
        if shown.final is None
        else {"at": last, "score": shown.final, "text": f"ensemble {fmt.score(shown.final)}"},
    }


def _window(scores: list[float], shown: Shown) -> list[float]:
    """The range of the score axis: one bad trial must not squeeze all others into a line."""
    ordered = sorted(scores, reverse=shown.greater_is_better)
    kept = ordered[: max(3, (3 * len(ordered) + 3) // 4)]
    kept += [value for value in (shown.final,) if value is not None]
    if not kept:
        kept = [shown.dummy if shown.dummy is not None else 0.0]
    low, high = min(kept), max(kept)
    margin = 0.12 * (high - low) or 0.02 * abs(high) or 0.05
    low, high = low - margin, high + margin
    room = 0.6 * (high - low)
    if shown.dummy is not None and low - room <= shown.dummy <= high + room:
        low, high = min(low, shown.dummy - margin / 2), max(high, shown.dummy + margin / 2)
    return [low, high]
