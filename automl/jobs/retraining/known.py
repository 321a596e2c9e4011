"""The rows that are known: those that the champion has learned from or was judged by, and those known since.

A retraining registers old and new rows together as a version of the dataset, so the next one knows them,
whatever became of its challenger. Only versions of retrainings that came to an end count: what one that has
failed has put together, another attempt puts together again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl.data import Schema
from automl.store import RunFolder
from automl.store.catalogue import Catalogue, DatasetVersion, ModelVersion

__all__ = ["GROWN", "LEARNED", "Known", "among", "known_rows", "unlearned"]

GROWN, LEARNED = "grown", "learned"
"""What a version made by a retraining is: all rows, or those of them that the challenger learns from."""


@dataclass(frozen=True, eq=False)
class Known:
    """Rows that are known.

    Attributes
    ----------
    frame : DataFrame
        Canonical rows.
    label : str or None
        The version that they are.
    learned, seen : ndarray of bool
        Which of them the champion has learned from; and which it has learned from or was compared on.
    """

    frame: pd.DataFrame
    label: str | None
    learned: NDArray[np.bool_]
    seen: NDArray[np.bool_]


def known_rows(catalogue: Catalogue, champion: ModelVersion, run: RunFolder, schema: Schema) -> Known:
    """The rows that are known, as the champion's schema has them.

    Parameters
    ----------
    catalogue : Catalogue
    champion : ModelVersion
    run : RunFolder
        That it came from.
    schema : Schema
        Of that run.
    """
    base, newest = _versions(catalogue, champion)
    own = pd.read_parquet(run.path / "data.parquet")[list(schema.names)]
    seen = own
    if base is not None and _role(base) == GROWN:
        seen = _rows(catalogue, base, schema)
    version = newest or base
    frame = seen if newest is None else _rows(catalogue, newest, schema)
    return Known(frame, None if version is None else version.label, among(frame, own), among(frame, seen))


def unlearned(catalogue: Catalogue, champion: ModelVersion) -> int:
    """How many rows are known that the champion has neither learned from nor was compared on."""
    base, newest = _versions(catalogue, champion)
    return 0 if base is None or newest is None else max(newest.rows - base.rows, 0)


def among(rows: pd.DataFrame, others: pd.DataFrame) -> NDArray[np.bool_]:
    """Which rows are among others of the same columns, each counted as often as the others have it."""
    if not len(rows) or not len(others):
        return np.zeros(len(rows), dtype=np.bool_)
    mine, theirs = (
        pd.Series(pd.util.hash_pandas_object(each, index=False).to_numpy()) for each in (rows, others)
    )
    nth = mine.groupby(mine).cumcount()
    return np.asarray(nth < mine.map(theirs.value_counts()).fillna(0), dtype=np.bool_)


def _versions(
    catalogue: Catalogue, champion: ModelVersion
) -> tuple[DatasetVersion | None, DatasetVersion | None]:
    """What the champion has learned from or was compared on, and the newest version made of that."""
    own_id = catalogue.models.run_of(champion).dataset_version_id
    if own_id is None:
        return None, None
    base = catalogue.datasets.version(own_id)
    versions = catalogue.datasets.versions(base.dataset)
    if _role(base) == LEARNED and base.origin is not None:
        of = base.origin.get("of")
        base = next((each for each in versions if each.digest == of and each.artefact), base)
    later = [
        each
        for each in versions
        if each.number > base.number
        and each.artefact is not None
        and _role(each) == GROWN
        and catalogue.succession.outcome_of(str((each.origin or {}).get("retraining"))) is not None
    ]
    return base, later[-1] if later else None


def _role(version: DatasetVersion) -> str | None:
    return (version.origin or {}).get("role")


def _rows(catalogue: Catalogue, version: DatasetVersion, schema: Schema) -> pd.DataFrame:
    with catalogue.artefacts.fetched(version.digest) as path:
        return schema.coerce(pd.read_parquet(path), missing_columns="missing").frame
