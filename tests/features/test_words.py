"""Words as columns: of texts, and of categories that are put together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl.bundle.trusted import dump_model, load_model
from automl.data import Column, Kind, Schema, read_table
from automl.features import build_preprocessor, common_in, derived_columns
from automl.features.words import is_composite

TITLES = ["Braund, Mr. Owen", "Cumings, Mrs. John", "Allen, Mr. William", "Heikkinen, Miss. Laina"]


def tickets(rows: int = 200) -> pd.DataFrame:
    """Names with titles, tickets with a prefix and a number, and a number that hardly matters."""
    rng = np.random.default_rng(0)
    prefix = rng.choice(["A/5 ", "PC ", "STON/O2. ", ""], rows, p=[0.3, 0.3, 0.3, 0.1])
    number = rng.integers(1000, 1120, rows)
    return pd.DataFrame(
        {
            "name": [f"{TITLES[i % 4]} {i}th" for i in range(rows)],
            "ticket": [f"{p}{n}" for p, n in zip(prefix, number, strict=True)],
            "age": rng.normal(30, 9, rows).round(1),
        }
    )


def described(frame: pd.DataFrame, kinds: dict[str, str] | None = None) -> tuple[Schema, pd.DataFrame]:
    table = read_table(frame)
    schema = Schema.infer(table, kinds=kinds)
    return schema, schema.coerce(table).frame


def columns_of(matrix: np.ndarray, prepared: object, raw: str) -> dict[str, np.ndarray]:
    found = derived_columns(prepared)
    assert len(found) == matrix.shape[1]
    return {column.name: matrix[:, i] for i, column in enumerate(found) if column.raw == (raw,)}


def test_the_words_that_many_rows_hold() -> None:
    schema, frame = described(tickets(), {"name": "text"})
    common = common_in(frame, schema, np.arange(len(frame)))
    name, ticket = common["name"].words, common["ticket"].words
    assert name[0] == "mr"  # of half of the rows: none divides them more evenly
    assert {"mrs", "miss", "owen", "laina"} <= set(name)
    assert "th" not in name  # of all rows
    assert "17" not in name  # of two rows
    assert {"a", "pc", "ston", "5", "2", "o"} <= set(ticket)
    assert set(common) == {"name", "ticket"}


def test_only_the_training_rows_are_looked_at() -> None:
    schema, frame = described(tickets(), {"name": "text"})
    assert not common_in(frame, schema, np.arange(0, 200, 4))["name"].words  # all are called Owen
    half = common_in(frame, schema, np.arange(0, 200, 2))
    assert half["name"].words == ("allen", "braund", "owen", "william")
    seen = frame["ticket"].iloc[::2].value_counts()
    assert half["ticket"].rows == {ticket: count for ticket, count in seen.items() if count > 1}
    assert half["ticket"].rows


def test_a_word_has_a_column() -> None:
    schema, frame = described(tickets(), {"name": "text"})
    common = common_in(frame, schema, np.arange(len(frame)))
    prepare = build_preprocessor(schema, schema.names, n_rows=len(frame), seed=0, common=common)
    names = columns_of(prepare.fit_transform(frame), prepare, "name")
    held = np.array(["Mr." in name for name in frame["name"]])
    np.testing.assert_array_equal(names['name (word "mr")'], held)
    without = build_preprocessor(schema, schema.names, n_rows=len(frame), seed=0)
    assert without.fit_transform(frame).shape[1] == len(derived_columns(without))


def test_what_a_category_is_put_together_of() -> None:
    schema, frame = described(tickets())
    assert schema["ticket"].kind == Kind.CATEGORY
    common = common_in(frame, schema, np.arange(len(frame)))
    prepare = build_preprocessor(schema, ["ticket"], n_rows=len(frame), seed=0, common=common)
    prepare.fit(frame)
    cells = ["PC 1017", "A/5 1003", "1042", "12/7.25 l", "none", None, "PC", "x" * 5 + "9" * 40]
    found = columns_of(prepare.transform(pd.DataFrame({"ticket": cells})), prepare, "ticket")
    most = 999_999_999_999_999
    np.testing.assert_array_equal(
        found["ticket (first number)"], [1017, 5, 1042, 12, np.nan, np.nan, np.nan, most]
    )
    np.testing.assert_array_equal(
        found["ticket (last number)"], [1017, 1003, 1042, 7.25, np.nan, np.nan, np.nan, most]
    )
    np.testing.assert_array_equal(found['ticket (word "pc")'], [1, 0, 0, 0, 0, 0, 1, 0])
    np.testing.assert_array_equal(found['ticket (word "a")'], [0, 1, 0, 0, 0, 0, 0, 0])
    shared = common["ticket"].rows
    twice = next(ticket for ticket, rows in shared.items() if rows == 2)
    told = columns_of(prepare.transform(pd.DataFrame({"ticket": [twice, "PC 1"]})), prepare, "ticket")
    np.testing.assert_array_equal(told["ticket (shared)"], [2, np.nan])
    # pandas reads a batch of nothing but digits as whole numbers, and beside a gap as floats.
    for batch in ([1042, 1017], [1042.0, 1017.0, np.nan]):
        again = columns_of(prepare.transform(pd.DataFrame({"ticket": batch})), prepare, "ticket")
        np.testing.assert_array_equal(again["ticket (last number)"][:2], [1042, 1017])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([f"A/{i}" for i in range(40)], True),
        ([f"C{i}" for i in range(40)], True),
        ([f"PC {i}" if i % 3 == 0 else str(i) for i in range(60)], True),
        ([f"C{i}" for i in range(10)], False),  # few enough for a code each
        ([chr(97 + i % 26) * (1 + i // 26) for i in range(40)], False),
        ([str(i) for i in range(40)], False),
    ],
)
def test_which_categories_are_put_together(values: list[str], expected: bool) -> None:
    assert is_composite(Column("x", Kind.CATEGORY, False, "", categories=tuple(values))) is expected
    assert not is_composite(Column("x", Kind.IDENTIFIER, False, "", categories=tuple(values)))


def test_a_model_with_words_is_audited_and_loaded() -> None:
    schema, frame = described(tickets(), {"name": "text"})
    common = common_in(frame, schema, np.arange(len(frame)))
    prepare = build_preprocessor(schema, schema.names, n_rows=len(frame), seed=0, common=common)
    expected = prepare.fit_transform(frame)
    again = load_model(dump_model(prepare)).model
    np.testing.assert_array_equal(again.transform(frame), expected)


def test_texts_without_common_words() -> None:
    frame = pd.DataFrame({"t": [chr(0x4E00 + i) * 3 for i in range(60)], "x": np.arange(60.0) % 7})
    schema, canonical = described(frame, {"t": "text"})
    common = common_in(canonical, schema, np.arange(60))
    assert not common["t"].words
    prepare = build_preprocessor(schema, ["t"], n_rows=60, seed=0, common=common)
    assert np.isfinite(prepare.fit_transform(canonical)).all()
