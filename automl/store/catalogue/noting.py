"""Tell the catalogue what has just happened in a run, without ever standing in the run's way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from automl.errors import CatalogueError, MissingExtraError
from automl.store.catalogue.catalogue import Catalogue, open_catalogue
from automl.store.catalogue.place import home_of
from automl.store.catalogue.registering import register_run
from automl.store.run_folder import RunFolder

__all__ = ["note"]


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
    except (CatalogueError, MissingExtraError) as error:
        folder.add_event("catalogue_failed", reason=str(error))
        return False
    return True
