"""Catalogues to test: each test runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from automl.store.catalogue import CATALOGUE, Catalogue, ModelVersion, Place, open_catalogue
from automl.store.catalogue.models import add_model
from automl.store.catalogue.tables import runs

from ..postgres import postgres

_NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Address of a PostgreSQL server."""
    with postgres() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def place(
    request: pytest.FixtureRequest, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Place:
    """Where an empty catalogue will be; what is opened by default in this test."""
    artefacts = str(tmp_path / "artefacts")
    if request.param == "sqlite":
        return Place(None, home / "catalogue.db", artefacts)
    address = request.getfixturevalue("server")
    from sqlalchemy import create_engine, text

    name = f"catalogue_{next(_NUMBERS)}"  # a schema: a database would take longer than its test
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
    engine.dispose()
    url = f"{address}?options=-csearch_path%3D{name}"
    monkeypatch.setenv(CATALOGUE, url)
    return Place(url, home / "catalogue.db", artefacts)


@pytest.fixture
def catalogue(place: Place) -> Iterator[Catalogue]:
    """An empty catalogue."""
    with open_catalogue() as opened:
        assert opened.place.url == place.url
        yield opened


def make_model(
    catalogue: Catalogue, name: str = "churn", *, run: str = "run-1", model: str = "ensemble"
) -> ModelVersion:
    """A registered model of a run that has no folder."""
    from sqlalchemy import insert, select

    with catalogue.database.writing() as connection:
        if not connection.execute(select(runs.c.id).where(runs.c.id == run)).first():
            connection.execute(
                insert(runs).values(
                    id=run, name=name, path="/nowhere", target="y", state="finished", created=1.0, asked={},
                    who="ada", seen="",
                )
            )  # fmt: skip
        return add_model(
            connection, name, run, model, "0" * 64, by=None,
            metric="roc_auc", score=0.9, low=0.8, high=0.95, measured="on the sealed holdout",
        )  # fmt: skip
