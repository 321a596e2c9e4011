"""Anomalies in words: what was found, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from ..columns import Kind
from ..findings import Finding, Severity, preview
from . import codes
from .constraints import Constraints

__all__ = [
    "missing_column",
    "new_column",
    "not_present",
    "only_numbers",
    "percent",
    "shown",
    "told",
    "wrong_count",
]

_EDIT = "or change the schema: automl schema edit"
_NOUNS = {Kind.NUMBER: "numbers", Kind.DATETIME: "dates"}


def shown(value: Any) -> str:
    """A value as people write it."""
    if isinstance(value, pd.Timestamp):
        return str(value.date()) if value == value.normalize() else str(value)
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def missing_column(name: str) -> Finding:
    """A column that must be there and is not."""
    return Finding(
        codes.MISSING_COLUMN, "error", name, f"The column {name!r} is not in the table.", {},
        f"Add it, {_EDIT} … --set {name}.required=false.",
    )  # fmt: skip


def new_column(name: str, severity: Severity) -> Finding:
    """A column that the schema does not know."""
    return Finding(
        codes.NEW_COLUMN, severity, name, f"The column {name!r} is not in the reviewed schema.", {},
        "Leave it out; or infer the schema again if it belongs to the table now.",
    )  # fmt: skip


def wrong_count(rows: int, least: int | None, most: int | None) -> list[Finding]:
    """A table of too few or too many rows."""
    evidence = {"count": rows, "min_rows": least, "max_rows": most}
    if least is not None and rows < least:
        return [
            Finding(
                codes.TOO_FEW_ROWS, "error", None,
                f"The table has {rows:,} rows; at least {least:,} are expected.", evidence,
                f"Check that it is complete; {_EDIT} … --set min_rows={rows}.",
            )
        ]  # fmt: skip
    if most is not None and rows > most:
        return [
            Finding(
                codes.MANY_ROWS, "error", None,
                f"The table has {rows:,} rows; at most {most:,} are expected.", evidence,
                f"Check that none are in it twice; {_EDIT} … --set max_rows={rows}.",
            )
        ]  # fmt: skip
    return []


def not_present(column: Constraints, rows: int) -> Finding:
    """A column without any value."""
    return Finding(
        codes.NOT_PRESENT, column.severity, column.name,
        f"The column {column.name!r} is there, but no row has a value in it.",
        {"count": rows, "share": 1.0, "rows": list(range(1, min(rows, 10) + 1)), "examples": []},
        "Find out why it is empty.",
    )  # fmt: skip


def only_numbers(column: Constraints, count: int, rows: int) -> Finding:
    """A column of texts in which there are numbers only."""
    return Finding(
        codes.TYPE, column.severity, column.name,
        f"All values of {column.name!r} are numbers; it should hold texts.",
        {"count": count, "share": count / rows if rows else 0.0, "rows": [], "examples": []},
        "Check that the right column bears this name.",
    )  # fmt: skip


def told(
    code: str,
    column: Constraints,
    kind: str,
    rows: int,
    count: int,
    where: Sequence[int],
    examples: Sequence[str],
) -> Finding:
    """An anomaly of some cells.

    Parameters
    ----------
    code : str
    column : Constraints
    kind : str
        What its cells look like: INT, FLOAT or BYTES.
    rows, count : int
        Of the table, and that are concerned.
    where : sequence of int
        The first of these rows, counted from 1.
    examples : sequence of str
        Values of them.
    """
    share = count / rows if rows else 0.0
    evidence = {"count": count, "share": share, "rows": list(where), "examples": list(examples)}
    what, fix = _said(code, column, kind, list(examples))
    values = f": {preview(examples)}" if examples else ""
    place = f" (first in data row {where[0]:,})" if where else ""
    message = f"{count:,} value(s) of {column.name!r} ({percent(share)} of the rows) {what}{values}{place}."
    return Finding(code, column.severity, column.name, message, evidence | _limits(code, column), fix)


def _said(code: str, column: Constraints, kind: str, examples: list[str]) -> tuple[str, str]:
    """The end of the sentence, and what to do."""
    name = column.name
    if code == codes.MISSING:
        least = (
            "every row" if column.min_present >= 1 else f"at least {percent(column.min_present)} of the rows"
        )
        return f"are missing; {least} must have one", f"Fill them in, {_EDIT} … --set {name}.min_present=…"
    if code == codes.TYPE:
        return _of_wrong_type(column, kind, examples)
    if code in codes.NOT_READ.values():
        return "cannot be compared with its range, since they are none", "Correct them."
    if code == codes.INFINITE:
        return "are infinite", "Correct them, or leave them empty."
    if code in (*codes.TOO_SMALL.values(), codes.TOO_EARLY):
        low = min(map(float, column.domain)) if column.domain else column.minimum
        return f"are below {shown(low)}", f"Check their unit, {_EDIT} … --set {name}.min=…"
    if code in (*codes.TOO_BIG.values(), codes.TOO_LATE):
        high = max(map(float, column.domain)) if column.domain else column.maximum
        return f"are above {shown(high)}", f"Check their unit, {_EDIT} … --set {name}.max=…"
    if code == codes.DOMAIN:
        spared = "" if column.is_closed else f"; {percent(1 - column.min_domain_mass)} may be"
        return f"are not among those allowed{spared}", f"Check the spelling, {_EDIT} … --set {name}.domain+=…"
    if code == codes.UNIQUE:
        return "occur in an earlier row as well", "Each row must have its own: take out the copies."
    if code == codes.LENGTH:
        return (
            f"have more than {column.max_length:,} characters",
            f"Shorten them, {_EDIT} … --set {name}.max_length=…",
        )
    return f"do not match {column.pattern}", f"Correct them, {_EDIT} … --set {name}.pattern=…"


def _of_wrong_type(column: Constraints, kind: str, examples: list[str]) -> tuple[str, str]:
    noun = _NOUNS.get(column.kind, "numbers")
    if column.whole and examples and all(map(_reads, examples)):
        return "are no whole numbers", f"Round them, {_EDIT} … --set {column.name}.whole=false"
    return f"are no {noun}", f"Give the column as {noun}, written as in the table that the schema is of."


def _limits(code: str, column: Constraints) -> dict[str, Any]:
    """What is allowed, for programs."""
    if code == codes.MISSING:
        return {"min_present": column.min_present}
    if code == codes.DOMAIN:
        return {"min_domain_mass": column.min_domain_mass}
    if code in (*codes.TOO_SMALL.values(), *codes.TOO_BIG.values(), codes.TOO_EARLY, codes.TOO_LATE):
        return {"min": column.minimum, "max": column.maximum}
    return {}


def percent(share: float) -> str:
    """A share as people write it."""
    if 0 < share < 0.001:
        return "under 0.1 %"
    return f"{100 * share:.3g} %"


def _reads(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
