"""Plotly figures of explanations: one code path for the app and for offline reports.

Backgrounds are transparent and all colours come from a :class:`Theme`, so that a figure sits on light and
dark pages.
"""

from __future__ import annotations

from .beeswarm import beeswarm
from .confusion import confusion_matrix
from .dependence import dependence
from .failures import error_tree
from .fairness import group_dots
from .importance import importance_bar
from .performance import calibration_curve, gain_curve, lift_curve, precision_recall_curve, roc_curve
from .residuals import residual_plot
from .stability import deletion_bars, stability_ranges
from .theme import Theme
from .waterfall import waterfall

__all__ = [
    "Theme",
    "beeswarm",
    "calibration_curve",
    "confusion_matrix",
    "deletion_bars",
    "dependence",
    "error_tree",
    "gain_curve",
    "group_dots",
    "importance_bar",
    "lift_curve",
    "precision_recall_curve",
    "residual_plot",
    "roc_curve",
    "stability_ranges",
    "waterfall",
]
