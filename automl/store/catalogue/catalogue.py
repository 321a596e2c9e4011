"""The catalogue of a home: one object that its parts hang on."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from automl.store.audit.log import AuditLog
from automl.store.catalogue.aliases import Aliases
from automl.store.catalogue.artefacts import Artefacts
from automl.store.catalogue.database import Database
from automl.store.catalogue.datasets import Datasets
from automl.store.catalogue.life import Life
from automl.store.catalogue.models import Models
from automl.store.catalogue.place import Place, place_of
from automl.store.catalogue.reviews import Reviews
from automl.store.catalogue.succession import Succession
from automl.store.catalogue.summaries import Summaries
from automl.store.catalogue.upgrade import ready
from automl.store.catalogue.watching import Watching
from automl.store.home import Home

__all__ = ["Catalogue", "open_catalogue"]


class Catalogue:
    """Datasets, models and their aliases, what became of them, and the audit log.

    It may be used by several threads. Close it, or use it as a context manager.

    Parameters
    ----------
    place : Place

    Attributes
    ----------
    datasets : Datasets
    models : Models
    aliases : Aliases
    succession : Succession
        Champions and their challengers.
    life : Life
        Bundles, deployments, verdicts on new rows, alerts.
    watching : Watching
        What watches have seen, and what is to be told to whom.
    reviews : Reviews
        Reviewed schemas of datasets.
    audit : AuditLog
    artefacts : Artefacts
    summaries : Summaries
        The same in lists.

    Raises
    ------
    CatalogueError
        When the database cannot be reached, or is of another version.
    """

    def __init__(self, place: Place) -> None:
        self.place = place
        self.database = Database(place)
        try:
            ready(self.database)
        except BaseException:
            self.database.close()
            raise
        self.datasets = Datasets(self.database)
        self.models = Models(self.database)
        self.aliases = Aliases(self.database)
        self.succession = Succession(self.database)
        self.life = Life(self.database)
        self.watching = Watching(self.database)
        self.reviews = Reviews(self.database)
        self.audit = AuditLog(self.database)
        self.artefacts = Artefacts(place.artefacts)
        self.summaries = Summaries(self.database)

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_catalogue(home: Path | str | None = None) -> Catalogue:
    """The catalogue of a home folder; made when there is none.

    Parameters
    ----------
    home : path, optional
        Default: `GLASSBENCH_HOME`, else `./glassbench-home`.
    """
    return Catalogue(place_of(Home(home).path))
