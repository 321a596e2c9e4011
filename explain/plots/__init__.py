"""Plotly figures of explanations: one code path for the app and for offline reports.

Backgrounds are transparent and all colours come from a :class:`Theme`, so that a figure sits on light and
dark pages.
"""

from __future__ import annotations

from .alternatives import counterfactual_table
from .beeswarm import beeswarm
from .clusters import association_heatmap
from .compare import comparison_bar, shift
from .contested import contested_plot
from .curves import curve
from .decision import decision_plot
from .dependence import dependence
from .differences import what_if_bar
from .importance import importance_bar
from .interactions import interaction_bar, surface
from .permutation import permutation_bar
from .surrogate import surrogate_tree
from .theme import Theme
from .waterfall import waterfall

__all__ = [
    "Theme",
    "association_heatmap",
    "beeswarm",
    "comparison_bar",
    "contested_plot",
    "counterfactual_table",
    "curve",
    "decision_plot",
    "dependence",
    "importance_bar",
    "interaction_bar",
    "permutation_bar",
    "shift",
    "surface",
    "surrogate_tree",
    "waterfall",
    "what_if_bar",
]
