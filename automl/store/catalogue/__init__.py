"""The catalogue: versions of datasets, models and their aliases, what became of them, and who decided what.

Run folders stay the truth about runs: the catalogue is filled from them, and can be filled again. It is a
SQLite file in the home folder, or a PostgreSQL database, by `GLASSBENCH_CATALOGUE`. Nothing here loads
SQLAlchemy before a catalogue is opened.

Examples
--------
>>> from automl.store.catalogue import open_catalogue
>>> with open_catalogue() as catalogue:  # doctest: +SKIP
...     champion = catalogue.aliases.get("churn", "champion")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automl.store.catalogue.place import ARTEFACTS, CATALOGUE, Place, home_of, place_of
from automl.store.catalogue.records import (
    Alert,
    Alias,
    AliasChange,
    BundleRecord,
    Check,
    DatasetVersion,
    Deployment,
    ModelVersion,
    ReviewedVersion,
    RunRecord,
    Statement,
)

if TYPE_CHECKING:
    from automl.store.catalogue.catalogue import Catalogue, open_catalogue
    from automl.store.catalogue.noting import note
    from automl.store.catalogue.registering import catch_up, register_run

__all__ = [
    "ARTEFACTS",
    "CATALOGUE",
    "Alert",
    "Alias",
    "AliasChange",
    "BundleRecord",
    "Catalogue",
    "Check",
    "DatasetVersion",
    "Deployment",
    "ModelVersion",
    "Place",
    "ReviewedVersion",
    "RunRecord",
    "Statement",
    "catch_up",
    "home_of",
    "note",
    "open_catalogue",
    "place_of",
    "register_run",
]

_LATER = {
    "Catalogue": "catalogue",
    "open_catalogue": "catalogue",
    "note": "noting",
    "catch_up": "registering",
    "register_run": "registering",
}


def __getattr__(name: str) -> Any:
    if name in _LATER:
        from importlib import import_module

        return getattr(import_module(f"automl.store.catalogue.{_LATER[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
