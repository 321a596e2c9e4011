"""What thresholds of their own for the groups would change and cost. They are shown, never applied."""

from __future__ import annotations

import streamlit as st

from automl.workbench import format as fmt
from automl.workbench.tables import table
from automl.workbench.views.explain.choices import choose
from automl.workbench.views.explain.subject import Subject, notes, say
from explain.judge.fairness_text import value
from explain.judge.thresholds import EqualisingThresholds

__all__ = ["equal"]

_RATES = {
    "As often chosen": "selection_rate",
    "As often found where true": "true_positive_rate",
    "As often falsely chosen": "false_positive_rate",
}


def equal(subject: Subject, column: str) -> None:
    """Thresholds at which a rate is the same in all groups of a column."""
    st.subheader("What would it take to treat them alike?", anchor=False)
    way = choose("What is to be the same", list(_RATES), key="same")
    rate = _RATES[way]
    made = subject.found(
        "thresholds",
        {"column": column} | ({} if rate == "selection_rate" else {"rate": rate}),
        title="What would a threshold of its own for each group change, and cost?",
        text="It is worked out and shown, and nothing is applied. A few seconds.",
        offer="Work it out",
        key=f"thresholds-{column}-{rate}",
    )
    if made is None:
        return
    found: EqualisingThresholds = made.result
    say(found.sentence())
    before, after = found.equalised()
    named = {m.name: m for m in found.before}, {m.name: m for m in found.after}
    headers = (
        "Group",
        "Threshold",
        f"{before.words[0].upper()}{before.words[1:]} now",
        "Rate then",
        "Accuracy now",
        "Accuracy then",
    )
    rows = [
        (
            group,
            fmt.percent(float(found.thresholds[g]))
            if found.thresholds[g] == found.thresholds[g]
            else "as now",
            value(before, float(before.values[g])),
            value(after, float(after.values[g])),
            *(value(side["accuracy"], float(side["accuracy"].values[g])) for side in named),
        )
        for g, group in enumerate(found.groups)
    ]
    table(headers, rows, right=headers[1:], label="Thresholds by group, and what they would change")
    notes(made)
