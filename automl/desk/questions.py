"""What can be asked about rows. Rows are counted from 0; `changes` are new values by column.

    about             the columns with their kinds and ranges, the most important first; rows to start from
    row               row, changes: prediction and contributions
    what_if           row, changes: both before and after, and where the row leaves what was learned from
    compare           variants, each with row and changes: their values and predictions
    counterfactuals   row, changes, and what the inspection takes: what would have to be different
    neighbours        row, changes, count: what became of rows like it
    contested         row, changes: columns on whose direction near-tied models disagree
    paths             row, changes: how its output builds up, beside rows like it

Those in the middle are inspections (:mod:`automl.inspection`), made with what the desk keeps warm.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.desk.facts import facts
from automl.errors import SettingError
from automl.inspection import get_inspection, read_params
from explain.frames import frame_to_json
from explain.joined import joined
from explain.row.paths import decision_paths
from explain.space import stack_frames

if TYPE_CHECKING:
    from automl.desk.engine import Engine

__all__ = ["QUESTIONS", "Question"]

Progress = Callable[[float], None] | None
_SECONDS = 10.0
_MOST_VARIANTS = 12


@dataclass(frozen=True)
class Question:
    """One kind of question.

    Attributes
    ----------
    answer : callable
        ``answer(engine, params, seconds, progress)`` gives JSON.
    slow : bool
        Whether others may pass it.
    """

    answer: Callable[[Engine, dict[str, Any], float | None, Progress], dict[str, Any]]
    slow: bool = False


def _about(
    engine: Engine, params: dict[str, Any], seconds: float | None, progress: Progress
) -> dict[str, Any]:
    _take_nothing_else(params, "about")
    return engine.matter.once("about", lambda: facts(engine))


def _row(engine: Engine, params: dict[str, Any], seconds: float | None, progress: Progress) -> dict[str, Any]:
    position, edits = engine.position(params.pop("row", None)), engine.edits(params.pop("changes", None))
    _take_nothing_else(params, "row", "row, changes")
    row = engine.row(position, edits)
    explanation = engine.explained.explain(row, time_budget=seconds, progress=progress)
    labels = engine.scorer.labels(row, explanation.prediction, explanation.scale)
    return {
        "explanation": explanation.to_json(),
        "label": None if labels is None else labels.tolist()[0],
        "outcome": engine.matter.outcomes(np.array([position]))[0],
        "learned": bool(np.isin(position, engine.matter.learned)),
        "final": engine.explained.is_final(row),
    }


def _what_if(
    engine: Engine, params: dict[str, Any], seconds: float | None, progress: Progress
) -> dict[str, Any]:
    what = get_inspection("what_if")
    read = read_params(what, params, engine.scope)
    matter = engine.at(read["row"], {})
    result = what.make(matter, time_budget=seconds, progress=progress, **read)
    return {
        "result": result.to_json(),
        "notes": matter.notes,
        "final": engine.explained.is_final(result.explanation.data),
    }


def _compare(
    engine: Engine, params: dict[str, Any], seconds: float | None, progress: Progress
) -> dict[str, Any]:
    variants = params.pop("variants", None)
    _take_nothing_else(params, "compare", "variants")
    if not isinstance(variants, list) or not 1 <= len(variants) <= _MOST_VARIANTS:
        raise SettingError(f"Expected 1 to {_MOST_VARIANTS} variants, found {variants!r:.80}.")
    frame = None
    for each in variants:
        if not isinstance(each, Mapping) or not set(each) <= {"row", "changes"}:
            raise SettingError(f"Expected a variant as row and changes, found {each!r:.80}.")
        row = engine.row(engine.position(each.get("row")), engine.edits(each.get("changes")))
        frame = row if frame is None else stack_frames(frame, row)
    assert frame is not None
    outputs, labels = engine.scorer.answers(frame)
    classes = engine.scorer.classes
    return {
        "rows": frame_to_json(frame),
        "outputs": outputs.tolist(),
        "labels": None if labels is None else labels.tolist(),
        "classes": None if classes is None else list(classes),
        "scale": engine.scorer.scale,
    }


def _inspected(name: str) -> Callable[[Engine, dict[str, Any], float | None, Progress], dict[str, Any]]:
    def answer(
        engine: Engine, params: dict[str, Any], seconds: float | None, progress: Progress
    ) -> dict[str, Any]:
        edits = engine.edits(params.pop("changes", None))
        what = get_inspection(name)
        read = read_params(what, params, engine.scope)
        matter = engine.at(read["row"], edits)
        result = what.make(matter, time_budget=seconds or _SECONDS, progress=progress, **read)
        return {"result": result.to_json(), "notes": matter.notes}

    return answer


def _paths(
    engine: Engine, params: dict[str, Any], seconds: float | None, progress: Progress
) -> dict[str, Any]:
    position, edits = engine.position(params.pop("row", None)), engine.edits(params.pop("changes", None))
    output = params.pop("output", None)
    _take_nothing_else(params, "paths", "row, changes, output")
    stored, places = engine.sample()
    if stored is None:
        raise SettingError(
            "Expected an explanation of a sample of rows to compare with, found none.",
            fix="Let the page Explain make it first.",
        )
    own = engine.explained.explain(engine.row(position, edits), time_budget=seconds, progress=progress)
    others = [i for i in range(stored.rows) if i >= len(places) or places[i] != position]
    paths = decision_paths(joined([own, stored.take(others)]), 0, output)
    known = [position, *(places[others[r - 1]] if places else None for r in paths.rows[1:])]
    return {"result": paths.to_json(), "rows": known}


def _take_nothing_else(params: Mapping[str, Any], question: str, takes: str = "nothing") -> None:
    if params:
        raise SettingError(
            f"The question {question} takes no {next(iter(params))!r}.", fix=f"It takes {takes}."
        )


QUESTIONS: Mapping[str, Question] = {
    "about": Question(_about),
    "row": Question(_row),
    "what_if": Question(_what_if),
    "compare": Question(_compare),
    "counterfactuals": Question(_inspected("counterfactuals"), slow=True),
    "neighbours": Question(_inspected("neighbours"), slow=True),
    "contested": Question(_inspected("contested"), slow=True),
    "paths": Question(_paths),
}
