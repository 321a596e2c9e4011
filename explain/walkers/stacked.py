"""Walks of stacks whose last model is linear: the members are followed, and their outputs combined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.ensemble import StackingClassifier, StackingRegressor

from ..game import Game
from ..outputs import linked, predictor
from .base import Floats, Ints, Walker

_METHODS = {"predict_proba": "probability", "decision_function": "margin", "predict": "target"}


@dataclass(frozen=True)
class Stack:
    """A fitted stack as a linear combination of its members' outputs.

    Attributes
    ----------
    members : list of Game
        Each on the scale that the last model reads.
    shares : list of arrays of shape (K, outputs of the member)
        What each output of a member counts for in the stack's sum.
    intercept : array of shape (K,)
    link : str
        From the sum to the stack's scale; see :func:`explain.outputs.link_of`.
    """

    members: list[Game]
    shares: list[Floats]
    intercept: Floats
    link: str

    @classmethod
    def of(cls, game: Game) -> Stack | None:
        """The parts of a game's estimator; None if it is no stack of which that is known.

        The last model is asked for its coefficients, by rows with a single 1: so it may scale its inputs
        first. Whether it is linear shows when walks are compared with the stack's outputs.
        """
        stack = game.estimator
        if not isinstance(stack, (StackingClassifier, StackingRegressor)) or stack.passthrough:
            return None
        scale = {"probability": "margin"}.get(game.scale, game.scale)
        last, width = stack.final_estimator_, int(np.sum(stack._n_feature_outs))
        if scale == "margin" and not hasattr(last, "decision_function"):
            return None
        asked = predictor(last, scale)(np.concatenate([np.zeros((1, width)), np.eye(width)]))
        if asked.shape[1] != game.outputs:
            return None
        classes = len(getattr(stack, "classes_", ()))
        members, shares, start = [], [], 0
        fitted = zip(stack.estimators_, _methods(stack), stack._n_feature_outs, strict=True)
        for member, method, outputs in fitted:
            if classes and method == "predict":
                return None  # labels have no scale
            stop = start + outputs
            members.append(game.member(member, scale=_METHODS[method], outputs=outputs))
            shares.append((asked[1 + start : 1 + stop] - asked[0]).T)
            start = stop
        link = "identity" if game.scale != "probability" else "sigmoid" if game.outputs == 1 else "softmax"
        return cls(members, shares, asked[0], link)


def _methods(stack: Any) -> list[str]:
    return [method for method in stack.stack_method_ if method is not None]


class StackedWalker(Walker):
    """Follows the members of a stack."""

    def __init__(self, stack: Stack, walkers: Sequence[Walker]) -> None:
        self._stack = stack
        self.walkers = list(walkers)
        self.players = np.logical_or.reduce([walker.players for walker in walkers])
        self.outputs = len(stack.intercept)
        self.fast = all(walker.fast for walker in walkers)

    def walk(self, x: Ints, z: Ints, order: Ints) -> Floats:
        return self._combined([walker.walk(x, z, order) for walker in self.walkers])

    def arrive(self, x: Ints, z: Ints, order: Ints) -> Floats:
        return self._combined([walker.arrive(x, z, order) for walker in self.walkers])

    def _combined(self, parts: Sequence[Floats]) -> Floats:
        raw = self._stack.intercept
        for part, share in zip(parts, self._stack.shares, strict=True):
            raw = raw + part @ share.T
        return linked(raw, self._stack.link)
