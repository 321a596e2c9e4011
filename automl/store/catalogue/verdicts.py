"""A comparison of new rows with those learned from, as the catalogue wants to know it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from automl.store.files import file_sha256

__all__ = ["Verdict", "verdict_facts"]


class Verdict(Protocol):
    """A comparison of new rows with those learned from, such as `automl.monitoring.DriftReport`."""

    @property
    def table(self) -> str:
        """Name of the table."""
        ...

    @property
    def sha256(self) -> str | None:
        """Of its file."""
        ...

    @property
    def rows(self) -> int:
        """How many it has."""
        ...

    @property
    def created(self) -> float:
        """When they were compared, in seconds since 1970."""
        ...

    @property
    def level(self) -> str:
        """The verdict: fine, look or act."""
        ...

    @property
    def headline(self) -> str:
        """The verdict in a sentence."""
        ...

    def concerned(self) -> list[str]:
        """Columns that call for a look."""
        ...


def verdict_facts(report: Verdict, predictions: Path | None = None) -> dict[str, Any]:
    """What `add_check` wants to know of a verdict."""
    written = predictions if predictions is not None and predictions.is_file() else None
    return {
        "table": report.table, "digest": report.sha256, "rows": report.rows, "level": report.level,
        "headline": report.headline, "columns": report.concerned(), "at": report.created,
        "objects": {"predictions": None if written is None else file_sha256(written)},
    }  # fmt: skip
