"""Where a bundle can be published to, and what that takes: steps that are shown before they are done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from automl.bundle.archive import sha256
from automl.bundle.manifest import MANIFEST
from automl.bundle.targets import slug, version_of
from automl.errors import SettingError

__all__ = ["Action", "Destination", "Known", "Option", "Publication"]

#: What earlier steps have brought, such as the address of an upload; before they are done, words for it.
Known = Mapping[str, str]


@dataclass(frozen=True)
class Option:
    """A setting of a destination.

    Attributes
    ----------
    name : str
    about : str
        What it is, in a few words.
    default : str or None
        None: it must be given.
    """

    name: str
    about: str
    default: str | None = None


@dataclass(frozen=True)
class Publication:
    """A bundle on its way.

    Attributes
    ----------
    files : mapping of name to bytes
        Compared with the manifest.
    manifest : mapping
    place : str
        What stands behind the colon of the destination.
    settings : mapping
        Of all options, given or default.
    workspace : Path
        A folder for files on the way, gone afterwards.
    """

    files: Mapping[str, bytes]
    manifest: Mapping[str, Any]
    place: str
    settings: Mapping[str, str]
    workspace: Path

    @property
    def title(self) -> str:
        """What people call the model."""
        return str(self.manifest.get("name") or "model")

    @property
    def name(self) -> str:
        """What registries call it: the setting ``name``, else made of the title."""
        return self.settings.get("name") or slug(self.title)

    @property
    def version(self) -> str:
        """Digits of the time when the model was made, in UTC, as in the bundle's files for platforms."""
        return version_of(str(self.manifest["created"]))

    @property
    def run(self) -> str:
        """Id of the run."""
        return str(self.manifest["lineage"]["run"]["id"])

    @property
    def model(self) -> str:
        """Id of the model in it."""
        return str(self.manifest["lineage"]["model"]["id"])

    @property
    def labels(self) -> dict[str, str]:
        """What tells where the model comes from: run, model, and the SHA-256 of the manifest."""
        return {
            "glassbench_run": self.run,
            "glassbench_model": self.model,
            "glassbench_manifest_sha256": sha256(self.files[MANIFEST]),
        }

    def is_on(self, name: str) -> bool:
        """Whether an option that takes yes or no says yes.

        Raises
        ------
        SettingError
        """
        value = self.settings[name].lower()
        if value not in ("yes", "no"):
            raise SettingError(f"{name} is {value!r}.", fix=f"Give {name}=yes or {name}=no.")
        return value == "yes"

    @cached_property
    def folder(self) -> Path:
        """The bundle, unpacked."""
        root = self.workspace / "bundle"
        for name, content in self.files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return root


@dataclass(frozen=True)
class Action:
    """One step.

    Attributes
    ----------
    text : str
        What it does, in a sentence.
    request : callable
        From what is known to exactly what is asked of the platform; also shown before anything is done.
    do : callable
        Does it; takes what `request` gave, and returns what is known then.
    gives : mapping
        Words for what it returns, as long as it is not done.
    """

    text: str
    request: Callable[[Known], Mapping[str, Any]]
    do: Callable[[Mapping[str, Any]], Known]
    gives: Known


@dataclass(frozen=True)
class Destination:
    """A place to publish to.

    Attributes
    ----------
    name : str
        That of its module, and the word in front of the colon.
    title : str
    about : str
        One sentence.
    place : str
        What stands behind the colon: ``URI``, ``FOLDER``, ``FILE``; empty where there is nothing.
    extra : str or None
        The extra of pyproject.toml that it needs when something is done.
    paid : bool
        Whether it can cost money: then nothing is done unless asked for twice.
    options : tuple of Option
    plan : callable
        From the publication to the steps, in order.
    failures : callable
        The exceptions by which the platform's client says that something could not be done.
    """

    name: str
    title: str
    about: str
    place: str
    extra: str | None
    paid: bool
    options: tuple[Option, ...]
    plan: Callable[[Publication], Sequence[Action]]
    failures: Callable[[], tuple[type[Exception], ...]] = tuple

    @property
    def form(self) -> str:
        """How it is typed."""
        return f"{self.name}:{self.place}" if self.place else self.name
