"""Two versions beside each other: scores, data, what was asked, who decided what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import streamlit as st

from automl.store.catalogue import Catalogue, ModelVersion
from automl.workbench import charts, components, lists, navigation, registry_charts, tables, theme
from automl.workbench import format as fmt
from automl.workbench.views.registry.looks import approval_words, measured, score_of

__all__ = ["compared"]


def compared(catalogue: Catalogue, one: ModelVersion, found: Sequence[ModelVersion]) -> None:
    """Draw the version beside another one; the address keeps which."""
    others = [each for each in found if each.id != one.id]
    if not others:
        components.empty(
            "There is nothing to compare it with", "It is the only version. The next run of this name is one."
        )
        return
    other = _other(catalogue, one, others)
    pair = (other, one)
    same = other.metric == one.metric and None not in (other.score, one.score)
    if same:
        st.plotly_chart(
            registry_charts.versions(list(pair), {}, colors=theme.palette(), height=150, flat=True),
            theme=None, config=charts.CONFIG, key=f"pair-{other.id}-{one.id}",
            alt=registry_charts.told(list(pair), {}),
        )  # fmt: skip
        st.markdown(_verdict(other, one))
    else:
        components.note("They are measured by different metrics, so their scores cannot be compared.")
    tables.table(
        ("", other.label, one.label, ""),
        [
            (name, *values, "" if values[0] == values[1] else "differs")
            for name, values in _rows(catalogue, pair)
        ],
        label=f"{other.label} and {one.label} beside each other",
    )
    with st.container(key="gb-open"):
        navigation.link(
            "registry", f"Open {components.plain(other.label)}", icon=":material/arrow_forward:",
            name=other.name, version=str(other.version),
        )  # fmt: skip


def _other(catalogue: Catalogue, one: ModelVersion, others: Sequence[ModelVersion]) -> ModelVersion:
    champion = catalogue.aliases.get(one.name, "champion")
    earlier = next((each for each in others if each.version < one.version), others[0])
    usual = next((each for each in others if champion is not None and each.id == champion.id), earlier)
    return lists.beside(
        "Compare with", others, usual, key=str(one.id), number_of=lambda each: each.version,
        words=lambda each: f"{each.label}  ({score_of(each)}, {fmt.ago(each.created)})",
    )  # fmt: skip


def _verdict(other: ModelVersion, one: ModelVersion) -> str:
    """What the scores say, which is little where the intervals overlap."""
    if None in (other.low, other.high, one.low, one.high):
        return "Not both have an interval, so nothing is said about which one is better."
    assert other.low is not None
    assert other.high is not None
    assert one.low is not None
    assert one.high is not None
    if other.low <= one.high and one.low <= other.high:
        return (
            "**Their intervals overlap:** these scores alone do not tell which one is better. Each was "
            "measured on rows of its own run; only both on the same new rows can tell."
        )
    return (
        "**Their intervals do not overlap.** Each score was measured on rows of its own run: if the data "
        "differ, so may how hard they are."
    )


def _rows(
    catalogue: Catalogue, pair: tuple[ModelVersion, ModelVersion]
) -> Iterator[tuple[str, tuple[str, str]]]:
    runs = [catalogue.models.run_of(each) for each in pair]
    data = [
        None if run.dataset_version_id is None else catalogue.datasets.version(run.dataset_version_id)
        for run in runs
    ]
    approvals = [catalogue.models.approval(each) for each in pair]

    def row(name: str, values: Sequence[str]) -> tuple[str, tuple[str, str]]:
        first, second = values
        return name, (first, second)

    yield row("Score", [score_of(each) for each in pair])
    yield row("90 % interval", [measured(each) for each in pair])
    yield row("Approval", [approval_words(each) for each in approvals])
    yield row("Registered", [f"{fmt.moment(each.created)} by {each.who}" for each in pair])
    yield row("Model", [each.model for each in pair])
    yield row("Run", [run.id for run in runs])
    yield row("Data", [each.label if each else "not known" for each in data])
    yield row("Rows", [f"{each.rows:,}" if each else "–" for each in data])
    yield row("Columns", [f"{each.columns:,}" if each else "–" for each in data])
    yield row("Search took", [fmt.duration(run.seconds) for run in runs])
    yield row("Trials", [fmt.count(run.trials) for run in runs])
    yield from _asked(runs[0].asked, runs[1].asked)


def _asked(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, str]]]:
    """What the two searches were asked, where that differs."""
    for name in sorted({*before, *now}):
        if before.get(name) != now.get(name):
            yield (
                f"Asked: {name.replace('_', ' ')}",
                (_value(before.get(name)), _value(now.get(name))),
            )


def _value(value: Any) -> str:
    if value in (None, "", [], {}):
        return "–"
    if isinstance(value, list):
        return ", ".join(map(str, value[:12])) + (" …" if len(value) > 12 else "")
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {each}" for key, each in list(value.items())[:12])
    return f"{value:g}" if isinstance(value, float) else str(value)
