"""Numbers as people write them: 1,234.50 and 1.234,50 and 1 234,50, with % or €, and telling them apart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .columns import NumberFormat

__all__ = [
    "LEADING_ZERO",
    "NumberGuess",
    "guess_number_format",
    "number_patterns",
    "parse_numbers",
    "plain_numbers",
]

Floats = npt.NDArray[np.float64]

LEADING_ZERO = re.compile(r"[+-]?0\d+\Z")
_SPACES = "\\s\u00a0\u202f\u2009"
_AFFIXED = re.compile(
    rf"(?P<sign>[-+−–]?)[{_SPACES}]*(?P<prefix>[^\d\s.,+\-−–'’(]*)[{_SPACES}]*"
    rf"(?P<core>[-+−–]?[\d.,](?:[\d.,'’_{_SPACES}]*[\d.,])?(?:[eE][-+]?\d+)?)(?P<gap>[{_SPACES}]*)(?P<suffix>[^\d]*)\Z"
)
_KNOWN_AFFIXES = frozenset(
    [
        "%",
        "‰",
        "$",
        "€",
        "£",
        "¥",
        "₹",
        "₽",
        "₩",
        "₺",
        "₴",
        "R$",
        "US$",
        "CHF",
        "USD",
        "EUR",
        "GBP",
        "JPY",
        "CNY",
        "INR",
        "SEK",
        "NOK",
        "DKK",
        "PLN",
        "CZK",
        "AUD",
        "CAD",
        "zł",
        "kr",
        "Kč",
        "Fr.",
        "Rs",
        "Rs.",
        "kg",
        "g",
        "mg",
        "t",
        "lb",
        "lbs",
        "oz",
        "km",
        "m",
        "cm",
        "mm",
        "mi",
        "ft",
        "in",
        "l",
        "ml",
        "L",
        "h",
        "hr",
        "hrs",
        "min",
        "s",
        "sec",
        "ms",
        "°C",
        "°F",
        "°",
        "K",
        "W",
        "kW",
        "kWh",
        "MB",
        "GB",
        "TB",
        "KB",
        "px",
        "pt",
        "bp",
    ]
)
# In order of preference where several fit.
_COMMA_FORMATS: tuple[tuple[str, str | None], ...] = ((",", None), (",", "."), (",", " "), (",", "'"))
_FORMATS: tuple[tuple[str, str | None], ...] = (
    (".", None), (".", ","), *_COMMA_FORMATS[:2], (".", " "), (",", " "), (".", "'"), (",", "'"), (".", "_"),
)  # fmt: skip
_SAMPLE = 500
_TOLERATED_SHARE = 0.05
_TOLERATED_WORDS = 5


@dataclass(frozen=True)
class NumberGuess:
    """How the numbers of a column are written, and what would not parse.

    `odd` are the few values that are no numbers.
    """

    format: NumberFormat
    values: Floats
    odd: tuple[str, ...]


def plain_numbers(texts: Sequence[str]) -> Floats:
    """Each text as pandas' plain number parsing reads it; NaN for what is no finite number."""
    if not len(texts):
        return np.empty(0)
    parsed = pd.to_numeric(pd.Series(list(texts), dtype=object), errors="coerce")
    values = parsed.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(values), values, np.nan)


def _core_pattern(decimal: str, thousands: str | None) -> re.Pattern[str]:
    mark = re.escape(decimal)
    fraction = rf"(?:{mark}\d*)?"
    exponent = r"(?:[eE][-+]?\d+)?"
    whole = r"\d+"
    if thousands:
        group = {" ": f"[{_SPACES}]", "'": "['’]"}.get(thousands, re.escape(thousands))
        whole = rf"(?:\d{{1,3}}(?:{group}\d{{3}})+|\d+)"
    return re.compile(rf"[-+−–]?(?:{whole}{fraction}|{mark}\d+){exponent}\Z")


def number_patterns(number: NumberFormat) -> tuple[str, str]:
    """What `parse_numbers` looks for in a text: the number with what stands around it, and the number."""
    return _AFFIXED.pattern, _core_pattern(number.decimal, number.thousands).pattern


def _cores(texts: Sequence[str], affixes: Sequence[str]) -> list[str | None]:
    """The texts without the allowed affixes; None where something else stands around the digits."""
    allowed = set(affixes)
    result: list[str | None] = []
    for text in texts:
        found = _AFFIXED.match(text.strip())
        if found is None:
            result.append(None)
            continue
        prefix, suffix = found["prefix"].strip(), found["suffix"].strip()
        fits = (not prefix or prefix in allowed) and (not suffix or suffix in allowed)
        result.append((found["sign"] + found["core"]).strip() if fits else None)
    return result


def parse_numbers(texts: Sequence[Any], number: NumberFormat) -> Floats:
    """Texts of the format as floats; NaN where a text is not of the format.

    Parameters
    ----------
    texts : sequence of str
    number : NumberFormat

    Returns
    -------
    array of float64, as long as `texts`
    """
    if number.decimal == ".":
        values = plain_numbers(texts)
        if not number.needs_cleaning:
            return values
        left = np.flatnonzero(np.isnan(values))
    else:
        values = np.full(len(texts), np.nan)
        left = np.arange(len(texts))
    if not len(left):
        return values
    rest = [str(texts[i]) for i in left.tolist()]
    pattern = _core_pattern(number.decimal, number.thousands)
    fitting = [
        (i, text)
        for i, text, core in zip(left, rest, _cores(rest, number.affixes), strict=True)
        if core is not None and pattern.match(core)
    ]
    if fitting:
        cleaned = pd.Series([text for _, text in fitting], dtype=object)
        for old, new in number.replacements():
            cleaned = cleaned.str.replace(old, new, regex=True)
        values[[i for i, _ in fitting]] = plain_numbers(list(cleaned))
    return values


