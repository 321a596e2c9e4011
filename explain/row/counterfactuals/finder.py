"""The front of the package: a model and its training rows, asked for counterfactuals of single rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ...clock import Clock, Progress, part
from ...errors import InputError
from ..plausible import Plausibility
from ..rows import as_row
from .asked import Asked
from .candidates import Candidates
from .constraints import Constraints
from .goal import Goal
from .result import Counterfactuals
from .scorer import RowScorer
from .search import nearer, search

_LOOKED_AT = 12  # sets of columns that reach the goal and are brought nearer to the row
_CHECKED = 60  # answers that the model scores in raw columns, when the best do not hold


class CounterfactualFinder:
    """Nearest rows that a model treats as wanted: "what would have to be different?"

    Preparation (what is usual in the training rows, candidate values and their encoding) is done once, so
    that each row takes a few calls of the model on some hundred changed rows.

    Parameters
    ----------
    model : fitted scikit-learn estimator or pipeline
        Takes a DataFrame with the columns of ``training``.
    training : DataFrame of shape (N, M)
        Rows the model learned from: changed values are taken from them, and plausibility is measured by them.
    constraints : Constraints, optional
    plausibility : Plausibility, optional
        Of the same training rows, when there is one already.
    seed : int

    Raises
    ------
    InputError
        If there are no training rows or the constraints do not fit their columns.

    Notes
    -----
    Counterfactuals in the sense of Wachter, Mittelstadt and Russell (2017), found by beam search over values
    that occur in training rows. They describe the model: whether a change can be made, and what else it
    would change, the model does not know.
    """

    def __init__(
        self,
        model: Any,
        training: pd.DataFrame,
        constraints: Constraints | None = None,
        *,
        plausibility: Plausibility | None = None,
        seed: int = 0,
    ) -> None:
        if not len(training):
            raise InputError("Expected at least one training row, found none.")
        self.constraints = constraints or Constraints()
        self.constraints.check(training)
        self.training = training.reset_index(drop=True)
        self.scored = RowScorer(model)
        self.plausibility = plausibility or Plausibility(self.training, seed=seed)
        self.candidates = Candidates(
            model, self.scored.scale, self.training, self.constraints, self.plausibility
        )

    def find(
        self,
        row: Mapping[str, Any] | pd.Series[Any] | pd.DataFrame,
        goal: Goal | None = None,
        *,
        k: int = 4,
        max_changes: int = 3,
        time_budget: float | None = None,
        progress: Progress | None = None,
    ) -> Counterfactuals:
        """The nearest changed rows that reach a goal.

        Parameters
        ----------
        row : mapping, Series or DataFrame of one row
        goal : Goal, optional
            Default for two classes: the one that the model does not predict.
        k : int
            At most so many, with different columns changed.
        max_changes : int
            At most so many columns are changed.
        time_budget : float, optional
            Seconds. When they are short, fewer combinations are tried.
        progress : callable, optional
            Called with the share done, 0..1.

        Returns
        -------
        Counterfactuals
            Also where none is found: then with the closest.

        Raises
        ------
        InputError
            If the row does not have the training rows' columns, or the goal does not suit the model.
        """
        clock = Clock(time_budget)
        for name, number in (("k", k), ("max_changes", max_changes)):
            if number < 1:
                raise InputError(f"Expected {name} of at least 1, found {number}.")
        if time_budget is not None and not time_budget > 0:
            raise InputError(f"Expected time_budget above 0 seconds, found {time_budget}.")
        frame = as_row(row, self.training)
        asked = Asked(frame, goal, self.candidates, self.scored, self.plausibility)
        changeable = sum(len(values) > 0 for values in asked.task.finer)
        own = np.full((1, len(asked.names)), self.candidates.own)
        lines, confirmed, tried, complete = own[:0], False, 0, True
        already = asked.start <= 0 and bool(asked.confirmed(own)[0])
        if not already and changeable:
            everything, complete = search(asked.task, k, max_changes, clock, part(progress, 0.0, 0.9))
            refined = nearer(asked.task, asked.cheapest(everything, _LOOKED_AT))
            tried = everything.rows + refined.rows
            ranked = asked.ranked(everything.joined(refined))
            # The best are asked of the model as it is; should they not hold, then many.
            for count in dict.fromkeys((k, _CHECKED)):
                lines = asked.different(ranked, count)
                holds = asked.confirmed(lines)
                confirmed = bool(holds.any())
                if holds.all() or count == _CHECKED:
                    lines = lines[holds][:k]
                    break
            if not confirmed:
                lines = asked.closest(everything)
        options, output, label, rows = asked.described(lines)
        if progress is not None:
            progress(1.0)
        return Counterfactuals(
            goal=asked.goal,
            scale=self.scored.scale,
            output=output,
            label=label,
            found=options if confirmed else (),
            closest=None if confirmed or not options else options[0],
            rows=rows,
            reference=tuple(column.reference for column in self.plausibility.columns),
            changeable=changeable,
            tried=tried,
            complete=complete,
            already=already,
            milliseconds=1000 * clock.spent(),
        )
