"""Reason codes: the columns that moved one row's output most, each with what is usual and a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from . import formats
from .explanation import Explanation
from .frames import plain_cell
from .reference import Reference, as_numbers
from .stored import Stored

_EXTREME = 0.025  # beyond these shares of the background a value is among the lowest or highest
_TYPICAL = (0.4, 0.6)  # between these it is close to the median


@dataclass(frozen=True)
class ValueComparison:
    """How a value compares with what is usual in its column.

    Attributes
    ----------
    code : str
        ``lowest``, ``below``, ``typical``, ``above`` or ``highest`` for numbers; ``earliest``, ``earlier``,
        ``typical``, ``later`` or ``latest`` for dates; ``most_frequent`` or ``other_label`` for labels;
        ``missing``; ``unknown`` where the background has no values or a number is expected and text found.
    usual : str or None
        The typical value as shown to people: a median, or the most frequent label.
    percentile : float or None
        Share of the background below a number or date, 0..1, half of the ties counted.
    """

    code: str
    usual: str | None
    percentile: float | None


@dataclass(frozen=True)
class Reason(Stored):
    """Why one column matters for one row's output.

    Attributes
    ----------
    code : str
        ``column:comparison:direction``, the same for the same finding in every row and release.
    column : str
    value : str, int, float, bool or None
        The raw value; dates in ISO 8601; None where missing.
    direction : {"raises", "lowers"}
    contribution : float
        In units of the explanation's scale.
    stderr : float or None
        Its standard error where sampled.
    comparison : ValueComparison
    sentence : str
    """

    code: str
    column: str
    value: Any
    direction: str
    contribution: float
    stderr: float | None
    comparison: ValueComparison
    sentence: str


def reason_codes(explanation: Explanation, i: int, output: Any = None, *, top: int = 4) -> tuple[Reason, ...]:
    """The reasons for one output of row ``i``, the largest first.

    Parameters
    ----------
    explanation : Explanation
    i : int
        Row position.
    output : class label or position, optional
        Default: the predicted class of three or more, the positive class of two, the only output.
    top : int
        At most so many; columns within two standard errors of zero are never among them.

    Returns
    -------
    tuple of Reason
        Empty where no column moves the output noticeably.
    """
    local = explanation.local(i)
    position = explained_output(explanation, i, output)
    reasons = []
    for column, contribution in local.top(top, position):
        j = explanation.column_index(column)
        comparison = compare(explanation.data.iloc[[i], j], explanation.reference[j])
        direction = "raises" if contribution > 0 else "lowers"
        stderr = None if local.stderr is None else float(local.stderr[j, position])
        moved = (
            f"it {direction} {_subject(explanation, position)} {_amount(explanation, contribution, stderr)}"
        )
        reasons.append(
            Reason(
                code=f"{column}:{comparison.code}:{direction}",
                column=column,
                value=plain_cell(local.row[column]),
                direction=direction,
                contribution=contribution,
                stderr=stderr,
                comparison=comparison,
                sentence=f"{_statement(explanation, i, j, comparison)}; {moved}.",
            )
        )
    return tuple(reasons)


def explained_output(explanation: Explanation, i: int, output: Any) -> int:
    """The output that words about row ``i`` are for; see :func:`reason_codes`."""
    if output is None and explanation.outputs > 2:
        return int(explanation.prediction[i].argmax())
    return explanation.output_index(output)


def compare(cell: pd.Series[Any], reference: Reference) -> ValueComparison:
    """Compare the single value of ``cell`` with what is usual in its column."""
    value, usual = cell.iloc[0], formats.typical(reference)
    if formats.is_missing(value):
        return ValueComparison("missing", usual, None)
    if reference.kind == "label":
        if usual is None:
            return ValueComparison("unknown", None, None)
        return ValueComparison("most_frequent" if str(value) == reference.top else "other_label", usual, None)
    place = None if isinstance(value, str) else reference.percentile(float(as_numbers(cell)[0]))
    if place is None:
        return ValueComparison("unknown", usual, None)
    dates = reference.kind == "date"
    if place <= _EXTREME:
        code = "earliest" if dates else "lowest"
    elif place >= 1 - _EXTREME:
        code = "latest" if dates else "highest"
    elif place <= _TYPICAL[0]:
        code = "earlier" if dates else "below"
    elif place >= _TYPICAL[1]:
        code = "later" if dates else "above"
    else:
        code = "typical"
    return ValueComparison(code, usual, place)


def _statement(explanation: Explanation, i: int, j: int, comparison: ValueComparison) -> str:
    """The value and how it compares: the first half of a sentence."""
    value = formats.cell(explanation.data.iloc[i, j], explanation.reference[j])
    column, usual = explanation.columns[j], comparison.usual
    if comparison.code == "missing":
        return f"{column} is missing" + (f", while it is usually {usual}" if usual is not None else "")
    if comparison.code == "unknown":
        return f"{column} is {value}"
    if comparison.code == "most_frequent":
        return f"{column} is {value}, the most frequent value"
    if comparison.code == "other_label":
        return f"{column} is {value}, while {usual} is most frequent"
    if comparison.code in ("lowest", "highest", "earliest", "latest"):
        return f"{column} {value} is among the {comparison.code}, the typical being {usual}"
    if comparison.code == "typical":
        same = value == usual
        return f"{column} {value} is {'the typical value' if same else f'close to the typical {usual}'}"
    word = {"earlier": "earlier than", "later": "later than"}.get(comparison.code, comparison.code)
    return f"{column} {value} is {word} the typical {usual}"


def _subject(explanation: Explanation, position: int) -> str:
    if explanation.scale == "target":
        return "the prediction"
    name = explanation.output_name(position)
    return f"the {explanation.scale}" + (f" of “{name}”" if name is not None else "")


def _amount(explanation: Explanation, contribution: float, stderr: float | None) -> str:
    size = formats.change(contribution, explanation.scale).lstrip("+" + formats.MINUS)
    if not stderr:
        return f"by about {size}"
    factor = 100 if explanation.scale == "probability" else 1
    return f"by about {size} (± {formats.number(2 * stderr * factor, 2)})"
