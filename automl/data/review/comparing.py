"""A column held against itself in another table: an earlier one, or that of the rows learned from."""

from __future__ import annotations

import math
from typing import Any, Literal

from ..findings import Finding, Severity
from ..table import RawTable
from .celltype import CellType
from .codes import DIVERGED, SHARES
from .constraints import Constraints
from .distribution import Distribution, distribution_of, jensen_shannon, largest_difference
from .reviewed import ReviewedSchema
from .words import percent

__all__ = ["Against", "compare_column", "compare_tables"]

Against = Literal["drift", "skew"]

_OTHER = {"drift": "the earlier table", "skew": "the rows learned from"}
_SURE = 4.0
"""Standard errors: one of 50 columns with 20 labels exceeds that by chance in some 6 % of all tables."""


def compare_tables(
    reviewed: ReviewedSchema, before: RawTable, now: RawTable, against: Against
) -> tuple[Finding, ...]:
    """Columns that differ by more than the schema allows.

    Parameters
    ----------
    reviewed : ReviewedSchema
    before, now : RawTable
    against : {"drift", "skew"}
        Whether `before` is an earlier table of the same kind, or the one that was learned from.
    """
    found = []
    for column in reviewed.reads:
        constraints, kind = reviewed[column.name], reviewed.cell_type(column.name)
        there = all(column.name in table.frame.columns for table in (before, now))
        if getattr(constraints, against) is None or not there:
            continue
        old, new = (
            distribution_of(
                constraints, kind, reviewed.reads.coerce(table, columns=[column.name]).frame[column.name]
            )
            for table in (before, now)
        )
        if old is not None and new is not None:
            found += compare_column(constraints, kind, old, new, against)
    return tuple(found)


def compare_column(
    constraints: Constraints, kind: CellType, before: Distribution, now: Distribution, against: Against
) -> list[Finding]:
    """What there is to say of a column; nothing where it is within its threshold.

    Differences that chance alone may have made, since there are few rows, are good to know and no more.

    Parameters
    ----------
    constraints : Constraints
    kind : {"INT", "FLOAT", "BYTES"}
    before, now : Distribution
    against : {"drift", "skew"}
    """
    threshold = constraints.drift if against == "drift" else constraints.skew
    if threshold is None or not before.count or not now.count:
        return []
    evidence: dict[str, Any] = {"against": against, "threshold": threshold}
    if kind == "BYTES" and before.shares:
        found, label = largest_difference(before, now)
        code, chance = SHARES, _chance_of_share(before, now, label)
        shares = [each.shares.get(label, 0.0) for each in (before, now)]
        before_that, by_now = map(percent, shares)
        what = f"{label!r} makes up {by_now} of its values, in {_OTHER[against]} {before_that}"
        evidence |= {"label": label, "shares": shares}
    else:
        found, code = jensen_shannon(before, now), DIVERGED
        chance = _chance_of_divergence(before, now)
        what = f"its numbers are spread otherwise than in {_OTHER[against]} (Jensen–Shannon {found:.3f})"
    if found <= threshold:
        return []
    sure = found > chance
    severity: Severity = "warning" if sure else "info"
    doubt = "" if sure else " So few rows may differ as much by chance."
    return [
        Finding(
            code, severity, constraints.name,
            f"{constraints.name!r} differs from {_OTHER[against]}: {what}; {threshold:g} is allowed.{doubt}",
            evidence | {"value": found, "by_chance": chance},
            f"Find out why, or allow more: automl schema edit … --set {constraints.name}.{against}=…",
        )
    ]  # fmt: skip


def _chance_of_share(before: Distribution, now: Distribution, label: str) -> float:
    """The difference of a share that chance hardly makes."""
    total = before.count + now.count
    share = sum(each.shares.get(label, 0.0) * each.count for each in (before, now)) / total
    return _SURE * math.sqrt(share * (1 - share) * (1 / before.count + 1 / now.count))


def _chance_of_divergence(before: Distribution, now: Distribution) -> float:
    """The divergence that chance hardly makes.

    For small differences it is (1/n + 1/m) / (8 ln 2) times a chi-squared number of as many degrees of
    freedom as there are bars less one, whose high quantile is here by Wilson and Hilferty's approximation.
    """
    degrees = max(len(before.masses), len(now.masses), 2) - 1
    quantile = degrees * (1 - 2 / (9 * degrees) + _SURE * math.sqrt(2 / (9 * degrees))) ** 3
    return quantile * (1 / before.count + 1 / now.count) / (8 * math.log(2))
