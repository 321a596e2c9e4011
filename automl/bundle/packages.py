"""The packages that a bundle needs, those that they need in turn, and their licences: as installed here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from .licences import Licence, licence_of

__all__ = ["Package", "needed"]

REQUIREMENTS = "requirements.txt"
_PIN = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==(\S+)")


@dataclass(frozen=True)
class Package:
    """A package that something of a bundle needs.

    Attributes
    ----------
    name : str
        As its maker writes it.
    version : str
        That the bundle pins, of those that a pinned one needs the installed one.
    licence : Licence or None
        None where this version is not installed here.
    needs : tuple of str
        Keys of the packages that it needs itself.
    required : bool
        Whether a prediction needs it, and not only what is optional.
    """

    name: str
    version: str
    licence: Licence | None
    needs: tuple[str, ...]
    required: bool

    @property
    def key(self) -> str:
        """The name as the index has it."""
        return str(canonicalize_name(self.name))

    @property
    def purl(self) -> str:
        """Its package URL, which says what it is and not where it is."""
        return f"pkg:pypi/{self.key}@{self.version}" if self.version else f"pkg:pypi/{self.key}"


def needed(files: Mapping[str, bytes]) -> list[Package]:
    """The packages of a bundle's requirements files with all that they need, by name.

    Parameters
    ----------
    files : mapping of name to bytes
        ``requirements.txt`` has what predictions need, other ``requirements-*.txt`` what is optional.
    """
    pins: dict[str, str] = {}
    required: set[str] = set()
    for name in sorted(files):
        if name != REQUIREMENTS and not re.fullmatch(r"requirements-[a-z]+\.txt", name):
            continue
        found = dict(_pinned(files[name].decode("utf-8")))
        pins |= found
        if name == REQUIREMENTS:
            required = _closure(found)
    every = _closure(pins)
    return [_package(key, pins, key in required) for key in sorted(every)]


def _pinned(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        if found := _PIN.match(line.strip()):
            yield str(canonicalize_name(found[1])), found[2]


def _installed(key: str, pins: Mapping[str, str]) -> metadata.Distribution | None:
    """A package as it is here, None where it is not, or in another version than is pinned."""
    try:
        found = metadata.distribution(key)
    except metadata.PackageNotFoundError:
        return None
    return found if pins.get(key, _version(found)) == _version(found) else None


def _version(found: metadata.Distribution) -> str:
    # A local part ("2.4.0+cpu") names a build that no index may have.
    return found.version.partition("+")[0]


def _closure(pins: Mapping[str, str]) -> set[str]:
    seen: set[str] = set()
    waiting = list(pins)
    while waiting:
        key = waiting.pop()
        if key not in seen:
            seen.add(key)
            found = _installed(key, pins)
            waiting += [] if found is None else _needs(found)
    return seen


def _needs(found: metadata.Distribution) -> list[str]:
    """Keys of what a package needs here, without what only its extras need."""
    keys = set()
    for line in found.requires or ():
        try:
            wanted = Requirement(line)
        except InvalidRequirement:
            continue  # the maker's mistake: pip would have refused it
        if wanted.marker is None or wanted.marker.evaluate({"extra": ""}):
            keys.add(str(canonicalize_name(wanted.name)))
    return sorted(keys)


def _package(key: str, pins: Mapping[str, str], required: bool) -> Package:
    found = _installed(key, pins)
    if found is None:
        return Package(key, pins.get(key, ""), None, (), required)
    return Package(found.metadata["Name"], _version(found), licence_of(found), tuple(_needs(found)), required)
