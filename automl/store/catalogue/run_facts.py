"""What a run's folder says that the catalogue wants to know."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from automl.store.audit.chain import canonical
from automl.store.files import file_sha256
from automl.store.result import headline
from automl.store.run_folder import RunFolder
from automl.store.taken import shipped_state

__all__ = [
    "DATA_VERSION",
    "DataFacts",
    "data_facts",
    "file_digest",
    "model_facts",
    "model_state",
    "origin_of",
    "seen_of",
    "slim_schema",
]

DATA_VERSION = "data_version.json"
"""In a run's folder: the hash of its rows, where they came from no file."""

_CHANGING = ("status.json", "result.json", "task.json", "decisions.jsonl")
_NOT_ASKED = ("version", "id", "name", "created", "source", "who", "track")


@dataclass(frozen=True)
class DataFacts:
    """The table of a run.

    Attributes
    ----------
    digest : str
        SHA-256.
    digest_of : {"file", "rows"}
    source : str or None
        Path of the file.
    size : int or None
        Its bytes.
    rows, columns : int
    schema : dict or None
        Names and kinds of the columns.
    origin : dict or None
        The query that the rows came from.
    """

    digest: str
    digest_of: str
    source: str | None
    size: int | None
    rows: int
    columns: int
    schema: dict[str, Any] | None
    origin: dict[str, Any] | None


def data_facts(folder: RunFolder) -> DataFacts | None:
    """The version of the data that a run learned from; None where it has not come to read it."""
    report, spec = folder.read("read_report.json"), folder.spec
    if report is None:
        return None
    source = spec["source"]
    digest, digest_of = report["sha256"], "file"
    if digest is None:
        digest, digest_of = _digest_of_rows(folder), "rows"
    schema = folder.read("schema.json")
    return DataFacts(
        digest=digest,
        digest_of=digest_of,
        source=source,
        size=report["bytes"],
        rows=report["rows"],
        columns=report["columns"],
        schema=None if schema is None else slim_schema(schema),
        origin=origin_of(source),
    )


def slim_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """Names, kinds and whether values may be missing; the run's folder has all of it."""
    kept = ("name", "kind", "nullable")
    return {"columns": [{name: each.get(name) for name in kept} for each in schema["columns"]]}


def origin_of(source: str | None) -> dict[str, Any] | None:
    """The query that the rows of a file came from; None where it is no such file."""
    if source is None or not source.endswith(".parquet") or not Path(source).is_file():
        return None
    from automl.sql import snapshot_of

    taken = snapshot_of(Path(source))
    if taken is None:
        return None
    return {"connection": taken.connection, "query": taken.query, "taken": taken.taken}


def _digest_of_rows(folder: RunFolder) -> str:
    """The hash of a table that came from no file; found out once and kept in the run's folder."""
    stored = folder.read(DATA_VERSION)
    if stored is None:
        stored = {"version": 1, "sha256": rows_digest(folder.path / "data.parquet"), "of": "rows"}
        folder.write(DATA_VERSION, stored)
    return str(stored["sha256"])


def rows_digest(path: Path) -> str:
    """SHA-256 of the names, types and values of a table in Parquet, whoever has written it and how."""
    import pandas as pd
    from pyarrow.parquet import ParquetFile

    digest = hashlib.sha256()
    with ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            frame = file.read_row_group(group).to_pandas()
            if not group:
                digest.update(canonical({"columns": [[n, str(t)] for n, t in frame.dtypes.items()]}).encode())
            digest.update(
                pd.util.hash_pandas_object(frame, index=False, categorize=True).to_numpy().tobytes()
            )
    return digest.hexdigest()


def asked_of(spec: dict[str, Any]) -> dict[str, Any]:
    """What a search was asked, without the candidates of the run that it started from."""
    asked = {name: value for name, value in spec.items() if name not in _NOT_ASKED}
    if spec.get("warm_start"):
        asked["warm_start"] = spec["warm_start"]["run"]
    return asked


def model_state(folder: RunFolder, model: str) -> str:
    """Names what makes a model what it is: its members, its threshold, whether it was picked."""
    return hashlib.sha256(canonical(shipped_state(folder, model)).encode()).hexdigest()


def model_facts(folder: RunFolder, model: str) -> dict[str, Any]:
    """The score of a model: `metric`, `score`, `low`, `high`, and how it was `measured`."""
    result = folder.result or {}
    if model == result.get("chosen"):
        shown = headline(result)
        low, high = shown.interval or (None, None)
        return {
            "metric": result["metric"], "score": shown.score, "low": low, "high": high,
            "measured": shown.where,
        }  # fmt: skip
    trial = folder.read(f"trials/{model}.json", {})
    low, high = trial.get("interval") or (None, None)
    return {
        "metric": result.get("metric"), "score": trial.get("score"), "low": low, "high": high,
        "measured": "cross-validated; not the model that the search chose",
    }  # fmt: skip


def file_digest(folder: RunFolder, name: str) -> str | None:
    """The SHA-256 of one of a run's files; None where it is not there."""
    path = folder.path / name
    return file_sha256(path) if path.is_file() else None


def seen_of(folder: RunFolder) -> str:
    """Names the state of a run's folder, by sizes and times: another one has more to tell."""
    paths = [folder.path / name for name in _CHANGING]
    paths += sorted(folder.path.glob("bundles/*.zip")) + sorted(folder.path.glob("scorings/*/scoring.json"))
    told = []
    for path in paths:
        try:
            found = path.stat()
        except FileNotFoundError:
            continue
        told.append([str(path.relative_to(folder.path)), found.st_size, found.st_mtime_ns])
    return hashlib.sha256(canonical({"files": told}).encode()).hexdigest()
