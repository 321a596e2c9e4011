"""Cells of number columns."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .cells import NAN, Odd, is_missing, plain_number, text_of

if TYPE_CHECKING:
    from ...data import Column

__all__ = ["NumberReader", "compile_number"]

_EXACT = 2**63


def compile_number(column: Column) -> dict[str, Any]:
    """How numbers of a column are written, and what means missing."""
    from ...data.columns import NumberFormat
    from ...data.numbers import number_patterns
    from ...data.tokens import COMMON_MISSING

    form = column.number or NumberFormat()
    marks = [plain_number(token) for token in column.missing_tokens]
    described: dict[str, Any] = {
        "tokens": list(column.missing_tokens),
        "sentinels": sorted({mark for mark in marks if mark == mark}),
        "missing": sorted(COMMON_MISSING),
        "decimal": form.decimal,
    }
    if form.needs_cleaning or form.decimal != ".":
        around, core = number_patterns(form)
        described["clean"] = {
            "around": around,
            "core": core,
            "affixes": list(form.affixes),
            "replace": [list(pair) for pair in form.replacements()],
        }
    return described


class NumberReader:
    """Reads numbers; see `automl.data.numbers.parse_numbers`."""

    def __init__(self, column: Mapping[str, Any]) -> None:
        self._name = column["name"]
        self._tokens, self._sentinels = frozenset(column["tokens"]), frozenset(column["sentinels"])
        self._missing = frozenset(column["missing"])
        self._plain = column["decimal"] == "."
        clean = column.get("clean")
        self._clean = clean is not None
        if clean is not None:
            self._around, self._core = re.compile(clean["around"]), re.compile(clean["core"])
            self._affixes = frozenset(clean["affixes"])
            self._replace = [(re.compile(old), new) for old, new in clean["replace"]]

    def __call__(self, cell: Any, odd: Odd) -> float:
        kind = type(cell)
        if kind is float or kind is bool or (kind is int and -_EXACT <= cell < _EXACT):
            number = float(cell)
        elif kind is str:
            number = self._read(cell, odd)
        elif is_missing(cell):
            return NAN
        elif isinstance(cell, (np.floating, np.integer, np.bool_)):
            number = float(cell)
        else:
            number = self._read(text_of(cell), odd)
        if math.isinf(number):
            odd.append((self._name, "unparseable_value"))
            return NAN
        return NAN if number in self._sentinels else number

    def _read(self, text: str, odd: Odd) -> float:
        bare = text.strip()
        if text in self._tokens or bare in self._tokens:
            return NAN
        number = plain_number(text) if self._plain else NAN
        if number != number and self._clean:
            number = self._cleaned(text, bare)
        if number != number and bare and bare.lower() not in self._missing:
            odd.append((self._name, "unparseable_value"))
        return number

    def _cleaned(self, text: str, bare: str) -> float:
        found = self._around.match(bare)
        if found is None:
            return NAN
        for affix in (found["prefix"].strip(), found["suffix"].strip()):
            if affix and affix not in self._affixes:
                return NAN
        if not self._core.match((found["sign"] + found["core"]).strip()):
            return NAN
        for old, new in self._replace:
            text = old.sub(new, text)
        return plain_number(text)
