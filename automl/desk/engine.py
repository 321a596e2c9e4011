"""What a desk knows: the model, its rows, and an explainer that is warm."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from automl.desk.questions import QUESTIONS
from automl.desk.remembered import Remembered
from automl.errors import SettingError
from automl.inspection import Matter, Scope
from automl.inspection.known import plausibility_of, scorer_of
from automl.inspection.parameters import changes as read_changes
from automl.inspection.parameters import row as read_row
from automl.plan import CompiledParts
from automl.run import load_run
from explain import Explainer, ExplainError, Explanation
from explain.row.rows import edited

__all__ = ["Engine"]

_MADE_OF = ("result.json", "task.json", "prepared.json")
_WARM_SECONDS = 2.0
_FEW = 12  # rows whose explanation tells which columns matter, where none is stored


class Engine:
    """Answers questions about rows.

    Parameters
    ----------
    run_folder : Path
    model : str
        Id of the model.
    say : callable
        Told what is being done while this loads.

    Attributes
    ----------
    matter : Matter
    scope : Scope
        What questions may name.
    explained : Remembered
    scorer : RowScorer
        Of the model.
    """

    def __init__(self, run_folder: Path, model: str, say: Callable[[str], None]) -> None:
        say("Loading the model")
        self._run = load_run(run_folder)
        self._model = model
        self._stamp = self._stamps()
        self._fingerprint = self._run.fingerprint(model)
        self.matter: Matter = self._run.matter(model)
        self.scope: Scope = self._run.scope()
        say("Reading the rows it learned from")
        plausibility_of(self.matter)
        say("Preparing explanations")
        explainer = Explainer(
            self.matter.model,
            self.matter.background,
            seed=self.matter.seed,
            shortcuts=CompiledParts(self.matter.schema),
        )
        self.explained = Remembered(explainer, self.matter.background)
        self.matter.once("explainer", lambda: self.explained)
        self.scorer = scorer_of(self.matter)
        self._rank_columns(explainer)

    def _rank_columns(self, explainer: Explainer) -> None:
        """Which columns matter, from the stored explanation or a few rows; either way all is warm then."""
        stored = self.matter.explanation
        few = self.matter.rows.iloc[self.matter.sample(_FEW)] if stored is None else stored.data.iloc[[0]]
        made = explainer.explain(few, time_budget=_WARM_SECONDS)
        self.columns: tuple[str, ...] = (stored or made).global_().columns

    def answer(
        self,
        question: str,
        params: Mapping[str, Any],
        seconds: float | None,
        progress: Callable[[float], None] | None,
    ) -> dict[str, Any]:
        """The answer, as JSON.

        Raises
        ------
        SettingError
            When there is no such question, it is asked something that makes no sense, or these rows cannot
            answer it.
        """
        if question not in QUESTIONS:
            raise SettingError(f"There is no question {question!r}.", fix=f"There is {', '.join(QUESTIONS)}.")
        try:
            return QUESTIONS[question].answer(self, dict(params), seconds, progress)
        except ExplainError as error:
            raise SettingError(str(error)) from error

    def is_slow(self, question: str) -> bool:
        """Whether quick questions may pass this one."""
        return question in QUESTIONS and QUESTIONS[question].slow

    def refine(self, wanted: Callable[[], bool]) -> bool:
        """Go on with a row that was explained in haste; whether there was one."""
        return self.explained.refine(wanted)

    def is_refining(self) -> bool:
        """Whether there is a row that was explained in haste."""
        return self.explained.hasty > 0

    def is_stale(self) -> bool:
        """Whether the model has become another since it was loaded.

        The files that say what it is made of are only looked at when one of them is another.
        """
        stamp = self._stamps()
        if stamp == self._stamp:
            return False
        if self._run.fingerprint(self._model) != self._fingerprint:
            return True
        self._stamp = stamp
        return False

    def _stamps(self) -> tuple[int, ...]:
        paths = [self._run.folder.path / name for name in _MADE_OF]
        return tuple(path.stat().st_mtime_ns if path.exists() else 0 for path in paths)

    def sample(self) -> tuple[Explanation | None, list[int]]:
        """The stored explanation of a sample of rows, and their positions; it may come after the desk."""
        name = f"explanations/{self._model}.json"
        path = self._run.folder.path / name
        if not path.exists():
            return None, []
        stored = self.matter.once(
            "sample", lambda: self._run.explanation(self._model), of=path.stat().st_mtime_ns
        )
        return stored, self._run.folder.read(f"explanations/{self._model}.rows.json") or []

    # -- what questions are made of ------------------------------------------------------------------------

    def position(self, value: Any) -> int:
        """A row of the table, counted from 0, checked."""
        return read_row("row", value, self.scope)

    def edits(self, value: Any) -> dict[str, Any]:
        """New values by column, checked; none for none."""
        return read_changes("changes", value, self.scope) if value else {}

    def row(self, position: int, edits: Mapping[str, Any]) -> pd.DataFrame:
        """A row of the table with some values changed."""
        row = self.matter.rows.iloc[[position]].reset_index(drop=True)
        return edited(row, edits, self.matter.background) if edits else row

    def at(self, position: int, edits: Mapping[str, Any]) -> Matter:
        """The matter with that row edited, and without notes."""
        changed = {position: self.row(position, edits)} if edits else {}
        return replace(self.matter, notes=[], edits=changed)
