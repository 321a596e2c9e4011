"""Modules found by looking into a package: a file added there is all that is needed."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

__all__ = ["modules_of"]


def modules_of(package: ModuleType) -> list[ModuleType]:
    """Import and return the modules of a package, by name."""
    return [
        importlib.import_module(f"{package.__name__}.{found.name}")
        for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda each: each.name)
    ]
