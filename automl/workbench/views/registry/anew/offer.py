"""On the page of a name: new rows to learn it anew from, and what came of it before."""

from __future__ import annotations

import streamlit as st

from automl.jobs.folder import JobFolder
from automl.jobs.retraining.seen import Retraining, retrainings
from automl.store.catalogue import Catalogue
from automl.workbench import components, lists, navigation, table_field
from automl.workbench import format as fmt
from automl.workbench.views.registry.anew.words import outcome_words

__all__ = ["earlier", "offer"]


def offer(catalogue: Catalogue, name: str) -> None:
    """Ask for new rows."""
    with st.expander("Learn it anew", icon=":material/model_training:"):
        champion = catalogue.aliases.get(name, "champion")
        if champion is None:
            components.note(
                "No version is in use yet, so there is none to be better than. Open the one that is, and let "
                "the alias champion point to it."
            )
            return
        st.markdown(
            "Bring new rows whose target is known. A search on old and new rows makes a challenger; both it "
            f"and {components.plain(champion.label)} are compared on the latest new rows, which neither has "
            "learned from. It takes over only if it is surely better, and that can be taken back."
        )
        table_field.ask("anew-upload", lambda draft: navigation.go("registry", name=name, rows=draft.id))


def earlier(catalogue: Catalogue, name: str) -> None:
    """The retrainings so far, newest first; nothing where there are none."""
    found = retrainings(catalogue, name)
    if not found:
        return
    st.subheader("Learned anew", anchor=False)
    for each in lists.paged(found, "anew", size=5):
        _line(each)


def _line(each: Retraining) -> None:
    told = each.blessing or {}
    with lists.line(f"anew-{each.job.id}") as (left, right):
        with left:
            navigation.link(
                "registry", f"**{components.plain(str(each.job.params['table_name']))}**", name=each.name,
                retraining=each.job.id,
            )  # fmt: skip
            lists.under(fmt.ago(float(JobFolder(each.job.folder).spec["created"])))
        with right:
            gain = told.get("gain")
            lists.facts(
                (outcome_words(each), "what came of it"),
                (each.challenger or "–", "challenger"),
                (each.champion or "–", "compared with"),
                ("–" if gain is None else f"{gain:+.3g}", f"gain in {told['label']}" if told else "gain"),
            )
