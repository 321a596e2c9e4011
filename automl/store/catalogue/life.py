"""What becomes of a model after its search: bundles, deployments, verdicts on new rows, alerts."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select, update

from automl.errors import CatalogueError
from automl.store.audit.log import append
from automl.store.catalogue.alerts import raise_alert, settle_alert
from automl.store.catalogue.database import Database
from automl.store.catalogue.records import Alert, BundleRecord, Check, Deployment, ModelVersion
from automl.store.catalogue.rows import add, checked, every, first
from automl.store.catalogue.tables import alerts, bundles, checks, deployments, models
from automl.store.who import who

__all__ = ["Life", "add_bundle", "add_check"]


class Life:
    """What became of the models of a catalogue.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- bundles -------------------------------------------------------------------------------------------

    def add_bundle(self, model: ModelVersion, **facts: Any) -> BundleRecord:
        """Register a bundle; see `add_bundle`."""
        with self._database.writing() as connection:
            return add_bundle(connection, model, **facts)

    def bundles(self, model: ModelVersion | None = None) -> list[BundleRecord]:
        """The bundles, or those of one model, newest first."""
        query = select(bundles).order_by(bundles.c.id.desc())
        if model is not None:
            query = query.where(bundles.c.model_id == model.id)
        with self._database.reading() as connection:
            return every(connection, BundleRecord, query)

    def bundle(self, digest: str) -> tuple[BundleRecord, ModelVersion] | None:
        """The bundle with this SHA-256 and its model; None where it is not known."""
        with self._database.reading() as connection:
            found = first(connection, BundleRecord, select(bundles).where(bundles.c.digest == digest))
            if found is None:
                return None
            model = first(connection, ModelVersion, select(models).where(models.c.id == found.model_id))
            assert model is not None  # the database sees to it
            return found, model

    # -- deployments ---------------------------------------------------------------------------------------

    def deploy(self, model: ModelVersion, place: str, *, bundle_digest: str | None = None) -> Deployment:
        """Write down that a model answers somewhere from now on."""
        place = checked(place, "place", needed=True)
        with self._database.writing() as connection:
            made = add(
                connection, Deployment, deployments,
                model_id=model.id, bundle_digest=bundle_digest, place=place, started=time.time(), ended=None,
                who=who(),
            )  # fmt: skip
            append(
                connection, "deployed", model.label,
                objects={"model": model.state, "bundle": bundle_digest}, details={"place": place},
            )  # fmt: skip
        return made

    def end_deployment(self, deployment: Deployment) -> None:
        """Write down that it does no longer; nothing happens where that is known."""
        with self._database.writing() as connection:
            done = connection.execute(
                update(deployments)
                .where(deployments.c.id == deployment.id, deployments.c.ended.is_(None))
                .values(ended=time.time())
            )
            if done.rowcount:
                model = first(
                    connection, ModelVersion, select(models).where(models.c.id == deployment.model_id)
                )
                append(
                    connection, "deployment_ended", model.label if model else "",
                    objects={"bundle": deployment.bundle_digest}, details={"place": deployment.place},
                )  # fmt: skip

    def deployments(self, model: ModelVersion | None = None, *, running: bool = False) -> list[Deployment]:
        """The deployments, or those of one model or still running, newest first."""
        query = select(deployments).order_by(deployments.c.id.desc())
        if model is not None:
            query = query.where(deployments.c.model_id == model.id)
        if running:
            query = query.where(deployments.c.ended.is_(None))
        with self._database.reading() as connection:
            return every(connection, Deployment, query)

    # -- verdicts ------------------------------------------------------------------------------------------

    def add_check(self, key: str, **facts: Any) -> Check:
        """Register a verdict; see `add_check`."""
        with self._database.writing() as connection:
            return add_check(connection, key, **facts)

    def checks(self, model: ModelVersion | None = None, *, last: int | None = None) -> list[Check]:
        """Verdicts on new rows, or those of one model, newest first."""
        query = select(checks).order_by(checks.c.at.desc())
        if model is not None:
            query = query.where(checks.c.model_id == model.id)
        if last is not None:
            query = query.limit(last)
        with self._database.reading() as connection:
            return every(connection, Check, query)

    # -- alerts --------------------------------------------------------------------------------------------

    def open_alert(
        self,
        rule: str,
        level: str,
        message: str,
        *,
        columns: Sequence[str] = (),
        model: ModelVersion | None = None,
        check: Check | None = None,
    ) -> Alert:
        """Open an alert; the one that is open already where this rule has one for the model."""
        subject = f"model:{model.id}" if model else ""
        with self._database.writing() as connection:
            return raise_alert(
                connection, rule, level, message, subject=subject, columns=columns, model=model, check=check
            )

    def close_alert(self, alert: Alert, *, reason: str = "") -> None:
        """Close an alert.

        Raises
        ------
        CatalogueError
            When it is closed already.
        """
        with self._database.writing() as connection:
            settle_alert(connection, alert, reason=reason)

    def alert(self, number: int) -> Alert:
        """The alert with this number.

        Raises
        ------
        CatalogueError
            When there is none.
        """
        with self._database.reading() as connection:
            found = first(connection, Alert, select(alerts).where(alerts.c.id == number))
        if found is None:
            raise CatalogueError(f"There is no alert {number}.", fix="See `automl alerts list --all`.")
        return found

    def alerts(self, model: ModelVersion | None = None, *, only_open: bool = False) -> list[Alert]:
        """The alerts, or those of one model or still open, newest first."""
        query = select(alerts).order_by(alerts.c.id.desc())
        if model is not None:
            query = query.where(alerts.c.model_id == model.id)
        if only_open:
            query = query.where(alerts.c.closed.is_(None))
        with self._database.reading() as connection:
            return every(connection, Alert, query)


