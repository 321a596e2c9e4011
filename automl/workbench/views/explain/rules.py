"""A few rules that imitate the model, and how well they do."""

from __future__ import annotations

import streamlit as st

from automl.workbench import components, plots
from automl.workbench.views.explain.choices import choose
from automl.workbench.views.explain.subject import Subject, notes, say
from explain.whole.surrogate import Surrogate

__all__ = ["rules"]

_FIRM = 0.8  # below, the tree is too coarse to stand for the model
_USUAL = 3


def rules(subject: Subject) -> None:
    st.subheader("Can a few rules stand for it?", anchor=False)
    depth = choose(
        "Questions one after the other",
        [2, _USUAL, 4, 5],
        key="depth",
        default=_USUAL,
        help="How many conditions a rule may have. More make the imitation better and harder to read.",
    )
    made = subject.found(
        "surrogate",
        {} if depth == _USUAL else {"depth": int(depth)},
        title="What would the model be as a few rules?",
        text="A small tree learns to imitate the model, and is measured on rows kept aside. A few seconds.",
        offer="Find rules",
        key=f"surrogate-{depth}",
    )
    if made is None:
        return
    found: Surrogate = made.result
    if found.fidelity_low >= _FIRM:
        say(f"An imitation, not the model. {found.sentence()}")
    else:
        st.warning(
            components.plain(f"An imitation, not the model. {found.sentence()}"), icon=":material/blur_on:"
        )
    with st.container(key="gb-wide-surrogate"):
        st.caption(
            "From left to right: branches are as thick as their share of the rows, from low (blue) to high "
            "(orange)."
        )
        plots.draw(
            plots.figure("surrogate_tree", found, output=subject.output),
            key=f"surrogate-tree-{depth}",
            alt=f"Tree of conditions that imitates the model. {found.sentence()}",
        )
    name = found.output_name(subject.output)
    st.caption("The same in words" if name is None else f"The same in words, for “{components.plain(name)}”")
    items = "".join(f"<li>{components.text(rule)}</li>" for rule in found.rules(subject.output))
    st.html(f'<ul class="gb gb-rules">{items}</ul>')
    notes(made)
