"""The colours of a page as variables of its style sheet, so that one figure serves light, dark and paper.

Plotly figures mix and fade colours, which takes numbers. So figures are made with the numbers of the light
page, each of which stands for its variable when the figure is drawn.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..plots import Theme

__all__ = ["colours", "variable"]

_PAGE = {
    "#c9701a": "var(--higher)",
    "#2f6cb8": "var(--lower)",
    "#3a76d8": "var(--bar)",
    "#79818e": "var(--missing)",
    "#566073": "var(--soft)",
    "#dfe3ea": "var(--line)",
    # Texts on filled fields: figures choose between these two by how light the field is.
    "#ffffff": "var(--paper)",
    "#10151a": "var(--ink)",
}
_FADED = re.compile(r"rgba\((\d+), ?(\d+), ?(\d+), ?([\d.]+)\)")


def colours() -> Theme:
    """The theme to draw a report's figures with."""
    from ..plots import Theme  # Plotly

    higher, lower, bar, missing, soft, line, *_ = _PAGE
    return Theme(higher=higher, lower=lower, accent=bar, missing=missing, text=soft, grid=line)


def variable(colour: str) -> str:
    """The variable that a colour stands for, faded as it is; any other colour unchanged."""
    faded = _FADED.fullmatch(colour)
    if faded is None:
        return _PAGE.get(colour.lower(), colour)
    red, green, blue, share = faded.groups()
    known = _PAGE.get(f"#{int(red):02x}{int(green):02x}{int(blue):02x}")
    if known is None:
        return colour
    return f"color-mix(in srgb, {known} {100 * float(share):.0f}%, transparent)"
