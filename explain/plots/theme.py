"""Colours and font of the figures.

The default pair of colours (orange for higher, blue for lower) is told apart in all common forms of colour
blindness (Okabe and Ito, 2008).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Theme:
    """Colours and font of the figures; the defaults are readable on white and on near-black.

    Attributes
    ----------
    higher, lower : str
        Attributions that raise and lower the output; large and small values in a beeswarm.
    accent : str
        Bars without direction.
    missing : str
        Missing values and labels in a beeswarm, totals in a waterfall.
    text, grid : str
    font : str or None
        Font family; None leaves Plotly's.
    """

    higher: str = "#e07b00"
    lower: str = "#2b83c6"
    accent: str = "#2b83c6"
    missing: str = "#8a8f98"
    text: str = "#7d828c"
    grid: str = "rgba(128,132,140,0.25)"
    font: str | None = None


DEFAULT = Theme()
