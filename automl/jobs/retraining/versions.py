"""Old and new rows as versions of the dataset: all of them, and those that the challenger learns from."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from automl.data import Schema
from automl.jobs.retraining.challenger import learned_from
from automl.jobs.retraining.known import GROWN, LEARNED
from automl.jobs.retraining.rows import Together, write_rows
from automl.monitoring.judged import AGE_WEIGHT
from automl.monitoring.window import Window
from automl.store.catalogue import Catalogue, DatasetVersion
from automl.store.catalogue.run_facts import slim_schema
from automl.store.files import file_sha256

__all__ = ["HELD", "LEARNED_ROWS", "register_rows"]

ROWS, LEARNED_ROWS, HELD = "rows.parquet", "learned.parquet", "held.parquet"


def register_rows(
    catalogue: Catalogue,
    name: str,
    together: Together,
    window: Window,
    *,
    weights: str | None,
    new: str,
    folder: Path,
) -> dict[str, Any]:
    """Write the rows into the folder of a retraining, and register them; done again, nothing is told twice.

    Parameters
    ----------
    catalogue : Catalogue
    name : str
        Of the dataset.
    together : Together
    window : Window
        Of the rows to learn from.
    weights : str or None
        Column of the champion's run that says how much rows count.
    new : str
        SHA-256 of the file of new rows.
    folder : Path
        Of the retraining.

    Returns
    -------
    dict
        What the versions are called, and their hashes.
    """
    told = together.told
    learned = learned_from(together, window, weights)
    for file, frame in (
        (ROWS, together.frame),
        (LEARNED_ROWS, learned),
        (HELD, together.frame[together.held].reset_index(drop=True)),
    ):
        write_rows(folder / file, frame)
    old = told["old"] or "the champion's run"
    grown = _register(
        catalogue, name, folder / ROWS, together.schema, len(together.frame),
        f"{told['old_rows']:,} rows of {old} and {told['new_rows']:,} of {told['new']}",
        role=GROWN, retraining=folder.name, parts=[told["old"], f"sha256:{new}"],
    )  # fmt: skip
    version = _register(
        catalogue, name, folder / LEARNED_ROWS, together.schema, len(learned),
        f"{len(learned):,} rows of {grown.label}: {window.words}, but those kept from learning",
        role=LEARNED, retraining=folder.name, of=grown.digest,
    )  # fmt: skip
    return {
        "version": grown.label,
        "sha256": grown.digest,
        "learned": version.label,
        "learned_sha256": version.digest,
        "learned_rows": len(learned),
        "held_sha256": file_sha256(folder / HELD),
        "weighted": AGE_WEIGHT in learned.columns,
        "window": str(window),
    }


def _register(
    catalogue: Catalogue, name: str, path: Path, schema: Schema, rows: int, words: str, **origin: Any
) -> DatasetVersion:
    digest, artefact = catalogue.artefacts.keep(path)
    version = catalogue.datasets.add(
        name, digest, rows=rows, columns=len(schema), source=str(path), size=path.stat().st_size,
        schema=slim_schema(schema.to_json()),
        origin={"connection": "retraining", "query": words, "taken": time.time(), **origin},
    )  # fmt: skip
    catalogue.datasets.keep(version, artefact)
    return version
