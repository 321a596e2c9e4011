"""Moving an alias: what changes is shown first, with in whose name and why; then it is done in one step."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from automl.errors import GlassbenchError
from automl.store.catalogue import Alias, AliasChange, Catalogue, ModelVersion, Statement
from automl.store.catalogue.aliases import USUAL
from automl.workbench import acting, components, told
from automl.workbench.views.registry.looks import alias_words

__all__ = ["aliases_of", "move", "remove", "undo"]

_OTHER = "Another name …"


@st.dialog("Let an alias point here")
def move(
    catalogue: Catalogue, model: ModelVersion, pointing: Mapping[str, ModelVersion], said: Statement | None
) -> None:
    """Ask which alias is to point to a version, and why.

    Parameters
    ----------
    catalogue : Catalogue
    model : ModelVersion
    pointing : mapping
        Where the aliases of its name point as the page showed it: only from there they are moved.
    said : Statement or None
        The approval or rejection that counts.
    """
    usual = [*USUAL, *(alias for alias in pointing if alias not in USUAL), _OTHER]
    chosen = st.selectbox("Alias", usual, key="alias", help=" ".join(alias_words(each) for each in USUAL))
    alias = str(chosen)
    if chosen == _OTHER:
        alias = (st.text_input("Its name", key="alias-name", max_chars=60) or "").strip()
    reason = st.text_input("Why", key="alias-reason", max_chars=1000, placeholder="Kept with the change")
    before = pointing.get(alias)
    if alias:
        _told(alias, before, model)
    if alias == "champion" and (said is None or said.kind != "approved"):
        st.warning(components.plain(_unapproved(model, said)), icon=":material/warning:")
    acting.told()
    same = before is not None and before.id == model.id
    if st.button(
        "Move it" if before else "Set it", key="alias-confirm", type="primary", disabled=not alias or same,
        icon=":material/label:",
    ):  # fmt: skip
        _done(lambda: catalogue.aliases.set(alias, model, expected=before, reason=reason or ""), catalogue)


@st.dialog("Undo the last change")
def undo(
    catalogue: Catalogue,
    name: str,
    alias: str,
    now: ModelVersion | None,
    by_id: Mapping[int, ModelVersion],
) -> None:
    """Ask whether an alias is to point where it did before."""
    last = catalogue.aliases.undoable(name, alias)
    if last is None:
        components.problem("There is no earlier version to go back to.", "Set the alias to the one you want.")
        return
    _told(alias, now, by_id.get(last.before_id or 0))
    reason = st.text_input("Why", key="undo-reason", max_chars=1000, placeholder="Kept with the change")
    acting.told()
    if st.button("Undo it", key="undo-confirm", type="primary", icon=":material/undo:"):
        _done(lambda: catalogue.aliases.rollback(name, alias, reason=reason or "", expected=now), catalogue)


@st.dialog("Take the alias away")
def remove(catalogue: Catalogue, name: str, alias: str, now: ModelVersion) -> None:
    """Ask whether an alias is to point to nothing."""
    _told(alias, now, None)
    reason = st.text_input("Why", key="remove-reason", max_chars=1000, placeholder="Kept with the change")
    acting.told()
    if st.button("Take it away", key="remove-confirm", type="primary", icon=":material/label_off:"):
        _done(lambda: catalogue.aliases.remove(name, alias, reason=reason or ""), catalogue)


def _unapproved(model: ModelVersion, said: Statement | None) -> str:
    if said is None:
        return f"Nobody has approved {model.label} yet."
    return f"{said.who} has rejected {model.label}."


def _told(alias: str, before: ModelVersion | None, after: ModelVersion | None) -> None:
    """What changes, before it does."""
    was, will = (each.label if each else "nothing" for each in (before, after))
    shown = components.text(alias), components.text(was), components.text(will)
    st.html(
        f'<div class="gb gb-change"><span class="gb-muted">{shown[0]}</span><b>{shown[1]}</b>'
        f'<span class="gb-muted" aria-label="then">→</span><b>{shown[2]}</b></div>'
    )


def _done(act: Callable[[], AliasChange], catalogue: Catalogue) -> None:
    try:
        with acting.as_person():
            change = act()
    except GlassbenchError as error:
        components.problem(error.message, error.fix)
        return
    after = None if change.after_id is None else catalogue.models.version(change.after_id).label
    where = f"points to {after} now" if after else "points to nothing now"
    told.then(f"{change.name}@{change.alias} {where}.")


def aliases_of(pointing: list[Alias], found: Mapping[int, ModelVersion]) -> dict[str, ModelVersion]:
    """Where aliases point, by name."""
    return {each.alias: found[each.model_id] for each in pointing if each.model_id in found}
