"""Plotly figures of explanations: one code path for the app and for offline reports.

Backgrounds are transparent and all colours come from a :class:`Theme`, so that a figure sits on light and
dark pages.
"""

from __future__ import annotations

from .alternatives import counterfactual_table
from .beeswarm import beeswarm
from .clusters import association_heatmap
from .compare import comparison_bar, shift
from .confusion import confusion_matrix
from .contested import contested_plot
from .curves import curve
from .decision import decision_plot
from .dependence import dependence
from .differences import what_if_bar
from .failures import error_tree
from .fairness import group_dots
from .importance import importance_bar
from .interactions import interaction_bar, surface
from .performance import calibration_curve, gain_curve, lift_curve, precision_recall_curve, roc_curve
from .permutation import permutation_bar
from .residuals import residual_plot
from .stability import deletion_bars, stability_ranges
from .surrogate import surrogate_tree
from .theme import Theme
from .waterfall import waterfall

__all__ = [
    "Theme",
    "association_heatmap",
    "beeswarm",
    "calibration_curve",
    "comparison_bar",
    "confusion_matrix",
    "contested_plot",
    "counterfactual_table",
    "curve",
    "decision_plot",
    "deletion_bars",
    "dependence",
    "error_tree",
    "gain_curve",
    "group_dots",
    "importance_bar",
    "interaction_bar",
    "lift_curve",
    "permutation_bar",
    "precision_recall_curve",
    "residual_plot",
    "roc_curve",
    "shift",
    "stability_ranges",
    "surface",
    "surrogate_tree",
    "waterfall",
    "what_if_bar",
]
