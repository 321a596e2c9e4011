"""Can it be trusted: whether explanations add up, hold elsewhere, and are shared by equals."""

from __future__ import annotations

import numpy as np
import streamlit as st

from automl.workbench import navigation, plots
from automl.workbench.views.explain.prototypes import prototypes
from automl.workbench.views.explain.rules import rules
from automl.workbench.views.explain.subject import Subject, longer, notes, say
from automl.workbench.views.explain.tied import tied
from explain import formats
from explain.certificate import Certificate
from explain.explanation import Explanation
from explain.judge.stability import Stability

__all__ = ["trust"]

_GRADES = {
    "solid": ("Holds up", "green", ":material/verified:"),
    "usable": ("Holds up in the large", "blue", ":material/thumbs_up_down:"),
    "shaky": ("Shaky", "orange", ":material/warning:"),
    "unfaithful": ("Does not show what the model depends on", "red", ":material/error:"),
    "unknown": ("Not checked", "gray", ":material/help:"),
}


def trust(subject: Subject) -> None:
    assert subject.explanation is not None
    _right(subject, subject.explanation)
    _stable(subject)
    rules(subject)
    tied(subject)
    prototypes(subject)


def _right(subject: Subject, explanation: Explanation) -> None:
    st.subheader("Are the contributions right?", anchor=False)
    error = formats.number(explanation.additivity_error, 1)
    say(
        f"Base value and contributions add up to the prediction in each of the {explanation.rows:,} rows; "
        f"the "
        f"largest error is {error}. {_exactness(explanation)}"
    )
    stored = subject.run.read(f"explanations/{subject.model.id}.certificate.json")
    certificate = None if stored is None else Certificate.from_json(stored)
    known = certificate is not None and (certificate.model_hash, certificate.method) == (
        explanation.model_hash,
        explanation.method,
    )
    if certificate is None or not known:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(
                "They are checked against brute force, with the model itself, when a bundle is exported.",
                width="content",
            )
            navigation.link("export", run=subject.run.id, model=subject.model.id)
        return
    if certificate.holds:
        st.badge("Checked against brute force", icon=":material/verified:", color="green")
    else:
        st.badge("The check against brute force failed", icon=":material/error:", color="red")
    say(f"Certificate: {certificate.check.words}.")


def _exactness(explanation: Explanation) -> str:
    if explanation.stderr is None:
        return "They are computed exactly, so they carry no standard errors."
    usual = float(np.median(explanation.stderr[np.isfinite(explanation.stderr)]))
    size = formats.change(usual, explanation.scale).lstrip("+")
    return f"They are sampled: a contribution typically has a standard error of {size}."


def _stable(subject: Subject) -> None:
    st.subheader("Would they be the same under other circumstances?", anchor=False)
    made = subject.found(
        "stability",
        title="Do the explanations hold with other rows?",
        text="The model is explained again with other background rows, with models that learned from other "
        "rows, and for rows that are nearly the same. Up to half a minute.",
        offer="Check them",
    )
    if made is None:
        return
    found: Stability = made.result
    label, color, icon = _GRADES[found.grade]
    st.badge(label, icon=icon, color=color)  # type: ignore[arg-type]
    say(found.verdict())
    left, right = st.columns(2, gap="large")
    if found.background is not None or found.models is not None:
        with left:
            st.caption("Importance of each column: the mean, and the lowest and highest of the explanations.")
            plots.draw(plots.figure("stability_ranges", found), key="stability", alt=found.verdict())
    if found.deletion is not None:
        with right:
            st.caption("What replacing columns by those of other rows does to the prediction.")
            plots.draw(
                plots.figure("deletion_bars", found.deletion, scale=found.scale),
                key="deletion",
                alt="Mean change of the prediction when the columns named are replaced, and random ones",
            )
    notes(made)
    longer(subject, made)
