"""Aliases: names such as `champion` that point to one version of a model, moved in one step and back.

Moving one is a comparison and a swap: it is moved only if it still points where the caller believes it does.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from typing import Literal

from sqlalchemy import Connection, delete, insert, select, update

from automl.errors import CatalogueError, SettingError
from automl.store.audit.log import append
from automl.store.catalogue.database import Database
from automl.store.catalogue.models import approval_of
from automl.store.catalogue.records import Alias, AliasChange, ModelVersion
from automl.store.catalogue.rows import add, checked, every, first
from automl.store.catalogue.tables import alias_changes, aliases, models
from automl.store.who import who

__all__ = ["ANY", "USUAL", "Aliases", "move", "target_of"]

USUAL = ("champion", "challenger", "archived")
"""Aliases that mean something to Glassbench; others may be used as well."""
ANY: Literal["any"] = "any"
"""To be expected where it does not matter what an alias points to."""

_ALIAS = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,59}")

Expected = ModelVersion | None | Literal["any"]


class Aliases:
    """The aliases of a catalogue.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, name: str | None = None) -> list[Alias]:
        """The aliases, or those of one model's name."""
        query = select(aliases).order_by(aliases.c.name, aliases.c.alias)
        if name is not None:
            query = query.where(aliases.c.name == name)
        with self._database.reading() as connection:
            return every(connection, Alias, query)

    def get(self, name: str, alias: str) -> ModelVersion | None:
        """The version that an alias points to; None where there is no such alias."""
        with self._database.reading() as connection:
            return target_of(connection, name, alias)

    def set(
        self,
        alias: str,
        model: ModelVersion,
        *,
        expected: Expected = ANY,
        reason: str = "",
        needs_approval: bool = False,
    ) -> AliasChange:
        """Let an alias point to a version.

        Parameters
        ----------
        alias : str
        model : ModelVersion
        expected : ModelVersion, None or "any"
            What it points to now, None for nothing: if that is not so (any more), nothing is changed.
        reason : str
        needs_approval : bool
            Whether the version must have been approved, and not rejected since.

        Raises
        ------
        CatalogueError
            When the alias points elsewhere than expected, or the approval is missing.
        SettingError
            When the alias is no name.
        """
        if not _ALIAS.fullmatch(alias):
            raise SettingError(
                f"{alias!r} cannot be an alias.",
                fix=f"Use letters, digits, '_', '.' and '-', such as {', '.join(USUAL)}.",
            )
        reason = checked(reason)
        with self._database.writing() as connection:
            before = target_of(connection, model.name, alias)
            _require_expected(model.name, alias, before, expected)
            if needs_approval:
                _require_approved(connection, model)
            return move(connection, model.name, alias, before, model, reason)

    def remove(self, name: str, alias: str, *, reason: str = "") -> AliasChange:
        """Take an alias away; the versions stay.

        Raises
        ------
        CatalogueError
            When there is none.
        """
        reason = checked(reason)
        with self._database.writing() as connection:
            before = target_of(connection, name, alias)
            if before is None:
                raise _no_alias(name, alias)
            return move(connection, name, alias, before, None, reason)

    def rollback(self, name: str, alias: str, *, reason: str = "", expected: Expected = ANY) -> AliasChange:
        """Let an alias point where it did before its last change that was not taken back yet.

        Raises
        ------
        CatalogueError
            When there is nothing to go back to, or the alias points elsewhere than expected.
        """
        reason = checked(reason)
        with self._database.writing() as connection:
            current = target_of(connection, name, alias)
            _require_expected(name, alias, current, expected)
            change = _undoable(_changes(connection, name, alias))
            if change is None:
                raise CatalogueError(
                    f"The alias {alias!r} of {name!r} has no earlier version to go back to.",
                    fix="Set it to the version that you want: `automl alias set`.",
                )
            before = None if change.before_id is None else _model(connection, change.before_id)
            return move(connection, name, alias, current, before, reason, undoes=change.id)

    def undoable(self, name: str, alias: str) -> AliasChange | None:
        """The change that `rollback` would take back; None where there is none."""
        with self._database.reading() as connection:
            return _undoable(_changes(connection, name, alias))

    def changes(self, name: str, alias: str | None = None) -> list[AliasChange]:
        """How a name's aliases were changed, oldest first."""
        with self._database.reading() as connection:
            return _changes(connection, name, alias)


