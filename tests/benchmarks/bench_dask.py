"""How much sooner two workers of a Dask cluster finish the same trials than one.

    python tests/benchmarks/bench_dask.py [TRIALS]

20,000 rows, 20 columns, each worker a process of one thread on this machine, which needs two free cores.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import automl

sys.path.insert(0, str(Path(__file__).parents[1] / "search"))
from dask_processes import dask_cluster


def table(rows: int = 20_000, columns: int = 20) -> pd.DataFrame:
    """Two classes that depend on a few of the columns."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(rows, columns))
    logit = X[:, 0] + X[:, 1] * X[:, 2] - 0.5 * X[:, 3] ** 2
    frame = pd.DataFrame(X, columns=[f"x{i}" for i in range(columns)])
    frame["y"] = np.where(logit + rng.logistic(size=rows) > 0, "yes", "no")
    return frame


def seconds(n_workers: int, trials: int, home: Path) -> float:
    """How long the first trials take, from the sending of the rows on.

    They are the families' first candidates, so the same for any number of workers; in a run that is not
    bound by the clock none is raced or cut short. (Trials counted against the clock are not the same ones.)
    """
    rows = table()
    with dask_cluster(n_workers, home / "dask") as dask:
        run = automl.create_run(
            rows, target="y", budget=3600, max_trials=trials + 4, home=home, executor=dask.address
        )

        def enough(status: dict[str, Any]) -> None:
            if status["trials"] >= trials:
                run.folder.ask_to_cancel()

        run.search(table=rows, progress=enough)
    times = [event["t"] for event in run.folder.events() if event["kind"] == "trial"]
    return float(times[trials - 1] - times[0])  # the dummy's, which this process tries itself


def main() -> None:
    """Print the seconds of one and of two workers, and their ratio."""
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 16
    taken = []
    with tempfile.TemporaryDirectory() as folder:
        for n_workers in (1, 2):
            taken.append(seconds(n_workers, trials, Path(folder) / str(n_workers)))
            print(f"{n_workers} workers: {trials} trials in {taken[-1]:.1f} s")  # noqa: T201
    print(f"ratio {taken[0] / taken[1]:.2f}")  # noqa: T201


if __name__ == "__main__":
    main()
