"""Which of the explained rows to show: typical ones, certain and uncertain ones, and wrong ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from automl.task import Task
from explain.explanation import Explanation

from .subject import Evidence

__all__ = ["Example", "examples"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Example:
    """One row worth looking at.

    Attributes
    ----------
    position : int
        Among the explained rows.
    why : str
        In words.
    """

    position: int
    why: str


def examples(task: Task, explanation: Explanation, evidence: Evidence | None) -> list[Example]:
    """Rows to show, each once, at most six.

    Right and wrong go by what models said that had not learned from the row; where that is not known, rows
    are chosen by the prediction alone.

    Parameters
    ----------
    task : Task
    explanation : Explanation
    evidence : Evidence or None
        Of the explained rows.
    """
    choose = _numbers if task.kind == "regression" else _classes
    chosen: dict[int, Example] = {}
    for position, why in choose(explanation, evidence):
        if position in chosen:
            why = f"{chosen[position].why}; {why[0].lower()}{why[1:]}"
        chosen[position] = Example(position, why)
    return list(chosen.values())[:6]


def _typical(explanation: Explanation) -> int:
    """The row whose contributions are nearest to those of all others."""
    flat = explanation.values.reshape(explanation.rows, -1)
    apart = [float(np.abs(flat - row).sum(axis=1).mean()) for row in flat]
    return int(np.argmin(apart))


def _classes(explanation: Explanation, evidence: Evidence | None) -> Iterator[tuple[int, str]]:
    probability = explanation.prediction
    if not explanation.rows:
        return
    yield _typical(explanation), "Typical: its contributions are nearest to those of the other rows"
    ranked = np.sort(probability, axis=1)
    margin = ranked[:, -1] - ranked[:, -2]
    if evidence is None or not np.isfinite(evidence.honest).all(axis=1).any():
        yield int(ranked[:, -1].argmax()), "Most certain"
        yield int(margin.argmin()), "Least certain"
        return
    known = np.isfinite(evidence.honest).all(axis=1) & np.isfinite(evidence.truth)
    truth = np.where(known, evidence.truth, 0).astype(np.int64)
    said = np.where(known[:, None], evidence.honest, 0.0)
    of_truth = said[np.arange(len(truth)), truth]
    right = known & (said.argmax(axis=1) == truth)
    # Right and certain, once for each of the (first) classes: the ones that people compare.
    for code in np.unique(truth[right])[:2]:
        rows = np.flatnonzero(right & (truth == code))
        label = explanation.classes[code] if explanation.classes is not None else code
        yield int(rows[probability[rows, code].argmax()]), f"Most certain of “{label}”, and right"
    rows = np.flatnonzero(known)
    yield int(rows[margin[rows].argmin()]), "Least certain"
    wrong = np.flatnonzero(known & ~right)
    for code in dict.fromkeys(truth[wrong[of_truth[wrong].argsort()]].tolist()):
        own = wrong[truth[wrong] == code]
        label = explanation.classes[code] if explanation.classes is not None else code
        yield int(own[of_truth[own].argmin()]), f"Wrong: in truth “{label}”, which the model thought unlikely"


def _numbers(explanation: Explanation, evidence: Evidence | None) -> Iterator[tuple[int, str]]:
    predicted = explanation.prediction[:, 0]
    if not explanation.rows:
        return
    yield _typical(explanation), "Typical: its contributions are nearest to those of the other rows"
    yield int(predicted.argmax()), "Highest prediction"
    yield int(predicted.argmin()), "Lowest prediction"
    if evidence is None:
        return
    error = evidence.honest.reshape(-1) - evidence.truth
    if not np.isfinite(error).any():
        return
    yield int(np.nanargmax(error)), "Most overestimated of these rows"
    yield int(np.nanargmin(error)), "Most underestimated of these rows"
    yield int(np.nanargmin(np.abs(error))), "Closest to the truth"
