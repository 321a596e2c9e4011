"""Publish a bundle: to registries, cloud accounts and folders, one file each."""

from __future__ import annotations

import importlib
import pkgutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from automl.bundle.manifest import open_files
from automl.errors import PublishError, SettingError
from automl.extras import require_extra

from .destination import Action, Destination, Option, Publication

__all__ = ["DESTINATIONS", "Action", "Destination", "Done", "Option", "Publication", "find", "publish"]


def _discover() -> Mapping[str, Destination]:
    """Find the destination of each module of this package."""
    found: dict[str, Destination] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda each: each.name):
        if module.name == "destination" or module.name.startswith("_"):
            continue
        loaded = importlib.import_module(f"{__name__}.{module.name}")
        destination = getattr(loaded, "DESTINATION", None)
        if not isinstance(destination, Destination) or destination.name != module.name:
            raise TypeError(f"{loaded.__name__} must define DESTINATION, named {module.name!r}.")
        found[destination.name] = destination
    return MappingProxyType(found)


DESTINATIONS: Mapping[str, Destination] = _discover()
"""All destinations by name."""


@dataclass(frozen=True)
class Done:
    """A step, and what came of it.

    Attributes
    ----------
    text : str
    request : mapping
        What was asked, or would be.
    result : mapping or None
        What is known since; None where it was only shown.
    """

    text: str
    request: Mapping[str, Any]
    result: Mapping[str, str] | None


def find(to: str) -> tuple[Destination, str]:
    """The destination that was typed, and its place.

    Raises
    ------
    SettingError
        When there is none of this name, or the place is missing or not wanted.
    """
    name, _, place = to.partition(":")
    if name not in DESTINATIONS:
        forms = ", ".join(each.form for each in DESTINATIONS.values())
        raise SettingError(f"There is no destination {name!r}.", fix=f"Choose among {forms}.")
    destination = DESTINATIONS[name]
    if bool(destination.place) != bool(place):
        raise SettingError(f"{to!r} is no complete destination.", fix=f"Write {destination.form}.")
    return destination, place


def publish(
    bundle: Path,
    to: str,
    settings: Mapping[str, str] | None = None,
    *,
    really: bool,
    told: Callable[[Done], None] = lambda _: None,
) -> list[Done]:
    """Publish a bundle, or show what would be done.

    Parameters
    ----------
    bundle : Path
        Zip or folder; compared with its manifest first.
    to : str
        As ``mlflow:http://127.0.0.1:5000``.
    settings : mapping of str to str, optional
        Of the destination's options.
    really : bool
        False: nothing is done.
    told : callable
        Is given each step when it is done.

    Returns
    -------
    list of Done

    Raises
    ------
    BundleError
        When the bundle is not as it was exported.
    SettingError
    MissingExtraError
        When a package is missing that doing it needs.
    PublishError
        When a step could not be done.
    """
    destination, place = find(to)
    chosen = _settings(destination, settings or {})
    if really and destination.extra is not None:
        require_extra(destination.extra, f"Publishing to {destination.title}")
    files, manifest = open_files(bundle)
    done: list[Done] = []
    with tempfile.TemporaryDirectory(prefix="glassbench-publish-") as workspace:
        publication = Publication(files, manifest, place, chosen, Path(workspace))
        known: dict[str, str] = {}
        for action in destination.plan(publication):
            request = action.request(known)
            result = _do(destination, action, request, done) if really else None
            known |= action.gives if result is None else result
            done.append(Done(action.text, request, result))
            told(done[-1])
    return done


def _do(
    destination: Destination, action: Action, request: Mapping[str, Any], done: list[Done]
) -> dict[str, str]:
    try:
        with redirect_stdout(sys.stderr):  # what a platform's client prints is no part of an answer
            return dict(action.do(request))
    except destination.failures() as error:
        before = " ".join(step.text for step in done)
        raise PublishError(
            f"{destination.title} refused: {action.text} {type(error).__name__}: {error}",
            fix=f"Done before, and still there: {before}" if done else "Nothing was done.",
        ) from error


def _settings(destination: Destination, given: Mapping[str, str]) -> dict[str, str]:
    options = {option.name: option for option in destination.options}
    words = "; ".join(f"{option.name}: {option.about}" for option in destination.options)
    for name in given:
        if name not in options:
            raise SettingError(
                f"{destination.title} has no setting {name!r}.",
                fix=f"Its settings are {words}." if words else "It has none.",
            )
    missing = [
        option for option in destination.options if option.default is None and not given.get(option.name)
    ]
    if missing:
        raise SettingError(
            f"{destination.title} needs {', '.join(option.name for option in missing)}.",
            fix="Add " + " ".join(f"--set {option.name}=… ({option.about})" for option in missing) + ".",
        )
    return {name: given.get(name) or option.default or "" for name, option in options.items()}
