"""A registered version of a dataset, as it is compared with another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.monitoring.between import Version
from automl.store.catalogue.kept_rows import rows_of

if TYPE_CHECKING:
    from automl.store.catalogue import Catalogue, DatasetVersion

__all__ = ["registered"]


def registered(catalogue: Catalogue, version: DatasetVersion) -> Version:
    """The rows of a registered version, from wherever they still are.

    Raises
    ------
    CatalogueError
        When they are nowhere any more.
    """
    rows = rows_of(catalogue, version)
    return Version(version.label, rows.frame, rows.schema, rows.note)
