"""Plotly figures of explanations: one code path for the app and for offline reports.

Backgrounds are transparent and all colours come from a :class:`Theme`, so that a figure sits on light and
dark pages.
"""

from __future__ import annotations

from .alternatives import counterfactual_table
from .beeswarm import beeswarm
from .contested import contested_plot
from .decision import decision_plot
from .dependence import dependence
from .differences import what_if_bar
from .importance import importance_bar
from .theme import Theme
from .waterfall import waterfall

__all__ = [
    "Theme",
    "beeswarm",
    "contested_plot",
    "counterfactual_table",
    "decision_plot",
    "dependence",
    "importance_bar",
    "waterfall",
    "what_if_bar",
]
