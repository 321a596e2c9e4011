"""Plotly figures as SVG, without a browser: static, small, and in the colours of the page around them.

Of what Plotly can draw, this draws what explanations need: the traces in :mod:`explain.report.svg.marks`, on
linear, logarithmic, date and category axes, with lines, boxes and notes over them. A colour may be a CSS
variable, so one drawing serves light and dark pages and paper.
"""

from __future__ import annotations

from .drawing import draw

__all__ = ["draw"]
