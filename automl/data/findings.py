"""A finding: something a person should know about their data, as data and not as an exception."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

__all__ = ["SEVERITIES", "Finding", "Severity", "preview"]

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


@dataclass(frozen=True)
class Finding:
    """One observation about a file, a column or a table.

    Parameters
    ----------
    code : str
        Stable name of the kind of finding, such as ``"duplicate_headers"``.
    severity : {"error", "warning", "info"}
        ``error``: training makes no sense before it is settled; ``warning``: likely to hurt; ``info``: good
        to know.
    column : str or None
        The column concerned, None when it is the whole table.
    message : str
        What was found, one plain sentence.
    evidence : dict
        The figures behind it, JSON values only.
    fix : str
        What to do about it; empty when nothing needs doing.
    """

    code: str
    severity: Severity
    column: str | None
    message: str
    evidence: dict[str, Any] = field(default_factory=dict)
    fix: str = ""

    def __post_init__(self) -> None:
        if self.severity not in SEVERITIES:
            raise ValueError(f"severity must be one of {', '.join(SEVERITIES)}, not {self.severity!r}")

    @property
    def line(self) -> str:
        """How severe it is, what was found and what to do, in one line."""
        return f"{self.severity}: {self.message} {self.fix}".rstrip()

    def to_json(self) -> dict[str, Any]:
        """The finding as JSON values."""
        return {
            "code": self.code,
            "severity": self.severity,
            "column": self.column,
            "message": self.message,
            "evidence": dict(self.evidence),
            "fix": self.fix,
        }

    @classmethod
    def from_json(cls, payload: Mapping[str, Any]) -> Finding:
        """The finding that `to_json` described."""
        return cls(
            code=str(payload["code"]),
            severity=cast(Severity, payload["severity"]),
            column=payload.get("column"),
            message=str(payload["message"]),
            evidence=dict(payload.get("evidence") or {}),
            fix=str(payload.get("fix") or ""),
        )


def preview(values: object, limit: int = 3, width: int = 40) -> str:
    """Some values for a sentence: quoted, shortened, at most `limit` of them."""
    shown = [str(value) for value in values]  # type: ignore[attr-defined]
    texts = [f'"{text if len(text) <= width else text[: width - 1] + "…"}"' for text in shown[:limit]]
    more = len(shown) - limit
    return ", ".join(texts) + (f" and {more:,} more" if more > 0 else "")
