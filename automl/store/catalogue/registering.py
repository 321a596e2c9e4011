"""Fill the catalogue from run folders: at the end of a run, and again whenever something is missing.

Everything is told once: what is known already stays as it is, so that a run may be registered as often as one
likes, by whoever, in any order.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, update

from automl.errors import CatalogueError
from automl.store.audit.log import append
from automl.store.catalogue.catalogue import Catalogue
from automl.store.catalogue.datasets import add_version
from automl.store.catalogue.life import add_bundle, add_check
from automl.store.catalogue.models import add_model
from automl.store.catalogue.records import BundleRecord, Check, ModelVersion, RunRecord
from automl.store.catalogue.rows import first
from automl.store.catalogue.run_facts import (
    asked_of,
    data_facts,
    file_digest,
    model_facts,
    model_state,
    seen_of,
)
from automl.store.catalogue.tables import bundles, runs
from automl.store.catalogue.verdicts import Verdict, verdict_facts
from automl.store.files import file_sha256, read_json
from automl.store.home import Home
from automl.store.run_folder import END_STATES, RunFolder
from automl.store.taken import decisions, preferred_model

__all__ = [
    "UNREADABLE",
    "catch_up",
    "pending",
    "register_bundle",
    "register_check",
    "register_model",
    "register_run",
]


UNREADABLE = (CatalogueError, KeyError, OSError, TypeError, ValueError, zipfile.BadZipFile)
"""What registering a run raises where its folder is damaged, or the catalogue refuses it."""


def catch_up(
    catalogue: Catalogue,
    home: Path | str | None = None,
    *,
    anew: bool = False,
    problem: Callable[[str], None] | None = None,
) -> list[str]:
    """Register the runs of a home that have ended and are not known as they are now.

    Parameters
    ----------
    catalogue : Catalogue
    home : path, optional
        Default: `GLASSBENCH_HOME`, else `./glassbench-home`.
    anew : bool
        Whether to look at those as well that are known as they are.
    problem : callable, optional
        Told of runs that cannot be registered, as their folder is damaged; without it that is an error.

    Returns
    -------
    list of str
        Ids of the runs that were looked at.
    """
    done = []
    for folder in pending(catalogue, home, anew=anew):
        try:
            register_run(catalogue, folder)
        except UNREADABLE as error:
            if problem is None:
                raise
            problem(f"The run {folder.id} could not be registered ({type(error).__name__}: {error}).")
            continue
        done.append(folder.id)
    return done


def pending(catalogue: Catalogue, home: Path | str | None = None, *, anew: bool = False) -> list[RunFolder]:
    """The runs of a home that have ended and are not known as they are now, the oldest first.

    In that order versions count up with time.

    Parameters
    ----------
    catalogue : Catalogue
    home : path, optional
        Default: `GLASSBENCH_HOME`, else `./glassbench-home`.
    anew : bool
        Whether those count as well that are known as they are.
    """
    known = {} if anew else catalogue.models.seen()
    return [
        folder
        for folder in reversed(Home(home).runs())
        if folder.read("status.json", {}).get("state") in END_STATES
        and known.get(folder.id) != seen_of(folder)
    ]


def register_run(catalogue: Catalogue, folder: RunFolder) -> ModelVersion | None:
    """Register a run that has ended: its data, what it came to, its model, and what came of that.

    Parameters
    ----------
    catalogue : Catalogue
    folder : RunFolder

    Returns
    -------
    ModelVersion or None
        The model that is used; None where there is none, or the search may still go on.

    Raises
    ------
    CatalogueError
        When the catalogue cannot be written, or knows another run by this id.
    """
    seen = seen_of(folder)
    status = folder.status
    used = preferred_model(folder) if status["state"] == "finished" else None
    found = _found_bundles(catalogue, folder)
    with catalogue.database.writing() as connection:
        _tell_run(connection, folder, status, seen)
        model = None if used is None else _model(connection, folder, used)
        for path, digest, told in found:
            of = _model(connection, folder, told)
            add_bundle(connection, of, digest=digest, path=str(path), size=path.stat().st_size, by=_UNKNOWN)
        for path in sorted(folder.path.glob("scorings/*/scoring.json")):
            _tell_scoring(connection, folder, path)
    return model


def register_model(catalogue: Catalogue, folder: RunFolder, model: str) -> ModelVersion:
    """Register a model of a run as it is now, and the run with it."""
    with catalogue.database.writing() as connection:
        _tell_run(connection, folder, folder.status, seen="")  # there may be more to tell of it
        return _model(connection, folder, model)


def register_bundle(catalogue: Catalogue, folder: RunFolder, model: str, path: Path) -> BundleRecord:
    """Register a bundle that was just written, keep a copy of it, and the model as it is in there."""
    digest, artefact = catalogue.artefacts.keep(path)
    made = register_model(catalogue, folder, model)
    return catalogue.life.add_bundle(
        made, digest=digest, path=str(path), size=path.stat().st_size, artefact=artefact
    )


def register_check(
    catalogue: Catalogue,
    folder: RunFolder,
    model: str,
    *,
    report: Verdict,
    predictions: Path | None = None,
) -> Check:
    """Register the verdict on new rows that a run's model has predicted, and the file of the predictions."""
    made = register_model(catalogue, folder, model)
    return catalogue.life.add_check(
        f"{folder.id}:{report.created}", model=made, run_id=folder.id,
        **verdict_facts(report, predictions),
    )  # fmt: skip


_UNKNOWN = "unknown"
"""Who did what nobody has written down."""


