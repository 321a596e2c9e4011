"""Engines: ways to compute Shapley values, one per file, found by looking into this package."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import cache

import numpy as np

from ..game import Game
from ..walkers import EvaluatedWalker
from .base import Attribution, Engine, UnsuitableError
from .sample import sample_permutations

__all__ = ["Attribution", "Engine", "UnsuitableError", "attribute", "engines"]


@cache
def engines() -> tuple[Engine, ...]:
    """All engines, in the order in which they are asked."""
    found: list[Engine] = []
    for module_info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{module_info.name}")
        for _, member in inspect.getmembers(module, inspect.isclass):
            if (
                issubclass(member, Engine)
                and not inspect.isabstract(member)
                and member.__module__ == module.__name__
            ):
                found.append(member())
    return tuple(sorted(found, key=lambda engine: engine.order))


def attribute(game: Game) -> Attribution:
    """Shapley values from the first engine that does not decline.

    Where they do not add up, the inside of the model is not what it was taken for: it is asked instead.
    """
    for engine in engines():
        try:
            found = engine.attribute(game)
        except UnsuitableError:
            continue
        if _adds_up(found, game):
            return found
        return sample_permutations(game, EvaluatedWalker(game))
    raise RuntimeError("every engine declined; the sampler must accept every game")


def _adds_up(found: Attribution, game: Game) -> bool:
    own = game.predictions[: game.n]
    gap = np.abs(game.usual.mean(axis=0) + found.values.sum(axis=1) - own)
    return bool((gap <= 1e-6 * np.maximum(1.0, np.abs(own))).all())
