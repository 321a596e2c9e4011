"""A prediction and what the columns contribute to it, before and after."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from automl.workbench import components
from automl.workbench.contributions import contributions
from automl.workbench.views.what_if.decided import Decider
from explain import formats
from explain.explanation import Explanation
from explain.reasons import explained_output
from explain.row.whatif import WhatIf
from explain.text import sentence

__all__ = ["as_it_is", "with_edits"]

_FLAGS = 5


def as_it_is(
    answer: dict[str, Any], explanation: Explanation, target: str, output: Any, decider: Decider | None = None
) -> None:
    """The row as it stands in the table."""
    label = answer["label"]
    if decider is not None:
        (label,) = decider.labels(explanation.prediction, explanation.classes or ())
        output = label if output is None else output
    k = explained_output(explanation, 0, output)
    cards = [_card("As it is", explanation, 0, k, label)]
    outcome = answer["outcome"]
    if outcome is not None:
        shown = formats.number(outcome, 6) if isinstance(outcome, float) else str(outcome)
        cards.append(
            f'<div class="wi-card"><span>In the table</span><b>{components.text(shown)}</b>'
            f"<i>{components.text(target)}</i></div>"
        )
    _cards(cards)
    st.html(f'<p class="gb gb-sentence">{components.text(sentence(explanation, 0, output))}</p>')
    st.html(contributions(explanation, k))


def with_edits(result: WhatIf, output: Any, decider: Decider | None = None) -> None:
    """The row before and after."""
    if decider is not None:
        before, after = decider.labels(result.explanation.prediction, result.explanation.classes or ())
        result = replace(result, labels=(before, after))
        output = after if output is None else output
    explanation = result.explanation
    position = result.output_name(output)
    k = explanation.output_index(position if explanation.classes is not None else None)
    labels = result.labels or (None, None)
    before, after = explanation.prediction[:, k].tolist()
    moved = formats.change(after - before, explanation.scale) or "no change"
    _cards(
        [
            _card("As it is", explanation, 0, k, labels[0]),
            '<div class="wi-arrow" aria-hidden="true">→</div>',
            _card("With your edits", explanation, 1, k, labels[1], note=moved),
        ]
    )
    told = replace(result, flags=()).sentence(output)
    st.html(f'<p class="gb gb-sentence">{components.text(told)}</p>')
    _flags(result)
    st.html(contributions(explanation, k, result.edited))


def _flags(result: WhatIf) -> None:
    if not result.flags:
        return
    shown = [components.plain(flag.message) for flag in result.flags[:_FLAGS]]
    if len(result.flags) > _FLAGS:
        shown.append(f"And {len(result.flags) - _FLAGS} more.")
    lines = "\n".join(f"- {line}" for line in shown)
    st.warning(
        f"**The model is on its own here.** Nothing it learned from is like this:\n\n{lines}",
        icon=":material/warning:",
    )


def _card(title: str, explanation: Explanation, row: int, k: int, label: Any, note: str = "") -> str:
    value = formats.level(float(explanation.prediction[row, k]), explanation.scale)
    of = "prediction"
    if explanation.classes is not None:
        of = f"{explanation.scale} of “{explanation.classes[k]}”; says “{label}”"
    noted = f'<em class="gb-num">{components.text(note)}</em>' if note else ""
    return (
        f'<div class="wi-card"><span>{components.text(title)}</span>'
        f"<b>{components.text(value)}{noted}</b><i>{components.text(of)}</i></div>"
    )


def _cards(cards: list[str]) -> None:
    st.html(f'<div class="gb wi-cards" role="status">{"".join(cards)}</div>')
