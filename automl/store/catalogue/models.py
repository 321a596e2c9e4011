"""Models: the versions of a name, and what people have said of them."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import Connection, func, select

from automl.errors import CatalogueError, SettingError
from automl.store.audit.log import append
from automl.store.catalogue.database import Database
from automl.store.catalogue.records import ModelVersion, RunRecord, Statement
from automl.store.catalogue.rows import add, checked, every, first, split_label
from automl.store.catalogue.tables import aliases, models, runs, statements
from automl.store.who import who

__all__ = ["KINDS", "Models", "add_model", "approval_of", "model_at"]

KINDS = {
    "approved": "model_approved",
    "rejected": "model_rejected",
    "comment": "model_commented",
    "purpose": "purpose_stated",
    "limits": "limits_stated",
}
"""What can be said of a model, and what the audit log calls it."""


class Models:
    """The registered models of a catalogue.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def versions(self, name: str | None = None, *, run_id: str | None = None) -> list[ModelVersion]:
        """All versions, or those of one name or run: by name, the newest first."""
        query = select(models).order_by(models.c.name, models.c.version.desc())
        if name is not None:
            query = query.where(models.c.name == name)
        if run_id is not None:
            query = query.where(models.c.run_id == run_id)
        with self._database.reading() as connection:
            return every(connection, ModelVersion, query)

    def version(self, model_id: int) -> ModelVersion:
        """The version with this id."""
        with self._database.reading() as connection:
            found = first(connection, ModelVersion, select(models).where(models.c.id == model_id))
        if found is None:
            raise CatalogueError(f"There is no model with the id {model_id} in the catalogue.")
        return found

    def find(self, label: str) -> ModelVersion:
        """The version that is meant by `churn/3`, `churn@champion`, or `churn` (the newest).

        Raises
        ------
        CatalogueError
            When there is none.
        """
        with self._database.reading() as connection:
            return model_at(connection, label)

    def run_of(self, model: ModelVersion) -> RunRecord:
        """The run that a model came from."""
        with self._database.reading() as connection:
            found = first(connection, RunRecord, select(runs).where(runs.c.id == model.run_id))
        assert found is not None  # the database sees to it
        return found

    def runs(self) -> list[RunRecord]:
        """All runs that the catalogue knows, newest first."""
        with self._database.reading() as connection:
            return every(connection, RunRecord, select(runs).order_by(runs.c.created.desc()))

    def seen(self) -> dict[str, str]:
        """For each run that is known, what names the state of its folder that was read."""
        with self._database.reading() as connection:
            return {row.id: row.seen for row in connection.execute(select(runs.c.id, runs.c.seen))}

    def say(self, model: ModelVersion, kind: str, text: str = "") -> Statement:
        """Write down what somebody says of a model; nothing that was said before is lost.

        An approval or rejection that a challenger waits for decides at once, see `Succession`.

        Parameters
        ----------
        model : ModelVersion
        kind : {"approved", "rejected", "comment", "purpose", "limits"}
        text : str
            May be empty for an approval or rejection.

        Raises
        ------
        SettingError
            When there is no such kind, or the text is missing or too long.
        """
        if kind not in KINDS:
            raise SettingError(
                f"Nothing {kind!r} can be said of a model.", fix=f"There is {', '.join(KINDS)}."
            )
        from automl.store.catalogue.succession import go_on  # which builds on this module

        decides = kind in ("approved", "rejected")
        text = checked(text, needed=not decides)
        with self._database.writing() as connection:
            made = add(
                connection, Statement, statements,
                model_id=model.id, kind=kind, text=text, who=who(), at=time.time(),
            )  # fmt: skip
            append(
                connection, KINDS[kind], model.label, objects={"model": model.state},
                details={"text": text, "run": model.run_id, "model": model.model},
            )  # fmt: skip
            if decides:
                go_on(connection, model)
        return made

    def statements(self, model: ModelVersion) -> list[Statement]:
        """All that was said of a model, oldest first."""
        query = select(statements).where(statements.c.model_id == model.id).order_by(statements.c.id)
        with self._database.reading() as connection:
            return every(connection, Statement, query)

    def approval(self, model: ModelVersion) -> Statement | None:
        """The approval or rejection that counts, the last one; None while there is none."""
        with self._database.reading() as connection:
            return approval_of(connection, model.id)


def approval_of(connection: Connection, model_id: int) -> Statement | None:
    """The last approval or rejection of a model."""
    query = (
        select(statements)
        .where(statements.c.model_id == model_id, statements.c.kind.in_(["approved", "rejected"]))
        .order_by(statements.c.id.desc())
    )
    return first(connection, Statement, query)


def model_at(connection: Connection, label: str) -> ModelVersion:
    """The version that a label means; see `Models.find`."""
    name, number, alias = split_label(label)
    query = select(models).where(models.c.name == name).order_by(models.c.version.desc())
    if number is not None:
        query = query.where(models.c.version == number)
    if alias is not None:
        query = query.join(aliases, aliases.c.model_id == models.c.id).where(
            aliases.c.name == name, aliases.c.alias == alias
        )
    found = first(connection, ModelVersion, query)
    if found is None:  # a name may have a sign in it that labels use
        whole = select(models).where(models.c.name == label).order_by(models.c.version.desc())
        found = first(connection, ModelVersion, whole)
    if found is not None:
        return found
    known = connection.execute(select(models.c.name).distinct().order_by(models.c.name).limit(20)).scalars()
    raise CatalogueError(
        f"There is no model {label!r} in the catalogue.",
        fix=f"There is: {', '.join(known) or 'none'}. See `automl models list`.",
    )


def add_model(
    connection: Connection, name: str, run_id: str, model: str, state: str, *, by: str | None, **facts: Any
) -> ModelVersion:
    """Register a run's model as the next version of a name; the one that is there where it is known."""
    known = first(
        connection,
        ModelVersion,
        select(models).where(models.c.run_id == run_id, models.c.model == model, models.c.state == state),
    )
    if known is not None:
        return known
    highest = connection.execute(select(func.max(models.c.version)).where(models.c.name == name)).scalar()
    made = add(
        connection, ModelVersion, models,
        name=name, version=(highest or 0) + 1, run_id=run_id, model=model, state=state,
        created=time.time(), who=by or who(), **facts,
    )  # fmt: skip
    append(
        connection, "model_registered", made.label, objects={"model": state},
        details={"run": run_id, "model": model, "metric": made.metric, "score": made.score},
        event=f"model:{run_id}:{model}:{state}", by=by,
    )  # fmt: skip
    return made
