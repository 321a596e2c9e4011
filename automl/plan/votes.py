"""From what members predict to the model's answer: targets back in their units, the vote, its calibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .compiling import Builder, CannotCompileError, class_name, compile_member
from .found import modules_of
from .members.base import LINKS, Block, Floats, Member
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
    """Members and their weights; alike members are asked together.

    Parameters
    ----------
    document : mapping
        The plan.
    program : Program
    """

    def __init__(self, document: Mapping[str, Any], program: Program) -> None:
        kinds = member_kinds()
        self._classes = document["classes"]
        self._outputs = 1 if self._classes is None else len(self._classes)
        groups: dict[tuple[str, int], dict[type[Member], list[tuple[int, Member, NDArray[np.intp]]]]] = {}
        self._backs: list[tuple[int, Mapping[str, Any]]] = []
        for number, described in enumerate(document["members"]):
            source = program.place[np.asarray(described["from"], dtype=np.intp)]
            member = kinds[described["kind"]](described)
            if member.columns is not None and member.columns != len(source):
                raise ValueError("a member reads another number of registers than it asks about")
            if member.link not in LINKS or (member.link != "sigmoid" and member.width != self._outputs):
                raise ValueError("a member of another number of outputs than the model")
            alike = groups.setdefault((member.link, member.width), {})
            alike.setdefault(type(member), []).append((number, member, source))
            if described.get("back") is not None:
                self._backs.append((number, described["back"]))
        self._groups = [_Linked(link, width, alike) for (link, width), alike in groups.items()]
        self._count = len(document["members"])
        self._voted = bool(document["voted"])
        weights = document["weights"]
        self._weights = None if weights is None else np.asarray(weights, dtype=np.float64)
        if self._count != (self._count if self._weights is None else len(self._weights)) or not self._count:
            raise ValueError("another number of weights than of members")
        if not self._voted and self._count != 1:
            raise ValueError("a model that does not vote has one member")
        self._total = None if self._weights is None else self._weights.sum()
        self._calibration = document["calibration"]

    def predict(self, registers: Floats, threads: int = 1) -> Floats:
        """Probabilities, shape (rows, classes), or values, shape (rows,); from (registers, rows)."""
        rows = registers.shape[1]
        parts = np.empty((self._count, rows, self._outputs))
        for group in self._groups:
            parts[group.numbers] = group.outputs(registers, threads).reshape(-1, rows, self._outputs)
        for number, back in self._backs:
            with np.errstate(over="ignore"):
                parts[number] = np.clip(_BACK[back["function"]](parts[number]), back["least"], back["most"])
        if self._classes is None:
            # Laid out as scikit-learn's vote does, so that sums are taken in the same order.
            return self._mean(np.ascontiguousarray(parts[:, :, 0]).T, 1)
        voted = self._mean(parts, 0)
        return voted if self._calibration is None else calibrated(self._calibration, voted)

    def _mean(self, parts: Floats, axis: int) -> Floats:
        if not self._voted:
            return parts[0] if axis == 0 else parts[:, 0]
        if self._weights is None:
            return np.asarray(parts.mean(axis=axis))
        weights = self._weights.reshape((-1, 1, 1)) if axis == 0 else self._weights
        return np.asarray(np.multiply(parts, weights).sum(axis=axis) / self._total)


class _Linked:
    """Members whose margins pass one link.

    Parameters
    ----------
    link : str
    width : int
        Of the margins.
    alike : mapping of kind of member to members
        Each with its number in the vote and the registers that it reads.
    """

    def __init__(
        self,
        link: str,
        width: int,
        alike: Mapping[type[Member], Sequence[tuple[int, Member, NDArray[np.intp]]]],
    ) -> None:
        self._link, self._width = LINKS[link], width
        self._blocks: list[tuple[Block, slice]] = []
        order: list[int] = []
        for kind, placed in alike.items():
            numbers = [number for number, _, _ in placed]
            members, sources = [member for _, member, _ in placed], [source for _, _, source in placed]
            for places, block in kind.together(members, sources):
                first = len(order)
                order += [numbers[place] for place in places]
                self._blocks.append((block, slice(first, len(order))))
        in_order = order == list(range(order[0], order[0] + len(order)))
        self.numbers = slice(order[0], order[0] + len(order)) if in_order else np.array(order)
        """Of the members in the vote, in the order of the outputs."""
        self._count = len(order)

    def outputs(self, registers: Floats, threads: int) -> Floats:
        """What the members say, shape (members * rows, outputs)."""
        margins = np.empty((self._count, registers.shape[1], self._width))
        for block, own in self._blocks:
            block.margins(registers, margins[own], threads)
        return self._link(margins.reshape(-1, self._width))
