"""What a run knows of its columns, without its model: enough to look at a file before it is scored."""

from __future__ import annotations

from automl.data import Schema
from automl.errors import RunError
from automl.monitoring.reference import Reference, profiles
from automl.store import RunFolder

__all__ = ["is_at_hand", "known_columns"]

_FILE = "references/columns.json"
_CELLS = 2_000_000  # that are counted within a second or so


def is_at_hand(run: RunFolder) -> bool:
    """Whether `known_columns` answers within about a second: its rows have been counted, or are few."""
    if any((run.path / "references").glob("*.json")):
        return True
    path = run.path / "data.parquet"
    if not path.is_file():
        return True  # that there is nothing is told at once
    from pyarrow.parquet import read_metadata

    facts = read_metadata(path)
    return bool(facts.num_rows * facts.num_columns <= _CELLS)


def known_columns(run: RunFolder) -> tuple[Schema, Reference]:
    """The columns that a run's models read, and the counts of their rows; nothing is known of predictions.

    The rows are counted once and kept in the run folder.

    Raises
    ------
    RunError
        When the run has not read its data.
    """
    facts, stored = run.read("prepared.json"), run.read("schema.json")
    if facts is None or stored is None:
        raise RunError(f"The run {run.id} has not read its data yet.", fix="Start or resume it first.")
    schema = Schema.from_json(stored).select(facts["columns"])
    for path in sorted((run.path / "references").glob("*.json")):
        # The rows are the same for all models of a run, and so are their counts.
        return schema, Reference.from_json(run.read(f"references/{path.name}")["reference"])
    made = _counted(run, schema)
    (run.path / _FILE).parent.mkdir(exist_ok=True)
    run.write(_FILE, {"reference": made.to_json()})
    return schema, made


def _counted(run: RunFolder, schema: Schema) -> Reference:
    import pandas as pd

    path = run.path / "data.parquet"
    if not path.is_file():
        raise RunError(f"The rows of the run {run.id} are gone.", fix="Start a new run with the table.")
    frame = pd.read_parquet(path, columns=list(schema.names))
    return Reference(len(frame), profiles(frame, schema), outputs=(), predicted="", predicted_rows=0)
