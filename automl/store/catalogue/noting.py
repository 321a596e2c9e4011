"""Tell the catalogue what has just happened in a run, without ever standing in the run's way."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from automl.errors import CatalogueError, MissingExtraError
from automl.store.catalogue.catalogue import Catalogue, open_catalogue
from automl.store.catalogue.place import home_of, place_of
from automl.store.catalogue.records import ModelVersion
from automl.store.catalogue.registering import register_run
from automl.store.files import file_sha256
from automl.store.home import Home
from automl.store.run_folder import RunFolder

__all__ = ["note", "note_bundle"]


def note(folder: RunFolder, tell: Callable[[Catalogue, RunFolder], Any] = register_run) -> bool:
    """Tell the catalogue of a run's home about the run.

    A run that lies in no home is in no catalogue. Where the catalogue cannot be reached, the run's history
    says so, and whoever opens the catalogue next tells it: it is filled from the folders.

    Parameters
    ----------
    folder : RunFolder
    tell : callable
        What is to be told; default: the run, its data and its model.

    Returns
    -------
    bool
        Whether it was told.
    """
    home = home_of(folder)
    if home is None:
        return False
    try:
        with open_catalogue(home) as catalogue:
            tell(catalogue, folder)
    except (CatalogueError, MissingExtraError, OSError) as error:
        with suppress(OSError):  # where the folder cannot be written either, it has nothing new to tell
            folder.add_event("catalogue_failed", reason=str(error))
        return False
    return True


def note_bundle(bundle: Path, tell: Callable[[Catalogue, ModelVersion, str], Any]) -> str:
    """Tell the catalogue what was done with a bundle that it knows.

    Nothing is made where there is no catalogue, and nothing is told of a bundle that came from elsewhere.

    Parameters
    ----------
    bundle : Path
        The zip; of one that was unpacked nobody can say that it is that one.
    tell : callable
        Called with the catalogue, the model, and the SHA-256 of the bundle.

    Returns
    -------
    str
        Why it could not be told; empty where there was nothing to tell or it was told.
    """
    home = Home().path
    if not bundle.is_file() or not place_of(home).exists:
        return ""
    digest = file_sha256(bundle)
    try:
        with open_catalogue(home) as catalogue:
            found = catalogue.life.bundle(digest)
            if found is not None:
                tell(catalogue, found[1], digest)
    except (CatalogueError, MissingExtraError, OSError) as error:
        return f"The catalogue does not know of this: {error}"
    return ""
