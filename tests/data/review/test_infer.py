"""The first draft of a schema leaves room for rows like those that it is of, and no more."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl.data import Kind, read_table
from automl.data.review import ReviewedSchema, check_table, infer_reviewed
from automl.errors import SchemaError


def draft(**columns: object) -> ReviewedSchema:
    """The draft of a table."""
    return infer_reviewed(read_table(pd.DataFrame(columns)))


def test_a_real_table(reviewed: ReviewedSchema) -> None:
    tenure, charges, senior = (reviewed[name] for name in ("tenure", "MonthlyCharges", "SeniorCitizen"))
    assert (tenure.kind, tenure.whole, tenure.minimum, tenure.maximum) == (Kind.NUMBER, True, 0, 80)
    assert (charges.whole, charges.minimum, charges.maximum) == (False, 0.0, 130.0)
    assert senior.domain is not None
    assert (set(senior.domain), senior.is_closed) == ({"0", "1"}, True)
    assert reviewed["customerID"].unique
    assert reviewed["TotalCharges"].min_present == 0.94
    assert {column.min_present for column in reviewed.columns if column.name != "TotalCharges"} == {1.0}
    assert (reviewed.target, reviewed.min_rows, reviewed.max_rows) == ("Churn", 700, None)
    assert reviewed.cell_type("TotalCharges") == "BYTES", "it has blanks in it"
    assert [reviewed.cell_type(name) for name in ("tenure", "MonthlyCharges", "SeniorCitizen", "gender")] == [
        "INT", "FLOAT", "INT", "BYTES",
    ]  # fmt: skip


def test_labels_that_occur_once_foretell_others() -> None:
    labels = ["a"] * 500 + ["b"] * 490 + ["c", "d"]
    plan = draft(plan=labels)["plan"]
    assert plan.domain is not None
    assert 0.98 <= plan.min_domain_mass < 1
    assert draft(plan=labels[:-2])["plan"].min_domain_mass == 1
    many = draft(town=[f"town {i // 2}" for i in range(300)] + [f"village {i}" for i in range(80)])["town"]
    assert many.kind is Kind.CATEGORY
    assert many.domain is None, "every fifth row would bring a new one"


@pytest.mark.parametrize("seed", range(5))
def test_other_rows_of_the_same_kind_break_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)

    def table(rows: int) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "x": np.where(rng.random(rows) < 0.2, np.nan, rng.normal(50, 10, rows)),
                "n": rng.poisson(30, rows),
                "plan": rng.choice(["a", "b", "c"], rows, p=[0.6, 0.3, 0.1]),
            }
        )

    reviewed = infer_reviewed(read_table(table(2000)))
    assert check_table(reviewed, read_table(table(500)), purpose="scoring") == ()


def test_one_value_keeps_its_range() -> None:
    column = draft(x=[2.5, None, 2.5, None] * 10)["x"]
    assert column.kind in (Kind.NUMBER, Kind.CATEGORY, Kind.CONSTANT)
    assert column.min_present < 0.5


def test_kinds_may_be_chosen() -> None:
    table = read_table(pd.DataFrame({"code": ["1", "2", "3"] * 20}))
    chosen = infer_reviewed(table, kinds={"code": "category"})
    assert chosen["code"].domain == ("1", "2", "3")
    with pytest.raises(SchemaError, match="no column 'price'"):
        infer_reviewed(table, target="price")
