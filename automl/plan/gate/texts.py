"""Cells of all other columns: text as the training table wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .cells import Odd, is_missing, plain_number, text_of

if TYPE_CHECKING:
    from ...data import Column

__all__ = ["TextReader", "compile_text"]

_TRUTH = {"true": 1.0, "false": 0.0}


def compile_text(column: Column) -> dict[str, Any]:
    """The known values of a column and how others are brought to their spelling."""
    from ...data.numbers import plain_numbers

    described: dict[str, Any] = {"tokens": list(column.missing_tokens), "width": column.width}
    if column.categories is None:
        return described
    values = list(column.categories)
    folded = str(column.kind) == "boolean" or {text.lower() for text in values} <= {"true", "false"}
    return described | {
        "values": values,
        "folded": folded,
        "by_value": plain_numbers(values).tolist() if column.numeric_values else None,
        "reports": bool(column.categories + column.value_tokens),
    }


class TextReader:
    """Reads texts; those of known values in the spelling of the training table."""

    def __init__(self, column: Mapping[str, Any]) -> None:
        self._name, self._width = column["name"], column["width"]
        self._tokens = frozenset(column["tokens"])
        self._values = column.get("values") is not None
        values: list[str] = column.get("values") or []
        self._known = {value: value for value in values if value not in self._tokens}
        self._known = {
            value: value for value in self._known if value.strip() and value.strip() not in self._tokens
        }
        self._categories = frozenset(values)
        folded = bool(column.get("folded"))
        self._folded = {value.strip().lower(): value for value in reversed(values)} if folded else {}
        self._by_value = dict(zip(column["by_value"], values, strict=True)) if column.get("by_value") else {}
        self._reports = bool(column.get("reports"))

    def __call__(self, cell: Any, odd: Odd) -> str | None:
        if type(cell) is str:
            known = self._known.get(cell)
            return known if known is not None else self._read(cell, odd, typed=False)
        if is_missing(cell):
            return None
        return self._read(text_of(cell), odd, typed=True)

    def _read(self, text: str, odd: Odd, *, typed: bool) -> str | None:
        bare = text.strip()
        if not bare or text in self._tokens or bare in self._tokens:
            return None
        if self._values and text not in self._categories:
            text = self._spelled(text, bare.lower())
        if typed and self._width is not None and text not in self._categories and text.isdecimal():
            text = text.zfill(self._width)
        if self._reports and text not in self._categories:
            odd.append((self._name, "unseen_category"))
        return text

    def _spelled(self, text: str, lowered: str) -> str:
        found = self._folded.get(lowered)
        if found is None and self._by_value:
            number = _TRUTH.get(lowered)
            found = self._by_value.get(plain_number(text) if number is None else number)
        return text if found is None else found
