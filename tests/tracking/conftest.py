"""A run folder, and a server to tell of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from automl.store import RunFolder

from .book import Book, serving
from .grown import new_run, prepare


@pytest.fixture
def book() -> Book:
    """What the server knows."""
    return Book()


@pytest.fixture
def address(book: Book) -> Iterator[str]:
    """Where it is."""
    with serving(book) as found:
        yield found


@pytest.fixture
def run(tmp_path: Path, address: str) -> RunFolder:
    """A run whose search is about to begin."""
    folder = new_run(tmp_path / "run-1", address)
    prepare(folder)
    return folder
