"""Plotly figures of explanations: one code path for the app and for offline reports.

Backgrounds are transparent and all colours come from a :class:`Theme`, so that a figure sits on light and
dark pages.
"""

from __future__ import annotations

from .beeswarm import beeswarm
from .dependence import dependence
from .importance import importance_bar
from .theme import Theme
from .waterfall import waterfall

__all__ = ["Theme", "beeswarm", "dependence", "importance_bar", "waterfall"]
