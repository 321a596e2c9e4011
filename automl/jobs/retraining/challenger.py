"""The search of a challenger: asked as the champion's was, on other rows, from where the champion's ended."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from automl.data import Kind, Schema
from automl.errors import DataError
from automl.jobs.retraining.asked import Asked
from automl.jobs.retraining.rows import Together
from automl.monitoring.judged import AGE_WEIGHT
from automl.monitoring.window import Window
from automl.run import Run, create_run, load_run
from automl.store import RunFolder

__all__ = ["learned_from", "run_of", "searched"]

WRITTEN = "written_like.json"

_SAME = (
    "metric", "seed", "executor", "extra_families", "memory", "groups", "time", "monotone", "interpretable",
    "max_latency_ms", "max_size_mb", "drop_duplicates", "calibrate", "costs",
)  # fmt: skip
"""What is asked of a challenger's search as it was of the champion's."""


def learned_from(together: Together, window: Window, weights: str | None) -> pd.DataFrame:
    """The rows that a challenger learns from: those of the window that are not kept from learning.

    Where they count differently, the column `age_weight` says how much.

    Parameters
    ----------
    together : Together
    window : Window
    weights : str or None
        Column of the champion's run that says how much rows count.

    Raises
    ------
    DataError
        When a weight is no number.
    """
    free = ~together.held
    frame = together.frame[free].reset_index(drop=True)
    times = None if together.times is None else together.times[free]
    counts = window.weights(len(frame), times)
    frame, counts = frame[counts > 0].reset_index(drop=True), counts[counts > 0]
    if np.all(counts == 1):
        return frame
    if weights is not None and weights != AGE_WEIGHT:
        own = pd.to_numeric(frame[weights], errors="coerce").to_numpy(np.float64, na_value=np.nan)
        if np.isnan(own).any():
            raise DataError(
                f"Expected a number in the weights column {weights!r} of every row, found none in some.",
                fix="Correct the weights, or choose a window that does not weight rows.",
                column=weights,
            )
        counts = counts * own
    return frame.assign(**{AGE_WEIGHT: counts})


def run_of(
    path: Path,
    table: Path,
    champion: RunFolder,
    asked: Asked,
    *,
    schema: Schema,
    lacking: Sequence[str],
    budget: float,
    weighted: bool,
) -> Run:
    """The run of a challenger, made where there is none yet.

    Parameters
    ----------
    path : Path
        Of its folder.
    table : Path
        The rows to learn from.
    champion : RunFolder
    asked : Asked
    schema : Schema
        Of the champion's run.
    lacking : sequence of str
        Columns that new rows lack: nothing is to be learned from them any more.
    budget : float
        Seconds.
    weighted : bool
        Whether the rows have the column `age_weight`.
    """
    if (path / "status.json").is_file() and (path / WRITTEN).is_file():
        return load_run(path)
    if path.exists():  # killed while it was made: there is nothing in it yet
        shutil.rmtree(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    spec = champion.spec
    task = champion.read("task.json")
    own = spec.get("weights") if spec.get("weights") != AGE_WEIGHT else None
    excluded = [name for name in (*spec["excluded"], *lacking) if name in schema]
    if weighted and own is not None:
        excluded.append(own)  # it is in the weights already, and no column to predict from
    run = create_run(
        table,
        spec["target"],
        task=task["kind"],
        budget=budget,
        n_jobs=asked.n_jobs or spec["n_jobs"],
        max_trials=asked.max_trials,
        home=asked.home,
        out=path,
        kinds=_kinds(schema, table),
        excluded=list(dict.fromkeys(excluded)),
        weights=AGE_WEIGHT if weighted else own,
        warm_start=champion.path,
        name=asked.name,
        **{name: spec[name] for name in _SAME if spec.get(name) is not None},
    )
    run.folder.write(WRITTEN, schema.to_json())
    return run


def searched(run: Run, progress: Callable[[float, str], None]) -> None:
    """Search, or go on with a search that was cut off; nothing happens where it has ended.

    Parameters
    ----------
    run : Run
    progress : callable
        Called with the share of the budget that is spent, and how many trials there are.
    """
    if run.folder.status.get("state") == "finished":
        return
    budget = run.folder.spec["budget"]

    def told(status: dict[str, Any]) -> None:
        progress(float(status.get("seconds") or 0.0) / budget, f"{status.get('trials', 0)} trials")

    run.search(progress=told)


def _kinds(schema: Schema, table: Path) -> dict[str, str]:
    """The kinds of the champion's columns, but of those of one or two values that may have more by now."""
    two = list(schema.of_kind(Kind.BOOLEAN))
    values = pd.read_parquet(table, columns=two).nunique()
    more = {name for name in two if values[name] > 2}
    kept = (column for column in schema if column.kind != Kind.CONSTANT)
    return {each.name: (Kind.CATEGORY if each.name in more else each.kind).value for each in kept}
