"""The sample tables as a data scientist would read them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from automl.data import Kind, Schema, read_table

SAMPLES = Path(__file__).parents[2] / "sample_data"

EXPECTED = {
    "telco_churn": {
        "customerID": "identifier", "gender": "category", "SeniorCitizen": "boolean", "Partner": "boolean",
        "tenure": "number", "Contract": "category", "TotalCharges": "number", "Churn": "boolean",
    },
    "penguins": {"species": "category", "bill_length_mm": "number", "sex": "category"},
    "ames": {
        "MS_SubClass": "category", "Lot_Area": "number", "Year_Built": "number", "Central_Air": "boolean",
        "Garage_Cars": "number", "Sale_Type": "category", "Sale_Price": "number", "Longitude": "number",
    },
    "sms_spam": {"type": "category", "text": "text"},
}  # fmt: skip


@pytest.mark.parametrize("name", EXPECTED)
def test_kinds_and_both_ways_in(name: str) -> None:
    path = SAMPLES / f"{name}.csv"
    table = read_table(path)
    schema = Schema.infer(table)
    assert {column: schema[column].kind.value for column in EXPECTED[name]} == EXPECTED[name]
    ours = schema.coerce(table)
    raw = pd.read_csv(path)
    pd.testing.assert_frame_equal(ours.frame, schema.coerce(raw).frame, check_exact=True)
    assert [f.code for f in ours.findings] == []
    # From the frame that pandas reads, the same kinds are inferred (blank texts included).
    typed = Schema.infer(read_table(raw))
    assert {c.name: c.kind for c in typed} == {c.name: c.kind for c in schema}


def test_blank_charges_are_missing_numbers() -> None:
    table = read_table(SAMPLES / "telco_churn.csv")
    schema = Schema.infer(table)
    assert schema["TotalCharges"].kind == Kind.NUMBER
    assert schema["TotalCharges"].missing_tokens == (" ",)
    assert int(schema.coerce(table).frame["TotalCharges"].isna().sum()) == 11
