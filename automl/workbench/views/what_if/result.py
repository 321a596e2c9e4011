"""A prediction and what the columns contribute to it, before and after."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st

from automl.workbench import components
from automl.workbench import format as fmt
from automl.workbench.views.what_if.decided import Decider
from explain import formats
from explain.explanation import Explanation
from explain.reasons import explained_output
from explain.row.whatif import WhatIf
from explain.text import sentence

__all__ = ["as_it_is", "with_edits"]

_TOP = 9
_FLAGS = 5
_SURE = 1.96  # standard errors of a 95 % interval


def as_it_is(
    answer: dict[str, Any], explanation: Explanation, target: str, output: Any, decider: Decider | None
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
    _contributions(explanation, k, ())


def with_edits(result: WhatIf, output: Any, decider: Decider | None) -> None:
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
    _contributions(explanation, k, result.edited)


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


def _contributions(explanation: Explanation, k: int, edited: tuple[str, ...]) -> None:
    """A table of bars: what each column adds, for each row of the explanation."""
    values = explanation.values[:, :, k]
    errors = np.zeros_like(values) if explanation.stderr is None else explanation.stderr[:, :, k]
    size = np.abs(values).max(axis=0)
    order = np.argsort(-size, kind="stable").tolist()
    changed = {explanation.column_index(name) for name in edited}
    kept = set(order[:_TOP]) | changed
    shown = [j for j in order if j in kept]
    others = [j for j in order if j not in kept]
    widest = float(max(size.max(), np.abs(values[:, others].sum(axis=1)).max(initial=0.0))) or 1.0
    rows = [
        _line(_name(explanation, j, j in changed), values[:, j], errors[:, j], widest, explanation.scale,
              edited=j in changed)
        for j in shown
    ]  # fmt: skip
    if others:  # without an error: those of the columns hang together, so that of the sum is not known
        rest = components.text(fmt.plural(len(others), "other column"))
        summed = values[:, others].sum(axis=1)
        rows.append(_line(rest, summed, np.zeros_like(summed), widest, explanation.scale))
    both = explanation.rows == 2
    points = " (points)" if explanation.scale == "probability" else ""
    heads = ["As it is", "With your edits", "Difference"] if both else [f"Contribution{points}"]
    levels = [formats.level(float(value), explanation.scale) for value in explanation.prediction[:, k]]
    base = formats.level(float(explanation.base[k]), explanation.scale)
    ends = "".join(f"<td>{components.text(level)}</td>" for level in levels)
    starts = f"<td>{components.text(base)}</td>" * len(levels)
    change = ""
    if both:
        moved = float(explanation.prediction[1, k] - explanation.prediction[0, k])
        change = f"<td>{components.text(_signed(moved, explanation.scale))}</td>"
    st.html(
        f'<table class="gb wi-table {"wi-both" if both else "wi-one"}"><caption>What each column contributes'
        f"{' (in percentage points)' if points and both else ''}</caption><thead><tr>"
        + "".join(f'<th scope="col">{components.text(head)}</th>' for head in ["Column", *heads])
        + f'</tr></thead><tbody><tr class="wi-end"><th scope="row">Average row</th>{starts}'
        + ("<td></td>" if both else "")
        + f'</tr>{"".join(rows)}<tr class="wi-end"><th scope="row">Prediction</th>{ends}{change}</tr>'
        "</tbody></table>"
    )


def _line(name: str, values: Any, errors: Any, widest: float, scale: str, *, edited: bool = False) -> str:
    cells = [
        _bar(float(value), float(error), widest, scale) for value, error in zip(values, errors, strict=True)
    ]
    if len(values) == 2:
        moved = float(values[1] - values[0])
        error = float(np.hypot(errors[0], errors[1])) if moved else 0.0
        cells.append(f"<td>{components.text(_told(moved, error, scale) if moved else '·')}</td>")
    mark = ' class="wi-edited"' if edited else ""
    return f'<tr{mark}><th scope="row">{name}</th>{"".join(cells)}</tr>'


def _bar(value: float, error: float, widest: float, scale: str) -> str:
    share = 50 * min(1.0, abs(value) / widest)
    side = "wi-up" if value > 0 else "wi-down"
    return (
        f'<td><span class="wi-track" aria-hidden="true"><span class="{side}" style="width:{share:.1f}%">'
        f'</span></span><span class="wi-figure">{components.text(_told(value, error, scale))}</span></td>'
    )


def _told(value: float, error: float, scale: str) -> str:
    shown = _signed(value, scale)
    if error <= 0:
        return shown
    if scale == "probability":
        return f"{shown} ± {max(0.1, 100 * _SURE * error):.1f}"
    return f"{shown} ± {formats.number(_SURE * error, 2)}"


def _signed(value: float, scale: str) -> str:
    if scale == "probability":
        text = f"{100 * value:+.1f}".replace("-", formats.MINUS)
        return "0.0" if text[1:] == "0.0" else text
    return ("+" if value > 0 else "") + formats.number(value, 3)


def _name(explanation: Explanation, j: int, edited: bool) -> str:
    cells = [
        formats.cell(explanation.data.iloc[row, j], explanation.reference[j])
        for row in range(explanation.rows)
    ]
    value = f"{cells[0]} → {cells[1]}" if edited else cells[0]
    name, shown = components.text(explanation.columns[j]), components.text(value)
    return f"{name}<span>{shown}</span>"
