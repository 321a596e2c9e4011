"""After the holdout has been opened: the chosen members learn from its rows, too.

The score stays the one that was measured on the sealed rows. What is shipped are the same candidates with the
same folds, the holdout's rows dealt to the folds: each fold model then learns from a quarter more rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path

import joblib
import numpy as np
import pandas as pd

from automl.data import split
from automl.models import Context
from automl.search.assemble import FINAL
from automl.search.clock import Clock
from automl.search.evaluate import Evaluation, TrainingRows, evaluate
from automl.search.pool import WorkerPool
from automl.search.prepare import Prepared, load_split
from automl.search.trial import Trial
from automl.store import RunFolder
from automl.store.files import replacing

__all__ = ["expected_seconds", "refit"]

_START_SECONDS = 2.5  # until fresh workers have imported the engine
_SHARE = 0.85  # of the time left that one member may take
_MARGIN = 1.1  # rows more than in proportion: trees grow deeper


def expected_seconds(trials: Sequence[Trial], context: Context, holdout_rows: int, n_workers: int) -> float:
    """How long it will take to refit these trials; 0 without a holdout."""
    if not holdout_rows:
        return 0.0
    costs = [_cost(trial, context.n_rows + holdout_rows, holdout_rows) for trial in trials]
    return _START_SECONDS + max(sum(costs) / n_workers, max(costs, default=0.0))


def refit(
    folder: RunFolder,
    prepared: Prepared,
    trials: Sequence[Trial],
    context: Context,
    pool: WorkerPool,
    clock: Clock,
    *,
    margin: float,
) -> list[str]:
    """Train trials once more, on all rows.

    Parameters
    ----------
    folder : RunFolder
    prepared : Prepared
    trials : sequence of Trial
        The members of the chosen model, in the order in which they matter.
    context : Context
        As the search used it.
    pool : WorkerPool
    clock : Clock
    margin : float
        Seconds to leave for what comes after.

    Returns
    -------
    list of str
        Ids of the trials whose new fold models are in the folder `final`. Those that time does not allow,
        that the clock cut short, or that failed, are left out: their first models stay.
    """
    path = folder.path / FINAL
    more = _write_rows(folder, prepared, path)
    rows = context.n_rows + more
    context = replace(context, n_rows=rows)
    waiting, running, done = list(trials), dict[Future[Evaluation], Trial](), list[str]()
    while True:
        while waiting and len(running) < pool.n_workers:
            trial, left = waiting.pop(0), clock.left() - margin
            if _cost(trial, rows, more) < left:
                # A trial that the clock cut short takes all the time it is given.
                task = pool.submit(evaluate, path, trial.family, trial.params, context, _SHARE * left)
                running[task] = trial
        if not running:
            break
        finished, _ = wait(running, timeout=max(clock.left() - margin, 0.0), return_when=FIRST_COMPLETED)
        if not finished or any(isinstance(future.exception(), BrokenProcessPool) for future in finished):
            break  # out of time, or a worker died: what is done is used
        for future in finished:
            trial = running.pop(future)
            if _keep(path, trial, future.result()):
                done.append(trial.id)
    folder.add_event("refitted", members=sorted(done), of=len(trials), at=clock.spent())
    return sorted(done)


def _cost(trial: Trial, rows: int, more: int) -> float:
    """Seconds that a trial takes on all rows, `more` of which are new to it."""
    return trial.fit_seconds * rows / (rows - more) * _MARGIN


def _keep(path: Path, trial: Trial, evaluation: Evaluation) -> bool:
    if evaluation.reason or (evaluation.clipped and not trial.clipped):
        return False
    with replacing(path / f"{trial.id}.joblib") as stream:
        stream.write(evaluation.models)
    return True


def _write_rows(folder: RunFolder, prepared: Prepared, path: Path) -> int:
    """Write the training rows and the holdout's as one matrix; return how many of the latter there are."""
    path.mkdir(exist_ok=True)
    before, parts = TrainingRows.load(folder.path), load_split(folder)
    held = pd.read_parquet(folder.path / "data.parquet").iloc[parts.holdout]
    encoded = joblib.load(folder.path / "prep.joblib").transform(held[list(prepared.schema.names)])
    y = prepared.task.encode(held[prepared.task.target])
    fold = np.full(len(y), -1, dtype=np.int8)  # with one fold, all rows that are new are learned from
    if before.n_folds > 1:
        seed = folder.spec["seed"]
        fold = split(y, prepared.task.kind, seed=seed, holdout=False, n_folds=before.n_folds).fold
    with replacing(path / "encoded.npy") as stream:
        np.save(stream, np.concatenate([before.X, encoded]))
    with replacing(path / "target.npy") as stream:
        np.save(stream, np.concatenate([before.y, y]))
    parts = replace(parts, fold=np.concatenate([before.fold, fold]))
    with replacing(path / "split.npz") as stream:
        np.savez(stream, **parts.to_arrays())  # type: ignore[arg-type]
    return len(y)
