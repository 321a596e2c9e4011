"""What is explained: the outputs of a model on a named scale.

Binary classifiers are worked with as one output, the probability (or margin) of the positive class; the
other class is its mirror image and is added at the end (:func:`widen`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax
from sklearn.base import is_classifier

from .errors import ScaleError

SCALES = ("probability", "target", "margin", "log")

Floats = NDArray[np.float64]


def model_classes(model: Any) -> tuple[Any, ...] | None:
    """Class labels in the order of the model's outputs; None for a regressor."""
    if not is_classifier(model):
        return None
    return tuple(label.item() if isinstance(label, np.generic) else label for label in model.classes_)


def choose_scale(model: Any, scale: str | None) -> str:
    """The scale to explain on: as requested, or the one that users read (probability, else margin; target).

    Raises
    ------
    ScaleError
        If the model has no output on that scale, or classifies several targets at once.
    """
    if is_classifier(model) and isinstance(getattr(model, "classes_", None), list):
        raise ScaleError(
            f"Expected a classifier of one target, found a {type(model).__name__} of {len(model.classes_)}. "
            "Explain one model for each target."
        )
    if scale is not None and scale not in SCALES:
        raise ScaleError(f"Expected scale to be one of {', '.join(SCALES)}, found {scale!r}.")
    offered = _offered(model)
    if scale is None:
        if not offered:
            raise ScaleError(
                f"{type(model).__name__} offers neither predict_proba nor decision_function, so there is no "
                "number to explain. Use a classifier with probabilities (for a vote: voting='soft')."
            )
        return offered[0]
    if scale not in offered:
        raise ScaleError(
            f"{type(model).__name__} has no {scale} scale; it offers {', '.join(offered) or 'none'}."
        )
    return scale


def _offered(model: Any) -> list[str]:
    if not is_classifier(model):
        return ["target", "log"] if has_log_link(last_step(model)) else ["target"]
    offered = ["probability"] if hasattr(model, "predict_proba") else []
    if hasattr(model, "decision_function") or is_lightgbm(last_step(model)):
        offered.append("margin")
    return offered


def last_step(model: Any) -> Any:
    """The final estimator of nested pipelines."""
    while hasattr(model, "steps"):
        model = model.steps[-1][1]
    return model


def is_lightgbm(estimator: Any) -> bool:
    """Whether an estimator is one of LightGBM's."""
    return type(estimator).__module__.split(".")[0] == "lightgbm"


def has_log_link(estimator: Any) -> bool:
    """Whether a fitted regressor adds up logarithms: LightGBM's and scikit-learn's Poisson-type models."""
    if is_lightgbm(estimator):
        return getattr(estimator, "objective_", None) in ("poisson", "gamma", "tweedie")
    loss = getattr(estimator, "_loss", getattr(estimator, "_base_loss", None))
    return type(getattr(loss, "link", None)).__name__ == "LogLink"


def link_of(estimator: Any, scale: str, outputs: int) -> str:
    """From the sum that a model makes to its output on a scale: identity, exp, sigmoid or softmax."""
    if scale == "probability":
        return "sigmoid" if outputs == 1 else "softmax"
    return "exp" if scale == "target" and has_log_link(estimator) else "identity"


def linked(raw: Floats, link: str) -> Floats:
    """Sums of shape (..., K) on the scale behind the link."""
    if link == "sigmoid":
        return np.asarray(expit(raw), dtype=np.float64)
    if link == "softmax":
        return np.asarray(softmax(raw, axis=-1), dtype=np.float64)
    return np.exp(raw) if link == "exp" else raw


def predictor(model: Any, scale: str) -> Callable[[Any], Floats]:
    """Rows → outputs of shape (R, K); K = 1 for regression and binary classification (positive class)."""

    def predict(rows: Any) -> Floats:
        if scale in ("target", "log"):
            raw = model.predict(rows) if scale == "target" else np.log(model.predict(rows))
        elif scale == "probability":
            raw = model.predict_proba(rows)
        elif hasattr(model, "decision_function"):
            raw = model.decision_function(rows)
        else:
            raw = model.predict_proba(rows, raw_score=True)
        return shaped(raw, scale)

    return predict


def shaped(raw: Any, scale: str) -> Floats:
    """What a model says, in the shape that is worked with: (R, K)."""
    outputs = np.asarray(raw, dtype=np.float64)
    if outputs.ndim == 1:
        return outputs[:, None]
    return outputs[:, 1:] if scale == "probability" and outputs.shape[1] == 2 else outputs


def widen(values: Floats, classes: tuple[Any, ...] | None) -> Floats:
    """Attributions (..., 1) of the positive class → (..., 2); anything else unchanged."""
    if classes is None or len(classes) != 2:
        return values
    return np.concatenate([-values, values], axis=-1)


def widen_level(level: Floats, classes: tuple[Any, ...] | None, scale: str) -> Floats:
    """Predictions or base values (..., 1) of the positive class → (..., 2); anything else unchanged."""
    if classes is None or len(classes) != 2:
        return level
    return np.concatenate([(1.0 if scale == "probability" else 0.0) - level, level], axis=-1)
