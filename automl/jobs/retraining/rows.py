"""Old and new rows together: which are known, which are kept from learning, what differs in their columns.

All of them pass the gate of the champion's own schema, so a value is the same value however it was written.
The old rows are those that the champion has learned from, or the newest version that an earlier retraining
made of them; the whole of both becomes the next version.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl.data import Dataset, Kind, RawTable, ReadOptions, Schema, read_table
from automl.data.findings import preview
from automl.errors import DataError, SchemaError, SettingError
from automl.jobs.retraining.known import among, known_rows
from automl.monitoring.judged import AGE_WEIGHT
from automl.monitoring.paired import FEWEST
from automl.monitoring.recent import Recent
from automl.store import RunFolder
from automl.store.catalogue import Catalogue, ModelVersion
from automl.store.catalogue.datasets import schema_changes
from automl.store.files import replacing_path

__all__ = ["Together", "put_together", "schema_of", "write_rows"]

Times = NDArray[np.datetime64]


@dataclass(frozen=True, eq=False)
class Together:
    """Old and new rows.

    Attributes
    ----------
    frame : DataFrame
        Canonical rows, the oldest first; without those that have no target.
    schema : Schema
        Of the champion's run.
    times : ndarray of datetime64 or None
        When the rows are from.
    new, held : ndarray of bool
        Which of the rows the champion has neither learned from nor was compared on, and which of these are
        kept from learning.
    told : dict
        What is to be known of them, as JSON values.
    """

    frame: pd.DataFrame
    schema: Schema
    times: Times | None
    new: NDArray[np.bool_]
    held: NDArray[np.bool_]
    told: dict[str, Any]


def put_together(
    catalogue: Catalogue,
    champion: ModelVersion,
    run: RunFolder,
    table: Path,
    *,
    name: str,
    date: str | None,
    holdout: str,
    keep_repeats: bool = False,
) -> Together:
    """Put the rows that are known and the new ones together.

    Parameters
    ----------
    catalogue : Catalogue
    champion : ModelVersion
    run : RunFolder
        That it came from.
    table : Path
        File of the new rows.
    name : str
        What the person calls it.
    date : str or None
        Column that says when rows are from; None: they are in the order of time.
    holdout : str
        See `Recent`.
    keep_repeats : bool
        Whether new rows that are equal to old ones are taken for new ones.

    Raises
    ------
    DataError, SchemaError
        When the new rows cannot be read, or lack what learning needs.
    SettingError
        When nothing new is left, or too little to compare models on.
    """
    spec = run.spec
    target = spec["target"]
    schema = schema_of(run)
    known = known_rows(catalogue, champion, run, schema)
    raw = _read(table, spec, name)
    read, lacking = _through_the_gate(raw, schema, needed=_needed(spec, date))
    if date is not None and schema[date].kind not in (Kind.DATETIME, Kind.NUMBER):
        raise SettingError(
            f"Expected dates or numbers in {date!r}, found {schema[date].kind.value}.",
            fix="Name a column that says when rows are from.",
            column=date,
        )
    labelled = read.frame[target].notna().to_numpy()
    fresh = read.frame[labelled].reset_index(drop=True)
    repeats = np.zeros(len(fresh), dtype=np.bool_) if keep_repeats else among(fresh, known.frame)
    fresh = fresh[~repeats]
    frame = pd.concat([known.frame, fresh], ignore_index=True)
    order = _order(frame, date)
    frame = frame.iloc[order].reset_index(drop=True)
    added = np.ones(len(fresh), dtype=np.bool_)
    new = np.concatenate([~known.seen, added])[order]
    unlearned = np.concatenate([~known.learned, added])[order]
    times = _times(frame, date)
    told = _told(raw, schema, read, lacking) | {
        "old": known.label,
        "old_rows": len(known.frame),
        "new": name,
        "new_rows": len(fresh),
        "unlabelled": int((~labelled).sum()),
        "repeats": int(repeats.sum()),
        "rows": len(frame),
        "unlearned": int(new.sum()),
        "holdout": holdout,
    }
    _require_news(told)
    held = np.zeros(len(frame), dtype=np.bool_)
    held[new] = Recent.read(holdout).held(int(new.sum()), None if times is None else times[new])
    told["held"] = int(held.sum())
    if told["held"] < FEWEST:
        raise SettingError(
            f"Expected at least {FEWEST} new rows with a {target!r} to compare the models on, found "
            f"{told['held']}.",
            fix="Bring more new rows, or hold out more of them (--holdout-last).",
        )
    if not (unlearned & ~held).any():
        raise SettingError(
            f"All {told['held']:,} new rows are kept to compare the models on: nothing new can be learned.",
            fix="Hold out fewer of them (--holdout-last 20%), or bring more.",
        )
    return Together(frame, schema, times, new, held, told)


def write_rows(path: Path, frame: pd.DataFrame) -> None:
    """Write rows as Parquet, whole or not at all; the same rows give the same bytes."""
    with replacing_path(path) as part:
        frame.to_parquet(part, index=False)
    path.chmod(0o644)


def schema_of(run: RunFolder) -> Schema:
    """The schema of all columns of a run, but weights that fell with age."""
    content = run.read("schema.json")
    if content is None:
        raise DataError(f"The run {run.id} has no schema.", fix="Restore its folder, or start a new run.")
    return Schema.from_json(content).without([AGE_WEIGHT])


def _read(table: Path, spec: dict[str, Any], name: str) -> RawTable:
    """The new rows, read as the champion's own file was where it was a file like that."""
    options = ReadOptions.from_json(spec["read"]) if spec.get("read") else None
    return read_table(table, options, name=Path(name).name.split(".")[0])


