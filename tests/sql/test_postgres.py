"""The same against a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyarrow import parquet

from automl.data import read_table
from automl.errors import DataError
from automl.sql import take_snapshot

from ..postgres import PASSWORD, postgres


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Address of a server that was started for these tests."""
    with postgres() as address:
        yield address


@pytest.fixture
def bank(server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The connection `bank`, with a table of 30,000 rows of every type that people have."""
    from sqlalchemy import create_engine

    monkeypatch.setenv("GLASSBENCH_SQL_BANK", server)
    engine = create_engine(server)
    with engine.begin() as connection:
        connection.execution_options(no_parameters=True)  # a % is a %
        connection.exec_driver_sql("DROP TABLE IF EXISTS accounts")
        connection.exec_driver_sql("CREATE SEQUENCE IF NOT EXISTS numbers")
        connection.exec_driver_sql(
            "CREATE TABLE accounts AS SELECT i::bigint AS id, (i / 8.0)::numeric(12, 3) AS balance,"
            " i % 3 = 0 AS closed, timestamp '2024-01-01' + i * interval '1 hour' AS opened,"
            " now() AS seen, date '2024-02-29' AS day, ('{\"a\": ' || i || '}')::jsonb AS more,"
            " gen_random_uuid() AS token, CASE WHEN i > 20000 THEN i END AS late,"
            " ARRAY[i, i + 1] AS pair, '10 %s :a' AS text FROM generate_series(1, 30000) AS i"
        )
    engine.dispose()
    return server


def test_types_are_kept(bank: str, tmp_path: Path) -> None:
    path = tmp_path / "bank.parquet"
    told = take_snapshot("bank", "SELECT * FROM accounts WHERE text LIKE '10 %s :a' ORDER BY id", path)
    assert (told.rows, told.columns, told.complete) == (30_000, 11, True)
    kinds = {field.name: str(field.type) for field in parquet.read_schema(path)}
    assert kinds["id"] == "int64"
    assert kinds["balance"] == "double"
    assert kinds["closed"] == "bool"
    assert kinds["opened"] == "timestamp[us]"
    assert kinds["seen"].startswith("timestamp[us, tz=")
    assert kinds["day"] == "date32[day]"
    assert kinds["late"] == "int64"
    assert {kinds["more"], kinds["token"], kinds["pair"], kinds["text"]} == {"string"}
    frame = read_table(path).frame
    assert frame["balance"].tolist() == [i / 8 for i in range(1, 30_001)]
    assert frame["more"].iloc[0] == '{"a": 1}'
    assert frame["text"].unique().tolist() == ["10 %s :a"]


def test_nothing_can_be_written_and_time_is_kept(bank: str, tmp_path: Path) -> None:
    from automl.sql.connections import reading

    with pytest.raises(DataError, match="read-only transaction"), reading("bank", 10) as connection:
        connection.exec_driver_sql("DELETE FROM accounts")
    # A function that writes gets past the words of the query, not past the transaction.
    with pytest.raises(DataError, match="read-only transaction"):
        take_snapshot("bank", "SELECT nextval('numbers')", tmp_path / "t.parquet")
    with pytest.raises(DataError, match="time limit") as caught:
        take_snapshot("bank", "SELECT pg_sleep(30)", tmp_path / "t.parquet", seconds=1)
    assert PASSWORD not in str(caught.value)
    assert take_snapshot("bank", "SELECT count(*) FROM accounts", tmp_path / "n.parquet").rows == 1


def test_a_wrong_password_is_told_without_it(
    bank: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GLASSBENCH_SQL_BANK", bank.replace(PASSWORD, "wr0ng-w0rd"))
    with pytest.raises(DataError, match="authentication failed") as caught:
        take_snapshot("bank", "SELECT 1", tmp_path / "t.parquet")
    assert "wr0ng-w0rd" not in str(caught.value)
