"""A table of bars: what each column adds to the prediction of a row, or of a row before and after."""

from __future__ import annotations

from typing import Any

import numpy as np

from automl.workbench import components
from automl.workbench import format as fmt
from explain import formats
from explain.explanation import Explanation

__all__ = ["contributions"]

_TOP = 9
_SURE = 1.96  # standard errors of a 95 % interval


def contributions(explanation: Explanation, k: int, edited: tuple[str, ...] = ()) -> str:
    """HTML: what each column adds, for each row of the explanation.

    Parameters
    ----------
    explanation : Explanation
        Of one row, or of two: before and after.
    k : int
        Position of the output.
    edited : tuple of str
        Columns that are shown whatever they add.
    """
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
    return (
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
