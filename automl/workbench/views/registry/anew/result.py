"""What came of a retraining: the decision, both scores on the same rows, and which rows were learned from."""

from __future__ import annotations

from typing import Any

import streamlit as st

from automl.jobs.retraining.seen import Retraining
from automl.workbench import components, lists, navigation, tables
from automl.workbench import format as fmt
from automl.workbench.views.registry.anew.words import headline

__all__ = ["result"]


def result(found: Retraining) -> None:
    """Draw it."""
    icon, words = headline(found)
    with st.container(border=True, key="gb-outcome"):
        st.markdown(f"### {icon} {components.plain(words)}")
        for reason in found.reasons:
            st.markdown(components.plain(fmt.smoothed(reason)))
        _next(found)
    _scores(found.blessing, found)
    _rows(found.rows)
    _why(found.decision)


def _next(found: Retraining) -> None:
    """What to do now."""
    if not found.challenger:
        return
    number = found.challenger.rpartition("/")[2]
    label = "Look at it and decide" if found.outcome == "waits" else f"Open {found.challenger}"
    with st.container(key="gb-open"):
        navigation.link(
            "registry", components.plain(label), icon=":material/arrow_forward:", name=found.name,
            version=number,
        )  # fmt: skip
    if found.outcome == "swapped":
        components.note(f"To take it back: Undo at the alias champion, on the page of {found.name}.")


def _scores(told: dict[str, Any] | None, found: Retraining) -> None:
    if told is None or "metric" not in told:
        return
    st.subheader("On the same new rows", anchor=False)
    roles = [("challenger", found.challenger), ("champion", found.champion)]
    tables.table(
        ("", "Version", told["label"], "90 % interval"),
        [
            (
                role, label, fmt.score(told[role]["score"]),
                f"{fmt.score(told[role]['low'])} to {fmt.score(told[role]['high'])}",
            )
            for role, label in roles
            if told[role] is not None
        ],
        right=(told["label"], "90 % interval"),
        label=f"{told['label']} of both models on the rows kept to compare on",
    )  # fmt: skip
    if told["gain"] is None:
        return
    sure = ""
    if told["probability"] is not None:
        chance, asked = fmt.percent(told["probability"]), fmt.percent(told["sure"])
        sure = f" It is better with a probability of {chance}; {asked} is asked for."
    st.markdown(
        f"Row by row, the challenger is better by **{fmt.score(told['gain'])}** "
        f"({fmt.score(told['gain_low'])} to {fmt.score(told['gain_high'])}; below 0 is worse) on "
        f"{told['rows']:,} rows that neither has learned from.{sure}"
    )


def _rows(told: dict[str, Any] | None) -> None:
    if told is None:
        return
    st.subheader("Rows", anchor=False)
    lists.facts(
        (fmt.count(told["old_rows"]), "known before"),
        (fmt.count(told["new_rows"]), "new"),
        (fmt.count(told["learned_rows"]), "learned from"),
        (fmt.count(told["held"]), "kept to compare on"),
    )
    words = told["window_words"]
    notes = [words if words.endswith(".") else f"Learned from {words}."]
    if told["repeats"]:
        notes.append(f"{told['repeats']:,} new rows are equal to known ones and count once.")
    if told["unlabelled"]:
        notes.append(f"{told['unlabelled']:,} new rows have no target and are left out.")
    for what, names in (("Only new rows have", told["added"]), ("New rows lack", told["lacking"])):
        if names:
            notes.append(f"{what} {', '.join(names)}: nothing is learned from that.")
    notes += [
        f"{name} was {before}, and looks like {after} in the new rows; it is read as before."
        for name, before, after in told["retyped"]
    ]
    for each in [*notes, *told["odd"]]:
        components.note(each[:1].upper() + each[1:])


def _why(told: dict[str, Any] | None) -> None:
    """What the new rows look like beside the known ones, and what was made of that."""
    if told is None:
        return
    st.subheader("Why", anchor=False)
    st.markdown(components.plain(fmt.smoothed(told["headline"])))
    decision = told["decision"]
    lines = [("for", each) for each in decision["reasons"]]
    lines += [("against", each) for each in decision["not_yet"]]
    if lines:
        tables.table(("Speaks", ""), lines, label="What speaks for learning it anew, and what against")
