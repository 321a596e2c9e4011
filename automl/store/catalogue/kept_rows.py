"""The rows of a dataset's version, from wherever they still are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from automl.errors import CatalogueError
from automl.store.catalogue.catalogue import Catalogue
from automl.store.catalogue.records import DatasetVersion
from automl.store.catalogue.sources import source_of
from automl.store.run_folder import RunFolder

if TYPE_CHECKING:
    import pandas as pd

    from automl.data import Schema

__all__ = ["KeptRows", "read_rows", "rows_of"]


@dataclass(frozen=True, eq=False)
class KeptRows:
    """Canonical rows.

    Attributes
    ----------
    frame : DataFrame
    schema : Schema
    note : str
        What is to be known of them; empty where they are all of the file's.
    """

    frame: pd.DataFrame
    schema: Schema
    note: str = ""


def rows_of(catalogue: Catalogue, version: DatasetVersion) -> KeptRows:
    """The rows of a version: of the copy that is kept, of the file if it is still the same, or of a run.

    Raises
    ------
    CatalogueError
        When they are nowhere any more.
    """
    if version.artefact is not None:
        with catalogue.artefacts.fetched(version.digest) as path:
            return read_rows(path)
    source = source_of(version)
    if source.state == "same" and source.path is not None:
        return read_rows(source.path)
    for run in catalogue.datasets.runs_of(version):
        folder = RunFolder(run.path)
        if folder.has("data.parquet") and folder.has("schema.json"):
            return _of_run(folder, version)
    raise CatalogueError(
        f"The rows of {version.label} are nowhere any more: what they were read from {source.found}, and no "
        "run that read them is left.",
        fix="Keep a copy of versions that will be needed: `automl data add FILE`.",
    )


def read_rows(path: Path) -> KeptRows:
    """The canonical rows of a file."""
    from automl.data import Schema, read_table

    table = read_table(path)
    schema = Schema.infer(table)
    return KeptRows(schema.coerce(table).frame, schema)


def _of_run(folder: RunFolder, version: DatasetVersion) -> KeptRows:
    import pandas as pd

    from automl.data import Schema

    schema = Schema.from_json(folder.read("schema.json"))
    frame = pd.read_parquet(folder.path / "data.parquet")[list(schema.names)]
    left_out = version.rows - len(frame)
    note = f"The rows of {version.label} are those that the run {folder.id} has kept"
    note += f", {left_out:,} fewer than its file had." if left_out else "."
    return KeptRows(frame, schema, note)
