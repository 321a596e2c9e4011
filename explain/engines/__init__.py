"""Engines: ways to compute Shapley values, one per file, found by looking into this package."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import cache

from ..game import Game
from .base import Attribution, Engine, UnsuitableError

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
    """Shapley values from the first engine that does not decline."""
    for engine in engines():
        try:
            return engine.attribute(game)
        except UnsuitableError:
            continue
    raise RuntimeError("every engine declined; the sampler must accept every game")