def _guess_affixes(texts: Sequence[str]) -> tuple[str, ...]:
    """The one affix that the values carry, if it is a known unit or follows every value after a space."""
    seen: Counter[str] = Counter()
    spaced = 0
    for text in texts:
        found = _AFFIXED.match(text.strip())
        if found is None:
            continue
        for part in (found["prefix"].strip(), found["suffix"].strip()):
            if part:
                seen[part] += 1
        spaced += bool(found["suffix"].strip() and found["gap"])
    if not seen:
        return ()
    affix, count = seen.most_common(1)[0]
    if affix in _KNOWN_AFFIXES:
        return (affix,)
    if spaced == count == len(texts) and len(affix) <= 12 and affix.isalpha():
        return (affix,)
    return ()


def guess_number_format(
    texts: Sequence[str], weights: Sequence[int] | npt.NDArray[np.int64], *, decimal: str | None = None
) -> NumberGuess | None:
    """How the numbers of a column are written; None when it is no column of numbers.

    Parameters
    ----------
    texts : sequence of str
        The distinct values without those that mean missing.
    weights : sequence of int
        How many rows hold each of them.
    decimal : {".", ","}, optional
        The decimal mark of the rest of the table, which settles what "1,234" means.
    """
    if not len(texts):
        return None
    if len(texts) > 2 * _SAMPLE:
        # Nearly all distinct values of a number column are numbers, so a sample soon shows what is none.
        picks = np.linspace(0, len(texts) - 1, _SAMPLE).astype(int).tolist()
        share, _, _ = _best_format([texts[i] for i in picks], np.ones(_SAMPLE), decimal)
        if share < 0.9:
            return None
    share, chosen, parsed = _best_format(texts, np.asarray(weights, dtype=np.float64), decimal)
    gone = np.flatnonzero(np.isnan(parsed))
    numbers = len(texts) - len(gone)
    few_words = len(gone) <= _TOLERATED_WORDS and share >= 1 - _TOLERATED_SHARE and numbers >= 10 * len(gone)
    if len(gone) and not few_words:
        return None
    chosen = replace(chosen, ambiguous=chosen.needs_cleaning and _is_ambiguous(texts, chosen))
    return NumberGuess(chosen, parsed, tuple(texts[i] for i in gone.tolist()))


def _best_format(
    texts: Sequence[str], counts: Floats, decimal: str | None
) -> tuple[float, NumberFormat, Floats]:
    """The format that reads most rows: their share, the format, the values."""
    values = plain_numbers(texts)
    plain = (float(counts[~np.isnan(values)].sum() / counts.sum()), NumberFormat(), values)
    joined = "\0".join(texts)
    # Where commas are decimal marks, plain parsing misreads "1.234"; elsewhere a full success settles it.
    if plain[0] == 1.0 and (decimal != "," or "." not in joined):
        return plain
    affixes = _guess_affixes(texts)
    order = _FORMATS if decimal != "," else (*_COMMA_FORMATS, *_FORMATS)
    best: tuple[float, NumberFormat, Floats] = (-1.0, NumberFormat(), values)
    for mark, thousands in order:
        if (mark, thousands) == (".", None):
            candidate, parsed = NumberFormat(affixes=affixes, needs_cleaning=True), values
            if plain[0] < 1.0:
                parsed = parse_numbers(texts, candidate)
            if np.isnan(parsed).sum() == np.isnan(values).sum():
                candidate = NumberFormat()
        elif any(sign in joined for sign in _signs(mark, thousands)):
            candidate = NumberFormat(mark, thousands, affixes, needs_cleaning=True)
            parsed = parse_numbers(texts, candidate)
        else:
            continue
        share = float(counts[~np.isnan(parsed)].sum() / counts.sum())
        if share > best[0]:
            best = (share, candidate, parsed)
        if share == 1.0:
            break
    return best


def _signs(mark: str, thousands: str | None) -> tuple[str, ...]:
    """What must occur somewhere for a format to be worth trying."""
    if thousands is None:
        return (mark,)
    return {" ": (" ", "\u00a0", "\u202f", "\u2009"), "'": ("'", "’")}.get(thousands, (thousands,))


def _is_ambiguous(texts: Sequence[str], chosen: NumberFormat) -> bool:
    """Whether every separator could be read the other way: "1,234" and nothing longer or shorter."""
    sign = chosen.thousands if chosen.decimal == "." else ","
    if sign not in (",", ".") or (chosen.decimal == "," and chosen.thousands is not None):
        return False
    marked = [text.strip() for text in texts if sign in text]
    other = "." if sign == "," else ","
    pattern = re.compile(rf"\D*[1-9]\d{{0,2}}{re.escape(sign)}\d{{3}}\D*\Z")
    return (
        bool(marked)
        and all(pattern.match(text) for text in marked)
        and not any(other in text for text in texts)
    )
