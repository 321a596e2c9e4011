"""A home with a model that has scored six months, to look at the page Monitor with.

    python -m tests.watched_months FOLDER
    GLASSBENCH_HOME=FOLDER automl app

A model of customer churn is learned from 3,000 customers of the sample table; six further months of 600 are
scored by the same code as on the page Score. Nothing is done to the first two. From the third on all monthly
charges are a quarter higher; from the fifth on most new contracts are by the month, and customers leave for
reasons that the model knows nothing of. The labels of the sixth month have not come yet.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

import automl
from automl.monitoring.history import SCORINGS, keep
from automl.run import Run
from automl.store.catalogue import open_catalogue
from automl.store.catalogue.registering import register_model

__all__ = ["month", "watched_months"]

ROOT = Path(__file__).parents[1]
_MONTH = 30.4 * 86_400
_LEARNED, _ROWS, _MONTHS = 3_000, 600, 6


def month(table: pd.DataFrame, number: int) -> pd.DataFrame:
    """The customers of a month, from 1 on, as they were and with what is done to them."""
    begin = _LEARNED + (number - 1) * _ROWS
    rows = table.iloc[begin : begin + _ROWS].reset_index(drop=True)
    rng = np.random.default_rng(number)
    if number >= 3:
        rows["MonthlyCharges"] = (1.25 * rows["MonthlyCharges"].astype(float)).round(2).astype(str)
    if number >= 5:
        rows["Contract"] = np.where(rng.random(_ROWS) < 0.6, "Month-to-month", rows["Contract"])
        rows["Churn"] = np.where(rng.random(_ROWS) < 0.35, rng.choice(["Yes", "No"], _ROWS), rows["Churn"])
    return rows.drop(columns="Churn") if number == _MONTHS else rows


def watched_months(home: Path, *, trials: int = 4) -> Run:
    """Train, and score the months; the run."""
    source = ROOT / "sample_data" / "telco_churn.csv"
    table = pd.read_csv(source, dtype=str, keep_default_na=False)
    home.mkdir(parents=True, exist_ok=True)
    known = home / "telco_churn.csv"
    table.head(_LEARNED).to_csv(known, index=False)
    run = automl.fit(known, "Churn", budget=600, max_trials=trials, n_jobs=1, home=home, name="Churn")
    folder = run.folder.path / SCORINGS
    for number in range(1, _MONTHS + 1):
        at = time.time() - (_MONTHS - number) * _MONTH - 3_600
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(at))
        place = folder / f"{stamp}-score-{number:06d}"
        place.mkdir(parents=True)
        name = time.strftime("%B %Y", time.gmtime(at))
        file = home / f"{name}.csv"
        month(table, number).to_csv(file, index=False)
        done = run.score(file, out=place / "predictions.csv", name=name, time_budget=40.0)
        keep(
            place,
            replace(done.report, created=at),
            model="ensemble",
            columns=done.columns,
            preview=done.preview,
        )
    with open_catalogue(home) as catalogue:
        version = register_model(catalogue, run.folder, "ensemble")
        catalogue.life.open_alert(
            "effect of a column", "act", "Contract moves the mean probability by more than 5 points.",
            columns=["Contract"], model=version,
        )  # fmt: skip
    return run


def main() -> None:
    """Read the command line, and make the home."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("home", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    run = watched_months(options.home)
    sys.stdout.write(f"GLASSBENCH_HOME={options.home} automl app   # then /monitor?run={run.folder.id}\n")


if __name__ == "__main__":
    main()
