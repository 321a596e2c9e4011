"""Each kind of column: what comes out of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl.data import Column, Kind, Schema
from automl.features import build_preprocessor, derived_columns


def fitted_matrix(read, text: str, column: str, *, separator: str = ",", kinds: dict[str, str] | None = None):
    """Return the table, the fitted preprocessor and the matrix of one column, equal for both forms."""
    table = read(text, separator=separator, kinds=kinds)
    preprocessor = table.preprocessor([column])
    matrix = preprocessor.fit_transform(table.canonical)
    np.testing.assert_array_equal(preprocessor.transform(table.raw), matrix)
    return table, preprocessor, matrix


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1.234,50", "2,5", "12", "-3.000.000,25", ""], [1234.5, 2.5, 12, -3000000.25, np.nan]),
        (["1 234,5", "2,5", "12 000 000", ""], [1234.5, 2.5, 12e6, np.nan]),
        (["€ 1.234,50", "€ 2,5", "€ 7"], [1234.5, 2.5, 7]),
        (["12 %", "7.5 %", "0 %"], [12, 7.5, 0]),
        (["$1,234.5", "$2.5", "$1,000,000"], [1234.5, 2.5, 1e6]),
        (["1'234.5", "2.5", "1'000'000"], [1234.5, 2.5, 1e6]),
        (["1\u00a0234,5", "2,5", "7,25"], [1234.5, 2.5, 7.25]),
        (["1.5", "?", "2.5", " ", "n.a."], [1.5, np.nan, 2.5, np.nan, np.nan]),
        (["1e-7", "123456789012", "0.1", "NA"], [1e-7, 123456789012, 0.1, np.nan]),
    ],
)
def test_numbers_however_written(read, cells: list[str], expected: list[float]) -> None:
    text = "x;y\n" + "\n".join(f"{cell};a" for cell in cells * 12) + "\n"
    table, _, matrix = fitted_matrix(read, text, "x", separator=";", kinds={"x": "number"})
    np.testing.assert_array_equal(table.canonical["x"].to_numpy()[: len(cells)], expected)
    np.testing.assert_array_equal(matrix[: len(cells), 0], expected)


def test_floats_that_look_like_thousands_stay(read) -> None:
    """A clean float 1.234 is 1.234 also where the text "1.234" is a thousand."""
    text = "x;y\n" + "\n".join(f"{cell};a" for cell in ["1.234,5", "2.500", "7,25"] * 12) + "\n"
    _, preprocessor, _ = fitted_matrix(read, text, "x", separator=";")
    clean = pd.DataFrame({"x": [1.234, 1234.0, 1e-9, np.nan]})
    np.testing.assert_array_equal(preprocessor.transform(clean)[:, 0], clean["x"])


def test_a_number_that_means_missing() -> None:
    schema = Schema((Column("x", Kind.NUMBER, True, "", missing_tokens=("-999", "?")),))
    preprocessor = build_preprocessor(schema, ["x"], n_rows=4, seed=0)
    raw = pd.DataFrame({"x": ["-999", "1.5", "?", "-99"]})
    np.testing.assert_array_equal(preprocessor.fit_transform(raw)[:, 0], [np.nan, 1.5, np.nan, -99])
    np.testing.assert_array_equal(
        preprocessor.transform(schema.coerce(raw).frame)[:, 0], [np.nan, 1.5, np.nan, -99]
    )


def test_categories_of_numbers_agree_by_value(read) -> None:
    text = "x,y\n" + "\n".join(f"{cell},a" for cell in ["00123", "10117", "00456", ""] * 12) + "\n"
    _, preprocessor, matrix = fitted_matrix(read, text, "x")
    np.testing.assert_array_equal(matrix[:4, 0], [0, 2, 1, np.nan])
    for spelled in (123, 123.0, "00123", "123"):
        assert preprocessor.transform(pd.DataFrame({"x": [spelled]}))[0, 0] == 0
    for unknown in (124, "124", "abc", None, np.nan, True):
        assert np.isnan(preprocessor.transform(pd.DataFrame({"x": [unknown]}))[0, 0])


@pytest.mark.parametrize(
    "pair", [("TRUE", "FALSE"), ("true", "false"), ("True", "False"), ("yes", "no"), ("1", "0")]
)
def test_booleans_are_zero_and_one(read, pair: tuple[str, str]) -> None:
    text = "x,y\n" + "\n".join(f"{cell},a" for cell in [*pair, pair[1]] * 12) + "\n"
    _, preprocessor, matrix = fitted_matrix(read, text, "x")
    np.testing.assert_array_equal(matrix[:3, 0], [1, 0, 0])
    assert not derived_columns(preprocessor)[0].categorical


def test_what_pandas_takes_for_missing_shares_the_missing_code(read) -> None:
    """A frame read by pandas cannot tell "NA" from an empty cell, so the model must not either."""
    text = "x,y\n" + "\n".join(f"{cell},a" for cell in ["gravel", "NA", "paved", "", "None"] * 12) + "\n"
    table, preprocessor, matrix = fitted_matrix(read, text, "x")
    assert table.canonical["x"].tolist()[:2] == ["gravel", "NA"]
    np.testing.assert_array_equal(matrix[:5, 0], [0, np.nan, 1, np.nan, np.nan])
    assert not derived_columns(preprocessor)[0].categorical


def test_a_batch_that_pandas_reads_as_numbers(read) -> None:
    text = "x,y\n" + "\n".join(f"{cell},a" for cell in ["1", "02", "A", "3"] * 12) + "\n"
    _, preprocessor, matrix = fitted_matrix(read, text, "x")
    assert sorted(set(matrix[:, 0])) == [0, 1, 2, 3]
    batch = pd.DataFrame({"x": [1.0, 2.0, np.nan, 3.0]})
    expected = preprocessor.transform(pd.DataFrame({"x": ["1", "02", None, "3"]}))
    np.testing.assert_array_equal(preprocessor.transform(batch), expected)
    assert not np.isnan(expected[[0, 1, 3]]).any()


def test_rare_categories_beyond_the_limit_share_the_unknown_code() -> None:
    names = [f"c{i:04d}" for i in range(600)]
    schema = Schema((Column("x", Kind.CATEGORY, False, "", categories=tuple(names)),))
    preprocessor = build_preprocessor(schema, ["x"], n_rows=1000, seed=0)
    codes = preprocessor.fit_transform(pd.DataFrame({"x": names}))[:, 0]
    assert np.isnan(codes).sum() == 600 - 254
    np.testing.assert_array_equal(codes[:254], np.arange(254))
    assert derived_columns(preprocessor)[0].categorical


def test_dates_become_parts(read) -> None:
    cells = ["31.12.2021", "01.02.2020", "", "29.02.2024"]
    text = "d;y\n" + "\n".join(f"{cell};a" for cell in cells * 12) + "\n"
    _, preprocessor, matrix = fitted_matrix(read, text, "d", separator=";", kinds={"d": "datetime"})
    names = [column.name for column in derived_columns(preprocessor)]
    assert names == [
        f"d ({part})" for part in ("day number", "year", "month", "day", "day of week", "day of year")
    ]
    np.testing.assert_array_equal(matrix[0, 1:], [2021, 12, 31, 4, 365])
    assert matrix[3, 0] - matrix[1, 0] == (pd.Timestamp("2024-02-29") - pd.Timestamp("2020-02-01")).days
    assert np.isnan(matrix[2]).all()
    assert np.isnan(preprocessor.transform(pd.DataFrame({"d": ["soon"]}))).all()


def test_times_of_day_and_zones(read) -> None:
    cells = ["2024-03-01T06:30:00+02:00", "2024-03-01T23:00:00Z", "2024-07-02T12:00:00+00:00"]
    text = "d,y\n" + "\n".join(f"{cell},a" for cell in cells * 12) + "\n"
    _, preprocessor, matrix = fitted_matrix(read, text, "d", kinds={"d": "datetime"})
    hour = [column.name for column in derived_columns(preprocessor)].index("d (hour)")
    np.testing.assert_array_equal(matrix[:3, hour], [4, 23, 12])


def test_texts_count_and_topics(read) -> None:
    cells = ["Call 555 NOW", "so long and thanks for the fish", "", "Call 777 now please", "NA"]
    text = "t,y\n" + "\n".join(f"{cell},{i}" for i, cell in enumerate(cells * 12)) + "\n"
    _, preprocessor, matrix = fitted_matrix(read, text, "t", kinds={"t": "text"})
    names = [column.name for column in derived_columns(preprocessor)]
    assert names[:4] == ["t (characters)", "t (words)", "t (digits)", "t (capitals)"]
    np.testing.assert_array_equal(matrix[0, :4], [12, 3, 3, 4])
    assert (matrix[[2, 4]] == 0).all()
    topics = matrix[:, 4:] / np.maximum(np.linalg.norm(matrix[:, 4:], axis=1, keepdims=True), 1e-12)
    assert topics[0] @ topics[3] > topics[0] @ topics[1] + 0.2


@pytest.mark.parametrize("rows", [2, 3, 12, 40])
def test_texts_of_tiny_tables(rows: int) -> None:
    schema = Schema((Column("t", Kind.TEXT, True, ""),))
    frame = pd.DataFrame({"t": [f"words of row {i}" for i in range(rows)]})
    preprocessor = build_preprocessor(schema, ["t"], n_rows=rows, seed=0)
    matrix = preprocessor.fit_transform(frame)
    assert matrix.shape == (rows, len(derived_columns(preprocessor)))
    assert np.isfinite(matrix).all()


def test_infinite_texts_are_unknown_categories_of_numbers(read) -> None:
    text = "x,y\n" + "\n".join(f"{cell},a" for cell in ["0", "1", "1", ""] * 12) + "\n"
    _, preprocessor, _ = fitted_matrix(read, text, "x", kinds={"x": "category"})
    for odd in ("inf", "-INF", "1e999", "nan", "7", float("inf")):
        new = pd.DataFrame({"x": ["1", odd, None]})
        np.testing.assert_array_equal(preprocessor.transform(new)[:, 0], [1, np.nan, np.nan])
