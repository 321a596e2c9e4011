"""The colours of a page as variables of its style sheet, so that one figure serves light, dark and paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..plots import Theme

__all__ = ["colours"]


def colours() -> Theme:
    """The theme to draw a report's figures with."""
    from ..plots import Theme  # Plotly

    return Theme(
        higher="var(--higher)",
        lower="var(--lower)",
        accent="var(--bar)",
        missing="var(--missing)",
        text="var(--soft)",
        grid="var(--line)",
    )
