"""How many more trials two workers of a Dask cluster finish than one, in the same time.

    python tests/benchmarks/bench_dask.py [SECONDS]

20,000 rows, 20 columns, each worker a process of one thread on this machine, which needs two free cores.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

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


def main() -> None:
    """Print the trials of one and of two workers, and their ratio."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    counts = []
    with tempfile.TemporaryDirectory() as folder:
        for n_workers in (1, 2):
            home = Path(folder) / str(n_workers)
            with dask_cluster(n_workers, home / "dask") as dask:
                run = automl.fit(table(), target="y", budget=seconds, home=home, executor=dask.address)
            counts.append(len(run.leaderboard().query("id != 'ensemble'")))
            print(f"{n_workers} workers: {counts[-1]} trials in {run.status()['seconds']:.1f} s")  # noqa: T201
    print(f"ratio {counts[1] / counts[0]:.2f}")  # noqa: T201


if __name__ == "__main__":
    main()
