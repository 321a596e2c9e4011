"""Numbers as tables on a terminal show them."""

from __future__ import annotations

from typing import Any

__all__ = ["between", "figure", "percent", "value"]


def figure(number: float) -> str:
    """A number, or "–" for none."""
    from explain import formats

    return "–" if number != number else formats.number(float(number))


def percent(share: float) -> str:
    """A share in per cent."""
    from explain import formats

    return "–" if share != share else f"{formats.number(100 * float(share))} %"


def between(low: float, high: float, *, share: bool = False) -> str:
    """An interval."""
    shown = percent if share else figure
    return "–" if low != low or high != high else f"{shown(low)} to {shown(high)}"


def value(cell: Any) -> str:
    """A label, a number or nothing."""
    return "–" if cell is None else figure(cell) if isinstance(cell, float) else str(cell)
