"""What several marks need: arrays, colours, error bars, titles."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from ..text import colour, plain

__all__ = ["COLOURS", "colour_at", "colour_of", "decoded", "fixed", "many", "titled", "values"]

#: For traces that name no colour.
COLOURS = ("var(--bar)", "var(--higher)", "var(--missing)", "var(--lower)", "var(--ink)")
_BINS = 12


def decoded(content: Any) -> Any:
    """Plotly's JSON with plain lists for its arrays."""
    if isinstance(content, dict):
        if content.keys() >= {"bdata", "dtype"}:
            kind = {"f": "<f", "i": "<i", "u": "<u"}[content["dtype"][0]] + content["dtype"][1:]
            found = np.frombuffer(base64.b64decode(content["bdata"]), dtype=kind)
            if "shape" in content:
                shape = content["shape"]
                found = found.reshape(
                    [int(n) for n in (shape.split(",") if isinstance(shape, str) else shape)]
                )
            return found.tolist()
        return {key: decoded(value) for key, value in content.items()}
    if isinstance(content, np.ndarray):
        return content.astype(object).tolist() if content.dtype.kind == "M" else content.tolist()
    if isinstance(content, (list, tuple)):
        return [decoded(value) for value in content]
    if hasattr(content, "tolist") and not isinstance(content, str):  # pandas
        return content.tolist()
    return content


def values(trace: dict[str, Any], name: str, other: str) -> list[Any]:
    """The trace's values on one axis; positions where it names none."""
    found = trace.get(name)
    return list(found) if found is not None else list(range(len(trace.get(other) or ())))


def many(content: Any, count: int) -> list[Any]:
    """One entry for each of ``count`` marks, from one for all or one for each."""
    return list(content) if isinstance(content, (list, tuple)) else [content] * count


def fixed(*coordinates: float) -> str:
    """Coordinates with a tenth of a pixel."""
    return " ".join(f"{value:.1f}".removesuffix(".0") for value in coordinates)


def titled(text: Any) -> str:
    """A title that browsers show under the pointer."""
    return f"<title>{html.escape(plain(text))}</title>" if text not in (None, "") else ""


def colour_at(scale: Sequence[Sequence[Any]], share: float, steps: int = _BINS) -> str:
    """The colour of a scale at a share of it, in steps, so that equal ones can be drawn together."""
    share = round(min(1.0, max(0.0, share)) * steps) / steps
    for (low, first), (high, second) in pairwise(scale):
        if share <= high + 1e-9:
            part = (share - low) / ((high - low) or 1.0)
            if part <= 0 or first == second:
                return str(first)
            return str(second) if part >= 1 else f"color-mix(in srgb, {second} {100 * part:.0f}%, {first})"
    return str(scale[-1][1])


def colour_of(value: Any) -> str:
    """A colour as a style value; parts of a ``color-mix`` are checked one by one."""
    text = str(value)
    mixed = re.fullmatch(r"color-mix\(in srgb, (.+) (\d+%), (.+)\)", text)
    if mixed:
        return f"color-mix(in srgb, {colour(mixed[1])} {mixed[2]}, {colour(mixed[3])})"
    return colour(text)
