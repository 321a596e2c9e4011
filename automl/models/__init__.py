"""Model families, one file each. A file added here is a family that is searched, nothing else to do."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

from automl.errors import SettingError

from ._targets import log_scale
from .base import Context, Deadline, Family, Fitted, OutOfTime, Params

__all__ = [
    "FAMILIES",
    "Context",
    "Deadline",
    "Family",
    "Fitted",
    "OutOfTime",
    "Params",
    "get_family",
    "log_scale",
]


def _discover() -> Mapping[str, Family]:
    """Find the family of each module of this package.

    Modules whose name starts with an underscore and `base` hold what families share. A module that cannot be
    imported or holds no family is an error: a family that is skipped in silence would be missed by nobody.
    """
    found: dict[str, Family] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda each: each.name):
        if module.name == "base" or module.name.startswith("_"):
            continue
        loaded = importlib.import_module(f"{__name__}.{module.name}")
        families = [
            each
            for _, each in inspect.getmembers(loaded, inspect.isclass)
            if issubclass(each, Family) and each.__module__ == loaded.__name__
        ]
        if len(families) != 1:
            raise TypeError(f"{loaded.__name__} must define exactly one Family, found {len(families)}.")
        family = families[0]()
        if family.name != module.name:
            raise TypeError(f"{loaded.__name__} must name its family {module.name!r}, found {family.name!r}.")
        found[family.name] = family
    return MappingProxyType(found)


FAMILIES: Mapping[str, Family] = _discover()
"""All families by name, in alphabetical order."""


def get_family(name: str) -> Family:
    """Return a family by name.

    Raises
    ------
    SettingError
        If there is no such family; the message lists those there are.
    """
    if name not in FAMILIES:
        raise SettingError(f"There is no model family {name!r}.", fix=f"Choose among {', '.join(FAMILIES)}.")
    return FAMILIES[name]
