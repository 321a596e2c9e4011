"""What the page is about, and how its parts ask for more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from automl.inspection import Inspected, Scope
from automl.store import RunFolder
from automl.workbench import components, inspected
from automl.workbench.reading import Standing
from explain.explanation import Explanation

__all__ = ["Subject", "longer", "notes", "say"]


@dataclass(frozen=True, eq=False)
class Subject:
    """A model of a run.

    Attributes
    ----------
    run : RunFolder
    model : Standing
    models : tuple of Standing
        All of the run, best first.
    scope : Scope
        Columns, rows and task.
    explanation : Explanation or None
        The stored one, of a sample of rows.
    positions : tuple of int or None
        Where its rows stand in the table.
    output : str or None
        The class that is shown, of three or more; else None.
    """

    run: RunFolder
    model: Standing
    models: tuple[Standing, ...]
    scope: Scope
    explanation: Explanation | None
    positions: tuple[int, ...] | None
    output: str | None

    @property
    def kind(self) -> str:
        """Of the task."""
        return self.scope.task.kind

    @property
    def row_names(self) -> list[str] | None:
        """What the explained rows are called, counted from 1 as on the page of one row."""
        if self.explanation is None:
            return None
        if self.positions is None:
            return [f"example {i + 1}" for i in range(self.explanation.rows)]
        return [f"row {place + 1:,}" for place in self.positions]

    def columns(self) -> Sequence[str]:
        """Those that the model reads, the most important first where that is known."""
        if self.explanation is not None and self.explanation.rows:
            return self.explanation.global_().columns
        return self.scope.columns

    def stored(self, name: str, params: Mapping[str, Any] | None = None) -> Inspected | None:
        """An inspection that was made before."""
        return inspected.stored(self.run, self.model.id, name, params)

    def found(
        self,
        name: str,
        params: Mapping[str, Any] | None = None,
        *,
        title: str,
        text: str,
        offer: str | None = None,
        key: str | None = None,
    ) -> Inspected | None:
        """An inspection; while there is none, the page shows why and what to do."""
        return inspected.found(
            self.run, self.model.id, name, params, title=title, text=text, offer=offer, key=key or name
        )


def longer(subject: Subject, made: Inspected, params: Mapping[str, Any] | None = None) -> None:
    """The way to a result that took more time."""
    digest = "-".join(map(str, (params or {}).values()))
    inspected.longer(subject.run, made, params, key=f"{made.name}-{digest}")


def say(text: str) -> None:
    """A sentence of a result."""
    st.markdown(components.plain(text))


def notes(made: Inspected) -> None:
    """On what a result was made."""
    if made.notes:
        components.note(" ".join(made.notes))
