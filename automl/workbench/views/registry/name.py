"""The versions of one model: where its aliases point, how the scores went, and each version as a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from automl.store.catalogue import Alias, AliasChange, Catalogue, ModelVersion, Statement
from automl.store.catalogue.aliases import USUAL
from automl.workbench import charts, components, lists, navigation, registry_charts, theme
from automl.workbench import format as fmt
from automl.workbench.views.registry import anew, moving
from automl.workbench.views.registry.looks import alias_words, approval_words, measured, score_of
from automl.workbench.views.registry.waiting import waits

__all__ = ["name_page"]

_SHOWN = 40  # versions in the chart
_CHANGES = 20


def name_page(catalogue: Catalogue, name: str, found: Sequence[ModelVersion]) -> None:
    """Draw it.

    Parameters
    ----------
    catalogue : Catalogue
    name : str
    found : sequence of ModelVersion
        Its versions, the newest first.
    """
    lists.back("registry", "All models")
    st.header(components.plain(name), anchor=False)
    by_id = {each.id: each for each in found}
    waits(catalogue, name)
    pointing = catalogue.aliases.all(name)
    history = catalogue.aliases.changes(name)
    _aliases(catalogue, name, pointing, by_id, history)
    _chart(found, pointing)
    anew.offer(catalogue, name)
    _versions(catalogue, name, found, pointing)
    anew.earlier(catalogue, name)
    _history(history, by_id)


def _aliases(
    catalogue: Catalogue,
    name: str,
    pointing: Sequence[Alias],
    by_id: Mapping[int, ModelVersion],
    history: Sequence[AliasChange],
) -> None:
    """A card for each alias, the usual ones also where they point to nothing."""
    now = {each.alias: by_id[each.model_id] for each in pointing if each.model_id in by_id}
    shown = [*USUAL, *(alias for alias in now if alias not in USUAL)]
    with st.container(key="gb-aliases"):
        for start in range(0, len(shown), 3):
            row = shown[start : start + 3]
            for column, alias in zip(st.columns(3, gap="small"), row, strict=False):
                changes = [each for each in history if each.alias == alias]
                with column, st.container(border=True, height="stretch", key=f"gb-name-alias-{alias}"):
                    _alias(catalogue, name, alias, now.get(alias), changes, by_id)


def _alias(
    catalogue: Catalogue,
    name: str,
    alias: str,
    model: ModelVersion | None,
    changes: Sequence[AliasChange],
    by_id: Mapping[int, ModelVersion],
) -> None:
    st.html(
        f'<div class="gb gb-muted gb-small" title="{components.text(alias_words(alias))}">'
        f"{components.text(alias)}</div>"
    )
    if model is None:
        st.markdown("points to nothing")
        lists.under(alias_words(alias))
    else:
        navigation.link(
            "registry", f"**{components.plain(model.label)}**", name=name, version=str(model.version)
        )
        lists.under(f"{score_of(model)} · {measured(model)}" if model.score is not None else "no score")
    if changes:
        last = changes[-1]
        reason = f" “{last.reason}”" if last.reason else ""
        lists.under(
            f"since {fmt.ago(last.at)}, by {last.who}{reason}" if model else f"taken away by {last.who}"
        )
    with st.container(horizontal=True, gap="small"):
        if catalogue.aliases.undoable(name, alias) is not None and st.button(
            "Undo", icon=":material/undo:", key=f"undo-{alias}", type="tertiary",
            help="Let it point where it did before its last change.",
        ):  # fmt: skip
            moving.undo(catalogue, name, alias, model, by_id)
        if model is not None and st.button(
            "Take away", icon=":material/label_off:", key=f"remove-{alias}", type="tertiary",
            help="The alias goes, the version stays.",
        ):  # fmt: skip
            moving.remove(catalogue, name, alias, model)


def _chart(found: Sequence[ModelVersion], pointing: Sequence[Alias]) -> None:
    """How the scores went, of the versions that are measured by the metric of the newest one."""
    metric = found[0].metric
    alike = [each for each in found if each.metric == metric and each.score is not None][:_SHOWN]
    if len(alike) < 2:
        return
    named: dict[int, list[str]] = {}
    for each in pointing:
        named.setdefault(each.model_id, []).append(each.alias)
    alike.reverse()
    st.plotly_chart(
        registry_charts.versions(alike, named, colors=theme.palette()),
        theme=None, config=charts.CONFIG, key=f"versions-{alike[-1].id}",
        alt=registry_charts.told(alike, named),
    )  # fmt: skip
    left_out = len(found) - len(alike)
    components.note(
        "Each score was measured on rows of its own run: between versions of the data these are other rows, "
        "so a small difference says little."
        + (f" {left_out:,} versions are not in the picture: older, or by another metric." if left_out else "")
    )


def _versions(
    catalogue: Catalogue, name: str, found: Sequence[ModelVersion], pointing: Sequence[Alias]
) -> None:
    st.subheader(fmt.plural(len(found), "version"), anchor=False)
    approvals, data = catalogue.summaries.approvals(name), catalogue.summaries.data_of(name)
    warned = catalogue.summaries.open_alerts(name)
    for each in lists.paged(found, "versions"):
        aliases = [one.alias for one in pointing if one.model_id == each.id]
        _line(each, aliases, approvals.get(each.id), data.get(each.id), warned.get((name, each.id), 0))


def _line(
    each: ModelVersion, aliases: Sequence[str], said: Statement | None, data: str | None, alerts: int
) -> None:
    with lists.line(f"version-{each.id}") as (left, right):
        with left:
            navigation.link(
                "registry", f"**{components.plain(each.label)}**", name=each.name, version=str(each.version)
            )
            lists.under(", ".join(aliases) or f"model {each.model}")
        with right:
            lists.facts(
                (score_of(each), measured(each)),
                (approval_words(said), fmt.plural(alerts, "open alert") if alerts else "no open alert"),
                (fmt.ago(each.created), f"by {each.who}"),
                (data or "data not known", "learned from"),
                warn=(1,) if alerts else (),
            )


def _history(history: Sequence[AliasChange], by_id: Mapping[int, ModelVersion]) -> None:
    """How the aliases were moved, newest first."""
    if not history:
        return
    with st.expander(
        f"How aliases were moved: {fmt.plural(len(history), 'change')}", icon=":material/history:"
    ):
        lines = []
        for each in history[::-1][:_CHANGES]:
            before, after = (_label(number, by_id) for number in (each.before_id, each.after_id))
            undone = ", which took a change back" if each.undoes_id is not None else ""
            reason = f": {each.reason}" if each.reason else ""
            lines.append(
                f"{fmt.moment(each.at)}: {each.alias} from {before} to {after}{undone}, by {each.who}{reason}"
            )
        st.markdown("\n".join(f"- {components.plain(line)}" for line in lines))
        if len(history) > _CHANGES:
            components.note("Earlier ones are in the audit log.")


def _label(model_id: int | None, by_id: Mapping[int, ModelVersion]) -> str:
    if model_id is None:
        return "nothing"
    return by_id[model_id].label if model_id in by_id else "a version that is gone"
