"""What if: some values of a row are edited, and the model answers anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .. import formats
from ..clock import Progress
from ..errors import InputError
from ..explanation import Explanation
from ..space import stack_frames
from ..stored import Stored
from .plausible import Plausibility
from .rows import as_row, edited
from .seen import Flag

if TYPE_CHECKING:
    from .counterfactuals.scorer import RowScorer

Floats = NDArray[np.float64]


class ExplainsRows(Protocol):
    """An :class:`explain.Explainer`, or what stands for one."""

    def explain(
        self, X: pd.DataFrame, *, time_budget: float | None = None, progress: Progress | None = None
    ) -> Explanation:
        """Attribute the model's outputs for some rows to their columns."""
        ...


@dataclass(frozen=True, eq=False)
class WhatIf(Stored):
    """A row before and after an edit.

    Attributes
    ----------
    explanation : Explanation
        Of two rows: before and after.
    edited : tuple of str
        The columns whose value is another now.
    labels : tuple of two class labels, or None for regression
        What the model says before and after.
    flags : tuple of Flag
        Where the edited row leaves what the training rows hold.
    """

    explanation: Explanation
    edited: tuple[str, ...]
    labels: tuple[Any, Any] | None
    flags: tuple[Flag, ...]

    def change(self, output: Any = None) -> float:
        """Change of the prediction, in units of the scale."""
        position = self._position(output)
        before, after = self.explanation.prediction[:, position].tolist()
        return float(after - before)

    def differences(self, output: Any = None) -> Floats:
        """Change of each column's contribution, shape (M,): they sum to the change of the prediction.

        Also columns that were not edited can contribute otherwise, where the model lets them work together
        with one that was.
        """
        values = self.explanation.values[:, :, self._position(output)]
        return np.asarray(values[1] - values[0])

    def stderr(self, output: Any = None) -> Floats | None:
        """Standard errors of the differences, shape (M,); None where exact."""
        if self.explanation.stderr is None:
            return None
        errors = self.explanation.stderr[:, :, self._position(output)]
        return np.asarray(np.hypot(errors[0], errors[1]))

    def output_name(self, output: Any = None) -> str | None:
        """The class that differences are of; by default, of three or more, the one now predicted."""
        return self.explanation.output_name(self._position(output))

    def sentence(self, output: Any = None) -> str:
        """What was edited and what the model makes of it, in plain words."""
        explanation, position = self.explanation, self._position(output)
        if not self.edited:
            return "Nothing is edited: the row and its prediction are as they were."
        steps = []
        for name in self.edited:
            j = explanation.column_index(name)
            before, after = (
                formats.cell(explanation.data.iloc[r, j], explanation.reference[j]) for r in (0, 1)
            )
            steps.append(f"{name} {after} instead of {before}")
        old, new = (formats.level(float(p), explanation.scale) for p in explanation.prediction[:, position])
        label = explanation.output_name(position)
        noun = "prediction" if label is None else f"{explanation.scale} of “{label}”"
        moved = f"stays at {new}" if old == new else f"goes from {old} to {new}"
        text = f"With {formats.listed(steps)}, the {noun} {moved}"
        if self.labels is not None:
            first, second = self.labels
            text += f", and the model {'still ' if first == second else 'now '}says “{second}”"
        text += "."
        if self.flags:
            text += " Take this with care: " + " ".join(flag.message for flag in self.flags[:3])
        return text

    def _position(self, output: Any) -> int:
        explanation = self.explanation
        if output is None and explanation.outputs > 2:
            return int(explanation.prediction[1].argmax())
        return explanation.output_index(output)


def what_if(
    model: Any,
    row: Mapping[str, Any] | pd.Series[Any] | pd.DataFrame,
    changes: Mapping[str, Any],
    background: pd.DataFrame,
    *,
    plausibility: Plausibility | None = None,
    explainer: ExplainsRows | None = None,
    scorer: RowScorer | None = None,
    scale: str | None = None,
    seed: int = 0,
    time_budget: float | None = None,
    progress: Progress | None = None,
) -> WhatIf:
    """Edit values of a row and compare predictions and contributions.

    Parameters
    ----------
    model : fitted scikit-learn estimator or pipeline
    row : mapping, Series or DataFrame of one row
    changes : mapping of column to new value
        Dates and numbers may come as text; None is missing.
    background : DataFrame of shape (B, M)
        As for :func:`explain.explain`.
    plausibility : Plausibility, optional
        Of the training rows, made once and kept for many edits; default: of the background rows.
    explainer : Explainer, optional
        Of this model and background, kept for many edits; then scale and seed are its own.
    scorer : RowScorer, optional
        Of this model, kept for many edits.
    scale, seed, time_budget, progress
        As for :func:`explain.explain`.

    Returns
    -------
    WhatIf

    Raises
    ------
    InputError
        If a column is unknown, a value is not of its column's kind, or the model cannot take the row.
    """
    from ..api import explain
    from .counterfactuals.scorer import RowScorer

    if not len(background):
        raise InputError("Expected at least one background row, found none.")
    before = as_row(row, background)
    after = edited(before, changes, background)
    plausibility = plausibility or Plausibility(background, seed=seed)
    changed = [str(name) for name in changes if not _same(before[name], after[name])]
    flags = plausibility.flags(after, changed) if changed else []
    old = {(flag.code, flag.columns) for flag in plausibility.flags(before, changed)} if flags else set()
    flags = [flag for flag in flags if (flag.code, flag.columns) not in old]
    both = stack_frames(before, after)
    try:
        if explainer is None:
            explanation = explain(
                model, both, background, scale=scale, seed=seed, time_budget=time_budget, progress=progress
            )
        else:
            explanation = explainer.explain(both, time_budget=time_budget, progress=progress)
        labels = (scorer or RowScorer(model)).labels(both, explanation.prediction, explanation.scale)
    except ValueError as error:
        if isinstance(error, InputError) or not any(flag.code == "unseen_value" for flag in flags):
            raise
        raise InputError(
            f"The model cannot take a value that it never saw: {flags[0].message} ({error})"
        ) from error
    said = None if labels is None else labels.tolist()
    return WhatIf(explanation, tuple(changed), None if said is None else (said[0], said[1]), tuple(flags))


def _same(before: pd.Series[Any], after: pd.Series[Any]) -> bool:
    old, new = before.iloc[0], after.iloc[0]
    if formats.is_missing(old) or formats.is_missing(new):
        return formats.is_missing(old) and formats.is_missing(new)
    return bool(old == new)
