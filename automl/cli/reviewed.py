"""The reviewed schema that was typed: a file, or a name in the catalogue."""

from __future__ import annotations

from pathlib import Path

from automl.data.review import ReviewedSchema
from automl.errors import SchemaError
from automl.store import Home
from automl.store.catalogue import ReviewedVersion, open_catalogue

__all__ = ["read_reviewed", "reviewed_of"]


def reviewed_of(label: str, home: Path | None) -> tuple[ReviewedSchema, str]:
    """The schema that is meant, and what it is called.

    Raises
    ------
    CatalogueError
        When there is neither such a file nor such a name.
    SchemaError
        When it is damaged.
    """
    path = Path(label)
    if path.is_file():
        return read_reviewed(path), str(path)
    with open_catalogue(Home(home).path) as catalogue:
        version: ReviewedVersion = catalogue.reviews.find(label)
    return ReviewedSchema.from_json(version.schema), version.label


def read_reviewed(path: Path) -> ReviewedSchema:
    """The schema in a file.

    Raises
    ------
    SchemaError
        When there is none in it.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise SchemaError(f"{path} is no text in UTF-8, so it holds no reviewed schema.") from None
    return ReviewedSchema.from_json(text)
