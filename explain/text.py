"""Explanations in plain sentences, from fixed templates.

The sentences say what the model used, never what caused an outcome: an attribution describes the model.
"""

from __future__ import annotations

from typing import Any

from . import formats
from .explanation import Explanation
from .reference import Reference, as_numbers

_AVERAGE = {"probability": "average probability", "target": "average prediction", "margin": "average margin"}


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
    position = _position(explanation, i, output)
    prediction, base = float(local.prediction[position]), float(local.base[position])
    lead = _lead(explanation, position, prediction, base)
    named = local.top(top, position)
    if not named:
        return f"{lead} No column moves it noticeably from there."
    up = [_reason(explanation, i, name, value) for name, value in named if value > 0]
    down = [_reason(explanation, i, name, value) for name, value in named if value < 0]
    parts = []
    if up:
        parts.append(f"{_list(up)}, which {_raises(up)} it")
    if down:
        parts.append(f"{_list(down)}, which {_lowers(down)} it")
    first, second = (parts[0], parts[1:]) if not up or named[0][1] > 0 else (parts[1], parts[:1])
    return f"{lead} The model used {first}" + (f", and {second[0]}" if second else "") + "."


def reason(explanation: Explanation, i: int, column: str) -> str:
    """The value of a column in row ``i`` and how it compares with what is usual."""
    j = explanation.column_index(column)
    value = explanation.data.iloc[i, j]
    reference = explanation.reference[j]
    shown = formats.cell(value, reference)
    comparison = _comparison(explanation, i, j, reference)
    return f"{column} = {shown}" + (f" ({comparison})" if comparison else "")


def global_sentence(explanation: Explanation, *, top: int = 3) -> str:
    """Which columns move the model's output most, over all explained rows."""
    importance = explanation.global_()
    total = float(importance.importance.sum())
    if total <= 0:
        return "No column moves the model's output."
    names = [
        f"{name} ({formats.number(100 * value / total, 2)} %)"
        for name, value in zip(importance.columns[:top], importance.importance[:top].tolist(), strict=True)
        if value > 0
    ]
    return (
        f"Over {explanation.rows:,} rows the model used {_list(names)} most; "
        "the percentages are shares of all movement away from the average."
    )


def _position(explanation: Explanation, i: int, output: Any) -> int:
    if output is None and explanation.outputs > 2:
        return int(explanation.prediction[i].argmax())
    return explanation.output_index(output)


def _lead(explanation: Explanation, position: int, prediction: float, base: float) -> str:
    scale = explanation.scale
    shown, usual = formats.level(prediction, scale), formats.level(base, scale)
    name = None if explanation.classes is None else str(explanation.classes[position])
    if scale == "probability":
        subject = f"The model gives “{name}” a probability of {shown}"
    elif scale == "margin" and name is not None:
        subject = f"The model gives “{name}” a margin of {shown}"
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


def _comparison(explanation: Explanation, i: int, j: int, reference: Reference) -> str | None:
    value = explanation.data.iloc[i, j]
    usual = formats.typical(reference)
    if formats.is_missing(value):
        return None if usual is None else f"usually {usual}"
    if reference.kind == "label":
        if usual is None:
            return None
        return "the most frequent value" if str(value) == reference.top else f"most often {usual}"
    column = explanation.data.iloc[[i], j]
    place = reference.percentile(float(as_numbers(column)[0])) if not isinstance(value, str) else None
    if place is None:
        return None
    later, earlier = ("later", "earlier") if reference.kind == "date" else ("higher", "lower")
    if place >= 0.975 or place <= 0.025:
        superlatives = ("latest", "earliest") if reference.kind == "date" else ("highest", "lowest")
        return f"among the {superlatives[0] if place > 0.5 else superlatives[1]}"
    if place >= 0.6:
        return f"{later} than about {_percent(place)} of rows"
    if place <= 0.4:
        return f"{earlier} than about {_percent(1 - place)} of rows"
    return f"close to the typical {usual}"


def _percent(place: float) -> str:
    """A percentile from 21 stored quantiles is good to about 5 %."""
    return f"{min(95, 5 * round(100 * place / 5))} %"


def _list(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _raises(items: list[str]) -> str:
    return "raises" if len(items) == 1 else "raise"


def _lowers(items: list[str]) -> str:
    return "lowers" if len(items) == 1 else "lower"
