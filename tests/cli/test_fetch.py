"""`automl fit --sql NAME --query …`."""

from __future__ import annotations

import sqlite3
from importlib.util import find_spec
from pathlib import Path

import pytest

from automl.sql import snapshot_of
from automl.store import Home

from ..conftest import require
from .conftest import Automl


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection `shop`."""
    require(find_spec("sqlalchemy") is not None, "SQLAlchemy")
    with sqlite3.connect(tmp_path / "shop.db") as database:
        database.execute("CREATE TABLE orders (size INTEGER, price REAL, back TEXT)")
        rows = [(i % 11, i % 7 / 2, "yes" if (i % 11) * (i % 7) > 20 else "no") for i in range(300)]
        database.executemany("INSERT INTO orders VALUES (?, ?, ?)", rows)
    database.close()
    monkeypatch.setenv("GLASSBENCH_SQL_SHOP", f"sqlite:///{tmp_path / 'shop.db'}")


@pytest.mark.slow
def test_a_run_starts_from_a_query(automl_command: Automl, home: Path, shop: None) -> None:
    done = automl_command(
        "fit", "--sql", "shop", "--query", "SELECT * FROM orders", "--target", "back", "--budget", 60,
        "--max-trials", 2, "--n-jobs", 1, "--sql-rows", 250,
    )  # fmt: skip
    assert done.code == 0, done.err
    assert "Fetched 250 rows in 3 columns; the query has more" in done.err + done.out
    (run,) = Home(home).runs()
    assert run.spec["name"] == "shop"
    taken = snapshot_of(Path(run.spec["source"]))
    assert taken is not None
    assert (taken.query, taken.complete) == ("SELECT * FROM orders", False)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "There is no table"),
        (["--sql", "shop"], "A query needs its database"),
        (["--query", "SELECT 1"], "A query needs its database"),
        (["t.csv", "--sql", "shop", "--query", "SELECT 1"], "Both a file"),
        (["--sql", "shop", "--query", "DROP TABLE orders"], "begins with SELECT"),
        (["--sql", "other", "--query", "SELECT 1"], "there is: shop"),
    ],
)
def test_what_cannot_be_fetched_is_told(
    automl_command: Automl, home: Path, shop: None, words: list[str], says: str
) -> None:
    done = automl_command("fit", *words, "--target", "back")
    assert done.code == 1
    assert says in done.err
    assert not Home(home).runs()
    assert not list(Home(home).uploads_path.iterdir())
