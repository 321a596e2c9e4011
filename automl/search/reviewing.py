"""The table of a run held against the reviewed schema that it was started with."""

from __future__ import annotations

from collections.abc import Mapping

from automl.data import Finding, Kind, RawTable
from automl.data.review import ReviewedSchema, check_table
from automl.errors import SchemaError, SettingError
from automl.store import RunFolder
from automl.store.run_folder import REVIEWED_SCHEMA

__all__ = ["held_against", "kinds_of", "reviewed_schema"]

_LISTED = 20
_READ_AS = (Kind.NUMBER, Kind.CATEGORY, Kind.DATETIME, Kind.TEXT, Kind.IDENTIFIER)
"""Kinds that the reviewed schema decides; that a column has two values, or one, each table shows anew."""


def reviewed_schema(folder: RunFolder) -> ReviewedSchema | None:
    """The reviewed schema of a run; None where it was started without one."""
    payload = folder.read(REVIEWED_SCHEMA)
    return None if payload is None else ReviewedSchema.from_json(payload)


def held_against(reviewed: ReviewedSchema | None, raw: RawTable, *, refuse: bool) -> tuple[Finding, ...]:
    """What is wrong with the table by its reviewed schema.

    Parameters
    ----------
    reviewed : ReviewedSchema or None
    raw : RawTable
    refuse : bool
        Whether an error ends the run.

    Raises
    ------
    SchemaError
        When there is an error, and the table is to be refused then; every one is listed.
    """
    if reviewed is None:
        return ()
    found = check_table(reviewed, raw)
    errors = [each for each in found if each.severity == "error"]
    if errors and refuse:
        listed = "".join(f"\n  {each.code}: {each.message}" for each in errors[:_LISTED])
        more = f"\n  and {len(errors) - _LISTED:,} more" if len(errors) > _LISTED else ""
        noun = "anomaly" if len(errors) == 1 else "anomalies"
        raise SchemaError(
            f"The table breaks its reviewed schema: {len(errors):,} {noun}.{listed}{more}\n",
            fix="Correct the table, change the schema (automl schema edit), or go on with findings "
            "(--schema-check warn).",
        )
    return found


def kinds_of(
    reviewed: ReviewedSchema | None, raw: RawTable, chosen: Mapping[str, str]
) -> dict[str, Kind | str]:
    """The kinds in which the table is read: those that were chosen, and those of the reviewed schema.

    Raises
    ------
    SettingError
        When one contradicts the other.
    """
    if reviewed is None:
        return dict(chosen)
    for name, kind in chosen.items():
        if name in reviewed and reviewed[name].kind != Kind.parse(kind):
            raise SettingError(
                f"The kind {kind} was chosen for the column {name!r}, which the reviewed schema has "
                f"as {reviewed[name].kind.value}.",
                fix="Leave the choice out, or infer the schema again with it.",
                column=name,
            )
    read: dict[str, Kind | str] = {
        column.name: column.kind
        for column in reviewed.reads
        if column.name in raw.frame.columns and column.kind in _READ_AS
    }
    return read | dict(chosen)
