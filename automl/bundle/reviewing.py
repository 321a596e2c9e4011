"""The reviewed schema that a bundle carries, and rows held against it."""

from __future__ import annotations

from collections.abc import Mapping

from ..data import Dataset, Finding, RawTable, Schema
from ..data.review import REVIEWED, Check, ReviewedSchema
from ..errors import BundleError, SchemaError
from .documents import DAMAGED, read_json

__all__ = ["anomalies_of", "reviewed_of"]


def reviewed_of(files: Mapping[str, bytes], schema: Schema) -> ReviewedSchema | None:
    """The reviewed schema of a bundle; None where it has none.

    Parameters
    ----------
    files : mapping of name to bytes
    schema : Schema
        Of the columns that the model reads.

    Raises
    ------
    BundleError
        When it is damaged.
    """
    if REVIEWED not in files:
        return None
    try:
        return ReviewedSchema.from_json(read_json(files, REVIEWED), reads=schema)
    except (SchemaError, *DAMAGED) as error:
        raise BundleError(f"{REVIEWED} is damaged ({error}).", fix="Export the model again.") from error


def anomalies_of(reviewed: ReviewedSchema | None, table: RawTable, dataset: Dataset) -> tuple[Finding, ...]:
    """What is wrong with rows to predict.

    Parameters
    ----------
    reviewed : ReviewedSchema or None
    table : RawTable
        As read.
    dataset : Dataset
        The same rows behind the gate of the model.
    """
    if reviewed is None:
        return ()
    check = Check(reviewed, purpose="scoring")
    check.add(table, dataset)
    return check.anomalies()
