"""The tables: made, brought up to date, and refused where they are of another time."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from automl.errors import CatalogueError
from automl.store.catalogue import Catalogue, Place, open_catalogue
from automl.store.catalogue.database import Database
from automl.store.catalogue.tables import REVISION, dataset_versions, metadata
from automl.store.catalogue.upgrade import _known, revision, upgrade


def test_migrations_lead_to_the_tables_that_the_code_knows(catalogue: Catalogue) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    assert _known()[0] == REVISION
    with catalogue.database.reading() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


def test_a_catalogue_of_an_earlier_version_keeps_what_it_knows(place: Place) -> None:
    database = Database(place)
    assert upgrade(database, "0001") == (None, "0001")
    row = {
        "dataset": "sales", "number": 1, "digest": "a" * 64, "digest_of": "file", "rows": 3, "columns": 2,
        "created": 1.0, "who": "ada",
    }  # fmt: skip
    with database.writing() as connection:
        connection.execute(insert(dataset_versions).values(row))
    if place.url is None:  # a file of one's own is brought up to date when it is opened
        open_catalogue().close()
    else:  # a database that others use is not
        with pytest.raises(CatalogueError, match=r"version 0001.*automl catalogue upgrade"):
            open_catalogue()
        assert upgrade(database) == ("0001", REVISION)
    assert upgrade(database) == (REVISION, REVISION)
    database.close()
    with open_catalogue() as catalogue:
        assert [version.label for version in catalogue.datasets.versions()] == ["sales/1"]
        assert catalogue.audit.head().number == 0


def test_a_catalogue_of_a_later_version_is_left_alone(catalogue: Catalogue) -> None:
    with catalogue.database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(CatalogueError, match=r"version 9999.*newer"):
        open_catalogue()
    with catalogue.database.reading() as connection:
        assert revision(connection) == "9999"


def test_processes_that_make_it_at_once_do_not_disturb_each_other(place: Place) -> None:
    code = """
import sys
from automl.store.catalogue import open_catalogue
sys.stdin.readline()
with open_catalogue() as catalogue:
    catalogue.audit.append("opened", "it")
"""
    children = [
        subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for child in children:  # all wait at the door by now, or soon
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    for child in children:
        _, said = child.communicate(timeout=120)
        assert (child.returncode, said) == (0, "")
    with open_catalogue() as catalogue:
        assert catalogue.audit.head().number == 4
        assert catalogue.audit.flaws() == []


def test_threads_that_make_it_at_once_do_not_disturb_each_other(place: Place) -> None:
    def work(_: int) -> None:
        with open_catalogue() as catalogue:
            catalogue.audit.append("opened", "it")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    with open_catalogue() as catalogue:
        assert catalogue.audit.head().number == 4


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("not an address", "found a text that is none"),
        ("mysql://root:s3cret@localhost/x", "SQLite or PostgreSQL"),
        ("sqlite://", "in memory"),
        ("postgresql://ada:s3cret@127.0.0.1:1/x", "127.0.0.1"),
    ],
)
def test_an_address_that_cannot_be_used_is_told_without_its_password(
    address: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GLASSBENCH_CATALOGUE", address)
    with pytest.raises(CatalogueError, match=says) as caught:
        open_catalogue()
    assert "s3cret" not in str(caught.value)


def test_a_file_that_is_no_catalogue_is_left_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("These are my notes, and no database at all.\n" * 40)
    monkeypatch.setenv("GLASSBENCH_CATALOGUE", f"sqlite:///{path}")
    with pytest.raises(CatalogueError, match="not a database"):
        open_catalogue()
    assert path.read_text().startswith("These are my notes")
