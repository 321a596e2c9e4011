"""The preprocessor as a whole: both forms of a table, one matrix."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from automl.data import Schema, read_table
from automl.errors import SchemaError
from automl.features import build_preprocessor, derived_columns

WORDS = ["cheap rooms by the sea", "call me NOW 555 123", "good bye", "zwölf Boxkämpfer jagen Viktor"]


def messy(rows: int = 120) -> str:
    """Return a semicolon-separated table with every kind of column, and gaps in each."""
    rng = np.random.default_rng(0)
    lines = ["id;age;visits;price;share;odd;flag;active;plan;zip;mixed;city;joined;seen;note"]
    for i in range(rows):
        cells = [
            f"K-{i:05d}",
            f"{rng.normal(40, 9):.3f}",
            str(rng.integers(0, 900)),
            f"{rng.integers(1, 9)}.{rng.integers(100, 999)},{rng.integers(10, 99)} €",
            f"{rng.integers(0, 100)} %",
            rng.choice(["?", " ", "1.5", "22", "3e2"]),
            str(rng.integers(0, 2)),
            rng.choice(["TRUE", "FALSE"]),
            rng.choice(["basic", "pro", "NA"]),
            rng.choice(["00123", "00456", "10117", "99084"]),
            rng.choice(["1", "2", "A"]),
            f"city {rng.integers(0, 40)}",
            f"{rng.integers(1, 28):02d}.{rng.integers(1, 13):02d}.20{rng.integers(10, 24)}",
            f"2024-0{rng.integers(1, 9)}-1{rng.integers(0, 9)} {rng.integers(10, 23)}:30:00",
            f"{rng.choice(WORDS)} {i} {rng.choice(WORDS)}",
        ]
        gap = rng.integers(1, 60)
        if gap < len(cells) and gap != 8:
            cells[gap] = ""
        lines.append(";".join(cells))
    return "\n".join(lines) + "\n"


def test_both_forms_give_the_same_matrix(read) -> None:
    table = read(messy(), separator=";")
    kinds = {column.name: str(column.kind) for column in table.schema}
    assert kinds["price"] == kinds["share"] == kinds["odd"] == "number"
    assert kinds["joined"] == kinds["seen"] == "datetime"
    assert kinds["zip"] == kinds["city"] == kinds["plan"] == "category"
    assert kinds["note"] == "text"
    assert kinds["id"] == "identifier"
    preprocessor = table.preprocessor()
    matrix = preprocessor.fit_transform(table.canonical)
    assert matrix.dtype == np.float64
    assert matrix.shape == (120, len(derived_columns(preprocessor)))
    np.testing.assert_array_equal(preprocessor.transform(table.raw), matrix)
    other = clone(preprocessor).fit(table.raw)
    np.testing.assert_array_equal(other.transform(table.canonical), matrix)


@pytest.mark.parametrize("rows", [[0], [7], [3, 3, 50], list(range(20))])
def test_a_batch_gives_the_rows_of_the_whole(read, rows: list[int]) -> None:
    """pandas guesses types from what a batch happens to hold; the matrix must not depend on that."""
    text = messy()
    table = read(text, separator=";")
    preprocessor = table.preprocessor().fit(table.canonical)
    whole = preprocessor.transform(table.canonical)
    lines = text.splitlines()
    batch = read(
        "\n".join([lines[0], *(lines[row + 1] for row in rows)]) + "\n", separator=";", schema=table.schema
    )
    np.testing.assert_array_equal(preprocessor.transform(batch.raw), whole[rows])
    np.testing.assert_array_equal(preprocessor.transform(batch.canonical), whole[rows])


def test_all_missing_columns(read) -> None:
    text = messy()
    table = read(text, separator=";")
    preprocessor = table.preprocessor().fit(table.canonical)
    header = text.splitlines()[0]
    empty = read(f"{header}\nK-1{';' * header.count(';')}\n", separator=";", schema=table.schema)
    matrix = preprocessor.transform(empty.canonical)
    np.testing.assert_array_equal(preprocessor.transform(empty.raw), matrix)
    of_text = np.array(
        [column.raw == ("note",) or "word" in column.description for column in derived_columns(preprocessor)]
    )
    assert np.isnan(matrix[:, ~of_text]).all()
    assert (matrix[:, of_text] == 0).all()


def test_columns_may_come_in_any_order_among_others(read) -> None:
    table = read(messy(), separator=";")
    preprocessor = table.preprocessor()
    matrix = preprocessor.fit_transform(table.canonical)
    turned = table.raw[table.raw.columns[::-1]].assign(more=1)
    np.testing.assert_array_equal(preprocessor.transform(turned), matrix)


def test_only_the_columns_asked_for(read) -> None:
    table = read(messy(), separator=";")
    preprocessor = table.preprocessor(["city", "age"]).fit(table.canonical[["city", "age"]])
    assert {column.raw for column in derived_columns(preprocessor)} == {("age",), ("city",)}


def test_a_column_called_like_a_parameter() -> None:
    frame = pd.DataFrame(
        {"a__b": [1.5, 2.5, 4.5] * 4, "transformers": list("xyz") * 4, "x": [None, 2.0, 3.5] * 4}
    )
    table = read_table(frame)
    schema = Schema.infer(table)
    preprocessor = build_preprocessor(schema, schema.names, n_rows=12, seed=0)
    assert preprocessor.fit_transform(schema.coerce(table).frame).shape == (12, 3)


def test_nothing_left_to_learn_from(read) -> None:
    table = read("id,c\n" + "\n".join(f"A-{i:04d},same" for i in range(50)) + "\n")
    with pytest.raises(SchemaError, match="all of them are identifiers or constants"):
        table.preprocessor()
    with pytest.raises(SchemaError, match="none is given"):
        build_preprocessor(table.schema, [], n_rows=50, seed=0)


def test_the_seed_decides(read) -> None:
    table = read(messy(), separator=";")
    one, two = (table.preprocessor(["note"]).fit_transform(table.canonical) for _ in range(2))
    np.testing.assert_array_equal(one, two)
