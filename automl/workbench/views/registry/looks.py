"""How versions, aliases and approvals look: words with an icon and a colour, never the colour alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import streamlit as st

from automl.store.catalogue import ModelVersion, Statement
from automl.workbench import components
from automl.workbench import format as fmt

__all__ = ["alias_badges", "alias_words", "approval_badge", "approval_words", "measured", "score_of"]

_ALIASES: Mapping[str, tuple[Literal["green", "blue", "gray"], str]] = {
    "champion": ("green", ":material/trophy:"),
    "challenger": ("blue", ":material/swords:"),
    "archived": ("gray", ":material/archive:"),
}


def alias_badges(names: Sequence[str]) -> None:
    """A badge for each alias."""
    for name in names:
        color, icon = _ALIASES.get(name, ("gray", ":material/label:"))
        st.badge(components.plain(name), icon=icon, color=color)


def alias_words(name: str) -> str:
    """What an alias means, for those that mean something."""
    return {
        "champion": "The version that is used.",
        "challenger": "The version that may take its place.",
        "archived": "A version that is out of use.",
    }.get(name, "A name of your own.")


def approval_badge(said: Statement | None) -> None:
    """Whether somebody has approved or rejected it."""
    if said is None:
        st.badge("Not decided", icon=":material/pending:", color="gray", help="Nobody has approved it.")
    elif said.kind == "approved":
        st.badge("Approved", icon=":material/check_circle:", color="green", help=_by(said))
    else:
        st.badge("Rejected", icon=":material/cancel:", color="red", help=_by(said))


def _by(said: Statement) -> str:
    reason = f": {components.plain(said.text)}" if said.text else ""
    return f"By {components.plain(said.who)}, {fmt.moment(said.at)}{reason}"


def approval_words(said: Statement | None) -> str:
    """The same in words."""
    return "not decided" if said is None else f"{said.kind} by {said.who}"


def score_of(model: ModelVersion) -> str:
    """Its score with the metric."""
    if model.score is None:
        return "no score"
    return f"{fmt.score(model.score)} {fmt.metric_label(model.metric or '')}".rstrip()


def measured(model: ModelVersion) -> str:
    """How sure the score is, and how it was measured."""
    if model.score is None:
        return ""
    spread = f"{fmt.score(model.low)} to {fmt.score(model.high)}, " if model.low is not None else ""
    return f"{spread}{model.measured}"
