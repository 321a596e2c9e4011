"""Datasets: versions by the hash of their content, and where they came from."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, select, update

from automl.errors import CatalogueError
from automl.store.audit.log import append
from automl.store.catalogue.database import Database
from automl.store.catalogue.records import DatasetVersion, ModelVersion, RunRecord
from automl.store.catalogue.rows import add, checked, every, first, split_label
from automl.store.catalogue.tables import dataset_versions, models, runs
from automl.store.who import who

__all__ = ["Datasets", "add_version", "schema_changes"]

_ALIKE = 0.5
"""Share of its columns that a version has in common with the one before, at least, to come after it."""


class Datasets:
    """The datasets of a catalogue.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, dataset: str, digest: str, **facts: Any) -> DatasetVersion:
        """Register a version; the one that is there where it is known. See `add_version`."""
        with self._database.writing() as connection:
            return add_version(connection, dataset, digest, **facts)

    def versions(self, dataset: str | None = None) -> list[DatasetVersion]:
        """All versions, or those of one dataset: by name, then oldest first."""
        query = select(dataset_versions).order_by(dataset_versions.c.dataset, dataset_versions.c.number)
        if dataset is not None:
            query = query.where(dataset_versions.c.dataset == dataset)
        with self._database.reading() as connection:
            return every(connection, DatasetVersion, query)

    def version(self, version_id: int) -> DatasetVersion:
        """The version with this id."""
        with self._database.reading() as connection:
            found = first(
                connection,
                DatasetVersion,
                select(dataset_versions).where(dataset_versions.c.id == version_id),
            )
        if found is None:
            raise CatalogueError(f"There is no dataset version with the id {version_id}.")
        return found

    def find(self, label: str) -> DatasetVersion:
        """The version that is meant by `hotel_rates/3`, by `hotel_rates` (the newest), or by a digest.

        Raises
        ------
        CatalogueError
            When there is none.
        """
        name, number, _ = split_label(label)
        query = select(dataset_versions).order_by(dataset_versions.c.number.desc())
        with self._database.reading() as connection:
            wanted = query.where(dataset_versions.c.dataset == name)
            if number is not None:
                wanted = wanted.where(dataset_versions.c.number == number)
            found = first(connection, DatasetVersion, wanted)
            if found is None and len(label) >= 8:
                found = first(
                    connection,
                    DatasetVersion,
                    query.where(dataset_versions.c.digest.startswith(label, autoescape=True)),
                )
            if found is not None:
                return found
            known = connection.execute(
                select(dataset_versions.c.dataset).distinct().order_by(dataset_versions.c.dataset).limit(20)
            ).scalars()
            names = ", ".join(known) or "none"
        raise CatalogueError(
            f"There is no dataset {label!r} in the catalogue.",
            fix=f"There is: {names}. See `automl data list`.",
        )

    def runs_of(self, version: DatasetVersion) -> list[RunRecord]:
        """The runs that learned from a version, newest first."""
        query = select(runs).where(runs.c.dataset_version_id == version.id).order_by(runs.c.created.desc())
        with self._database.reading() as connection:
            return every(connection, RunRecord, query)

    def models_of(self, version: DatasetVersion) -> list[ModelVersion]:
        """The registered models that learned from a version."""
        query = (
            select(models)
            .join(runs, models.c.run_id == runs.c.id)
            .where(runs.c.dataset_version_id == version.id)
            .order_by(models.c.name, models.c.version)
        )
        with self._database.reading() as connection:
            return every(connection, ModelVersion, query)

    def keep(self, version: DatasetVersion, artefact: str) -> None:
        """Write down where a copy of a version is kept."""
        with self._database.writing() as connection:
            connection.execute(
                update(dataset_versions).where(dataset_versions.c.id == version.id).values(artefact=artefact)
            )


def add_version(
    connection: Connection,
    dataset: str,
    digest: str,
    *,
    rows: int,
    columns: int,
    digest_of: str = "file",
    source: str | None = None,
    size: int | None = None,
    schema: Mapping[str, Any] | None = None,
    origin: Mapping[str, Any] | None = None,
    by: str | None = None,
) -> DatasetVersion:
    """Register a version of a dataset, by the one who writes; the one that is there where it is known.

    Parameters
    ----------
    connection : Connection
        Of `Database.writing`.
    dataset, digest : str
    rows, columns : int
    digest_of : {"file", "rows"}
    source : str, optional
        Where the file is.
    size : int, optional
        Bytes of the file.
    schema, origin : mapping, optional
    by : str, optional
        Who brought it; default who runs this process.
    """
    dataset = checked(dataset, "name", needed=True)
    mine = select(dataset_versions).where(dataset_versions.c.dataset == dataset)
    known = first(connection, DatasetVersion, mine.where(dataset_versions.c.digest == digest))
    if known is not None:
        return known
    last = first(connection, DatasetVersion, mine.order_by(dataset_versions.c.number.desc()))
    highest = connection.execute(
        select(func.max(dataset_versions.c.number)).where(dataset_versions.c.dataset == dataset)
    ).scalar()
    changes = None if last is None else schema_changes(last.schema, schema)
    follows = last is not None and (changes is None or changes["common"] >= _ALIKE)
    made = add(
        connection, DatasetVersion, dataset_versions,
        dataset=dataset, number=(highest or 0) + 1, digest=digest, digest_of=digest_of, source=source,
        bytes=size, rows=rows, columns=columns, schema=schema, origin=origin, artefact=None,
        parent_id=last.id if last is not None and follows else None, created=time.time(), who=by or who(),
    )  # fmt: skip
    details = {"rows": rows, "columns": columns, "source": source, "origin": origin, "digest_of": digest_of}
    append(
        connection, "data_registered", made.subject, objects={"data": digest}, details=details,
        event=f"data:{dataset}:{digest}", by=by,
    )  # fmt: skip
    if last is not None and follows and changes is not None and changes.pop("differs"):
        append(
            connection, "schema_changed", made.subject, objects={"before": last.digest, "data": digest},
            details={"before": last.label, **changes}, event=f"schema:{dataset}:{digest}", by=by,
        )  # fmt: skip
    return made


def schema_changes(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> dict[str, Any] | None:
    """What differs between two schemas: columns `added`, `removed` and `retyped`; None where one is unknown.

    `common` is the share of the earlier columns that are still there, `differs` whether anything does.
    """
    if before is None or after is None:
        return None
    kinds = [{each["name"]: each["kind"] for each in schema["columns"]} for schema in (before, after)]
    old, new = kinds
    added = [name for name in new if name not in old]
    removed = [name for name in old if name not in new]
    retyped = [[name, old[name], new[name]] for name in old if name in new and old[name] != new[name]]
    return {
        "added": added,
        "removed": removed,
        "retyped": retyped,
        "common": 1 - len(removed) / max(len(old), 1),
        "differs": bool(added or removed or retyped),
    }