def _changes(connection: Connection, name: str, alias: str | None) -> list[AliasChange]:
    query = select(alias_changes).where(alias_changes.c.name == name).order_by(alias_changes.c.id)
    if alias is not None:
        query = query.where(alias_changes.c.alias == alias)
    return every(connection, AliasChange, query)


def _undoable(changes: Sequence[AliasChange]) -> AliasChange | None:
    """The last change that was not taken back yet, of all in their order."""
    undone = set()
    for change in reversed(changes):
        if change.undoes_id is not None:
            undone |= {change.id, change.undoes_id}
        elif change.id not in undone:
            return change
    return None


def target_of(connection: Connection, name: str, alias: str) -> ModelVersion | None:
    """The version that an alias points to; None where there is no such alias."""
    query = (
        select(models)
        .join(aliases, aliases.c.model_id == models.c.id)
        .where(aliases.c.name == name, aliases.c.alias == alias)
    )
    return first(connection, ModelVersion, query)


def _model(connection: Connection, model_id: int) -> ModelVersion | None:
    return first(connection, ModelVersion, select(models).where(models.c.id == model_id))


def move(
    connection: Connection,
    name: str,
    alias: str,
    before: ModelVersion | None,
    after: ModelVersion | None,
    reason: str,
    undoes: int | None = None,
) -> AliasChange:
    """Move an alias and write down that it was, within a transaction of the one who writes.

    Parameters
    ----------
    connection : Connection
    name, alias : str
    before, after : ModelVersion or None
        What it points to, and is to point to; None for nothing.
    reason : str
    undoes : int, optional
        Id of the change that is taken back.
    """
    here = (aliases.c.name == name) & (aliases.c.alias == alias)
    if after is None:
        connection.execute(delete(aliases).where(here))
    elif before is None:
        connection.execute(insert(aliases).values(name=name, alias=alias, model_id=after.id))
    else:
        connection.execute(update(aliases).where(here).values(model_id=after.id))
    change = add(
        connection, AliasChange, alias_changes,
        name=name, alias=alias, before_id=before and before.id, after_id=after and after.id,
        undoes_id=undoes, reason=reason, who=who(), at=time.time(),
    )  # fmt: skip
    append(
        connection, "alias_rolled_back" if undoes is not None else "alias_set", f"{name}@{alias}",
        objects={"before": before.state if before else None, "model": after.state if after else None},
        details={"before": before and before.label, "after": after and after.label, "reason": reason},
    )  # fmt: skip
    return change


def _require_expected(name: str, alias: str, found: ModelVersion | None, expected: Expected) -> None:
    if expected == ANY:
        return
    assert not isinstance(expected, str)
    if (found and found.id) != (expected and expected.id):
        raise CatalogueError(
            f"Expected the alias {alias!r} of {name!r} to point to "
            f"{expected.label if expected else 'nothing'}, found {found.label if found else 'nothing'}: "
            "somebody else has moved it.",
            fix="Look at what it points to now, and decide again.",
        )


def _require_approved(connection: Connection, model: ModelVersion) -> None:
    said = approval_of(connection, model.id)
    if said is None or said.kind != "approved":
        found = "nobody has approved it" if said is None else f"{said.who} has rejected it"
        raise CatalogueError(
            f"Expected {model.label} to be approved, but {found}.",
            fix=f"Let somebody run `automl approve {model.label}` first.",
        )


def _no_alias(name: str, alias: str) -> CatalogueError:
    return CatalogueError(
        f"The model {name!r} has no alias {alias!r}.", fix=f"See `automl models show {name}`."
    )