def _by(folder: RunFolder) -> str:
    """Who started a run."""
    return str(folder.spec.get("who") or _UNKNOWN)


def _model(connection: Connection, folder: RunFolder, model: str) -> ModelVersion:
    return add_model(
        connection, folder.spec["name"][:200], folder.id, model, model_state(folder, model), by=_by(folder),
        **model_facts(folder, model),
    )  # fmt: skip


def _tell_run(connection: Connection, folder: RunFolder, status: dict[str, Any], seen: str) -> None:
    spec, by = folder.spec, _by(folder)
    data = data_facts(folder)
    version = None
    if data is not None:
        version = add_version(
            connection, spec["name"][:200], data.digest, rows=data.rows, columns=data.columns,
            digest_of=data.digest_of, source=data.source, size=data.size, schema=data.schema,
            origin=data.origin, by=by,
        )  # fmt: skip
    task, result = folder.read("task.json") or {}, folder.result
    chosen = {} if result is None else model_facts(folder, result["chosen"])
    values = {
        "name": spec["name"][:200],
        "path": str(folder.path.absolute()),
        "dataset_version_id": version and version.id,
        "target": spec["target"],
        "task": task.get("kind"),
        "metric": task.get("metric"),
        "state": status["state"],
        "score": chosen.get("score"),
        "created": spec["created"],
        "seconds": status.get("seconds"),
        "trials": status.get("trials"),
        "asked": asked_of(spec),
        "who": by,
        "seen": seen,
    }
    known = first(connection, RunRecord, select(runs).where(runs.c.id == folder.id))
    if known is None:
        connection.execute(insert(runs).values(id=folder.id, **values))
    elif known.created != spec["created"]:
        raise CatalogueError(
            f"The catalogue knows another run by the id {folder.id}, from {known.path}.",
            fix="Give one of the two folders another name.",
        )
    else:
        connection.execute(update(runs).where(runs.c.id == folder.id).values(**values))
    _tell_events(connection, folder, status, version.digest if version else None, by)
    _tell_decisions(connection, folder)


def _tell_events(
    connection: Connection, folder: RunFolder, status: dict[str, Any], data: str | None, by: str
) -> None:
    """What happened in the run that has to be accounted for."""
    for event in folder.events():
        if event["kind"] == "holdout_opened":
            append(
                connection, "holdout_opened", folder.id, objects={"data": data},
                details={"rows": event["rows"], "happened": event["t"]},
                event=f"holdout:{folder.id}:{event['t']}", by=by,
            )  # fmt: skip
    result = folder.result
    ended = (result or {}).get("finished") or status.get("updated")
    if status["state"] in END_STATES:
        append(
            connection, f"run_{status['state']}", folder.id,
            objects={
                "data": data, "spec": file_digest(folder, "spec.json"),
                "result": file_digest(folder, "result.json"),
            },
            details={
                "name": folder.spec["name"], "target": folder.spec["target"], "happened": ended,
                "chosen": (result or {}).get("chosen"), "message": status.get("message", ""),
            },
            event=f"run:{folder.id}:{status['state']}:{status.get('session', 0)}", by=by,
        )  # fmt: skip


def _tell_decisions(connection: Connection, folder: RunFolder) -> None:
    for entry in decisions(folder):
        action = {"model": "model_picked", "threshold": "threshold_changed"}.get(entry["kind"], entry["kind"])
        details = {name: value for name, value in entry.items() if name not in ("t", "kind", "user")}
        append(
            connection, action, folder.id, details={**details, "happened": entry["t"]},
            event=f"decision:{folder.id}:{entry['t']}", by=entry.get("user") or _UNKNOWN,
        )  # fmt: skip


def _found_bundles(catalogue: Catalogue, folder: RunFolder) -> list[tuple[Path, str, str]]:
    """Bundles in the run's folder that are not known: path, SHA-256 and the model in it."""
    paths = sorted(folder.path.glob("bundles/*.zip"))
    if not paths:
        return []
    with catalogue.database.reading() as connection:
        known = {(row.path, row.bytes) for row in connection.execute(select(bundles.c.path, bundles.c.bytes))}
    found = []
    for path in paths:
        if (str(path), path.stat().st_size) in known:
            continue
        run, model = _origin(path)
        if run == folder.id:
            found.append((path, file_sha256(path), model))
    return found


def _origin(path: Path) -> tuple[str, str]:
    """The run and the model that a bundle is of; in version 0 both stood in `manifest.json`."""
    with zipfile.ZipFile(path) as archive:
        if "bundle.json" not in archive.namelist():
            manifest = json.loads(archive.read("manifest.json"))
            return str(manifest["run"]), str(manifest["model"])
        lineage = json.loads(archive.read("bundle.json"))["lineage"]
    return str(lineage["run"]["id"]), str(lineage["model"]["id"])


def _tell_scoring(connection: Connection, folder: RunFolder, path: Path) -> None:
    told, report = read_json(path), read_json(path.with_name("report.json"))
    predictions = path.with_name("predictions.csv")
    add_check(
        connection, f"{folder.id}:{told['created']}",
        model=_model(connection, folder, told["model"]), run_id=folder.id, table=told["name"],
        digest=told.get("sha256"), rows=told["rows"], level=told["level"], headline=told["headline"],
        columns=_names(report.get("concerned")), at=told["created"],
        objects={"predictions": file_sha256(predictions) if predictions.is_file() else None},
        by=_UNKNOWN,
    )  # fmt: skip


def _names(found: Iterable[Any] | None) -> list[str]:
    return [str(name) for name in found or ()]
