"""Is it fair: how the groups of a column are treated, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from automl.workbench import components, plots
from automl.workbench.tables import table
from automl.workbench.views.explain.equal import equal
from automl.workbench.views.explain.subject import Subject, notes, say
from explain.formats import number
from explain.judge.fairness import MEASURES, Fairness, Measure
from explain.judge.fairness_text import apart, value

__all__ = ["fair"]

_MOST = 30  # groups that are drawn
_CRITERIA = {
    "demographic_parity": "As often chosen (demographic parity)",
    "equal_opportunity": "As often found where true (equal opportunity)",
    "equalised_odds": "As often right and wrong (equalised odds)",
}
_WORDS = {
    "selection_rate": "how often the class is decided for",
    "true_positive_rate": "how often it is decided for where it is true",
    "false_positive_rate": "how often it is decided for where it is not true",
    "false_negative_rate": "how often it is missed where it is true",
    "precision": "how often such a decision is right",
    "accuracy": "how often decisions are right",
    "calibration_gap": "how often it happens, less the mean probability",
    "mean_prediction": "mean of the predictions",
    "mean_residual": "mean of truth less prediction",
    "mean_absolute_error": "mean size of the errors",
}


def fair(subject: Subject) -> None:
    picked = st.selectbox(
        "Column whose groups are compared",
        _columns(subject),
        index=None,
        placeholder="Choose a column",
        key="group",
        bind="query-params",
        width=360,
        help="Any column of the table, also one that the model does not use; numbers and dates are cut into "
        "four groups of about equal size.",
    )
    if picked is None:
        components.empty(
            "Does it treat groups alike?",
            "Choose a column, such as age or region; the model need not use it. Rates and errors are "
            "compared "
            "between its groups, with intervals that know how many comparisons are made.",
        )
        return
    made = subject.found(
        "fairness",
        {"column": picked},
        title=f"Comparing the groups of {picked}",
        text="Measured on what was predicted for rows that the model had not learned from. A few seconds.",
        key=f"fairness-{picked}",
    )
    if made is None:
        return
    found: Fairness = made.result
    say(found.verdict())
    output = None if found.kind == "regression" else subject.output or _last(found)
    about = f" of “{output}”" if output is not None and found.kind == "multiclass" else ""
    if len(found.groups) <= _MOST:
        st.subheader(
            f"Rates{about} by group" if found.kind != "regression" else "Errors by group", anchor=False
        )
        st.caption(
            "One line for each group, with its number of rows. Dots are estimates with 95 % intervals, "
            "hollow where "
            f"fewer than {found.minimum} rows count; the dotted line is the value over all rows."
        )
        plots.draw(
            plots.figure("group_dots", found, output=output),
            key=f"fairness-{picked}",
            alt=f"A dot with its interval for each group and measure. {found.verdict()}",
        )
    _differences(found, output)
    _criteria(found, output)
    notes(made)
    if found.kind == "binary":
        equal(subject, picked)


def _columns(subject: Subject) -> list[str]:
    """Columns with few groups first: they are what people ask about."""
    profile: Mapping[str, int] = {
        each["name"]: int(each["distinct"])
        for each in (subject.run.read("profile.json") or {}).get("columns", ())
    }
    return sorted(subject.scope.table, key=lambda name: not 2 <= profile.get(name, 0) <= 20)


def _last(found: Fairness) -> str | None:
    named = [measure.output for measure in found.measures if measure.output is not None]
    return named[-1] if named else None


def _differences(found: Fairness, output: str | None) -> None:
    clear = found.found()
    headers = ("Measure", "Highest", "Lowest", "Apart, with 95 % interval", "Difference")
    rows = [
        (*_ends(measure), apart(measure) if measure.difference.known else "–", _shown(measure, clear))
        for measure in found.measures
        if MEASURES[measure.name].judges and measure.output in (None, output)
    ]
    st.subheader("How far apart they are", anchor=False)
    st.caption(
        "The two groups that are furthest apart, with intervals that hold for all pairs at once. “Not "
        "shown” is no "
        "proof that there is no difference."
    )
    table(headers, rows, label="Measures with the groups that are furthest apart")


def _ends(measure: Measure) -> tuple[str, str, str]:
    words = MEASURES[measure.name].words
    name = f"{words[0].upper()}{words[1:]}: {_WORDS.get(measure.name, '')}".removesuffix(": ")
    gap = measure.difference
    if not gap.known:
        return name, "–", "–"
    return name, f"{value(measure, gap.top)} “{gap.highest}”", f"{value(measure, gap.bottom)} “{gap.lowest}”"


def _shown(measure: Measure, clear: tuple[Measure, ...]) -> str:
    if not measure.difference.known:
        return "too few rows"
    return "shown" if any(each is measure for each in clear) else "not shown"


def _criteria(found: Fairness, output: str | None) -> None:
    rows = [
        (
            _CRITERIA[each.name],
            f"{number(100 * each.difference.value, 2)} points",
            number(each.ratio.value, 2) if each.ratio.known else "–",
        )
        for each in found.criteria
        if each.output == output and each.difference.known
    ]
    if rows:
        with st.expander("Usual criteria of fairness"):
            st.caption(
                "Met exactly at a difference of 0 and a ratio of 1. They exclude each other in general."
            )
            headers = ("Criterion", "Difference", "Ratio")
            table(headers, rows, right=headers[1:], label="Criteria of fairness")
