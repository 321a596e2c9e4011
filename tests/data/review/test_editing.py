"""Schemas written down, changed and compared."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from automl.data import Kind, Schema, read_table
from automl.data.review import Constraints, ReviewedSchema, differences, edited, infer_reviewed
from automl.errors import SchemaError, SettingError


@pytest.fixture
def small() -> ReviewedSchema:
    """A schema whose columns have odd names."""
    table = pd.DataFrame(
        {
            "age": list(range(18, 78)),
            "a.b": ["x", "y", "z"] * 20,
            "day": [f"2026-01-{1 + i % 28:02d}" for i in range(60)],
            "fee=net": [i / 7 for i in range(60)],
        }
    )
    return infer_reviewed(read_table(table), target="a.b")


def test_json_gives_it_back(reviewed: ReviewedSchema, small: ReviewedSchema) -> None:
    for each in (reviewed, small):
        assert ReviewedSchema.from_json(json.dumps(each.to_json())) == each
    beside = ReviewedSchema.from_json(small.to_json(reads=False), reads=small.reads)
    assert beside == small


def test_changes_in_words(small: ReviewedSchema) -> None:
    after = edited(
        small,
        [
            "age.max=80", "age.min=", "a.b.domain+=w, or so", "a.b.domain-=x", "day.max=2027-01-01",
            "fee=net.min_present=0.5", "min_rows=", "max_rows=1000", "unknown_columns=refuse", "target=",
            "a.b.severity=warning", "age.drift=0.25",
        ],
    )  # fmt: skip
    assert (after["age"].minimum, after["age"].maximum, after["age"].drift) == (None, 80, 0.25)
    assert after["a.b"].domain == ("y", "z", "w, or so")
    assert after["day"].maximum == "2027-01-01"
    assert after["fee=net"].min_present == 0.5
    assert (after.min_rows, after.max_rows, after.unknown_columns, after.target) == (
        None,
        1000,
        "refuse",
        None,
    )
    assert edited(after, ['a.b.domain=["y, z", "w"]'])["a.b"].domain == ("y, z", "w")
    assert edited(after, ["a.b.domain=y,z"])["a.b"].domain == ("y", "z")
    told = [str(each) for each in differences(small, after)]
    assert "age.min: 12 → nothing" in told
    assert "a.b.domain: + 'w, or so'; - 'x'" in told
    assert 'unknown_columns: "warn" → "refuse"' in told
    assert differences(after, after) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("age.max=old", "Expected a number for age.max, found 'old'"),
        ("age.max=5", "at least the min"),
        ("age.whole=perhaps", "true or false"),
        ("age.domain=a", "has no domain"),
        ("a.b.min=1", "has no min"),
        ("age.domain+=a", "no domain to which"),
        ("a.b.domain-=q", "not in the domain"),
        ("a.b.domain=x,x", "different texts"),
        ("a.b.pattern=(", "regular expression"),
        ("a.b.max_length=0.5", "whole number"),
        ("age.min_present=2", "from 0 to 1"),
        ("age.required=false", "may be absent"),
        ("day.min=tomorrow", "a date"),
        ("day.drift=0.1", "has no drift"),
        ("age.severity=fatal", "error or warning"),
        ("age.limit=3", "no change of this schema"),
        ("height.max=3", "no change of this schema"),
        ("min_rows=many", "Expected a number"),
        ("min_rows=0.5", "whole number"),
        ("unknown_columns=maybe", "allow, warn or refuse"),
        ("target=height", "not among the columns"),
        ("age", "no change of this schema"),
    ],
)
def test_changes_that_make_no_sense_are_refused(small: ReviewedSchema, change: str, problem: str) -> None:
    with pytest.raises((SchemaError, SettingError), match=problem):
        edited(small, [change])


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"format": "other"}, "Expected a reviewed schema"),
        ({"version": 9}, "version 9"),
        ({"columns": {}}, "list of columns"),
        ({"colour": "red"}, "no 'colour'"),
        ({"reads": None}, "reads"),
        ({"columns": [{"kind": "number"}]}, "needs a name"),
        ({"columns": [{"name": "age", "kind": "age"}]}, "which there is not"),
        ({"columns": [{"name": "age", "kind": "number", "maxx": 3}]}, "no constraint 'maxx'"),
        ({"columns": [{"name": "age", "kind": "number", "max": 10**400}]}, "Expected a number"),
        ({"columns": [{"name": "age", "kind": "number", "required": 1}]}, "true or false"),
        ({"columns": [{"name": "age", "kind": "category"}], "target": None}, "but read as number"),
        ({"columns": [{"name": "age", "kind": "number"}] * 2, "target": None}, "described twice"),
    ],
)
def test_what_somebody_wrote_is_checked(
    small: ReviewedSchema, wrong: dict[str, object], problem: str
) -> None:
    with pytest.raises(SchemaError, match=problem):
        ReviewedSchema.from_json(small.to_json() | wrong)


def test_no_json(small: ReviewedSchema) -> None:
    with pytest.raises(SchemaError, match="line 1"):
        ReviewedSchema.from_json("{")


def test_what_a_model_reads(small: ReviewedSchema) -> None:
    other = Schema((*small.reads.select(["age", "day"]).columns,))
    read = small.read_by(other)
    assert read.reads == other
    assert read.names == small.names
    assert read["age"] == small["age"]
    assert read["a.b"] == Constraints("a.b", Kind.CATEGORY, required=False), "no value of it travels along"