def _needed(spec: dict[str, Any], date: str | None) -> list[str]:
    roles = [spec["target"], spec.get("groups"), spec.get("time"), spec.get("weights"), date]
    return list(dict.fromkeys(name for name in roles if name and name != AGE_WEIGHT))


def _through_the_gate(raw: RawTable, schema: Schema, *, needed: list[str]) -> tuple[Dataset, tuple[str, ...]]:
    """The new rows as the champion's schema has them, and the columns that they lack."""
    for name in needed:
        if name not in raw.frame.columns or name not in schema:
            where = "new" if name in schema else "old"
            raise SchemaError(
                f"The {where} rows have no column {name!r}, which learning needs.",
                fix="Add the column; a retraining has the same target, groups, time and weights.",
                column=name,
            )
    lacking = tuple(name for name in schema.names if name not in raw.frame.columns)
    return schema.coerce(raw, missing_columns="missing"), lacking


def _told(raw: RawTable, schema: Schema, new: Dataset, lacking: tuple[str, ...]) -> dict[str, Any]:
    """What differs between the columns of old and new rows."""
    kinds = [
        {"columns": [{"name": each.name, "kind": each.kind.value} for each in one]}
        for one in (schema, Schema.infer(raw))
    ]
    changes = schema_changes(*kinds) or {}
    # A kind is inferred from few rows: what happens to have one value only is no other kind of column.
    constant = Kind.CONSTANT.value
    retyped = [each for each in changes["retyped"] if constant not in each[1:]]
    odd = [f.message for f in new.findings if f.code in ("unparseable_value", "unseen_category")]
    return {"added": changes["added"], "lacking": list(lacking), "retyped": retyped, "odd": odd}


def _require_news(told: dict[str, Any]) -> None:
    if told["unlearned"]:
        return
    why = f"{told['unlabelled']:,} have no target" if told["unlabelled"] else ""
    if told["repeats"]:
        why += f"{', ' if why else ''}{told['repeats']:,} are equal to rows that are known"
    raise SettingError(
        f"There is nothing new to learn in {preview([told['new']])}: {why or 'it has no rows'}.",
        fix="Bring rows with labels; where different rows may well be equal, add --keep-repeats.",
    )


def _times(frame: pd.DataFrame, date: str | None) -> Times | None:
    """When rows are from; of numbers only the order is known."""
    if date is None or not pd.api.types.is_datetime64_any_dtype(frame[date].dtype):
        return None
    return np.asarray(frame[date].to_numpy(), dtype="datetime64[us]")


def _order(frame: pd.DataFrame, date: str | None) -> NDArray[np.int64]:
    if date is None:
        return np.arange(len(frame))
    placed = frame[date].reset_index(drop=True).sort_values(kind="stable", na_position="first")
    return np.asarray(placed.index, dtype=np.int64)
