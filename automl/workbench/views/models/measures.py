"""All measures of the chosen model, and whether its probabilities and intervals keep their word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from automl.store import calibration_words, headline
from automl.workbench import components, reading
from automl.workbench import format as fmt

__all__ = ["all_measures"]


def all_measures(result: Mapping[str, Any] | None) -> None:
    if not result or not result.get("metrics"):
        return
    shown = headline(result)
    where = shown.where if shown.holdout else "cross-validated"
    with st.expander(f"All measures of the chosen model, {where}", icon=":material/straighten:"):
        pairs = []
        for name, entry in result["metrics"].items():
            interval = reading.interval_of(entry.get("interval"))
            span = (
                f"  (90 % interval {fmt.score(interval[0])} to {fmt.score(interval[1])})" if interval else ""
            )
            pairs.append((fmt.metric_label(name), f"{fmt.score(entry.get('score'))}{span}"))
        components.definitions(pairs)
        if shown.corrected:
            label = fmt.metric_label(result["metric"])
            st.caption(f"The optimism of choosing the best is taken off {label}, by which it was chosen.")
        if told := result.get("calibration"):
            st.markdown("**Whether its probabilities keep their word**")
            st.caption(f"Probabilities are {calibration_words(told)}.")
        _coverage(result.get("coverage") or {})
        if result.get("refitted"):
            rows = "sealed" if result.get("holdout") else "remaining"
            st.caption(
                f"After these were measured, the chosen candidates learned once more with the {rows} rows "
                "among the others. The exported model is the result."
            )


def _coverage(measured: Mapping[str, Any]) -> None:
    """How often intervals or sets held the truth."""
    levels = measured.get("levels")
    if not levels:
        return
    values = "classes" not in levels[0]
    st.markdown(f"**How often a prediction's {'interval' if values else 'set of classes'} holds the truth**")
    components.definitions(
        (
            f"{level['level']:.0%} promised",
            f"{level['measured']:.1%} of {fmt.count(measured['rows'])} rows  "
            f"({'mean width' if values else 'classes on average:'} {fmt.score(level['size'])})",
        )
        for level in levels
    )
