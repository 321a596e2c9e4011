"""From what members predict to the model's answer: targets back in their units, the vote, its calibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .compiling import Builder, CannotCompileError, class_name, compile_member
from .found import modules_of
from .members.base import Floats, Member
from .program import Program

__all__ = ["Vote", "calibrated", "compile_vote", "member_kinds"]

_BACK = {"exp": np.exp, "expm1": np.expm1}
_TINY = 1e-12  # added by scikit-learn before it takes logarithms of probabilities


def member_kinds() -> dict[str, type[Member]]:
    """All kinds of members by name, found in ``members/``."""
    from . import members

    return {
        thing.kind: thing
        for module in modules_of(members)
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, Member) and hasattr(thing, "kind")
    }


def compile_vote(final: Any, builder: Builder, classes: Sequence[Any] | None) -> dict[str, Any]:
    """Compile what stands behind the preprocessor: threshold, calibration, vote, members.

    Raises
    ------
    CannotCompileError
    """
    threshold = calibration = None
    if class_name(final) == "sklearn.FixedThresholdClassifier":
        if final.response_method != "predict_proba" or classes is None or final.pos_label != classes[-1]:
            raise CannotCompileError("A threshold of anything but the second class's probability")
        threshold = float(final.threshold)
        final = final.estimator_
    while class_name(final) == "sklearn.FrozenEstimator":
        final = final.estimator
    if class_name(final) == "sklearn.CalibratedClassifierCV":
        if len(final.calibrated_classifiers_) != 1:
            raise CannotCompileError("A calibration of several models")
        calibration = _compile_calibration(final.calibrated_classifiers_[0])
        final = final.calibrated_classifiers_[0].estimator
    name = class_name(final)
    fitted, weights = [final], None
    if name in ("sklearn.VotingClassifier", "sklearn.VotingRegressor"):
        if getattr(final, "voting", "soft") != "soft":
            raise CannotCompileError("A vote of labels")
        fitted, weights = list(final.estimators_), final._weights_not_none
    registers = list(range(builder.width))
    return {
        "members": [_compile_one(one, registers, builder) for one in fitted],
        "weights": None if weights is None else [float(weight) for weight in weights],
        "voted": name.startswith("sklearn.Voting"),
        "calibration": calibration,
        "threshold": threshold,
    }


def _compile_one(fitted: Any, registers: list[int], builder: Builder) -> dict[str, Any]:
    if class_name(fitted) != "sklearn.TransformedTargetRegressor":
        return compile_member(fitted, registers, builder)
    ranged, log = (part for _, part in fitted.transformer_.steps)
    back = getattr(log.inverse_func, "__name__", None)
    limits = ranged.inv_kw_args or {}
    if back not in _BACK or ranged.inverse_func is not np.clip or set(limits) != {"a_min", "a_max"}:
        raise CannotCompileError("A target on an unknown scale")
    described = compile_member(fitted.regressor_, registers, builder)
    return described | {"back": {"function": back, "least": limits["a_min"], "most": limits["a_max"]}}


def _compile_calibration(pair: Any) -> dict[str, Any]:
    (step,) = pair.calibrators
    if pair.method == "temperature":
        return {"method": "temperature", "factor": float(step.beta_)}
    if pair.method == "sigmoid" and len(pair.classes) == 2:
        return {"method": "sigmoid", "slope": float(step.a_), "shift": float(step.b_)}
    if pair.method == "isotonic" and len(pair.classes) == 2 and step.out_of_bounds == "clip":
        return {
            "method": "isotonic",
            "x": np.asarray(step.X_thresholds_, dtype=np.float64),
            "y": np.asarray(step.y_thresholds_, dtype=np.float64),
        }
    raise CannotCompileError(f"A calibration by {pair.method} of {len(pair.classes)} classes")


def calibrated(calibration: Mapping[str, Any], probabilities: Floats) -> Floats:
    """Calibrated probabilities, shape (rows, classes)."""
    if calibration["method"] == "temperature":
        if probabilities.shape[1] == 2:
            probabilities = np.stack([1 - probabilities[:, 1], probabilities[:, 1]], axis=1)
        raised = calibration["factor"] * np.log(probabilities + _TINY)
        raised = np.exp(raised - raised.max(axis=1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True))
    second = probabilities[:, 1]
    if calibration["method"] == "sigmoid":
        second = 1 / (1 + np.exp(np.minimum(calibration["slope"] * second + calibration["shift"], 709.0)))
    else:
        second = np.interp(second, calibration["x"], calibration["y"])
    return np.stack([1 - second, second], axis=1)


class Vote:
    """Members and their weights.

    Parameters
    ----------
    document : mapping
        The plan.
    program : Program
    """

    def __init__(self, document: Mapping[str, Any], program: Program) -> None:
        kinds = member_kinds()
        self._classes = document["classes"]
        self._members: list[tuple[Member, NDArray[np.intp] | None, Mapping[str, Any] | None]] = []
        everything = np.arange(program.width)
        for described in document["members"]:
            source = program.place[np.asarray(described["from"], dtype=np.intp)]
            if described["kind"] == "trees" and len(source) != described["columns"]:
                raise ValueError("a member reads another number of registers than it asks about")
            whole = np.array_equal(source, everything)
            member = kinds[described["kind"]](described)
            self._members.append((member, None if whole else source, described.get("back")))
        self._voted = bool(document["voted"])
        weights = document["weights"]
        self._weights = None if weights is None else np.asarray(weights, dtype=np.float64)
        if len(self._members) != (1 if self._weights is None and not self._voted else len(self._members)):
            raise ValueError("a model that does not vote has one member")
        self._total = None if self._weights is None else self._weights.sum()
        self._calibration = document["calibration"]
        self._width = program.width

    def predict(self, registers: Floats, threads: int = 1) -> Floats:
        """Probabilities, shape (rows, classes), or values, shape (rows,), from registers (registers, rows)."""
        given: Floats | None = None
        parts = []
        for member, source, back in self._members:
            if source is not None:
                matrix = np.ascontiguousarray(registers.take(source, axis=0).T)
            else:
                if given is None:
                    given = np.ascontiguousarray(registers[: self._width].T)
                matrix = given
            part = member.predict(matrix, threads)
            if back is not None:
                with np.errstate(over="ignore"):
                    part = np.clip(_BACK[back["function"]](part), back["least"], back["most"])
            parts.append(part)
        if self._classes is None:
            return self._values(parts)
        voted = parts[0] if not self._voted else self._mean(np.stack(parts), 0)
        return voted if self._calibration is None else calibrated(self._calibration, voted)

    def _values(self, parts: list[Floats]) -> Floats:
        if not self._voted:
            return parts[0][:, 0]
        # Laid out as scikit-learn's vote does, so that sums are taken in the same order.
        return self._mean(np.stack([part[:, 0] for part in parts]).T, 1)

    def _mean(self, stacked: Floats, axis: int) -> Floats:
        if self._weights is None:
            return np.asarray(stacked.mean(axis=axis))
        weights = self._weights.reshape((-1, 1, 1)) if axis == 0 else self._weights
        return np.asarray(np.multiply(stacked, weights).sum(axis=axis) / self._total)
