"""Tables held against a reviewed schema."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from automl.data import Finding, RawTable, read_table
from automl.data.review import (
    Check,
    ReviewedSchema,
    check_table,
    codes,
    compare_tables,
    edited,
    infer_reviewed,
)

from .damages import DAMAGES, TARGET

TableOf = Callable[[pd.DataFrame], RawTable]


def named(found: tuple[Finding, ...]) -> set[tuple[str, str]]:
    """Columns and codes."""
    return {(each.column or "", each.code) for each in found}


def small(**columns: list[object]) -> RawTable:
    """A table of a few rows."""
    return read_table(pd.DataFrame(columns))


def test_a_table_has_no_anomaly_by_its_own_draft(reviewed: ReviewedSchema, churn: RawTable) -> None:
    assert check_table(reviewed, churn) == ()
    assert compare_tables(reviewed, churn, churn, "drift") == ()


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_called_by_its_name(
    name: str, reviewed: ReviewedSchema, churn: RawTable, churn_cells: pd.DataFrame, table_of: TableOf
) -> None:
    damage = DAMAGES[name]
    table = table_of(damage.change(churn_cells))
    found = (*check_table(reviewed, table), *compare_tables(reviewed, churn, table, "drift"))
    assert named(found) == damage.expected
    for each in found:
        assert each.message.endswith("."), each
        assert each.fix, each


def test_an_anomaly_says_where_it_is(
    reviewed: ReviewedSchema, churn_cells: pd.DataFrame, table_of: TableOf
) -> None:
    (found,) = check_table(reviewed, table_of(DAMAGES["negative numbers of months"].change(churn_cells)))
    count = len(range(0, len(churn_cells), 50))
    assert found.severity == "error"
    assert found.evidence["count"] == count
    assert found.evidence["share"] == pytest.approx(count / len(churn_cells))
    assert found.evidence["rows"] == list(range(1, 500, 50))
    assert found.evidence["examples"] == ["-1"]
    assert (found.evidence["min"], found.evidence["max"]) == (reviewed["tenure"].minimum, 80)
    assert "tenure" in found.message
    assert "below 0" in found.message


def test_pieces_tell_what_the_whole_does(
    reviewed: ReviewedSchema, churn_cells: pd.DataFrame, table_of: TableOf
) -> None:
    cells = churn_cells
    for name in ("labels in another spelling", "words among whole numbers", "values are missing"):
        cells = DAMAGES[name].change(cells)
    cells = pd.concat([cells, cells.tail(7)], ignore_index=True)  # and customers twice
    whole = check_table(reviewed, table_of(cells))
    check = Check(reviewed)
    for start in range(0, len(cells), 1000):
        check.add(table_of(cells.iloc[start : start + 1000]))
    assert check.anomalies() == whole
    assert ("customerID", codes.UNIQUE) in named(whole)
    repeated = next(each for each in whole if each.code == codes.UNIQUE)
    assert repeated.evidence["count"] == 7
    assert repeated.evidence["rows"] == list(range(len(cells) - 6, len(cells) + 1))


def test_rows_to_predict_may_be_few_and_without_target(
    reviewed: ReviewedSchema, churn_cells: pd.DataFrame, table_of: TableOf
) -> None:
    table = table_of(churn_cells.drop(columns=TARGET).head(30))
    assert named(check_table(reviewed, table)) == {(TARGET, codes.MISSING_COLUMN), ("", codes.TOO_FEW_ROWS)}
    assert check_table(reviewed, table, purpose="scoring") == ()


def test_what_tensorflow_has_no_word_for() -> None:
    drafted = infer_reviewed(
        small(
            day=[f"2026-01-{day:02d}" for day in range(1, 31)],
            note=[f"a note about visit {i} of many" for i in range(30)],
            plan=["a", "b", "c"] * 10,
        )
    )
    asked = edited(
        drafted, ["day.max=2026-02-01", "note.max_length=40", "note.pattern=.*visit.*", "plan.unique=true"]
    )
    found = check_table(
        asked,
        small(
            day=["2025-12-31", "2026-01-05", "2026-03-01", "soon"],
            note=["x" * 41 + " visit", "no word of it", "visit", "visit"],
            plan=["a", "b", "a", "c"],
        ),
        purpose="scoring",
    )
    assert {(each.column, each.code, tuple(each.evidence["rows"])) for each in found} == {
        ("day", codes.TOO_EARLY, (1,)),
        ("day", codes.TOO_LATE, (3,)),
        ("day", codes.TYPE, (4,)),
        ("note", codes.LENGTH, (1,)),
        ("note", codes.PATTERN, (2,)),
        ("plan", codes.UNIQUE, (3,)),
    }


def test_an_open_domain_allows_some_new_labels() -> None:
    drafted = infer_reviewed(small(plan=["a"] * 50 + ["b"] * 50))
    asked = edited(drafted, ["plan.min_domain_mass=0.9"])
    assert check_table(asked, small(plan=["a"] * 90 + ["c"] * 10)) == ()
    (found,) = check_table(asked, small(plan=["a"] * 89 + ["c"] * 11))
    assert found.code == codes.DOMAIN
    assert found.evidence["count"] == 11


def test_infinite_numbers_have_a_name_of_their_own() -> None:
    drafted = infer_reviewed(small(x=np.linspace(0.5, 9.7, 40).tolist()))
    (found,) = check_table(drafted, small(x=[1.5, np.inf, 2.5]), purpose="scoring")
    assert (found.code, found.evidence["rows"]) == (codes.INFINITE, [2])


def test_severity_and_unknown_columns_are_as_the_schema_says() -> None:
    drafted = infer_reviewed(small(x=[1.5, 2.5, 3.5]))
    table = small(x=[99.0, 1.5], y=["a", "b"])
    assert [each.severity for each in check_table(drafted, table)] == ["error", "warning"]
    strict = edited(drafted, ["unknown_columns=refuse", "x.severity=warning"])
    assert [each.code for each in check_table(strict, table)] == [codes.NEW_COLUMN, "FLOAT_TYPE_BIG_FLOAT"]
    assert len(check_table(edited(drafted, ["unknown_columns=allow"]), table)) == 1


def test_a_column_may_be_absent_where_the_schema_says_so() -> None:
    drafted = infer_reviewed(small(x=[1.5, 2.5, 3.5], y=[1.5, None, 3.5]))
    (found,) = check_table(drafted, small(x=[1.5]), purpose="scoring")
    assert (found.column, found.code) == ("y", codes.MISSING_COLUMN)
    assert (
        check_table(
            edited(drafted, ["y.min_present=0", "y.required=false"]), small(x=[1.5]), purpose="scoring"
        )
        == ()
    )
