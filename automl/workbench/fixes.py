"""What one click can do about a finding: a change of the draft, which is told and can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from automl.data import Finding, Kind
from automl.task import Task
from automl.workbench.drafts import Draft
from automl.workbench.run_settings import may_order
from automl.workbench.understanding import Understanding

__all__ = ["Fix", "fixes_of", "leave_out", "of_kind", "with_role"]


@dataclass(frozen=True)
class Fix:
    """A change that settles a finding.

    Attributes
    ----------
    label : str
        Of the button.
    what : str
        What was changed, for the line that offers to take it back.
    choices : dict
        Of the draft.
    """

    label: str
    what: str
    choices: dict[str, Any]


def leave_out(draft: Draft, column: str, label: str = "Leave it out") -> Fix:
    """Do not use a column to predict."""
    excluded = sorted({*draft.get("excluded", []), column})
    return Fix(label, f"{column} is left out", {"excluded": excluded, **_without_role(draft, column)})


def of_kind(draft: Draft, column: str, kind: Kind, label: str) -> Fix:
    """Take a column for something else than was found."""
    kinds = {**draft.get("kinds", {}), column: kind.value}
    return Fix(label, f"{column} is taken for {kind.value}", {"kinds": kinds})


def with_role(draft: Draft, column: str, role: str) -> Fix:
    """Give a column its part: `used` to predict, `excluded`, `groups`, `time` or `weights`."""
    excluded = [name for name in draft.get("excluded", []) if name != column]
    choices: dict[str, Any] = {"excluded": excluded or None, **_without_role(draft, column)}
    if role == "excluded":
        return leave_out(draft, column)
    if role == "groups":
        words = f"rows of one {column} are kept together"
        return Fix("Keep its rows together", words, {**choices, "groups": column, "time": None})
    if role == "time":
        words = f"models are judged on rows later in {column}"
        return Fix("Judge on later rows", words, {**choices, "time": column, "groups": None})
    if role == "weights":
        return Fix("Weight rows by it", f"rows are weighted by {column}", {**choices, "weights": column})
    return Fix("Use it to predict", f"{column} is used to predict", choices)


def fixes_of(finding: Finding, draft: Draft, table: Understanding, task: Task | None) -> list[Fix]:
    """What one click can do about a finding, the most likely first; nothing where it takes thought.

    Parameters
    ----------
    finding : Finding
    draft : Draft
    table : Understanding
    task : Task, optional
        Once there is a target.
    """
    column = finding.column
    if column is not None and column in table.schema:
        if task is not None and column == task.target:
            return _of_target(finding, draft, table)
        maker = _OF_COLUMN.get(finding.code)
        return maker(finding, draft, table, column) if maker else []
    return _of_file(finding, draft, table)


Maker = Callable[[Finding, Draft, Understanding, str], list[Fix]]


def _leave(finding: Finding, draft: Draft, table: Understanding, column: str) -> list[Fix]:
    return [leave_out(draft, column)]


def _identifier(finding: Finding, draft: Draft, table: Understanding, column: str) -> list[Fix]:
    fixes = [of_kind(draft, column, Kind.CATEGORY, "Treat it as a category")]
    if table.schema[column].numeric_values:
        fixes.append(of_kind(draft, column, Kind.NUMBER, "Treat it as a number"))
    return fixes


def _many_levels(finding: Finding, draft: Draft, table: Understanding, column: str) -> list[Fix]:
    return [
        of_kind(draft, column, Kind.TEXT, "Treat it as text"),
        of_kind(draft, column, Kind.IDENTIFIER, "It names rows"),
        leave_out(draft, column),
    ]


def _numbers(finding: Finding, draft: Draft, table: Understanding, column: str) -> list[Fix]:
    fixes = []
    if finding.code == "ambiguous_numbers" and table.raw.report.format == "csv":
        other = "." if finding.evidence.get("decimal") == "," else ","
        name = "comma" if other == "," else "point"
        fixes.append(_read(draft, f"Read with a decimal {name}", f"decimal {name}", decimal=other))
    return [*fixes, of_kind(draft, column, Kind.CATEGORY, "Treat it as a category")]


def _sentinel(finding: Finding, draft: Draft, table: Understanding, column: str) -> list[Fix]:
    code = float(finding.evidence["value"])
    cells = table.raw.frame[column].dropna().astype(str)
    same = pd.to_numeric(cells, errors="coerce") == code
    written = [str(text) for text in cells[same].unique()[:5]]  # "-999", "-999.0"
    return [_missing(draft, table, written or [f"{code:g}"])]


def _kept(finding: Finding, draft: Draft, table: Understanding, column: str) -> list[Fix]:
    return [_missing(draft, table, [str(token) for token in finding.evidence.get("tokens", [])])]


def _groups(finding: Finding, draft: Draft, table: Understanding, column: str) -> list[Fix]:
    settled = draft.get("groups") == column
    return [] if settled else [with_role(draft, column, "groups"), leave_out(draft, column)]


def _time(finding: Finding, draft: Draft, table: Understanding, column: str) -> list[Fix]:
    settled = draft.get("time") == column or column not in may_order(table)
    return [] if settled else [with_role(draft, column, "time")]


_OF_COLUMN: Mapping[str, Maker] = {
    "target_leak": _leave,
    "mostly_missing": _leave,
    "nearly_constant": _leave,
    "duplicate_column": _leave,
    "unnamed_first_column": _leave,
    "unnamed_columns": _leave,
    "identifier": _identifier,
    "high_cardinality": _many_levels,
    "ambiguous_numbers": _numbers,
    "hidden_numbers": _numbers,
    "ambiguous_dates": _leave,
    "sentinel": _sentinel,
    "kept_as_value": _kept,
    "group_column_found": _groups,
    "time_column_found": _time,
}


def _of_target(finding: Finding, draft: Draft, table: Understanding) -> list[Fix]:
    if finding.code == "target_imbalanced" and draft.get("metric") != "average_precision":
        return [
            Fix("Judge by average precision", "judged by average precision", {"metric": "average_precision"})
        ]
    if finding.code == "target_too_many_classes" and table.schema[str(finding.column)].numeric_values:
        words = {"task": "regression", "metric": None, "costs": None}
        return [Fix("Predict it as a number", "the target is a number", words)]
    if finding.code == "kept_as_value":
        return _kept(finding, draft, table, str(finding.column))
    return []


def _of_file(finding: Finding, draft: Draft, table: Understanding) -> list[Fix]:
    if finding.code == "duplicate_rows":
        if draft.get("drop_duplicates"):
            return [Fix("Keep them after all", "repeated rows are kept", {"drop_duplicates": None})]
        return [
            Fix(
                "Leave the copies out",
                "rows that repeat earlier ones are left out",
                {"drop_duplicates": True},
            )
        ]
    if finding.code == "no_header":
        return [_read(draft, "The first row has the names", "the first row has the names", header=True)]
    if finding.code == "several_sheets":
        others = [sheet for sheet in table.raw.report.sheets if sheet != table.raw.report.sheet]
        return [
            _read(draft, f"Read “{sheet}”", f"the sheet {sheet} is read", sheet=sheet) for sheet in others[:3]
        ]
    if finding.code == "guessed_encoding":
        return [
            _read(draft, f"Read as {name.upper()}", f"encoding {name.upper()}", encoding=name)
            for name in ("utf-8", "cp1252")
            if name != table.raw.report.encoding
        ]
    return []


def _read(draft: Draft, label: str, what: str, **options: Any) -> Fix:
    return Fix(label, what, {"read": {**draft.get("read", {}), **options}})


def _missing(draft: Draft, table: Understanding, tokens: list[str]) -> Fix:
    """Read words as missing, beside those that were found to be: a list replaces what is found."""
    found = {token for column in table.schema for token in column.missing_tokens if token}
    before = draft.get("read", {}).get("missing", sorted(found))
    shown = ", ".join(tokens[:3])
    wanted = list(dict.fromkeys([*before, *tokens]))
    return _read(draft, f"Read {shown} as missing", f"{shown} means missing, in every column", missing=wanted)


def _without_role(draft: Draft, column: str) -> dict[str, Any]:
    """Choices that take a column out of the parts that it plays."""
    roles = {field: None for field in ("groups", "time", "weights") if draft.get(field) == column}
    monotone = {name: way for name, way in draft.get("monotone", {}).items() if name != column}
    return roles | ({"monotone": monotone or None} if "monotone" in draft.choices else {})
