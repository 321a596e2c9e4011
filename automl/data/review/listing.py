"""A reviewed schema as the rows of a table, for people."""

from __future__ import annotations

from collections.abc import Iterator

from .constraints import Constraints
from .reviewed import ReviewedSchema

__all__ = ["HEADERS", "NUMERIC", "listed"]

HEADERS = ("column", "kind", "present", "range", "values", "drift", "skew", "else")
NUMERIC = ("present", "drift", "skew")
"""Those of the headers whose values are numbers."""

_MOST_VALUES = 6


def listed(found: ReviewedSchema) -> Iterator[tuple[str, ...]]:
    """What is allowed in each column, by `HEADERS`."""
    for column in found.columns:
        yield (
            column.name,
            column.kind.value,
            f"{100 * column.min_present:.3g} %" if column.required else "may be absent",
            _range(column),
            _domain(column),
            "–" if column.drift is None else f"{column.drift:g}",
            "–" if column.skew is None else f"{column.skew:g}",
            _rest(column),
        )


def _range(column: Constraints) -> str:
    if column.minimum is None and column.maximum is None:
        return "–"
    low, high = ("…" if end is None else str(end) for end in (column.minimum, column.maximum))
    return f"{low} to {high}"


def _domain(column: Constraints) -> str:
    if column.domain is None:
        return "–"
    more = len(column.domain) - _MOST_VALUES
    shown = ", ".join(column.domain[:_MOST_VALUES]) + (f" and {more} more" if more > 0 else "")
    return shown if column.is_closed else f"{shown} (at least {100 * column.min_domain_mass:.3g} %)"


def _rest(column: Constraints) -> str:
    told = [
        *(["whole"] if column.whole else []),
        *(["unique"] if column.unique else []),
        *([f"at most {column.max_length:,} characters"] if column.max_length is not None else []),
        *([f"matches {column.pattern}"] if column.pattern is not None else []),
        *(["warns only"] if column.severity == "warning" else []),
    ]
    return ", ".join(told) or "–"
