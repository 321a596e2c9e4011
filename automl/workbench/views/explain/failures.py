"""Groups of rows on which the model does worse, found on one half of the rows and checked on the other."""

from __future__ import annotations

import streamlit as st

from automl.workbench import components, plots
from automl.workbench.tables import table
from automl.workbench.views.explain.subject import Subject, notes, say
from explain import formats
from explain.judge.failures import Failures

__all__ = ["failures"]

_HELD = {"weak": "worse", "strong": "better", "unconfirmed": "did not hold up"}


def failures(subject: Subject) -> None:
    st.subheader("On which rows does it do worse?", anchor=False)
    made = subject.found(
        "failures",
        title="Looking for rows on which it does worse",
        text="Groups are searched on one half of the rows and checked on the other. A few seconds.",
    )
    if made is None:
        return
    found: Failures = made.result
    say(found.sentence())
    if len(found.leaves()) > 1:
        _tree(found)
    notes(made)


def _tree(found: Failures) -> None:
    st.caption(
        f"Groups were searched on one half of the rows ({found.grown_rows:,}) and checked on the other "
        f"({found.checked_rows:,}), since most of what such a search finds is chance. All figures are from "
        f"the "
        "second half."
    )
    with st.container(key="gb-wide-failures"):
        plots.draw(
            plots.figure("error_tree", found),
            key="failures",
            alt=f"Tree of groups of rows with the mean {found.loss_words} of each. {found.sentence()}",
        )
        components.note(
            "Each line divides the one above it. Orange groups are worse than elsewhere, blue ones better; "
            "hollow "
            "ones did not hold up on the second half. The dotted line is the mean of all rows."
        )
    header = f"Mean {found.loss_words}"
    rows = [
        (
            cohort.words or "all rows",
            formats.percent(cohort.coverage),
            formats.number(cohort.loss.value),
            f"{formats.number(cohort.loss.low)} to {formats.number(cohort.loss.high)}",
            f"{formats.number(cohort.lift, 2)} ×",
            _HELD[cohort.finding],
        )
        for cohort in found.leaves()
    ]
    headers = ("Rows where", "Share", header, "95 % interval", "Times the mean", "Than others")
    with st.expander("The groups in figures"):
        table(headers, rows, right=headers[1:5], label="Groups of rows, the worst first")
