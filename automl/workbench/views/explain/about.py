"""What an explanation is of: its scale, how exact it is, and its limits."""

from __future__ import annotations

import streamlit as st

from explain.explanation import Explanation

__all__ = ["about"]

_SCALES = {
    "probability": "Probability: a contribution of +10 points raises the predicted probability by that much.",
    "target": "Target: contributions are in the units of the target itself.",
    "margin": "Margin: contributions are on the model's internal scale (log-odds), not in probabilities.",
}


def about(explanation: Explanation) -> None:
    """Scale, exactness and limits, in one line and one click deeper."""
    name = explanation.output_name()
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        what = {
            "probability": f"probability of {name}" if name and explanation.outputs <= 2 else "probability"
        }.get(
            explanation.scale,
            {"target": "units of the target", "margin": "log-odds"}.get(explanation.scale, explanation.scale),
        )
        st.badge(
            f"Scale: {what}", icon=":material/straighten:", color="gray", help=_SCALES.get(explanation.scale)
        )
        st.badge(
            "Exact" if explanation.exact else "Sampled, with standard errors",
            icon=":material/target:" if explanation.exact else ":material/scatter_plot:",
            color="green" if explanation.exact else "blue",
            help=f"{explanation.method} Largest additivity error: {explanation.additivity_error:.1e}.",
        )
        st.badge(f"{explanation.rows} rows explained", icon=":material/table_rows:", color="gray")
        with st.popover("How to read this", icon=":material/help:", type="tertiary"):
            st.markdown(
                "- **What it is.** Shapley values: how much knowing each column moves the prediction "
                "away from the "
                f"average over {explanation.background_rows} typical rows. They add up to the prediction.\n"
                f"- **Scale.** {_SCALES.get(explanation.scale, explanation.scale)}\n"
                "- **Not cause and effect.** It shows what the model uses, not what would happen if "
                "you changed "
                "the world.\n"
                "- **Shared credit.** Columns that say the same thing share the credit between them, "
                "so each looks "
                "less important than it is alone.\n"
                "- **About this model.** A model that is equally good may lean on other columns."
            )
