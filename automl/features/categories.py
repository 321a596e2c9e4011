"""Boolean and category columns: one code each, missing and unknown values NaN."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder

from automl.data.tokens import PANDAS_MISSING

from .steps import each_to_number, method

if TYPE_CHECKING:
    from automl.data import Column

Block = tuple[str, Any, Any]

#: Up to here codes follow the alphabet (which often means something: "1 year", "2 years"); above, frequency.
_ALPHABETIC = 30
#: More codes than rows can teach are of no use: the rarest categories share NaN with the unknown ones.
_ROWS_PER_CATEGORY = 20
_FEWEST, _MOST = 254, 2000
MOST_CODES = 4096
"""More than any column has, so that two codes can be written as one number."""
#: Look-alikes are replaced one by one; a column with more of them than this keeps its spellings.
_MOST_ALIASES = 64
_LARGEST = float(np.finfo(np.float64).max)  # what infinite numbers become, which no category is
_TRUE_FALSE = {"true": "True", "TRUE": "True", "false": "False", "FALSE": "False"}


def category_blocks(columns: Sequence[Column], *, n_rows: int) -> list[Block]:
    """Return ColumnTransformer blocks that give each column integer codes from 0.

    ``number_codes``
        All values are numbers, so that 123, 123.0 and "00123" are the same category.
    ``text_codes``
        All others, compared as text.

    A value that pandas takes for missing ("NA") shares the missing code, since a frame read by
    ``pandas.read_csv`` does not hold it.
    """
    limit = min(max(n_rows // _ROWS_PER_CATEGORY, _FEWEST), _MOST)
    numeric: dict[str, list[float]] = {}
    textual: dict[str, list[str]] = {}
    aliases: dict[str, dict[str, str]] = {}
    for column in columns:
        values = [value for value in column.categories or () if value not in PANDAS_MISSING]
        numbers = pd.to_numeric(pd.Series(values[:limit], dtype="str"), errors="coerce").to_numpy(np.float64)
        if values and np.isfinite(numbers).all():
            numeric[column.name] = sorted(set(numbers.tolist()))
            continue
        aliases[column.name] = _aliases(values[:limit], numbers)
        spelled = list(dict.fromkeys(aliases[column.name].get(value, value) for value in values[:limit]))
        textual[column.name] = sorted(spelled) if len(spelled) <= _ALPHABETIC else spelled
    blocks: list[Block] = []
    if numeric:
        steps = [
            ("parse", each_to_number()),
            ("float", method("to_numpy", "float64")),
            # Texts such as "inf" and "1e999" are unknown categories; the encoder would refuse all rows.
            ("finite", method("clip", -_LARGEST, _LARGEST)),
            ("codes", _encoder(list(numeric.values()))),
        ]
        blocks.append(("number_codes", Pipeline(steps), list(numeric)))
    if textual:
        needed = {name: replacements for name, replacements in aliases.items() if replacements}
        steps = [("text", method("astype", "str"))]
        if needed:
            steps.append(("spelling", method("replace", needed)))
        # As an array: the encoder takes half as long for one row as with a frame.
        steps += [("array", method("to_numpy", "object")), ("codes", _encoder(list(textual.values())))]
        blocks.append(("text_codes", Pipeline(steps), list(textual)))
    return blocks


def _encoder(categories: Sequence[Sequence[Any]]) -> OrdinalEncoder:
    return OrdinalEncoder(
        categories=[list(values) for values in categories],
        handle_unknown="use_encoded_value",
        unknown_value=np.nan,
        encoded_missing_value=np.nan,
    )


def _aliases(values: Sequence[str], numbers: np.ndarray[Any, np.dtype[np.float64]]) -> dict[str, str]:
    """Return other spellings → the one spelling used, for what pandas may read as a bool or a number.

    A column of "TRUE" and "FALSE" arrives from pandas as booleans, whose text is "True" and "False"; a batch
    of a mixed column ("1", "2", "A") that happens to hold no "A" arrives as 1 or, beside a gap, 1.0.
    """
    found = {value: _TRUE_FALSE[value] for value in values if value in _TRUE_FALSE}
    for value, number in zip(values, numbers, strict=True):
        if np.isfinite(number):
            spellings = {repr(float(number))}
            if number == int(number):
                spellings.add(str(int(number)))
            found.update({other: value for other in sorted(spellings) if other not in values})
    return found if len(found) <= _MOST_ALIASES else {}
