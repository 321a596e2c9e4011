"""A cell of any type as text, and the plainest reading of numbers in texts."""

from __future__ import annotations

import datetime
import math
import re
from typing import Any, Protocol

import numpy as np

from ..declined import DeclinedError

__all__ = ["NAN", "Odd", "Reader", "is_missing", "plain_number", "text_of"]

Odd = list[tuple[str, str]]
"""What a gate would report: column and code of the finding."""

NAN = math.nan
_LONGEST_INTEGER = 2**63
_PLAIN = re.compile(
    r"[ \t\n\v\f\r]*[+-]?(?:([0-9]+)\.?([0-9]*)|\.([0-9]+))(?:[eE]([+-]?[0-9]+))?[ \t\n\v\f\r]*\Z"
)
_EXACT_DIGITS, _EXACT_POWER = 15, 22  # one rounding gives the nearest float; beyond, pandas may miss it


class Reader(Protocol):
    """Reads the cells of one column."""

    def __call__(self, cell: Any, odd: Odd) -> Any:
        """What the cell holds; what is odd about it is noted."""
        ...


def is_missing(cell: Any) -> bool:
    """Whether a cell that is no text holds nothing: None, NaN, NaT."""
    return cell is None or (not isinstance(cell, (list, tuple, dict, set, np.ndarray)) and bool(cell != cell))


def text_of(cell: Any) -> str:
    """A cell that is neither text nor missing as a CSV file shows it; as `automl.data.cells.value_text`.

    Raises
    ------
    DeclinedError
        For types that only the gate itself reads.
    """
    if isinstance(cell, (bool, np.bool_)):
        return "True" if cell else "False"
    if isinstance(cell, (int, np.integer)) and -_LONGEST_INTEGER <= cell < _LONGEST_INTEGER:
        return str(int(cell))
    if isinstance(cell, (float, np.floating)):
        number = float(cell)
        if math.isfinite(number) and number.is_integer() and abs(number) < 1e15:
            return str(int(number))
        return repr(number)
    if type(cell) is datetime.date:
        return cell.isoformat()
    if isinstance(cell, datetime.datetime) and cell.tzinfo is None:
        midnight = (cell.hour, cell.minute, cell.second, cell.microsecond) == (0, 0, 0, 0)
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ")
    raise DeclinedError(f"A {type(cell).__name__} is read by the schema's gate only.")


def plain_number(text: str) -> float:
    """A text as pandas' plain number parsing reads it; NaN for what is no number.

    Raises
    ------
    DeclinedError
        For more digits than are sure to be read alike.
    """
    found = _PLAIN.match(text)
    if found is None:
        return NAN
    whole, after, alone, power = (part or "" for part in found.groups())
    fraction = after or alone
    if len(whole) + len(fraction) > _EXACT_DIGITS or abs(int(power or 0) - len(fraction)) > _EXACT_POWER:
        raise DeclinedError("A number of many digits, as text, is read by the schema's gate only.")
    return float(text)
