"""Where a home keeps its catalogue and its artefacts."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from automl.store.run_folder import RunFolder, is_id

__all__ = ["ARTEFACTS", "CATALOGUE", "FILE", "Place", "home_of", "place_of"]

CATALOGUE = "GLASSBENCH_CATALOGUE"
"""Environment variable: address of the database, such as `postgresql://glassbench@db.example/models`."""
ARTEFACTS = "GLASSBENCH_ARTEFACTS"
"""Environment variable: folder of the artefacts, or any address that fsspec knows, such as `s3://models`."""
FILE = "catalogue.db"


@dataclass(frozen=True)
class Place:
    """Where a catalogue is.

    Attributes
    ----------
    url : str or None
        Address of a database; None: the file.
    file : Path
        The home's own SQLite file.
    artefacts : str
        Folder or address.
    """

    url: str | None
    file: Path
    artefacts: str

    @property
    def exists(self) -> bool:
        """Whether there may be something: a database elsewhere, or the file."""
        return self.url is not None or self.file.is_file()


def place_of(home: Path) -> Place:
    """Where the catalogue of a home is, by the environment.

    Parameters
    ----------
    home : Path
        The home folder; it need not exist.
    """
    return Place(
        url=os.environ.get(CATALOGUE) or None,
        file=home / FILE,
        artefacts=os.environ.get(ARTEFACTS) or str(home / "artefacts"),
    )


def home_of(run: RunFolder) -> Path | None:
    """The home that a run lies in; None where its folder stands for itself."""
    path = run.path.absolute()
    return path.parent.parent if path.parent.name == "runs" and is_id(path.name) else None
