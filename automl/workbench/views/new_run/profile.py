"""Everything about one column: how full it is, how it spreads, what it says of the target, its twins."""

from __future__ import annotations

from typing import Any

import streamlit as st

from automl.data import Column, Kind
from automl.task import Task
from automl.workbench import bound, charts, column_facts, components, fixes, profile_charts, theme
from automl.workbench import format as fmt
from automl.workbench.drafts import Draft
from automl.workbench.understanding import Understanding

__all__ = ["show"]

_MOST_LABELS = 12  # of several classes that one can be chosen from


def show(draft: Draft, table: Understanding, task: Task | None, column: Column) -> None:
    """Draw it."""
    facts = column_facts.facts_of(table, column.name)
    components.definitions(_pairs(facts, column))
    figure = profile_charts.distribution(facts, theme.palette())
    if figure is not None:
        _draw(figure, "profile-distribution", f"How the values of {column.name} are spread. {_spread(facts)}")
    for text in facts.get("examples", [])[:3]:
        components.note(f"“{text[:160]}”")
    if task is not None and column.name != task.target:
        _related(table, task, column)
    _twins(draft, table, column)
    read = len(table.dataset.frame)
    if read < table.rows:
        components.note(f"Of the {fmt.plural(read, 'row')} that were looked at.")


def _pairs(facts: dict[str, Any], column: Column) -> list[tuple[str, str]]:
    pairs = [
        ("Without a value", f"{facts['missing']:,} ({fmt.percent(facts['missing_share'])})"),
        ("Different values", fmt.count(facts["distinct"])),
    ]
    quantiles = facts.get("quantiles") or {}
    if quantiles:
        low, first, middle, third, high = (
            profile_charts.number(quantiles[share]) for share in ("0", "0.25", "0.5", "0.75", "1")
        )
        pairs.append(("Range", f"{low} to {high}"))
        pairs.append(("Middle half", f"{first} to {third}, median {middle}"))
        if facts.get("zeros"):
            pairs.append(("Zeros", fmt.count(facts["zeros"])))
    if facts.get("minimum"):
        pairs.append(("From", str(facts["minimum"])[:16].replace("T", " ")))
        pairs.append(("To", str(facts["maximum"])[:16].replace("T", " ")))
    if facts.get("mean_words") is not None:
        pairs.append(
            ("Length", f"{facts['mean_words']:.0f} words, {facts['mean_characters']:.0f} characters")
        )
    if column.kind == Kind.DATETIME and column.date_format not in (None, "ISO8601"):
        pairs.append(("Written as", str(column.date_format)))
    return pairs


def _spread(facts: dict[str, Any]) -> str:
    if facts.get("top"):
        first = facts["top"][0]
        return f"Most frequent is {first['value']}, in {fmt.plural(first['count'], 'row')}."
    quantiles = facts.get("quantiles") or {}
    if quantiles:
        low, middle, high = (profile_charts.number(quantiles[share]) for share in ("0", "0.5", "1"))
        return f"From {low} to {high}, median {middle}."
    return f"From {facts.get('minimum')} to {facts.get('maximum')}."


def _related(table: Understanding, task: Task, column: Column) -> None:
    label: str | None = None
    if task.kind == "multiclass" and task.classes and len(task.classes) <= _MOST_LABELS:
        labels = [str(each) for each in task.classes]
        label = st.selectbox("Share of the class", labels, key=f"share-of-{task.target}")
    found = column_facts.relation_of(table, task, column.name, label)
    if found is None or len(found.bands) < 2:
        return
    words = profile_charts.relation_words(found)
    st.markdown(f"**{components.plain(task.target)} by {components.plain(column.name)}**")
    _draw(profile_charts.relation(found, theme.palette()), "profile-relation", words)
    note = "Lines are 90 % intervals; numbers of rows in brackets."
    rows = column_facts.sampled_rows(table)
    if rows < len(table.dataset.frame):
        note += f" From {fmt.plural(rows, 'row')}."
    components.note(f"By itself it explains {fmt.percent(found.strength)} of the target's variation. {note}")


def _twins(draft: Draft, table: Understanding, column: Column) -> None:
    found = column_facts.twins_of(table, column.name)
    if not found:
        return
    st.markdown("**Columns that say nearly the same**")
    excluded = draft.get("excluded", [])
    for name, alike in found[:5]:
        measure = "rank correlation" if column.kind in (Kind.NUMBER, Kind.DATETIME) else "Cramér's V"
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"{components.plain(name)} :gray[{measure} {fmt.score(alike)}]", width="content")
            if name == draft.get("target") or name in excluded:
                continue
            fix = fixes.leave_out(draft, name, "Leave it out")
            st.button(
                fix.label,
                key=f"twin-{draft.id}-{name}",
                type="tertiary",
                on_click=bound.change,
                args=(str(draft.path), fix.what, fix.choices),
            )


def _draw(figure: dict[str, Any], key: str, alt: str) -> None:
    st.plotly_chart(figure, config=charts.CONFIG, key=key, theme=None, alt=alt)
