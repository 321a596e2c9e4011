"""What reading gives: a raw table and a report of how it was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import pandas as pd

from ..errors import SettingError
from .findings import Finding

__all__ = ["RawTable", "ReadOptions", "ReadReport"]


@dataclass(frozen=True)
class ReadOptions:
    """How to read a file; None means detect.

    Parameters
    ----------
    encoding : str, optional
        Name of a text encoding, such as ``"utf-8"`` or ``"cp1252"``.
    delimiter : str, optional
        The one character between fields.
    decimal : {".", ","}, optional
        The decimal mark of numbers.
    quotechar : str, optional
        The one character around quoted fields; the empty string switches quoting off.
    header : bool, optional
        Whether the first row holds the column names.
    sheet : str, optional
        Which sheet of an Excel workbook.
    missing : tuple of str, optional
        Values that mean "missing" in every column, besides empty cells. An empty tuple: only empty cells are.
    """

    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    quotechar: str | None = None
    header: bool | None = None
    sheet: str | None = None
    missing: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.encoding is not None:
            try:
                "".encode(self.encoding)
            except (LookupError, ValueError):
                raise SettingError(
                    f"{self.encoding!r} is not the name of a text encoding.",
                    fix="Use a name such as utf-8, cp1252, latin-1, utf-16 or shift_jis.",
                ) from None
        if self.delimiter is not None and (len(self.delimiter) != 1 or self.delimiter in "\r\n\"'"):
            raise SettingError(
                f"The delimiter must be one character that is no quote or line end, not {self.delimiter!r}."
            )
        if self.decimal not in (None, ".", ","):
            raise SettingError(f"The decimal mark must be '.' or ',', not {self.decimal!r}.")
        if self.quotechar is not None and (len(self.quotechar) > 1 or self.quotechar in ("\r", "\n")):
            raise SettingError(
                f"The quote mark must be one character, or empty for none, not {self.quotechar!r}."
            )
        if self.missing is not None:
            object.__setattr__(self, "missing", tuple(str(token) for token in self.missing))

    def to_json(self) -> dict[str, Any]:
        """The options that were set, as JSON values."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in values.items()
            if value is not None
        }

    @classmethod
    def from_json(cls, payload: Mapping[str, Any]) -> ReadOptions:
        """The options that `to_json` described."""
        known = {item.name for item in fields(cls)}
        unknown = sorted(set(payload) - known)
        if unknown:
            raise SettingError(
                f"Unknown reading option {unknown[0]!r}.", fix=f"Known are: {', '.join(sorted(known))}."
            )
        values = dict(payload)
        if values.get("missing") is not None:
            values["missing"] = tuple(values["missing"])
        return cls(**values)


@dataclass(frozen=True)
class ReadReport:
    """How a table was read: everything that was detected or chosen, and what was noticed on the way.

    `decimal` is the mark that the table's numbers seem to use; a column may differ (see `NumberFormat`).
    `header_line` is the line of the file, counted from 1, that holds the column names.
    """

    source: str
    format: str
    sha256: str | None
    bytes: int | None
    rows: int
    columns: int
    compression: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    quotechar: str | None = None
    header: bool | None = None
    header_line: int | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    options: ReadOptions = field(default_factory=ReadOptions)
    findings: tuple[Finding, ...] = ()

    def with_findings(self, *findings: Finding) -> ReadReport:
        """A copy with further findings."""
        return replace(self, findings=(*self.findings, *findings))

    def to_json(self) -> dict[str, Any]:
        """The report as JSON values."""
        payload = {item.name: getattr(self, item.name) for item in fields(self)}
        payload["sheets"] = list(self.sheets)
        payload["options"] = self.options.to_json()
        payload["findings"] = [finding.to_json() for finding in self.findings]
        return payload

    @classmethod
    def from_json(cls, payload: Mapping[str, Any]) -> ReadReport:
        """The report that `to_json` described."""
        known = {item.name for item in fields(cls)}
        values = {name: value for name, value in payload.items() if name in known}
        values["sheets"] = tuple(values.get("sheets") or ())
        values["options"] = ReadOptions.from_json(values.get("options") or {})
        values["findings"] = tuple(Finding.from_json(item) for item in values.get("findings") or ())
        return cls(**values)


@dataclass(frozen=True)
class RawTable:
    """A table as it was found.

    Parameters
    ----------
    frame : pandas.DataFrame of shape (rows, columns)
        CSV cells are text exactly as in the file, an empty cell is missing; other formats keep their types.
        Column names are distinct texts, the index is 0, 1, 2, …
    report : ReadReport
    name : str
        A short name of the table, by default the file's name without its endings.
    """

    frame: pd.DataFrame
    report: ReadReport
    name: str
