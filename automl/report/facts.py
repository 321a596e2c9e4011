"""Where a model comes from and how good it is: what its card, report and bundle say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

__all__ = ["BundleFacts", "installed", "pinned", "versions"]

#: What prediction needs; LightGBM only where the model holds it.
_PACKAGES = ("numpy", "pandas", "scipy", "scikit-learn", "joblib", "skops")


@dataclass(frozen=True)
class BundleFacts:
    """Where a model comes from and how good it is.

    Parameters
    ----------
    name : str
        What people call the model.
    run_id : str
        Id of the run.
    result : mapping
        The run's ``result.json``: chosen, members, metrics with intervals, how they were estimated.
    leaderboard : sequence of mappings
        Rows of the leaderboard, best first.
    findings : sequence of mappings
        What was found in the data, each as ``Finding.to_json``.
    source : str or None
        Name of the file that the data came from.
    sha256 : str or None
        SHA-256 of that file.
    rows : int
        Rows in it.
    rows_sha256 : str or None
        SHA-256 of the rows as they were read, in the file in which the run keeps them.
    model_id : str
        Id of the exported model on the leaderboard; empty for the chosen one.
    picked : mapping or None
        The decision by which another model is used than the search chose; see `automl.store.picked`.
    decisions : sequence of mapping
        All that was decided after the search, oldest first.
    roles : mapping of str to str
        Columns that no model reads: ``groups``, whose rows belong together, and ``weights``, by which rows
        count.
    created : str
        When the model was made, ISO 8601; now if not given.
    version : str
        Of Glassbench; the installed one if not given.
    """

    name: str
    run_id: str
    result: Mapping[str, Any]
    leaderboard: Sequence[Mapping[str, Any]] = ()
    findings: Sequence[Mapping[str, Any]] = ()
    source: str | None = None
    sha256: str | None = None
    rows: int = 0
    rows_sha256: str | None = None
    model_id: str = ""
    picked: Mapping[str, Any] | None = None
    decisions: Sequence[Mapping[str, Any]] = ()
    roles: Mapping[str, str] = field(default_factory=dict)
    created: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    version: str = ""

    @property
    def glassbench(self) -> str:
        """The version of Glassbench."""
        return self.version or _installed("glassbench") or "unreleased"

    @property
    def exported(self) -> str:
        """The id of the exported model."""
        return self.model_id or str(self.result.get("chosen", ""))

    @property
    def decides(self) -> bool:
        """Whether the labels are not simply the most probable ones: by costs, or by a threshold."""
        return self.result.get("decision") is not None

    @property
    def is_chosen(self) -> bool:
        """Whether the exported model is the one that the scores of the result are about."""
        return self.exported == str(self.result.get("chosen", ""))


def versions(*, lightgbm: bool) -> dict[str, str]:
    """Return the installed versions of the packages that a prediction needs."""
    names = (*_PACKAGES, "lightgbm") if lightgbm else _PACKAGES
    return installed(names)


def installed(names: Iterable[str]) -> dict[str, str]:
    """Return the installed versions of packages, without those that are not there."""
    found = {name: _installed(name) for name in names}
    # A local part ("2.4.0+cpu") names a build that no index may have.
    return {name: version.partition("+")[0] for name, version in found.items() if version is not None}


def pinned(packages: Mapping[str, str]) -> str:
    """Return a requirements file that pins packages."""
    return "".join(f"{name}=={version}\n" for name, version in sorted(packages.items()))


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
