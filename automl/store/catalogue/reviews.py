"""Reviewed schemas: what tables of a dataset must be like, in versions with who, when and why."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from automl.errors import CatalogueError
from automl.store.audit.chain import canonical
from automl.store.audit.log import append
from automl.store.catalogue.database import Database
from automl.store.catalogue.records import ReviewedVersion
from automl.store.catalogue.rows import add, checked, every, first, split_label
from automl.store.catalogue.tables import reviewed_schemas
from automl.store.who import who

__all__ = ["Reviews"]


class Reviews:
    """The reviewed schemas of a catalogue; of each dataset the newest version is the one that counts.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        dataset: str,
        schema: Mapping[str, Any],
        *,
        reason: str = "",
        changes: list[str] | None = None,
        expected: int | None = None,
    ) -> ReviewedVersion:
        """Keep a schema as the next version; the one that counts where it is the same.

        Parameters
        ----------
        dataset : str
        schema : mapping
            As `automl.data.review.ReviewedSchema.to_json` gives it.
        reason : str
            Why it was changed.
        changes : list of str, optional
            What was changed, in words for the audit log.
        expected : int, optional
            Number of the version that was changed, 0 for none: if another one counts by now, nothing is kept.

        Raises
        ------
        CatalogueError
            When somebody else was quicker.
        SettingError
            When the name or the reason is too long, or there is no name.
        """
        dataset, reason = checked(dataset, "name", needed=True), checked(reason)
        digest = hashlib.sha256(canonical(dict(schema)).encode()).hexdigest()
        with self._database.writing() as connection:
            before = _current(connection, dataset)
            number = 0 if before is None else before.number
            if expected is not None and number != expected:
                raise CatalogueError(
                    f"Expected version {expected} of the reviewed schema {dataset!r} to be the newest, found "
                    f"{number}: somebody else has changed it.",
                    fix=f"Look at what was changed (automl schema history {dataset}), and change it again.",
                )
            if before is not None and before.digest == digest:
                return before
            made = add(
                connection, ReviewedVersion, reviewed_schemas,
                dataset=dataset, number=number + 1, digest=digest, schema=dict(schema), reason=reason,
                who=who(), at=time.time(),
            )  # fmt: skip
            append(
                connection, "schema_reviewed", made.subject,
                objects={"before": None if before is None else before.digest, "schema": digest},
                details={"reason": reason, "changes": (changes or [])[:100]},
            )  # fmt: skip
            return made

    def current(self, dataset: str) -> ReviewedVersion | None:
        """The version that counts; None where there is none."""
        with self._database.reading() as connection:
            return _current(connection, dataset)

    def history(self, dataset: str | None = None) -> list[ReviewedVersion]:
        """All versions, or those of one dataset: by name, then oldest first."""
        query = select(reviewed_schemas).order_by(reviewed_schemas.c.dataset, reviewed_schemas.c.number)
        if dataset is not None:
            query = query.where(reviewed_schemas.c.dataset == dataset)
        with self._database.reading() as connection:
            return every(connection, ReviewedVersion, query)

    def find(self, label: str) -> ReviewedVersion:
        """The version that is meant by `sales/2`, or by `sales` (the newest).

        Raises
        ------
        CatalogueError
            When there is none.
        """
        name, number, _ = split_label(label)
        query = select(reviewed_schemas).where(reviewed_schemas.c.dataset == name)
        if number is not None:
            query = query.where(reviewed_schemas.c.number == number)
        with self._database.reading() as connection:
            found = first(connection, ReviewedVersion, query.order_by(reviewed_schemas.c.number.desc()))
            if found is not None:
                return found
            names = connection.execute(
                select(reviewed_schemas.c.dataset).distinct().order_by(reviewed_schemas.c.dataset).limit(20)
            ).scalars()
            known = ", ".join(names) or "none"
        raise CatalogueError(
            f"There is no reviewed schema {label!r} in the catalogue.",
            fix=f"There is: {known}. Make one of a table: automl schema infer TABLE.csv.",
        )


def _current(connection: Connection, dataset: str) -> ReviewedVersion | None:
    mine = select(reviewed_schemas).where(reviewed_schemas.c.dataset == dataset)
    return first(connection, ReviewedVersion, mine.order_by(reviewed_schemas.c.number.desc()))
