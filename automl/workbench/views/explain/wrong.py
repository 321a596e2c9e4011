"""Where it is wrong: probabilities, order, decisions or residuals, and the rows on which it does worse."""

from __future__ import annotations

import streamlit as st

from automl.workbench import components, plots
from automl.workbench import format as fmt
from automl.workbench.tables import table
from automl.workbench.views.explain.choices import choose
from automl.workbench.views.explain.failures import failures
from automl.workbench.views.explain.going import to_row
from automl.workbench.views.explain.subject import Subject, notes, say
from explain import formats
from explain.intervals import Estimate
from explain.judge.confusion import WORDS
from explain.judge.performance import Performance
from explain.judge.ranking import Ranking
from explain.judge.residuals import Residuals

__all__ = ["wrong"]

# What a curve is called, the figure, and how it is read.
_ORDERS = {
    "Found against false alarms": (
        "roc_curve",
        "How many of the rows sought are found, against how many others are taken for them, from the "
        "strictest "
        "threshold to the most generous. The dotted line is chance. Also called the ROC curve.",
    ),
    "Found against right": (
        "precision_recall_curve",
        "How many of those picked are right, against how many of all are found. Also called precision and "
        "recall.",
    ),
    "Gain": (
        "gain_curve",
        "How many of all are found in the share of the rows with the highest scores. The dotted lines are "
        "chance "
        "and a perfect order.",
    ),
    "Lift": ("lift_curve", "How many times as many are found there as in as many rows taken at random."),
}


def wrong(subject: Subject) -> None:
    made = subject.found(
        "performance",
        title="How good is it, beyond one number?",
        text="Measured on what was predicted for rows that the model had not learned from. A few seconds.",
    )
    if made is not None:
        found: Performance = made.result
        if found.residuals is not None:
            _residuals(found.residuals)
        else:
            _classes(subject, found)
        notes(made)
    failures(subject)


def _classes(subject: Subject, found: Performance) -> None:
    output = subject.output or (found.ranking[-1].output if found.ranking else None)
    shown = output is not None and any(each.output == output for each in found.ranking)
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Are its probabilities right?", anchor=False)
        if shown and output is not None:
            calibration, _ = found.of(output)
            say(calibration.sentence())
            st.caption("Where dots lie on the dotted line, what is given 30 % happens in 30 % of the rows.")
            plots.draw(
                plots.figure("calibration_curve", calibration), key="calibration", alt=calibration.sentence()
            )
        else:
            st.caption(
                f"There are no curves of “{components.plain(str(output))}”: too few or too many rows have "
                f"it, or "
                "there was no time."
            )
    with right:
        st.subheader("Are its decisions right?", anchor=False)
        if found.confusion is not None:
            say(found.confusion.sentence())
            st.caption("Each line is a true class, and how it was decided for.")
            plots.draw(
                plots.figure("confusion_matrix", found.confusion),
                key="confusion",
                alt=found.confusion.sentence(),
            )
    if shown and output is not None:
        _order(found.of(output)[1])
    _measures(found)


def _order(ranking: Ranking) -> None:
    st.subheader("Does it put rows in the right order?", anchor=False)
    left, right = st.columns([3, 2], gap="large")
    with left:
        way = choose("Curve", list(_ORDERS), key="order", label_visibility="collapsed")
        name, words = _ORDERS[way]
        plots.draw(
            plots.figure(name, ranking), key=f"order-{name}", alt=f"{way} of “{ranking.output}”. {words}"
        )
    with right:
        say(ranking.sentence())
        st.caption(f"{words} The band is a 95 % interval, for each place by itself.")


def _measures(found: Performance) -> None:
    rows = [
        (f"ROC AUC of “{each.output}”", fmt.score(each.roc_auc.value), _between(each.roc_auc))
        for each in found.ranking
    ]
    rows += [
        (
            f"average precision of “{each.output}”",
            fmt.score(each.average_precision.value),
            _between(each.average_precision),
        )
        for each in found.ranking
    ]
    if found.confusion is not None:
        rows += [
            (WORDS[each.name], fmt.score(each.estimate.value), _between(each.estimate))
            for each in found.confusion.scores
        ]
    with st.expander("All measures with their intervals"):
        table(("Measure", "Value", "95 % interval"), rows, right=("Value", "95 % interval"), label="Measures")


def _residuals(found: Residuals) -> None:
    st.subheader("How far off is it?", anchor=False)
    say(found.sentence())
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.caption(
            "Truth less prediction. Four of five rows lie in the shade; orange dots are means with their "
            "intervals. Click a dot to see why its row is predicted as it is."
        )
        plots.draw(
            plots.figure(
                "residual_plot", found, rows=[f"row {row + 1:,}" for row in found.shown_row.tolist()]
            ),
            key="residuals",
            alt=found.sentence(),
            clicked=to_row,
        )
    with right:
        st.caption("Measures with their 95 % intervals")
        named = {
            "Mean error": found.mean_absolute,
            "Root mean square error": found.root_mean_square,
            "Leaning (truth less prediction)": found.mean,
        }
        rows = [(name, fmt.score(each.value), _between(each)) for name, each in named.items()]
        rows.append(("Variance explained (R²)", fmt.score(found.r2), ""))
        table(("Measure", "Value", "95 % interval"), rows, right=("Value", "95 % interval"), label="Measures")
        st.caption("The rows that it misses most")
        worst = [
            (f"{int(row) + 1:,}", fmt.score(float(guess)), fmt.score(float(truth)))
            for row, guess, truth in zip(
                found.worst_row, found.worst_predicted, found.worst_truth, strict=True
            )
        ]
        headers = ("Row", "Predicted", "True")
        table(headers, worst, right=headers, label="The rows with the largest errors")


def _between(estimate: Estimate) -> str:
    if estimate.low != estimate.low or estimate.high != estimate.high:
        return "–"
    return f"{formats.number(estimate.low)} to {formats.number(estimate.high)}"
