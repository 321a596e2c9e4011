"""What became of a version: bundles, places where it answers, verdicts on new rows, alerts."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from automl.monitoring.words import LEVELS
from automl.store.catalogue import Alert, Catalogue, ModelVersion
from automl.workbench import components, tables
from automl.workbench import format as fmt

__all__ = ["in_use"]

_MOST = 50


def in_use(catalogue: Catalogue, one: ModelVersion) -> None:
    """Draw it."""
    alerts = catalogue.life.alerts(one)
    with st.container(key="gb-in-use"):
        _alerts([each for each in alerts if each.closed is None], [each for each in alerts if each.closed])
        _checks(catalogue, one)
        _bundles(catalogue, one)
        _deployments(catalogue, one)


def _alerts(still: list[Alert], closed: list[Alert]) -> None:
    st.subheader("Alerts", anchor=False)
    if not still:
        components.note("No alert is open.")
    for each in still[:_MOST]:
        about = f" Columns: {', '.join(each.columns[:8])}." if each.columns else ""
        told = f"{about} Open since {fmt.moment(each.opened)}, by the rule {each.rule}."
        st.warning(
            f"**{components.plain(each.message)}**{components.plain(told)}",
            icon=":material/notifications_active:",
        )
    if closed:
        with st.expander(f"{fmt.plural(len(closed), 'closed alert')}", type="compact"):
            tables.table(
                ("Opened", "Closed", "By", "What", "Why closed"),
                [
                    (
                        fmt.moment(each.opened), fmt.moment(each.closed), each.closed_by or "–",
                        each.message, each.reason or "–",
                    )
                    for each in closed[:_MOST]
                ],
                label="Alerts that were closed",
            )  # fmt: skip


def _checks(catalogue: Catalogue, one: ModelVersion) -> None:
    st.subheader("Verdicts on new rows", anchor=False)
    found = catalogue.life.checks(one, last=_MOST)
    if not found:
        components.note(
            "It was never compared with new rows: score a table on its run's page, or `automl monitor`."
        )
        return
    tables.table(
        ("When", "Table", "Rows", "Verdict", "In words", "Columns"),
        [
            (
                fmt.moment(each.at), each.table_name, f"{each.rows:,}",
                LEVELS.get(each.level, each.level),  # type: ignore[call-overload]
                each.headline, ", ".join(each.columns[:6]) or "–",
            )
            for each in found
        ],
        right=("Rows",), label="Verdicts on tables of new rows, the newest first",
    )  # fmt: skip
    if len(found) == _MOST:
        components.note(f"The newest {_MOST}; the audit log has all of them.")


def _bundles(catalogue: Catalogue, one: ModelVersion) -> None:
    st.subheader("Bundles", anchor=False)
    found = catalogue.life.bundles(one)
    if not found:
        components.note("It was not exported yet.")
        return
    tables.table(
        ("Exported", "By", "File", "Size", "SHA-256", "Copy"),
        [
            (
                fmt.moment(each.created), each.who, Path(each.path).name, fmt.size(each.bytes), each.digest,
                "kept" if each.artefact else "not kept",
            )
            for each in found[:_MOST]
        ],
        right=("Size",), label="Bundles of this version",
    )  # fmt: skip


def _deployments(catalogue: Catalogue, one: ModelVersion) -> None:
    st.subheader("Where it answers", anchor=False)
    found = catalogue.life.deployments(one)
    if not found:
        components.note("No place is known where it is served.")
        return
    tables.table(
        ("Place", "From", "To", "By"),
        [
            (
                each.place, fmt.moment(each.started), fmt.moment(each.ended) if each.ended else "still there",
                each.who,
            )
            for each in found[:_MOST]
        ],
        label="Places where this version answers or did",
    )  # fmt: skip
