"""What differs between two versions of a table: found exactly where it was put, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automl.data import Schema, read_table
from automl.errors import SettingError
from automl.monitoring.between import TableDifference, Version, difference


def version(label: str, frame: pd.DataFrame, **kinds: str) -> Version:
    """A frame as the catalogue hands it over."""
    table = read_table(frame, name=label)
    schema = Schema.infer(table, kinds=kinds)
    return Version(label, schema.coerce(table).frame, schema)


@pytest.fixture(scope="module")
def telco(sample_data: Path) -> pd.DataFrame:
    """7,043 customers with an identifier."""
    return pd.read_csv(sample_data / "telco_churn.csv", dtype=str)


def test_the_same_rows_in_another_order_differ_in_nothing(telco: pd.DataFrame) -> None:
    found = difference(version("a", telco), version("b", telco.sample(frac=1, random_state=0)))
    assert found.is_empty
    assert (found.rows.same, found.rows.key) == (7043, "customerID")
    assert not any(each.has_moved for each in found.drift)


def test_rows_columns_labels_and_values_are_found_where_they_changed(telco: pd.DataFrame) -> None:
    after = telco.iloc[200:].reset_index(drop=True)
    after.loc[:49, "MonthlyCharges"] = "7.5"
    after.loc[:2, "PaymentMethod"] = "Cash"
    after["tenure"] = (after["tenure"].astype(int) * 2).astype(str)
    more = telco.iloc[:30].assign(customerID=[f"N{number}" for number in range(30)])
    after = pd.concat([after, more]).drop(columns="Partner").assign(Region="EU")
    found = difference(version("old", telco), version("new", after))
    rows = found.rows
    assert (rows.before, rows.after, rows.added, rows.removed) == (7043, 6873, 30, 200)
    changed = dict(rows.changed_in)
    assert changed["MonthlyCharges"] == 50
    assert changed["PaymentMethod"] == 3
    assert changed["tenure"] == rows.changed == (telco.iloc[200:]["tenure"] != "0").sum()
    assert (found.added, found.removed, found.retyped) == (("Region",), ("Partner",), ())
    assert [(each.column, each.new, each.gone) for each in found.labels] == [("PaymentMethod", ("Cash",), ())]
    assert found.drift[0].column == "tenure"
    assert [each.column for each in found.drift if each.has_moved] == ["tenure"]
    assert TableDifference.from_json(found.to_json()) == found


def test_without_a_key_rows_are_counted_as_often_as_both_have_them() -> None:
    old = pd.DataFrame({"a": [1.5, 1.5, 2.5, 3.5, np.nan], "b": ["x", "x", "y", "z", "z"]})
    new = pd.DataFrame({"a": [1.5, 2.5, 2.5, 9.5, np.nan], "b": ["x", "y", "y", "z", "z"]})
    found = difference(version("old", old), version("new", new))
    assert (found.rows.key, found.rows.changed) == (None, None)
    assert (found.rows.same, found.rows.added, found.rows.removed) == (3, 2, 2)
    assert "No column tells" in found.notes[-1]


def test_another_way_to_write_the_same_is_no_change() -> None:
    old = pd.DataFrame({"fee": ["1,234.50", "12.00", "7"] * 5, "n": ["a", "b", "c"] * 5})
    new = pd.DataFrame({"fee": ["1234.5", "12", "7.0"] * 5, "n": ["a", "b", "c"] * 5})
    assert difference(version("old", old), version("new", new)).is_empty


def test_a_column_of_another_kind_is_named() -> None:
    old = pd.DataFrame({"zip": ["1.5", "2.5", "3.5"] * 9, "y": ["0.5", "1.5", "7.5"] * 9})
    new = old.assign(zip=["east", "west", "north"] * 9)
    found = difference(version("old", old), version("new", new))
    assert found.retyped == (("zip", "number", "category"),)
    assert found.schema_differs
    assert "zip" not in [each.column for each in found.drift]


def test_a_key_must_tell_rows_apart(telco: pd.DataFrame) -> None:
    both = version("a", telco), version("b", telco)
    with pytest.raises(SettingError, match="no column 'Name'"):
        difference(*both, key="Name")
    with pytest.raises(SettingError, match="occur twice"):
        difference(*both, key="gender")
    assert difference(*both, key="customerID").is_empty


def test_a_key_that_has_nothing_in_common_is_none(telco: pd.DataFrame) -> None:
    other = telco.assign(customerID=[f"X{number:05d}" for number in range(len(telco))])
    found = difference(version("a", telco), version("b", other))
    assert found.rows.key is None


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_counts_add_up(data: st.DataObject) -> None:
    cells = st.sampled_from(["a", "b", None])
    frames = [
        pd.DataFrame(
            data.draw(st.lists(st.tuples(cells, cells), min_size=1, max_size=12)), columns=["p", "q"]
        )
        for _ in range(2)
    ]
    schema = Schema.infer(read_table(pd.concat(frames)), kinds={"p": "category", "q": "category"})
    old, new = (Version(str(n), schema.coerce(frame).frame, schema) for n, frame in enumerate(frames))
    rows = difference(old, new).rows
    counts = [frame.fillna("-").value_counts().to_dict() for frame in frames]
    same = sum(min(count, counts[1].get(row, 0)) for row, count in counts[0].items())
    assert (rows.same, rows.added, rows.removed) == (same, rows.after - same, rows.before - same)
