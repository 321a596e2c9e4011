"""Single rows: the same rules whether they come as a frame or one by one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl.data import read_table
from automl.data.review import Broken, RowCheck, allowed, codes, edited, infer_reviewed

TABLE = pd.DataFrame(
    {
        "age": [str(age) for age in range(18, 78)],
        "fee": [f"{i / 7:.3f}" for i in range(60)],
        "plan": ["basic", "pro", "basic"] * 20,
        "flag": ["0", "1"] * 30,
        "day": [f"2026-01-{1 + i % 28:02d}" for i in range(60)],
        "note": [f"one more note on visit {i}" for i in range(60)],
        "town": ["a", "b", "c"] * 20,
    }
)
ROWS = pd.DataFrame(
    {
        "age": ["30", "-5", "31.5", "200", "", "40"],
        "fee": ["1", "2", "-0.5", "3", "99", ""],
        "plan": ["pro", "gold", "pro", "", "basic", "pro"],
        "flag": ["0", "7", "x", "1", "1", "-1"],
        "day": ["2026-01-05", "2025-12-31", "2027-03-01", "", "2026-01-01", "2026-01-02"],
        "note": ["short", "far too long a note about this", "", "y", "z", "w"],
        "town": ["a", "z", "b", "c", "", "a"],
    }
)


@pytest.fixture
def check() -> tuple[RowCheck, pd.DataFrame]:
    """Rules, and rows behind the gate."""
    reviewed = edited(
        infer_reviewed(read_table(TABLE)),
        ["day.max=2026-12-31", "note.max_length=20", "town.min_domain_mass=0.5", "town.min_present=0.5"],
    )
    return RowCheck(reviewed), reviewed.reads.coerce(read_table(ROWS)).frame


def test_what_rows_break(check: tuple[RowCheck, pd.DataFrame]) -> None:
    rules, frame = check
    assert sorted(rules.of_frame(frame), key=lambda each: (each.column, each.code)) == [
        Broken(codes.MISSING, "age", [4]),
        Broken("INT_TYPE_BIG_INT", "age", [3]),
        Broken("INT_TYPE_SMALL_INT", "age", [1]),
        Broken(codes.TYPE, "age", [2]),
        Broken(codes.TOO_EARLY, "day", [1]),
        Broken(codes.TOO_LATE, "day", [2]),
        Broken(codes.MISSING, "day", [3]),
        Broken(codes.MISSING, "fee", [5]),
        Broken("FLOAT_TYPE_BIG_FLOAT", "fee", [4]),
        Broken("FLOAT_TYPE_SMALL_FLOAT", "fee", [2]),
        Broken("INT_TYPE_BIG_INT", "flag", [1]),
        Broken("INT_TYPE_SMALL_INT", "flag", [5]),
        Broken(codes.TYPE, "flag", [2]),
        Broken(codes.MISSING, "note", [2]),
        Broken(codes.LENGTH, "note", [1]),
        Broken(codes.DOMAIN, "plan", [1]),
        Broken(codes.MISSING, "plan", [3]),
    ]


def test_rows_one_by_one_are_told_the_same(check: tuple[RowCheck, pd.DataFrame]) -> None:
    rules, frame = check
    written = frame.assign(day=frame["day"].dt.strftime("%Y-%m-%dT%H:%M:%S.%f")).astype(object)
    rows = written.where(written.notna(), None).to_dict("records")
    by_name = sorted(rules.of_frame(frame), key=lambda each: (each.column, each.code))
    assert sorted(rules.of_rows(rows), key=lambda each: (each.column, each.code)) == by_name
    rows[0]["age"] = np.nan
    assert Broken(codes.MISSING, "age", [0]) in rules.of_rows(rows[:1])


def test_what_is_allowed_in_words() -> None:
    reviewed = edited(infer_reviewed(read_table(TABLE)), ["note.max_length=20", "town.domain="])
    assert allowed(reviewed["age"]) == "a whole number from 12 to 83"
    assert allowed(reviewed["plan"]) == 'one of "basic", "pro"'
    assert allowed(reviewed["day"]) == "a date from 2026-01-01 on"
    assert allowed(reviewed["note"]) == "a text of at most 20 characters"
    assert allowed(reviewed["town"]) == "a text, not missing"
