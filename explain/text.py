"""Explanations in plain sentences, from fixed templates.

The sentences say what the model used, never what caused an outcome: an attribution describes the model.
"""

from __future__ import annotations

from typing import Any

from . import formats
from .explanation import Explanation
from .reasons import ValueComparison, compare, explained_output

_AVERAGE = {
    "probability": "average probability",
    "target": "average prediction",
    "margin": "average margin",
    "log": "average logarithm",
}


def sentence(explanation: Explanation, i: int, output: Any = None, *, top: int = 4) -> str:
    """Why the model gives row ``i`` its output, in words.

    Parameters
    ----------
    explanation : Explanation
    i : int
        Row position.
    output : class label or position, optional
        Default: the predicted class of three or more, the positive class of two, the only output.
    top : int
        At most so many columns are named; those within two standard errors of zero never are.

    Returns
    -------
    str
    """
    local = explanation.local(i)
    position = explained_output(explanation, i, output)
    prediction, base = float(local.prediction[position]), float(local.base[position])
    lead = _lead(explanation, position, prediction, base)
    named = local.top(top, position)
    if not named:
        return f"{lead} No column moves it noticeably from there."
    up = [_reason(explanation, i, name, value) for name, value in named if value > 0]
    down = [_reason(explanation, i, name, value) for name, value in named if value < 0]
    parts = []
    if up:
        parts.append(f"{formats.listed(up)}, which {_raises(up)} it")
    if down:
        parts.append(f"{formats.listed(down)}, which {_lowers(down)} it")
    first, second = (parts[0], parts[1:]) if not up or named[0][1] > 0 else (parts[1], parts[:1])
    return f"{lead} The model used {first}" + (f", and {second[0]}" if second else "") + "."


def reason(explanation: Explanation, i: int, column: str) -> str:
    """The value of a column in row ``i`` and how it compares with what is usual."""
    j = explanation.column_index(column)
    cell, reference = explanation.data.iloc[[i], j], explanation.reference[j]
    shown = formats.cell(cell.iloc[0], reference)
    comparison = _beside(compare(cell, reference))
    return f"{column} = {shown}" + (f" ({comparison})" if comparison else "")


def global_sentence(explanation: Explanation, output: Any = None, *, top: int = 3) -> str:
    """Which columns move the model's output most, over all explained rows.

    Without an output, of three or more classes all are meant together.
    """
    importance = explanation.global_()
    sizes, words = importance.importance, ""
    if output is not None:
        k = explanation.output_index(output)
        sizes = importance.by_output[:, k]
        if explanation.outputs > 2:
            words = f" for “{explanation.output_name(k)}”"
    total = float(sizes.sum())
    if total <= 0:
        return "No column moves the model's output."
    order = sorted(range(len(sizes)), key=lambda j: -float(sizes[j]))[:top]
    names = [f"{importance.columns[j]} ({formats.percent(sizes[j] / total)})" for j in order if sizes[j] > 0]
    return (
        f"Over {explanation.rows:,} rows the model used {formats.listed(names)} most{words}; "
        "the percentages are shares of all movement away from the average."
    )


def _lead(explanation: Explanation, position: int, prediction: float, base: float) -> str:
    scale = explanation.scale
    shown, usual = formats.level(prediction, scale), formats.level(base, scale)
    name = None if explanation.classes is None else str(explanation.classes[position])
    if scale == "probability":
        subject = f"The model gives “{name}” a probability of {shown}"
    elif scale == "margin" and name is not None:
        subject = f"The model gives “{name}” a margin of {shown}"
    elif scale == "log":
        subject = f"The logarithm of the model's prediction is {shown}"
    else:
        subject = f"The model predicts {shown}"
    if shown == usual:
        return f"{subject}, about the {_AVERAGE[scale]} of the background rows."
    side = "above" if prediction > base else "below"
    return f"{subject}, {side} the {_AVERAGE[scale]} of {usual} over the background rows."


def _reason(explanation: Explanation, i: int, column: str, value: float) -> str:
    text = reason(explanation, i, column)
    moved = formats.change(value, explanation.scale)
    return f"{text[:-1]}; {moved})" if text.endswith(")") and " (" in text else f"{text} ({moved})"


def _beside(comparison: ValueComparison) -> str | None:
    """What is usual, in brackets behind a value."""
    code, usual, place = comparison.code, comparison.usual, comparison.percentile
    if code == "missing":
        return None if usual is None else f"usually {usual}"
    if code == "most_frequent":
        return "the most frequent value"
    if code == "other_label":
        return f"most often {usual}"
    if code in ("lowest", "highest", "earliest", "latest"):
        return f"among the {code}"
    if code == "typical":
        return f"close to the typical {usual}"
    if place is None:
        return None
    if code in ("above", "later"):
        return f"{'later' if code == 'later' else 'higher'} than about {_percent(place)} of rows"
    return f"{'earlier' if code == 'earlier' else 'lower'} than about {_percent(1 - place)} of rows"


def _percent(place: float) -> str:
    """A percentile from 21 stored quantiles is good to about 5 %."""
    return f"{min(95, 5 * round(100 * place / 5))} %"


def _raises(items: list[str]) -> str:
    return "raises" if len(items) == 1 else "raise"


def _lowers(items: list[str]) -> str:
    return "lowers" if len(items) == 1 else "lower"
