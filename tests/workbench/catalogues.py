"""Catalogues as pages meet them, filled through the store itself; no run of a search is needed for that."""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy import insert

from automl.store.catalogue import Catalogue, DatasetVersion, ModelVersion
from automl.store.catalogue.models import add_model
from automl.store.catalogue.tables import runs
from automl.store.files import file_sha256

SCHEMA = {
    "columns": [
        {"name": "customerID", "kind": "identifier", "nullable": False},
        {"name": "tenure", "kind": "number", "nullable": True},
        {"name": "Contract", "kind": "category", "nullable": False},
    ]
}


def add_data(catalogue: Catalogue, path: Path, name: str = "churn", rows: int = 100) -> DatasetVersion:
    """Register a file as a version."""
    return catalogue.datasets.add(
        name, file_sha256(path), rows=rows, columns=3, source=str(path), size=path.stat().st_size,
        schema=SCHEMA,
    )  # fmt: skip


def add(
    catalogue: Catalogue,
    name: str = "churn",
    *,
    run: str = "run-1",
    data: DatasetVersion | None = None,
    score: float = 0.84,
    by: str | None = None,
) -> ModelVersion:
    """Register a model of a run whose folder is elsewhere."""
    with catalogue.database.writing() as connection:
        connection.execute(
            insert(runs).values(
                id=run, name=name, path=f"/elsewhere/{run}", target="Churn", task="binary", metric="roc_auc",
                state="finished", created=time.time(), seconds=59.0, trials=34,
                asked={"budget": 60.0, "seed": len(run)}, who="ada", seen="",
                dataset_version_id=data and data.id,
            )
        )  # fmt: skip
        return add_model(
            connection, name, run, "ensemble", "0" * 60 + run[-4:].rjust(4, "0"), by=by, metric="roc_auc",
            score=score, low=score - 0.02, high=score + 0.02, measured="on the sealed holdout",
        )  # fmt: skip


def versions(catalogue: Catalogue, many: int, *, start: int = 0) -> list[ModelVersion]:
    """Many versions of a name, oldest first."""
    return [
        add(catalogue, run=f"run-{number:04d}", score=0.8 + 0.0001 * number)
        for number in range(start, start + many)
    ]
