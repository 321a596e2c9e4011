"""Which rows to learn from, found out: all of them, or the latest half.

Both are tried by a short search on all but the latest of the rows that may be learned from, and judged on
these. The rows on which champion and challenger will be compared play no part in it. All rows are taken
unless the latest half is surely better.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from automl.data import read_table
from automl.errors import SettingError
from automl.jobs.retraining.asked import Asked
from automl.jobs.retraining.challenger import learned_from, run_of, searched
from automl.jobs.retraining.rows import Together, write_rows
from automl.jobs.retraining.steps import Steps
from automl.monitoring.judged import AGE_WEIGHT, Roles
from automl.monitoring.paired import FEWEST, judged_by, paired_gain
from automl.monitoring.window import Window
from automl.run import Run
from automl.search.prepare import load_prepared
from automl.store import RunFolder
from explain.stored import Stored

__all__ = ["SHARE", "Chosen", "choose_window"]

SHARE = 0.25
"""Of the budget that each of the two short searches is given."""
_MOST_JUDGED = 0.25  # of the rows that may be learned from


@dataclass(frozen=True)
class Chosen(Stored):
    """Which rows to learn from, and why.

    Attributes
    ----------
    window : str
    words : str
    rows : int
        On which it was found out.
    metric : str
    all, half : float or None
        Scores of what was learned from all rows, and from the latest half.
    probability : float or None
        That the latest half is better.
    """

    window: str
    words: str
    rows: int = 0
    metric: str = ""
    all: float | None = None
    half: float | None = None
    probability: float | None = None


def choose_window(
    together: Together, champion: RunFolder, asked: Asked, steps: Steps, *, budget: float
) -> Chosen:
    """Find out which rows to learn from.

    Parameters
    ----------
    together : Together
    champion : RunFolder
    asked : Asked
    steps : Steps
        Whose folder the searches are kept in until they are judged.
    budget : float
        Seconds of the whole search.

    Raises
    ------
    SettingError
        When there are too few rows to find it out.
    """
    free = np.flatnonzero(~together.held)
    judged = free[len(free) - min(int(together.held.sum()), int(_MOST_JUDGED * len(free))) :]
    if len(judged) < FEWEST:
        raise SettingError(
            f"Expected at least {FEWEST} rows to find out which ones to learn from, found {len(judged)}.",
            fix="Say which: --window all, or such as 12months.",
        )
    held = together.held.copy()
    held[judged] = True
    before = replace(together, held=held)
    half = Window("last", (len(free) - len(judged)) // 2, "rows")
    runs = [
        _tried(before, window, steps.path / f"window-{number}", champion, asked, steps, budget, number)
        for number, window in enumerate((Window("all"), half))
    ]
    rows = steps.path / "window-rows.parquet"
    write_rows(rows, together.frame.iloc[judged].reset_index(drop=True))
    found = _judged(runs, rows, asked, half)
    for run in runs:
        shutil.rmtree(run.folder.path)
    return found


def _tried(
    together: Together,
    window: Window,
    path: Path,
    champion: RunFolder,
    asked: Asked,
    steps: Steps,
    budget: float,
    number: int,
) -> Run:
    frame = learned_from(together, window, champion.spec.get("weights"))
    table = path.with_suffix(".parquet")
    write_rows(table, frame)
    run = run_of(
        path, table, champion, asked,
        schema=together.schema, lacking=together.told["lacking"], budget=SHARE * budget,
        weighted=AGE_WEIGHT in frame.columns,
    )  # fmt: skip
    searched(run, lambda share, told: steps.tell("windows", (number + share) / 2, f"{window.words}, {told}"))
    return run


def _judged(runs: list[Run], rows: Path, asked: Asked, half: Window) -> Chosen:
    task = load_prepared(runs[0].folder).task
    metric, table = task.measure, read_table(rows)
    judged = judged_by(task, table, [run.predict(rows) for run in runs], Roles.of_spec(runs[0].folder.spec))
    chance = paired_gain(metric, judged[1], judged[0]).probability()
    better = chance is not None and chance >= asked.sure
    scores = [each.score(metric) for each in judged]
    sure = "not known" if chance is None else f"{chance:.0%}"
    return Chosen(
        window=str(half if better else Window("all")),
        words=(
            f"Learned from all rows, {metric.label} was {scores[0]:.4g} on {len(judged[0]):,} later rows; "
            f"from the latest half {scores[1]:.4g}. The probability that the latest half is better is "
            f"{sure}: {'it is' if better else 'all rows are'} taken."
        ),
        rows=len(judged[0]),
        metric=metric.name,
        all=scores[0],
        half=scores[1],
        probability=chance,
    )
