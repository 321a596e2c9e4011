"""What the page looks at, as its address says it: the row, what is edited in it, and variants kept aside.

    row        number of the row, from 1
    edits      JSON: new values by column; null is missing
    variants   JSON: a list of [row, edits]

All of it may come from a link, so it is held against the columns of the model; what does not fit is left out
and counted.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

__all__ = ["MOST_VARIANTS", "Asked", "Variant", "json_of", "read", "write"]

MOST_VARIANTS = 8
_LONGEST = 4000  # characters of a text in an address


@dataclass(frozen=True)
class Variant:
    """A row with some values changed.

    Attributes
    ----------
    row : int
        Counted from 0.
    edits : dict
        New values by column.
    """

    row: int
    edits: dict[str, Any]

    def asked(self) -> dict[str, Any]:
        """As a desk is asked about it."""
        return {"row": self.row, "changes": self.edits}


@dataclass(frozen=True)
class Asked:
    """What the address says.

    Attributes
    ----------
    now : Variant
        What is being edited.
    variants : tuple of Variant
        What is kept to compare.
    left_out : int
        Edits that made no sense.
    """

    now: Variant
    variants: tuple[Variant, ...] = ()
    left_out: int = 0

    def edited(self, edits: Mapping[str, Any]) -> Asked:
        """With other edits of the same row."""
        return replace(self, now=Variant(self.now.row, dict(edits)), left_out=0)

    def kept(self, *variants: Variant) -> Asked:
        """With other variants to compare."""
        return replace(self, variants=tuple(variants)[-MOST_VARIANTS:])


def read(facts: Mapping[str, Any]) -> Asked:
    """What the address says, held against what the desk knows of the table.

    Parameters
    ----------
    facts : mapping
        The desk's answer to `about`.
    """
    rows, start = int(facts["rows"]), int(facts["starts"]["typical"])
    asked = st.query_params.get("row", "")
    row = int(asked) - 1 if asked.isdecimal() and len(asked) < 12 and 1 <= int(asked) <= rows else start
    kinds = {column["name"]: column["kind"] for column in facts["columns"]}
    edits, left_out = _edits(json_of(st.query_params.get("edits")), kinds)
    variants = []
    listed = json_of(st.query_params.get("variants"))
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, list) and len(each) == 2 and _is_row(each[0], rows):
            variants.append(Variant(each[0] - 1, _edits(each[1], kinds)[0]))
    return Asked(Variant(row, edits), tuple(variants[:MOST_VARIANTS]), left_out)


def write(asked: Asked) -> None:
    """Put it into the address."""
    texts = {
        "row": str(asked.now.row + 1),
        "edits": _text(asked.now.edits) if asked.now.edits else "",
        "variants": _text([[each.row + 1, each.edits] for each in asked.variants]) if asked.variants else "",
    }
    for name, text in texts.items():
        if text:
            st.query_params[name] = text
        else:
            st.query_params.pop(name, None)


def _edits(content: Any, kinds: Mapping[str, str]) -> tuple[dict[str, Any], int]:
    if not isinstance(content, dict):
        return {}, 0
    kept = {name: value for name, value in content.items() if name in kinds and _fits(value, kinds[name])}
    return kept, len(content) - len(kept)


def _fits(value: Any, kind: str) -> bool:
    if value is None:
        return True
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return isinstance(value, str) and len(value) <= _LONGEST


def _is_row(value: Any, rows: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= rows


def json_of(text: str | None) -> Any:
    """What a text from an address holds; None where it is no JSON."""
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None


def _text(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
