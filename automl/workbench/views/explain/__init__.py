"""Explain: what a model looks at, where it is wrong, whether it is fair, and how far that can be trusted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from automl.inspection import scope_of
from automl.store import RunFolder
from automl.workbench import components, reading
from automl.workbench.modelled import modelled_run
from automl.workbench.reading import Standing
from automl.workbench.views.explain.about import about
from automl.workbench.views.explain.columns import all_columns
from automl.workbench.views.explain.compare import comparison
from automl.workbench.views.explain.fair import fair
from automl.workbench.views.explain.going import COLUMN, ROW, VIEW, begin, remember
from automl.workbench.views.explain.one_column import one_column
from automl.workbench.views.explain.row import one_row
from automl.workbench.views.explain.subject import Subject
from automl.workbench.views.explain.trust import trust
from automl.workbench.views.explain.waiting import not_yet
from automl.workbench.views.explain.wrong import wrong

__all__ = ["show"]


def _one_row(subject: Subject) -> None:
    assert subject.explanation is not None
    one_row(subject.run, subject.model, subject.explanation, subject.output)


# What a tab is called, and whether it shows the stored explanation.
_TABS: tuple[tuple[str, Callable[[Subject], None], bool], ...] = (
    ("All columns", all_columns, True),
    (COLUMN, one_column, True),
    (ROW, _one_row, True),
    ("Where it is wrong", wrong, False),
    ("Is it fair", fair, False),
    ("Can it be trusted", trust, True),
    ("Comparison", comparison, False),
)


def show() -> None:
    """Draw the page."""
    found = modelled_run(
        nothing="Nothing to explain",
        soon="The winner is explained by itself when the search has ended.",
    )
    if found is None:
        return
    run, now, rows = found.run, found.now, found.rows
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        model = components.choose_model(run, rows)
        output = _choose_output((run.read("task.json") or {}).get("classes"))
    path = run.path / "explanations" / f"{model.id}.json"
    explanation = reading.explanation_at(path) if path.is_file() else None
    if explanation is not None:
        about(explanation)
    names = [name for name, _, _ in _TABS]
    begin(VIEW, names)
    tabs = st.tabs(names, key=VIEW, on_change=remember, args=(VIEW,))
    for tab, (_, draw, explained) in zip(tabs, _TABS, strict=True):
        if not tab.open:
            continue
        with tab:
            if explained and explanation is None:
                not_yet(run, now, model)
            else:
                draw(_subject(run, model, rows, output))


def _subject(run: RunFolder, model: Standing, rows: Sequence[Standing], output: str | None) -> Subject:
    path = run.path / "explanations" / f"{model.id}.json"
    positions = run.read(f"explanations/{model.id}.rows.json")
    return Subject(
        run=run,
        model=model,
        models=tuple(rows),
        scope=scope_of(run),
        explanation=reading.explanation_at(path) if path.is_file() else None,
        positions=None if positions is None else tuple(positions),
        output=output,
    )


def _choose_output(classes: Sequence[Any] | None) -> str | None:
    """Which class is shown; only asked where there are more than two."""
    if classes is None or len(classes) <= 2:
        return None
    names = [str(label) for label in classes]
    return st.pills(
        "Probability of", names, default=names[-1], key="output", required=True, bind="query-params"
    )
