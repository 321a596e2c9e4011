"""Which inspections a report is made of, and how long each may take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Planned", "plan"]

_CURVES = 4
_ROWS = 3


@dataclass(frozen=True)
class Planned:
    """One inspection of a report.

    Attributes
    ----------
    key : str
        What the report calls it: the name, with the column or row behind a colon.
    name : str
    seconds : float
    params : dict
    """

    key: str
    name: str
    seconds: float
    params: dict[str, Any] = field(default_factory=dict)


def plan(columns: Sequence[str], rows: Sequence[int], fairness: Sequence[str] = ()) -> list[Planned]:
    """The inspections of a report, the most telling first: where time is short, the last are left out.

    Parameters
    ----------
    columns : sequence of str
        Columns of the model, the most important first: the first four get a curve.
    rows : sequence of int
        Rows that the report shows: for the first three it is asked what would have to change.
    fairness : sequence of str
        Columns by whose groups the model is judged.
    """
    return [
        Planned("performance", "performance", 5),
        *(Planned(f"fairness:{name}", "fairness", 4, {"column": name}) for name in dict.fromkeys(fairness)),
        Planned("failures", "failures", 5),
        Planned("importance", "importance", 8),
        *(Planned(f"curve:{name}", "curve", 2.5, {"column": name}) for name in columns[:_CURVES]),
        Planned("clusters", "clusters", 3),
        Planned("stability", "stability", 10),
        *(Planned(f"counterfactuals:{row}", "counterfactuals", 3, {"row": row}) for row in rows[:_ROWS]),
        Planned("surrogate", "surrogate", 4),
        Planned("interactions", "interactions", 8),
    ]
