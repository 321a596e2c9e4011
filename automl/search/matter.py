"""What an inspection looks at, gathered from a run folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from automl.inspection import Fold, Matter
from automl.search.assemble import fold_models
from automl.search.decide import labels, threshold_of
from automl.search.honest import honest_predictions
from automl.search.prepare import Prepared, load_split
from automl.search.weigh import load_weights
from automl.store import RunFolder, tied_models

if TYPE_CHECKING:
    from explain import Explanation

__all__ = ["gather"]


def gather(
    folder: RunFolder,
    prepared: Prepared,
    model_id: str,
    weights: Mapping[str, float],
    calibration: str | None,
    *,
    load: Callable[[str], Any],
    background: pd.DataFrame,
    explanation: Explanation | None,
) -> Matter:
    """Gather all that inspections of a model may look at.

    Parameters
    ----------
    folder : RunFolder
    prepared : Prepared
    model_id : str
    weights : mapping of trial id to weight
        The members of the model.
    calibration : str or None
        How its probabilities are calibrated.
    load : callable
        Gives the fitted model of an id.
    background : DataFrame
    explanation : Explanation or None
    """
    task, split, result = prepared.task, load_split(folder), folder.result or {}
    opened = model_id == result.get("chosen") and bool(result.get("holdout"))
    table = pd.read_parquet(folder.path / "data.parquet")
    truth = np.array(task.encode(table[task.target]), dtype=np.float64)
    if not opened:
        truth[split.holdout] = np.nan
    _, honest = honest_predictions(folder, task, weights, calibration, opened=opened)
    decided = None
    if task.kind != "regression":
        known = np.isfinite(honest).all(axis=1)
        decided = np.full(len(honest), -1, dtype=np.int64)
        decided[known] = labels(task, honest[known], threshold_of(folder, task, weights, calibration))
    holdout = np.zeros(len(table), dtype=np.bool_)
    holdout[split.holdout] = True
    refitted = opened and set(result.get("refitted", ())) & {name for name, w in weights.items() if w > 0}
    columns = list(prepared.schema.names)

    def others() -> Mapping[str, Any]:
        tied = sorted((tied_models(result or None) or frozenset()) - {model_id})
        if model_id not in (tied_models(result or None) or ()):
            return {}
        kept = [t for t in tied if t == "ensemble" or folder.trial_path(t, ".joblib").exists()]
        return _Loaded(kept, load)

    def folds() -> tuple[Fold, ...]:
        models = fold_models(folder, task, weights, calibration)
        return tuple(
            Fold(model, np.sort(split.validation_rows(number))) for number, model in enumerate(models)
        )

    return Matter(
        model=load(model_id),
        schema=prepared.schema,
        task=task,
        rows=table[columns],
        table=table.drop(columns=[task.target]),
        truth=truth,
        honest=honest,
        decided=decided,
        holdout=holdout,
        learned=np.arange(len(table)) if refitted else np.sort(split.train),
        weight=load_weights(folder.path),
        background=background,
        explanation=explanation,
        seed=folder.spec["seed"],
        load=load,
        others=others,
        folds=folds,
        groups=split.groups,
    )


class _Loaded(Mapping[str, Any]):
    """Models by id, each loaded when it is asked for: many can be tied, and few of them are looked at."""

    def __init__(self, names: Sequence[str], load: Callable[[str], Any]) -> None:
        self._names, self._load = tuple(names), load

    def __getitem__(self, name: str) -> Any:
        if name not in self._names:
            raise KeyError(name)
        return self._load(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
