"""The tie-breaker: three questions that pick among models that the data cannot tell apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from automl.store import RunFolder, tied_models
from automl.workbench import components, standing, working
from automl.workbench import format as fmt
from automl.workbench.reading import Standing
from automl.workbench.tie_breaker import QUESTIONS, Verdict, questions, rule_out
from automl.workbench.views.models.pick import can_be_picked, pick_form

__all__ = ["tie"]

_SHOWN = 12


def tie(run: RunFolder, rows: Sequence[Standing], metric: str) -> None:
    known = tied_models(run.result)
    if known is None:
        components.empty(
            "Not known yet",
            "Which models are tied is worked out at the end of a search that had time for it.",
        )
        return
    if len(known) < 2:
        components.empty(
            "No tie to break",
            "One model is ahead of all others beyond chance. Another can still be used: select it on the "
            "leaderboard.",
        )
        return
    if not standing.is_settled(run):
        components.empty(
            "Not now",
            "The search goes on, or its rows have gone: what sets tied models apart cannot be asked.",
        )
        return
    found = standing.content_of(
        run,
        working.result_of(
            run, "standing", standing.params(run), title="Looking at what sets the tied models apart",
            text="How long each takes, whether it can be read, how good probabilities are.", key="standing",
        )
    )  # fmt: skip
    if found is None:
        return
    named = {row.id: row for row in rows}
    tied = [record for record in found["tied"] if record["id"] in named]
    if len(tied) < 2:
        components.empty("No tie to break", "Of the tied models only one was kept.")
        return
    st.markdown(
        f"**{fmt.plural(len(tied), 'model')} are as good as each other** on {fmt.metric_label(metric)}, as "
        "far as this data can tell. So let something else decide. Each yes rules models out; what is "
        "left with the best score is the pick."
    )
    left, right = st.columns([2, 3], gap="large")
    with left:
        answers = _ask(tied, metric, named)
    verdict = rule_out(tied, answers, metric)
    with right:
        st.html(_listing(tied, verdict, named, metric))
    _conclude(run, named[verdict.left[0]], verdict, answers, named)


def _ask(tied: Sequence[Mapping[str, Any]], metric: str, named: Mapping[str, Standing]) -> list[str]:
    answers: list[str] = []
    for name in questions(tied):
        question, what = QUESTIONS[name]
        if st.toggle(question, key=f"ask-{name}", bind="query-params"):
            answers.append(name)
        ruled = rule_out(tied, answers, metric).by.get(name)
        effect = what
        if ruled is not None:
            effect = (
                f"Rules out {fmt.plural(len(ruled), 'model')}." if ruled else "Rules out none of those left."
            )
        components.note(effect)
    return answers


def _listing(
    tied: Sequence[Mapping[str, Any]], verdict: Verdict, named: Mapping[str, Standing], metric: str
) -> str:
    order = {name: place for place, name in enumerate(verdict.left)}
    ordered = sorted(tied, key=lambda record: order.get(record["id"], len(order)))
    lines = []
    for record in ordered[:_SHOWN]:
        row = named[record["id"]]
        facts = [
            f"{fmt.metric_label(metric)} {fmt.score(row.score)}",
            f"{fmt.duration(record['latency_ms'] / 1000)} a row",
            fmt.size(1e6 * record["megabytes"]),
        ]
        if record.get("log_loss") is not None:
            facts.append(f"log loss {fmt.score(record['log_loss'])}")
        else:
            facts.append(f"worst fold {fmt.score(record['worst_fold'])}")
        out = verdict.ruled_out.get(record["id"])
        picked = record["id"] == verdict.left[0]
        mark = "the pick" if picked else ("ruled out" if out else "left")
        why = f'<div class="gb-small">{components.text(_sentence(out))}</div>' if out else ""
        lines.append(
            f'<li class="{"gb-out" if out else "gb-in"}"><span class="gb-mark">{mark}</span>'
            f"<div><b>{components.text(row.label)}</b>"
            f'<div class="gb-muted gb-small '
            f'gb-num">{components.text(" · ".join(facts))}</div>{why}</div></li>'
        )
    more = len(ordered) - _SHOWN
    rest = f'<p class="gb-muted gb-small">and {more} more</p>' if more > 0 else ""
    return f'<ul class="gb gb-ties">{"".join(lines)}</ul>{rest}'


def _sentence(text: str | None) -> str:
    return f"{text[0].upper()}{text[1:]}" if text else ""


def _conclude(
    run: RunFolder,
    model: Standing,
    verdict: Verdict,
    answers: Sequence[str],
    named: Mapping[str, Standing],
) -> None:
    """The pick, and its record."""
    with st.container(border=True, key="gb-conclusion"):
        st.markdown(f"**The pick: {components.plain(model.label)}**")
        if not answers:
            components.note("Nothing was asked yet, so the best score decides. Answer what matters to you.")
        elif len(verdict.left) > 1:
            components.note(
                f"{fmt.plural(len(verdict.left), 'model')} are left; it has the best score of them."
            )
        else:
            components.note("It is the only one left.")
        if not can_be_picked(run, model.id):
            components.note("It was not kept by the search and cannot be used.")
            return
        ruled_out = {name: why for name, why in verdict.ruled_out.items() if name in named}
        pick_form(run, model, key="tie", beside=True, answers=answers, ruled_out=ruled_out)
        components.note(
            "It is then explained and exported by default; its card and report say who picked it, when and "
            "why. The search's own choice stays on the leaderboard, and this can be undone. What was "
            "measured on sealed rows is about the search's choice only; another model has the score of "
            "cross-validation."
        )
