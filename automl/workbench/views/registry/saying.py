"""What people say of a version: approved, rejected, what it is for and not for, comments; nothing is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from automl.errors import GlassbenchError
from automl.store.catalogue import Catalogue, ModelVersion, Statement
from automl.workbench import acting, components, told
from automl.workbench import format as fmt

__all__ = ["decide", "said"]

_TITLES: Mapping[str, str] = {
    "approved": "Approve this version",
    "rejected": "Reject this version",
    "purpose": "What is it for?",
    "limits": "What must it not be used for?",
    "comment": "Comment",
}
_ASKED: Mapping[str, str] = {
    "approved": "Why (optional)",
    "rejected": "Why (optional)",
    "purpose": "It is meant to be used for",
    "limits": "It must not be used for",
    "comment": "Comment",
}
_DONE: Mapping[str, str] = {
    "approved": "Approve",
    "rejected": "Reject",
    "purpose": "Put it on record",
    "limits": "Put it on record",
    "comment": "Put it on record",
}
_WORDS: Mapping[str, tuple[str, str]] = {
    "approved": ("Approved", ":green[:material/check_circle:]"),
    "rejected": ("Rejected", ":red[:material/cancel:]"),
    "purpose": ("Purpose", ":gray[:material/flag:]"),
    "limits": ("Limits", ":gray[:material/block:]"),
    "comment": ("Comment", ":gray[:material/chat:]"),
}
_LONGEST = 4000


def decide(catalogue: Catalogue, one: ModelVersion, approval: Statement | None) -> None:
    """Whether it was approved or rejected, and the buttons for it."""
    if approval is None:
        st.markdown("**Nobody has decided about it yet.**")
    else:
        word, icon = _WORDS[approval.kind]
        st.markdown(f"{icon} **{word}** by {components.plain(approval.who)}, {fmt.ago(approval.at)}.")
        if approval.text:
            components.note(f"“{approval.text}”")
        if approval.kind == "approved" and approval.who == one.who:
            components.note("Who approved it also made it: there was no second pair of eyes.")
    with st.container(horizontal=True):
        if st.button(
            "Approve", icon=":material/check_circle:", key="approve",
            type="primary" if approval is None else "secondary",
        ):  # fmt: skip
            _ask(catalogue, one, "approved")
        if st.button("Reject", icon=":material/cancel:", key="reject"):
            _ask(catalogue, one, "rejected")


def said(catalogue: Catalogue, one: ModelVersion, statements: Sequence[Statement]) -> None:
    """Purpose and limits as they stand, and everything in its order."""
    for column, kind, none in zip(
        st.columns(2, gap="medium"),
        ("purpose", "limits"),
        ("Nobody has said what it is for.", "Nobody has said what it must not be used for."),
        strict=True,
    ):
        last = next((each for each in reversed(statements) if each.kind == kind), None)
        with column, st.container(border=True, height="stretch"):
            st.markdown(f"**{_TITLES[kind]}**")
            if last is None:
                components.note(none)
            else:
                st.html(f'<p class="gb gb-any gb-said">{components.text(last.text)}</p>')
                components.note(f"{last.who}, {fmt.ago(last.at)}")
            if st.button(
                "Say it" if last is None else "Say it anew", key=f"say-{kind}", icon=":material/edit:",
                type="tertiary",
            ):  # fmt: skip
                _ask(catalogue, one, kind)
    if st.button("Comment", icon=":material/chat:", key="say-comment"):
        _ask(catalogue, one, "comment")
    if not statements:
        components.note("Nothing was said of this version yet. Whatever is said stays on record.")
        return
    for each in reversed(statements):
        word, icon = _WORDS.get(each.kind, (each.kind, ":gray[:material/chat:]"))
        text = f" {components.plain(each.text)}" if each.text else ""
        by = components.plain(f"{each.who}, {fmt.moment(each.at)}")
        st.markdown(f"{icon} **{word}**{text}  \n:gray[{by}]")


def _ask(catalogue: Catalogue, one: ModelVersion, kind: str) -> None:
    st.dialog(_TITLES[kind])(_form)(catalogue, one, kind)


def _form(catalogue: Catalogue, one: ModelVersion, kind: str) -> None:
    st.markdown(f"**{components.plain(one.label)}**")
    text = st.text_area(_ASKED[kind], key=f"text-{kind}", max_chars=_LONGEST, height=120)
    needed = kind not in ("approved", "rejected")
    acting.told()
    if st.button(
        _DONE[kind], key=f"confirm-{kind}", type="primary", disabled=needed and not (text or "").strip()
    ):
        try:
            with acting.as_person():
                catalogue.models.say(one, kind, text or "")
        except GlassbenchError as error:
            components.problem(error.message, error.fix)
            return
        told.then(f"{one.label}: {_WORDS[kind][0].lower()}, on record in the name of {acting.name()}.")
