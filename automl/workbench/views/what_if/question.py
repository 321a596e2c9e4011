"""What is asked of a search for changes, as the address says it.

    ways    JSON: `goal`, or `low` and `high` of a number; `most`; `stay`; `limits`, by column
    found   names the search whose result is on the page, so that a link shows it as well

What does not fit the model is left out.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from automl.workbench.views.what_if import state
from automl.workbench.views.what_if.state import Variant

__all__ = ["MOST", "Question", "is_asked", "read", "token_of", "write", "write_asked"]

MOST = (1, 2, 3, 4)
"""How many columns may change, at most."""

Limits = dict[str, tuple[float | None, float | None]]


@dataclass(frozen=True)
class Question:
    """What another prediction may be made of.

    Attributes
    ----------
    goal : str or None
        The class to reach; None for any other one.
    low, high : float or None
        Of the prediction of a number.
    most : int
        How many columns may change.
    stay : tuple of str
        Columns that stay as they are.
    limits : dict
        The least and the highest value of a column.
    """

    goal: str | None = None
    low: float | None = None
    high: float | None = None
    most: int = 3
    stay: tuple[str, ...] = ()
    limits: Limits = field(default_factory=dict)

    def asked(self) -> dict[str, Any]:
        """As a desk is asked."""
        given: dict[str, Any] = {
            "goal": self.goal,
            "low": self.low,
            "high": self.high,
            "immutable": sorted(self.stay) or None,
            "ranges": {name: list(ends) for name, ends in self.limits.items()} or None,
        }
        return {"max_changes": self.most} | {
            name: value for name, value in given.items() if value is not None
        }


def read(facts: Mapping[str, Any]) -> Question:
    """The question in the address, held against what the desk knows of the table."""
    told = state.json_of(st.query_params.get("ways"))
    if not isinstance(told, dict):
        return Question()
    columns = {str(column["name"]): column for column in facts["columns"]}
    goal, most, stay, limits = (told.get(name) for name in ("goal", "most", "stay", "limits"))
    numbers = facts["classes"] is None
    return Question(
        goal=goal if goal in (facts["classes"] or ()) else None,
        low=_number(told.get("low")) if numbers else None,
        high=_number(told.get("high")) if numbers else None,
        most=most if type(most) is int and most in MOST else Question.most,
        stay=tuple(name for name in _texts(stay) if name in columns),
        limits={
            name: (_number(ends[0]), _number(ends[1]))
            for name, ends in (limits if isinstance(limits, dict) else {}).items()
            if name in columns and columns[name]["kind"] == "number" and _pair(ends)
        },
    )


def write(question: Question) -> None:
    """Put it into the address."""
    content = {
        "goal": question.goal,
        "low": question.low,
        "high": question.high,
        "most": None if question.most == Question.most else question.most,
        "stay": list(question.stay) or None,
        "limits": {name: list(ends) for name, ends in question.limits.items()} or None,
    }
    content = {name: value for name, value in content.items() if value is not None}
    if content:
        st.query_params["ways"] = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    else:
        st.query_params.pop("ways", None)


def token_of(model: str, row: Variant, question: Question) -> str:
    """Tells one search from another."""
    content = json.dumps([model, row.asked(), question.asked()], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:12]


def is_asked(token: str) -> bool:
    """Whether the address wants the result of this search."""
    return st.query_params.get("found") == token


def write_asked(token: str) -> None:
    """Let the address want it."""
    st.query_params["found"] = token


def _number(value: Any) -> float | None:
    usable = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if usable else None


def _texts(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2
