"""Platforms, one file each: a file added here is a platform whose files are in every bundle."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Collection, Mapping
from importlib.resources import files as resources
from types import MappingProxyType

from automl.errors import BundleError

from .target import Facts, Step, Target, slug, version_of

__all__ = [
    "LOADER",
    "TARGETS",
    "Facts",
    "Step",
    "Target",
    "files_of",
    "slug",
    "target_files",
    "version_of",
]

#: By it the servers of platforms load the bundle: several targets need it.
LOADER = "code/glassbench_bundle.py"


def _discover() -> Mapping[str, Target]:
    """Find the target of each module of this package.

    Packages, modules whose name starts with an underscore, and `target` hold what targets share.
    """
    found: dict[str, Target] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda each: each.name):
        if module.ispkg or module.name == "target" or module.name.startswith("_"):
            continue
        loaded = importlib.import_module(f"{__name__}.{module.name}")
        target = getattr(loaded, "TARGET", None)
        if not isinstance(target, Target) or target.name != module.name:
            raise TypeError(f"{loaded.__name__} must define TARGET, a Target named {module.name!r}.")
        found[target.name] = target
    return MappingProxyType(found)


TARGETS: Mapping[str, Target] = _discover()
"""All targets by name, in alphabetical order."""


def target_files(facts: Facts, taken: Collection[str] = ()) -> dict[str, bytes]:
    """The files of all targets by their names in the bundle.

    Parameters
    ----------
    facts : Facts
    taken : collection of str
        Names that the bundle has already.

    Raises
    ------
    BundleError
        When two want a file of the same name.
    """
    loader = resources(f"{__name__}.scripts").joinpath("glassbench_bundle.py")
    found: dict[str, bytes] = {LOADER: loader.read_bytes()}
    owner = dict.fromkeys((*taken, LOADER), "the bundle itself")
    for target in TARGETS.values():
        for name, content in files_of(target, facts).items():
            if name in owner:
                raise BundleError(f"{target.title} and {owner[name]} both want to write {name!r}.")
            owner[name] = target.title
            found[name] = content
    return found


def files_of(target: Target, facts: Facts) -> dict[str, bytes]:
    """The files of one target by their names in the bundle."""
    return {
        name: content.encode("utf-8") if isinstance(content, str) else content
        for name, content in target.files(facts).items()
    }
