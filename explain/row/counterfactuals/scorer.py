"""The model's own answers, on its own terms: outputs, labels and what decides between two."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import VotingClassifier
from sklearn.model_selection import FixedThresholdClassifier
from sklearn.pipeline import Pipeline

from ...errors import InputError
from ...outputs import choose_scale, is_lightgbm, last_step, model_classes, predictor, widen_level
from .goal import Floats, Goal


class RowScorer:
    """A model with its scale and classes.

    Attributes
    ----------
    model : fitted estimator or pipeline
    scale : {"probability", "margin", "target"}
    classes : tuple of class labels, or None for regression
    """

    def __init__(self, model: Any) -> None:
        self.model = model
        self.scale = choose_scale(model, None)
        self.classes = model_classes(model)

    def answers(self, frame: pd.DataFrame) -> tuple[Floats, NDArray[Any] | None]:
        """Outputs of all classes (or the prediction), shape (R, K), and labels, for raw rows.

        A pipeline's first steps are gone through once for both.
        """
        rows: Any = frame
        final = self.model
        while isinstance(final, Pipeline):
            if len(final.steps) > 1:
                rows = final[:-1].transform(rows)
            final = final.steps[-1][1]
        outputs = self.wide(predictor(final, self.scale)(rows))
        if self.classes is None:
            return outputs, None
        labels = self._rule(final, outputs)
        return outputs, np.asarray(final.predict(rows)) if labels is None else labels

    def labels(self, frame: pd.DataFrame, outputs: Floats, scale: str) -> NDArray[Any] | None:
        """What the model says of raw rows whose outputs are known; None for regression.

        Parameters
        ----------
        frame : DataFrame of shape (R, M)
        outputs : array of shape (R, K)
            Of all classes.
        scale : str
            Of these outputs.
        """
        if self.classes is None:
            return None
        labels = self._rule(last_step(self.model), outputs) if scale == self.scale else None
        return np.asarray(self.model.predict(frame)) if labels is None else labels

    def _rule(self, final: Any, outputs: Floats) -> NDArray[Any] | None:
        """Labels where scikit-learn takes them from the probabilities: saves a second answer."""
        if self.scale != "probability" or self.classes is None:
            return None
        labels: NDArray[Any] = np.array(self.classes, dtype=object)
        if isinstance(final, FixedThresholdClassifier) and final.response_method != "decision_function":
            positive = self.classes.index(final.classes_[1] if final.pos_label is None else final.pos_label)
            above = outputs[:, positive] >= self.threshold(positive)
            return np.asarray(labels[np.where(above, positive, 1 - positive)])
        if isinstance(final, (VotingClassifier, CalibratedClassifierCV)) or is_lightgbm(final):
            return np.asarray(labels[outputs.argmax(axis=1)])
        return None

    def wide(self, outputs: Floats) -> Floats:
        """The same from the positive class of two alone."""
        return widen_level(outputs, self.classes, self.scale)

    def position(self, goal: Goal) -> int:
        """The goal's output."""
        return 0 if self.classes is None else self.classes.index(goal.label)

    def threshold(self, position: int) -> float:
        """What the output of one of two classes must exceed to be the label."""
        if self.scale != "probability":
            return 0.0
        final = last_step(self.model)
        if not isinstance(final, FixedThresholdClassifier) or final.threshold == "auto":
            return 0.5
        positive = final.classes_[1] if final.pos_label is None else final.pos_label
        own = self.classes is not None and self.classes[position] == positive
        return float(final.threshold) if own else 1.0 - float(final.threshold)

    def goal(self, goal: Goal | None, outputs: Floats) -> Goal:
        """The goal asked for; of two classes by default the one that is not predicted."""
        if goal is None:
            if self.classes is None or len(self.classes) != 2:
                raise InputError("Expected a goal, found none: only with two classes there is a natural one.")
            goal = Goal(self.classes[0] if outputs[0, 1] > self.threshold(1) else self.classes[1])
        return goal.checked(self.classes, self.scale)
