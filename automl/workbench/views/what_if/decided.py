"""Labels as the run decides them: where errors between several classes cost, not the most probable ones.

No class of scikit-learn gives labels that differ from its probabilities, so what the bare model of such a run
says is not what is predicted wherever Glassbench scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from automl.costs import CostMatrix
from automl.metrics import least_cost
from automl.store import RunFolder
from automl.task import Task

__all__ = ["Decider", "decider_of"]


@dataclass(frozen=True)
class Decider:
    """Gives each row the class of least expected cost.

    Attributes
    ----------
    classes : tuple of str
    costs : CostMatrix
        By the codes of these classes.
    """

    classes: tuple[str, ...]
    costs: CostMatrix

    def labels(self, probabilities: Any, classes: Sequence[Any]) -> list[str]:
        """Labels of rows.

        Parameters
        ----------
        probabilities : array of shape (R, K)
        classes : sequence of K class labels
            Whose probabilities these are.
        """
        named = [str(name) for name in classes]
        ordered = np.asarray(probabilities)[:, [named.index(name) for name in self.classes]]
        return [self.classes[code] for code in least_cost(ordered, self.costs).tolist()]


def decider_of(run: RunFolder) -> Decider | None:
    """How the labels of a run are decided; None where the model's own labels are those."""
    content = run.read("task.json")
    task = None if content is None else Task.from_json(content)
    if task is None or task.kind != "multiclass" or task.costs is None or task.classes is None:
        return None
    return Decider(tuple(str(label) for label in task.classes), task.costs)
