"""Read cells become the columns that the fitted preprocessor makes, block by block."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.pipeline import Pipeline
from sklearn.utils import murmurhash3_32

from automl.data import Schema, read_table
from automl.features import build_preprocessor, common_in, derived_columns
from automl.plan import Plan, compile_plan
from automl.plan.encoders.texts import murmur

from ..bundle.conftest import rows_as_csv


def plan_of(text: str, path: Path) -> tuple[Plan, Schema, object, pd.DataFrame]:
    """A plan of a preprocessor with nothing behind it, and what it was made of."""
    path.write_text(text, encoding="utf-8")
    table = read_table(path)
    schema = Schema.infer(table)
    frame = schema.coerce(table).frame
    common = common_in(frame, schema, np.arange(len(frame)))
    prepare = build_preprocessor(schema, schema.names, n_rows=len(frame), seed=0, common=common)
    X = prepare.fit_transform(frame)
    dummy = DummyClassifier(strategy="prior").fit(X, np.arange(len(X)) % 2)
    return Plan(compile_plan(Pipeline([("p", prepare), ("m", dummy)]), schema)), schema, prepare, frame


def test_every_block_of_a_messy_table(tmp_path: Path) -> None:
    plan, schema, prepare, frame = plan_of(rows_as_csv(), tmp_path / "t.csv")
    blocks = {name.rstrip("_0123456789") for name, _, _ in prepare.transformers_}
    assert blocks >= {"numbers", "clean", "number_codes", "text_codes", "date", "text", "pieces"}
    (tmp_path / "odd.csv").write_text(rows_as_csv(60, seed=7, odd=True), encoding="utf-8")
    odd = schema.coerce(read_table(tmp_path / "odd.csv")).frame
    for rows in (frame, odd):
        expected = prepare.transform(rows)
        found = plan.matrix(rows.to_dict("list"))
        one = np.vstack([plan.matrix([row]) for row in rows.head(20).to_dict("records")])
        np.testing.assert_array_equal(found, expected)
        np.testing.assert_array_equal(one, found[:20])


def test_sentinels_and_times(tmp_path: Path) -> None:
    lines = ["n;when;code"]
    lines += [f"{i if i % 7 else -999};2024-0{1 + i % 9}-1{i % 9} 0{i % 10}:30:15;{i % 4}" for i in range(80)]
    lines += ["?;;", ";2023-12-31 23:59:59.123456;9"]
    plan, schema, prepare, frame = plan_of("\n".join(lines) + "\n", tmp_path / "t.csv")
    assert str(schema["when"].kind) == "datetime"
    np.testing.assert_array_equal(plan.matrix(frame.to_dict("list")), prepare.transform(frame))


def test_what_a_category_is_put_together_of(tmp_path: Path) -> None:
    kinds = ("PC ", "A/5 ", "STON/O2. ", "", "l. 2.5 x ")
    lines = ["ticket;n"]
    lines += [f"{kinds[i * i % 5]}{1000 + i * 7 % 83};{i % 9}" for i in range(240)]
    lines += [";1", "NA;2", "2.0;3", "no number;4", f"{'9' * 40};5", "PC 1017;6"]
    plan, schema, prepare, frame = plan_of("\n".join(lines) + "\n", tmp_path / "t.csv")
    made = {column.name for column in derived_columns(prepare)}
    assert {"ticket (shared)", "ticket (first number)", 'ticket (word "pc")'} <= made
    expected = prepare.transform(frame)
    np.testing.assert_array_equal(plan.matrix(frame.to_dict("list")), expected)
    assert 0.02 < np.isnan(expected).mean() < 0.9
    # pandas reads cells that are nothing but digits as numbers.
    digits = pd.DataFrame({"ticket": [1017.0, np.nan, 2.0], "n": [1.0, 2.0, 3.0]})
    canonical = schema.coerce(digits).frame
    np.testing.assert_array_equal(prepare.transform(digits), prepare.transform(canonical))
    np.testing.assert_array_equal(plan.matrix(digits.to_dict("list")), prepare.transform(canonical))


@pytest.mark.parametrize(
    "text", ["", "a", "ab", "abc", "abcd", "word", "zwölf Boxkämpfer", "𝄞 key", "x" * 61]
)
def test_murmur_is_the_one_of_scikit_learn(text: str) -> None:
    assert murmur(text.encode()) == murmurhash3_32(text.encode(), 0, positive=True)
