"""The facts of each column."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from automl.data import Schema, profile, read_table


def facts(values: Any, kind: str | None = None) -> dict[str, Any]:
    table = read_table(pd.DataFrame({"x": values}))
    described = profile(Schema.infer(table, kinds={"x": kind} if kind else None).coerce(table))
    json.dumps(described, allow_nan=False)
    assert described["rows"] == len(table.frame)
    (column,) = described["columns"]
    assert column["name"] == "x"
    return dict(column)


def test_number() -> None:
    got = facts([0.0, 1.5, 2.5, 3.5, None, 0.0, 10.5, 4.5])
    assert (got["kind"], got["missing"], got["missing_share"], got["distinct"]) == ("number", 1, 0.125, 6)
    assert got["zeros"] == 2
    assert got["mean"] == pytest.approx(np.mean([0, 1.5, 2.5, 3.5, 0, 10.5, 4.5]))
    assert (got["quantiles"]["0"], got["quantiles"]["0.5"], got["quantiles"]["1"]) == (0.0, 2.5, 10.5)
    assert sum(got["histogram"]["counts"]) == 7
    assert len(got["histogram"]["edges"]) == len(got["histogram"]["counts"]) + 1


def test_small_whole_numbers_have_a_bin_each() -> None:
    got = facts([3, 3, 4, 5, 5, 5, 7])
    assert got["histogram"] == {"edges": [2.5, 3.5, 4.5, 5.5, 6.5, 7.5], "counts": [2, 1, 3, 0, 1]}


@pytest.mark.parametrize(
    "values", [[1e308, -1e308, 0.5], [1.0, 1.0000000000000002, 1.0], [5e-324, 0.0, 1e-320]]
)
def test_extreme_numbers(values: list[float]) -> None:
    assert facts(values)["distinct"] >= 2


def test_category() -> None:
    got = facts([f"w{min(i, 11)}" for i in range(20)] + [None])
    assert got["top"][0] == {"value": "w11", "count": 9}
    assert len(got["top"]) == 10
    assert got["other"] + sum(item["count"] for item in got["top"]) == 20


def test_date() -> None:
    got = facts(["2024-01-01", "2024-02-01", None, "2024-12-31"])
    assert (got["minimum"][:10], got["maximum"][:10]) == ("2024-01-01", "2024-12-31")
    assert sum(got["histogram"]["counts"]) == 3
    assert facts(["2024-01-01", "2024-01-01", None], "datetime")["histogram"] is None


def test_text() -> None:
    got = facts([f"some words about parcel {i} and more" for i in range(30)])
    assert got["kind"] == "text"
    assert got["mean_words"] == 7
    assert len(got["examples"]) == 5


def test_nothing_there() -> None:
    assert facts([None, None])["distinct"] == 0
    table = read_table(pd.DataFrame({"n": [1.5, 2], "d": ["2024-01-01", "2024-01-02"], "t": ["a", "b"]}))
    schema = Schema.infer(table, kinds={"t": "text"})
    empty = profile(schema.coerce(table.frame.iloc[:0]))
    json.dumps(empty, allow_nan=False)
    assert empty["rows"] == 0
