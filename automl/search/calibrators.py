"""Maps from predicted to calibrated probabilities, learned from out-of-fold predictions.

The procedure is that of ``CalibratedClassifierCV(ensemble=False)``: the map is learned from cross-validated
predictions and put on top of a model of more rows. Only that these predictions are there already, so that
nothing is trained again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp
from sklearn.calibration import (
    CalibratedClassifierCV,
    _CalibratedClassifier,
    _convert_to_logits,
    _SigmoidCalibration,
    _TemperatureScaling,
)
from sklearn.isotonic import IsotonicRegression

from automl.metrics import unseen_share

__all__ = ["Calibrator", "methods"]

_ISOTONIC_ROWS = 1_000  # fewer overfit it (scikit-learn's user guide; Niculescu-Mizil and Caruana, 2005)
_COLDEST = 10.0  # of the logarithm of the inverse temperature, as scikit-learn bounds it

Floats = NDArray[np.float64]


def methods(rows: int, classes: int) -> tuple[str, ...]:
    """The methods that may be tried with so many rows, the simplest first."""
    if classes > 2:
        return ("temperature",)
    return ("temperature", "sigmoid", *(("isotonic",) if rows >= _ISOTONIC_ROWS else ()))


@dataclass(frozen=True, eq=False)
class Calibrator:
    """A fitted map.

    Attributes
    ----------
    method : {"temperature", "sigmoid", "isotonic"}
        Temperature scaling (Guo et al., "On calibration of modern neural networks", 2017) divides the
        log-probabilities by one number; the sigmoid (Platt, 1999) is of the probability itself, as
        scikit-learn applies it to models without a decision function; isotonic regression (Zadrozny and
        Elkan, 2002) is any rising step function. The last two are for two classes.
    steps : tuple of fitted scikit-learn calibrators
        One; of two classes it maps the second one's probability.
    """

    method: str
    steps: tuple[Any, ...]

    @classmethod
    def fit(
        cls,
        method: str,
        y: NDArray[np.int64],
        probabilities: Floats,
        sample_weight: Floats | None = None,
    ) -> Calibrator:
        """Learn the map.

        As in a vote, half a row's worth of the base rates stands for what so many rows have not shown:
        without it, rows that are all predicted rightly would make every probability 0 or 1. (The sigmoid has
        such a pseudo-count of its own.)

        Parameters
        ----------
        method : str
        y : ndarray, shape (rows,)
            Codes of the classes.
        probabilities : ndarray, shape (rows, classes)
            Of models that have not learned from these rows.
        sample_weight : ndarray, shape (rows,), optional
            How much each row counts.
        """
        classes = probabilities.shape[1]
        counts = np.ones(len(y)) if sample_weight is None else sample_weight
        hedge = unseen_share(len(y))
        rates = np.bincount(y, weights=counts, minlength=classes) / counts.sum()
        truth = (1 - hedge) * np.eye(classes)[y] + hedge * rates
        if method == "temperature":
            step = _TemperatureScaling()
            step.beta_ = _inverse_temperature(truth, _convert_to_logits(_complete(probabilities)), counts)
        elif method == "sigmoid":
            step = _SigmoidCalibration().fit(probabilities[:, 1], y, sample_weight)
        else:
            step = IsotonicRegression(out_of_bounds="clip").fit(
                probabilities[:, 1], truth[:, 1], sample_weight
            )
        return cls(method, (step,))

    def sharpens(self, factor: float) -> bool:
        """Whether it multiplies all log-odds, by at least so much."""
        (step,) = self.steps
        return self.method == "temperature" and bool(step.beta_ >= factor)

    def __call__(self, probabilities: Floats) -> Floats:
        """Calibrated probabilities, shape (rows, classes)."""
        (step,) = self.steps
        if self.method == "temperature":
            return np.asarray(step.predict(_complete(probabilities)))
        second = step.predict(probabilities[:, 1])
        return _both(second)

    def around(self, vote: Any) -> CalibratedClassifierCV:
        """A fitted classifier that calibrates what a fitted one predicts.

        scikit-learn has no public way to make one from a map that is there; the attributes set here are
        those that its own `fit` sets.
        """
        model = CalibratedClassifierCV(vote, method=self.method, ensemble=False)
        model.classes_ = vote.classes_
        model.calibrated_classifiers_ = [
            _CalibratedClassifier(vote, list(self.steps), classes=vote.classes_, method=self.method)
        ]
        return model


def _complete(probabilities: Floats) -> Floats:
    """Probabilities as scikit-learn hands them to a map: of two classes it asks for the second one's."""
    return _both(probabilities[:, 1]) if probabilities.shape[1] == 2 else probabilities


def _both(second: Floats) -> Floats:
    return np.stack([1 - second, second], axis=1)


def _inverse_temperature(truth: Floats, logits: Floats, counts: Floats) -> float:
    """The factor of the logits with the lowest log loss, by the search that scikit-learn uses."""
    right = float((counts[:, None] * truth * logits).sum())

    def loss(logarithm: float) -> float:
        factor = np.exp(logarithm)
        return float((counts * logsumexp(factor * logits, axis=1)).sum() - factor * right)

    return float(np.exp(minimize_scalar(loss, bounds=(-_COLDEST, _COLDEST), method="bounded").x))
