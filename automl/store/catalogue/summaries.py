"""The catalogue in lists: what stands beside each name and version, in a few questions for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from sqlalchemy import Row, func, select

from automl.store.catalogue.database import Database
from automl.store.catalogue.records import DatasetVersion, ModelVersion, Statement
from automl.store.catalogue.tables import alerts, aliases, dataset_versions, models, runs, statements

__all__ = ["DatasetSummary", "NameSummary", "Summaries"]

Record = TypeVar("Record")


@dataclass(frozen=True)
class NameSummary:
    """A model's name, as a line of a list.

    Attributes
    ----------
    name : str
    versions : int
        How many.
    newest : ModelVersion
    approval : Statement or None
        What counts of the newest one.
    aliases : mapping of str to ModelVersion
    alerts : int
        How many are open, of all versions.
    """

    name: str
    versions: int
    newest: ModelVersion
    approval: Statement | None
    aliases: Mapping[str, ModelVersion]
    alerts: int


@dataclass(frozen=True)
class DatasetSummary:
    """A dataset, as a line of a list.

    Attributes
    ----------
    dataset : str
    versions : int
        How many.
    newest : DatasetVersion
    runs : int
        That learned from any of its versions.
    """

    dataset: str
    versions: int
    newest: DatasetVersion
    runs: int


class Summaries:
    """Lists of a catalogue.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def models(self) -> list[NameSummary]:
        """All names of models, the one with the newest version first."""
        last = (
            select(models.c.name, func.max(models.c.version).label("last"), func.count().label("many"))
            .group_by(models.c.name)
            .subquery()
        )
        newest = select(models, last.c.many).join(
            last, (models.c.name == last.c.name) & (models.c.version == last.c.last)
        )
        pointing = select(aliases.c.alias, models).join(models, aliases.c.model_id == models.c.id)
        with self._database.reading() as connection:
            named: dict[str, dict[str, ModelVersion]] = {}
            for row in connection.execute(pointing.order_by(aliases.c.alias)):
                model = _record(ModelVersion, row)
                named.setdefault(model.name, {})[row.alias] = model
            found = [(_record(ModelVersion, row), row.many) for row in connection.execute(newest)]
        approvals, open_alerts = self.approvals(), self.open_alerts()
        warned: dict[str, int] = {}
        for (name, _), many in open_alerts.items():
            warned[name] = warned.get(name, 0) + many
        return sorted(
            (
                NameSummary(
                    model.name, many, model, approvals.get(model.id), named.get(model.name, {}),
                    warned.get(model.name, 0),
                )
                for model, many in found
            ),
            key=lambda each: (-each.newest.created, each.name),
        )  # fmt: skip

    def approvals(self, name: str | None = None) -> dict[int, Statement]:
        """The approval or rejection that counts, by id of the model; of all, or of one name's versions."""
        counts = (
            select(func.max(statements.c.id).label("id"))
            .where(statements.c.kind.in_(["approved", "rejected"]))
            .group_by(statements.c.model_id)
        )
        if name is not None:
            counts = counts.join(models, statements.c.model_id == models.c.id).where(models.c.name == name)
        query = select(statements).where(statements.c.id.in_(counts))
        with self._database.reading() as connection:
            said = [_record(Statement, row) for row in connection.execute(query)]
        return {each.model_id: each for each in said}

    def open_alerts(self, name: str | None = None) -> dict[tuple[str, int], int]:
        """How many alerts are open, by name and id of the model; those of no model are left out."""
        query = (
            select(models.c.name, models.c.id, func.count().label("many"))
            .join(alerts, alerts.c.model_id == models.c.id)
            .where(alerts.c.closed.is_(None))
            .group_by(models.c.name, models.c.id)
        )
        if name is not None:
            query = query.where(models.c.name == name)
        with self._database.reading() as connection:
            return {(row.name, row.id): row.many for row in connection.execute(query)}

    def data_of(self, name: str) -> dict[int, str]:
        """Labels of the dataset versions that a name's models learned from, by the id of the model."""
        query = (
            select(models.c.id, dataset_versions.c.dataset, dataset_versions.c.number)
            .join(runs, models.c.run_id == runs.c.id)
            .join(dataset_versions, runs.c.dataset_version_id == dataset_versions.c.id)
            .where(models.c.name == name)
        )
        with self._database.reading() as connection:
            return {row.id: f"{row.dataset}/{row.number}" for row in connection.execute(query)}

    def datasets(self) -> list[DatasetSummary]:
        """All datasets, the one with the newest version first."""
        table = dataset_versions
        last = (
            select(table.c.dataset, func.max(table.c.number).label("last"), func.count().label("many"))
            .group_by(table.c.dataset)
            .subquery()
        )
        newest = select(table, last.c.many).join(
            last, (table.c.dataset == last.c.dataset) & (table.c.number == last.c.last)
        )
        learned = (
            select(table.c.dataset, func.count().label("many"))
            .join(runs, runs.c.dataset_version_id == table.c.id)
            .group_by(table.c.dataset)
        )
        with self._database.reading() as connection:
            used = {row.dataset: row.many for row in connection.execute(learned)}
            found = [(_record(DatasetVersion, row), row.many) for row in connection.execute(newest)]
        return sorted(
            (
                DatasetSummary(version.dataset, many, version, used.get(version.dataset, 0))
                for version, many in found
            ),
            key=lambda each: (-each.newest.created, each.dataset),
        )

    def runs_by_version(self, dataset: str | None = None) -> dict[int, int]:
        """How many runs learned from each version of a dataset, or of all, by its id; 0 is left out."""
        query = (
            select(runs.c.dataset_version_id, func.count().label("many"))
            .where(runs.c.dataset_version_id.is_not(None))
            .group_by(runs.c.dataset_version_id)
        )
        if dataset is not None:
            query = query.join(dataset_versions, runs.c.dataset_version_id == dataset_versions.c.id).where(
                dataset_versions.c.dataset == dataset
            )
        with self._database.reading() as connection:
            return {row.dataset_version_id: row.many for row in connection.execute(query)}


def _record(kind: type[Record], row: Row[Any]) -> Record:
    """The part of a row that is this record; what else was asked for is left out."""
    known = {each.name for each in fields(kind)}  # type: ignore[arg-type]
    return kind(**{name: value for name, value in row._mapping.items() if name in known})
