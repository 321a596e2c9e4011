"""A version of a model: its score, where it came from, who has decided what of it, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from automl.store.catalogue import Catalogue, ModelVersion, RunRecord
from automl.workbench import components, lists, navigation
from automl.workbench import format as fmt
from automl.workbench.views.registry import moving, saying
from automl.workbench.views.registry.compared import compared
from automl.workbench.views.registry.in_use import in_use
from automl.workbench.views.registry.looks import alias_badges, approval_badge, measured, score_of
from automl.workbench.views.registry.sheet import sheet
from automl.workbench.views.registry.waiting import waiting_of, what_follows

__all__ = ["version_page"]

_TABS = ("What was said", "In use", "Compare", "Compliance sheet")


def version_page(catalogue: Catalogue, one: ModelVersion, found: Sequence[ModelVersion]) -> None:
    """Draw it.

    Parameters
    ----------
    catalogue : Catalogue
    one : ModelVersion
    found : sequence of ModelVersion
        All versions of its name, the newest first.
    """
    by_id = {each.id: each for each in found}
    pointing = moving.aliases_of(catalogue.aliases.all(one.name), by_id)
    said = catalogue.models.statements(one)
    approval = next((each for each in said[::-1] if each.kind in ("approved", "rejected")), None)
    run = catalogue.models.run_of(one)
    lists.back("registry", f"All versions of {components.plain(one.name)}", name=one.name)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="gb-version"):
        st.header(components.plain(one.label), anchor=False, width="content")
        alias_badges([alias for alias, model in pointing.items() if model.id == one.id])
        approval_badge(approval)
    left, right = st.columns([3, 2], gap="large")
    with left:
        _facts(catalogue, one, run)
    pending = waiting_of(catalogue, one.name, one.id)
    with right, st.container(border=True, key="gb-decide"):
        if pending is not None:
            what_follows(pending)
        saying.decide(catalogue, one, approval)
        if st.button("Let an alias point here", icon=":material/label:", key="move-alias", width="stretch"):
            moving.move(catalogue, one, pointing, approval)
    tabs = st.tabs(_TABS, key="registry-view", on_change="rerun", bind="query-params")
    bodies: tuple[Callable[[], None], ...] = (
        lambda: saying.said(catalogue, one, said),
        lambda: in_use(catalogue, one),
        lambda: compared(catalogue, one, found),
        lambda: sheet(catalogue, one, run),
    )
    for tab, body in zip(tabs, bodies, strict=True):
        if tab.open:
            with tab:
                body()


def _facts(catalogue: Catalogue, one: ModelVersion, run: RunRecord) -> None:
    told = measured(one)
    interval = "90 % interval " if one.low is not None else ""
    rest = f", {interval}{told}" if told else ""
    st.html(f'<p class="gb gb-sentence"><b>{components.text(score_of(one))}</b>{components.text(rest)}</p>')
    components.definitions(
        [
            ("Predicts", f"{run.target}{f', {components.task_words(run.task)}' if run.task else ''}"),
            ("Model", f"{one.model} of the run {run.id}"),
            ("Registered", f"{fmt.moment(one.created)} by {one.who}"),
        ]
    )
    with st.container(horizontal=True, gap="small", key="gb-version-links"):
        if (navigation.home().runs_path / run.id / "spec.json").is_file():
            navigation.link("run", "Its run", run=run.id)
            navigation.link("models", "Its leaderboard", run=run.id, model=one.model)
            navigation.link("export", "Export it", run=run.id, model=one.model)
        else:
            components.note(f"The folder of its run is not in this home: {run.path}")
        if run.dataset_version_id is not None:
            data = catalogue.datasets.version(run.dataset_version_id)
            navigation.link(
                "data", f"Its data: {components.plain(data.label)}", dataset=data.dataset,
                number=str(data.number),
            )  # fmt: skip
