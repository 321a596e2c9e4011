"""A query's rows as a Parquet file: types, limits, nothing written, no secret told. SQLite, really."""

from __future__ import annotations

import datetime
import decimal
import sqlite3
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from automl.data import Kind, Schema, read_table
from automl.errors import DataError, MissingExtraError, SettingError
from automl.sql import connection_names, snapshot_of, take_snapshot
from automl.sql import snapshot as module


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database of 25,000 orders, as the connection `shop`."""
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as database:
        database.execute(
            "CREATE TABLE orders (id INTEGER, price REAL, city TEXT, paid INTEGER, note, day DATE)"
        )
        database.executemany(
            "INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)",
            [
                (
                    i,
                    None if i % 7 == 0 else i / 4,
                    ["Köln", "Øslo", "100 % :sure"][i % 3],
                    i % 2,
                    None if i < 15_000 else i if i % 2 else "text",  # nothing at first, then two types
                    f"2024-{1 + i % 12:02d}-01",
                )
                for i in range(25_000)
            ],
        )
    database.close()
    monkeypatch.setenv("GLASSBENCH_SQL_SHOP", f"sqlite:///{path}")
    return path


def test_rows_come_with_their_types_and_their_origin(shop: Path, tmp_path: Path) -> None:
    path, seen = tmp_path / "orders.parquet", []
    query = "SELECT *, city || '%' AS marked FROM orders WHERE city <> ':x' ORDER BY id;"
    told = take_snapshot("Shop", query, path, progress=seen.append)
    assert (told.rows, told.columns, told.complete, told.connection) == (25_000, 7, True, "shop")
    assert seen == [10_000, 20_000, 25_000]
    kinds = {field.name: str(field.type) for field in parquet.read_schema(path)}
    assert kinds == {
        "id": "int64", "price": "double", "city": "string", "paid": "int64", "note": "string",
        "day": "string", "marked": "string",
    }  # fmt: skip
    frame = read_table(path).frame
    expected = pd.read_sql_query("SELECT * FROM orders ORDER BY id", sqlite3.connect(shop))
    assert frame["price"].equals(expected["price"])
    assert frame["city"].tolist() == expected["city"].tolist()
    assert frame["note"].iloc[15_001:15_003].tolist() == ["15001", "text"]
    assert snapshot_of(path) == told
    assert told.query == query.rstrip(";")
    schema = Schema.infer(read_table(path))
    assert schema["day"].kind == Kind.DATETIME
    assert schema["city"].kind == Kind.CATEGORY


def test_the_row_limit_cuts_and_says_so(shop: Path, tmp_path: Path) -> None:
    path = tmp_path / "orders.parquet"
    told = take_snapshot("shop", "SELECT id FROM orders ORDER BY id", path, rows=12_345)
    assert (told.rows, told.complete) == (12_345, False)
    assert read_table(path).frame["id"].tolist() == list(range(12_345))
    assert take_snapshot("shop", "SELECT id FROM orders", path, rows=25_000).complete


def test_two_columns_of_one_name_are_told_apart(shop: Path, tmp_path: Path) -> None:
    path = tmp_path / "twice.parquet"
    take_snapshot("shop", "SELECT id, id FROM orders LIMIT 3", path)
    assert parquet.read_schema(path).names == ["id", "id.1"]


def test_a_slow_query_ends_at_its_limit(shop: Path, tmp_path: Path) -> None:
    slow = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    with pytest.raises(DataError, match="time limit"):
        take_snapshot("shop", slow, tmp_path / "t.parquet", seconds=0.3)
    assert not list(tmp_path.glob("*.parquet"))
    assert not list(tmp_path.glob(".query-*"))


def test_the_database_itself_refuses_to_write(shop: Path) -> None:
    from sqlalchemy import text

    from automl.sql.connections import reading

    with pytest.raises(DataError, match="readonly"), reading("shop", 10) as connection:
        connection.execute(text("DELETE FROM orders"))
    with sqlite3.connect(shop) as database:
        assert database.execute("SELECT count(*) FROM orders").fetchone() == (25_000,)
    database.close()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT * FROM nowhere", "no such table: nowhere"),
        ("SELECT * FROM orders WHERE id < 0", "no rows"),
        ("SELECT id FROM orders WHERE 1 1", "syntax error"),
    ],
)
def test_what_the_database_says_is_passed_on(shop: Path, tmp_path: Path, query: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        take_snapshot("shop", query, tmp_path / "t.parquet")


def test_connections_are_named_in_the_environment_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "s3cr3t-w0rd"
    monkeypatch.setenv("GLASSBENCH_SQL_EMPTY", "")
    monkeypatch.setenv("GLASSBENCH_SQL_NONSENSE", f"not a url {secret}")
    monkeypatch.setenv("GLASSBENCH_SQL_FOREIGN", f"nosuchbase://me:{secret}@127.0.0.1/x")
    monkeypatch.setenv("GLASSBENCH_SQL_GONE", f"sqlite:///{tmp_path}/gone.db")
    monkeypatch.setenv("GLASSBENCH_SQL_DEAF", f"postgresql+psycopg://me:{secret}@127.0.0.1:9/x")
    assert connection_names() == ["deaf", "foreign", "gone", "nonsense"]
    expected = {
        "absent": (SettingError, "there is: deaf, foreign, gone, nonsense"),
        "../etc": (SettingError, "no database connection"),
        "nonsense": (SettingError, "SQLAlchemy can read"),
        "foreign": (DataError, "nosuchbase"),
        "gone": (DataError, "not there"),
        "deaf": ((DataError, MissingExtraError), "deaf|psycopg"),
    }
    for name, (kind, words) in expected.items():
        with pytest.raises(kind, match=words) as caught:
            take_snapshot(name, "SELECT 1", tmp_path / "t.parquet")
        shown = str(caught.value) + repr(caught.value.__cause__)
        assert secret not in shown
    assert not (tmp_path / "gone.db").exists()


def test_values_of_drivers_become_types_that_models_read() -> None:
    def kept(values: list[object]) -> tuple[str, list[object]]:
        array = module._array(values)
        return str(array.type), array.to_pylist()

    big = decimal.Decimal("12345678901234567890")
    assert kept([decimal.Decimal("1.50"), None]) == ("double", [1.5, None])
    assert kept([big, None]) == ("string", [str(big), None])
    assert kept([b"\x01\xff"]) == ("string", ["01ff"])
    assert kept([{"a": 1}, [1, 2]]) == ("string", ['{"a": 1}', "[1, 2]"])
    assert kept([datetime.timedelta(minutes=2)]) == ("double", [120.0])
    assert kept([datetime.date(2024, 2, 29)])[0] == "date32[day]"
    assert kept([1, "a"]) == ("string", ["1", "a"])
    assert kept([2**70])[0] == "string"
    common = module._common
    assert common([pa.int64(), pa.null(), pa.float64()]) == pa.float64()
    assert common([pa.null()]) == pa.string()
    assert common([pa.date32(), pa.timestamp("us")]) == pa.timestamp("us")
    assert common([pa.bool_(), pa.int64()]) == pa.string()
