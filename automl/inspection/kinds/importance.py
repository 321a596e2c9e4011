"""How much worse the model gets without the information in a column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..matter import Matter
from ..parameters import Parameter, choice
from ..registry import Told, inspection
from ._words import between, figure

if TYPE_CHECKING:
    from explain.whole.importance import PermutationImportance

__all__ = ["importance", "pooled"]

_MOST = 4000  # rows over all folds
_FEWEST = 20  # rows of a fold that has a say


def _tell(result: PermutationImportance) -> Told:
    rows = tuple(
        (name, figure(size), between(low, high))
        for name, size, low, high in zip(
            result.columns, result.importance, result.low, result.high, strict=True
        )
    )
    header = f"{result.metric} rises by"
    return Told((result.sentence(),), ("column", header, "95 % interval"), rows, right=(header,))


@inspection(
    "how much worse it gets when a column is shuffled, on rows not learned from",
    result="explain.whole.importance:PermutationImportance",
    tell=_tell,
    parameters=(
        Parameter(
            "players",
            "columns, or clusters: those that tell the same are shuffled together",
            choice("columns", "clusters"),
            "columns",
        ),
    ),
)
def importance(
    matter: Matter, *, time_budget: float | None, progress: Any, players: str
) -> PermutationImportance:
    """Shuffle each column in each fold's own rows, which its models have not learned from."""
    import numpy as np

    from explain import InputError, cluster_columns, permutation_importance
    from explain.clock import Clock

    clock = Clock(time_budget)
    wanted = np.zeros(len(matter.rows), dtype=np.bool_)
    every = matter.folds()
    folds = [fold for fold in every if len(fold.unseen) >= _FEWEST]
    if not folds:
        largest = max((len(fold.unseen) for fold in every), default=0)
        raise InputError(
            f"Expected at least {_FEWEST} rows in a fold, which its models have not learned from, to shuffle "
            f"columns among, found {largest} at most."
        )
    everyone = np.concatenate([fold.unseen for fold in folds])
    matter.notes.append(
        f"Judged on {len(everyone):,} rows of {len(folds)} fold{'s' if len(folds) > 1 else ''}, each by the "
        "models that had not learned from it."
    )
    wanted[matter.sample(max(_MOST, _FEWEST * len(folds)), among=everyone, what="such rows")] = True
    groups = None
    if players == "clusters":
        groups = cluster_columns(matter.rows, seed=matter.seed).groups()
        matter.notes.append(
            "Columns that tell the same are shuffled together."
            if groups
            else "No columns tell the same, so each is shuffled on its own."
        )
    known = None if matter.explanation is None else matter.explanation.global_()
    rows = [fold.unseen[wanted[fold.unseen]] for fold in folds]
    rows = [
        own if len(own) >= _FEWEST else fold.unseen[:_FEWEST] for own, fold in zip(rows, folds, strict=True)
    ]
    together = matter.groups
    if together is not None and any(len(np.unique(together[own])) < _FEWEST for own in rows):
        together = None
        matter.notes.append(
            f"Fewer than {_FEWEST} groups in a fold do not tell how alike their rows are: the intervals take "
            "rows for independent, and are too narrow."
        )
    parts = []
    for number, (fold, own) in enumerate(zip(folds, rows, strict=True)):
        truth = matter.truth[own]
        y = truth if matter.decided is None else matter.labels(truth.astype(np.int64))

        def told(share: float, done: int = number) -> None:
            if progress is not None:
                progress((done + share) / len(folds))

        left = None if time_budget is None else max(0.01, clock.left() / (len(folds) - number))
        parts.append(
            permutation_importance(
                fold.model,
                matter.rows.iloc[own],
                y,
                groups=groups,
                repeats=3,
                first=() if known is None else known.columns,
                sample_weight=None if matter.weight is None else matter.weight[own],
                row_groups=None if together is None else together[own],
                seed=matter.seed + number,
                time_budget=left,
                progress=told,
            )
        )
    return pooled(parts)


def pooled(parts: Sequence[PermutationImportance]) -> PermutationImportance:
    """One importance from those of models on rows of their own, weighted by their rows.

    The rows of the parts are different ones, so that the errors of a weighted mean add up in squares; what
    the models have in common by learning from the same rows is not in them. A column counts as skipped where
    one of the parts had no time for it.

    Parameters
    ----------
    parts : sequence of PermutationImportance
        Of the same columns and metric.
    """
    from dataclasses import replace

    import numpy as np

    shares = np.array([part.rows for part in parts], dtype=np.float64)
    shares /= shares.sum()
    columns = [name for name in parts[0].columns if all(name in part.columns for part in parts)]
    every = dict.fromkeys(name for part in parts for name in (*part.columns, *part.skipped))
    at = [[part.columns.index(name) for name in columns] for part in parts]

    def stacked(name: str) -> Any:
        return np.array([getattr(part, name)[places] for part, places in zip(parts, at, strict=True)])

    def error(name: str) -> Any:
        return np.sqrt(((shares[:, None] * stacked(name)) ** 2).sum(axis=0))

    mean = (shares[:, None] * stacked("importance")).sum(axis=0)
    order = np.argsort(-mean, kind="stable")
    rows, shuffles = error("stderr_rows")[order], error("stderr_repeats")[order]
    return replace(
        parts[0],
        columns=tuple(columns[j] for j in order),
        importance=mean[order],
        stderr=np.hypot(rows, shuffles),
        stderr_rows=rows,
        stderr_repeats=shuffles,
        level=float(shares @ np.array([part.level for part in parts])),
        repeats=stacked("repeats").min(axis=0)[order],
        rows=sum(part.rows for part in parts),
        skipped=tuple(name for name in every if name not in columns),
    )