def add_bundle(
    connection: Connection,
    model: ModelVersion,
    *,
    digest: str,
    path: str,
    size: int,
    artefact: str | None = None,
    by: str | None = None,
) -> BundleRecord:
    """Register a bundle, by the one who writes; the one that is there where it is known.

    Parameters
    ----------
    connection : Connection
        Of `Database.writing`.
    model : ModelVersion
    digest : str
        SHA-256 of the zip.
    path : str
    size : int
        Bytes.
    artefact : str, optional
        Address of a copy.
    by : str, optional
    """
    known = first(connection, BundleRecord, select(bundles).where(bundles.c.digest == digest))
    if known is not None:
        if known.artefact is None and artefact is not None:  # it was found, and a copy is kept only now
            connection.execute(update(bundles).where(bundles.c.id == known.id).values(artefact=artefact))
            return replace(known, artefact=artefact)
        return known
    made = add(
        connection, BundleRecord, bundles,
        model_id=model.id, digest=digest, path=path, bytes=size, artefact=artefact, created=time.time(),
        who=by or who(),
    )  # fmt: skip
    append(
        connection, "exported", model.label, objects={"bundle": digest, "model": model.state},
        details={"path": path, "bytes": size, "run": model.run_id, "model": model.model},
        event=f"bundle:{digest}", by=by,
    )  # fmt: skip
    return made


def add_check(
    connection: Connection,
    key: str,
    *,
    model: ModelVersion | None,
    run_id: str | None,
    table: str,
    digest: str | None,
    rows: int,
    level: str,
    headline: str,
    columns: Sequence[str],
    at: float,
    objects: Mapping[str, str | None] | None = None,
    by: str | None = None,
) -> Check:
    """Register the verdict on new rows, by the one who writes; the one that is there where it is known.

    Parameters
    ----------
    connection : Connection
        Of `Database.writing`.
    key : str
        Names it, so that it is told once.
    model : ModelVersion or None
    run_id : str or None
    table : str
        Name of the table.
    digest : str or None
        SHA-256 of its file.
    rows : int
    level, headline : str
    columns : sequence of str
    at : float
        When, in seconds since 1970.
    objects : mapping of name to SHA-256, optional
        What else was at hand, such as the predictions' file.
    by : str, optional
    """
    known = first(connection, Check, select(checks).where(checks.c.key == key))
    if known is not None:
        return known
    made = add(
        connection, Check, checks,
        key=key, model_id=model and model.id, run_id=run_id, table_name=table, digest=digest, rows=rows,
        level=level, headline=headline, columns=list(columns), at=at, who=by or who(),
    )  # fmt: skip
    append(
        connection, "batch_predicted", model.label if model else str(run_id),
        objects={"table": digest, "model": model.state if model else None, **(objects or {})},
        details={"table": table, "rows": rows, "level": level, "columns": list(columns), "at": at},
        event=f"check:{key}", by=by,
    )  # fmt: skip
    return made
