"""A large table through a whole search: the seconds to a usable model, and the peak memory of all processes.

python tests/benchmarks/bench_large.py --rows 1000000 --budget 60

Both are told as ratios: preparing, to `pandas.read_csv` on the same file in the same run, and the peak,
to the table as pandas holds it (plain, and as text).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from automl.search.memory import tree_memory

_FIT = """
import json, sys, time
started = time.monotonic()
import automl
run = automl.fit(sys.argv[1], target="target", budget=float(sys.argv[2]), n_jobs=2, home=sys.argv[3])
run.model
events = {event["kind"]: event for event in run.folder.events()}
print(json.dumps({
    "seconds": time.monotonic() - started,
    "prepared": events["prepared"]["seconds"],
    "score": run.result["cv_score"], "trials": run.result["trials"], "memory": run.result["memory"],
}))
"""


def make_table(rows: int, *, regression: bool, seed: int = 0) -> pd.DataFrame:
    """Twelve measured numbers, four counts, three categories and a date: 20 columns with the target."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, 12))
    places = (4, 2, 6, 3, 4, 2, 5, 1, 4, 6, 3, 15)
    data: dict[str, object] = {f"x{i}": (X[:, i] * 10 ** (i % 4)).round(places[i]) for i in range(12)}
    data["x3"] = np.where(rng.random(rows) < 0.05, np.nan, data["x3"])
    data |= {f"n{i}": rng.integers(0, most, rows) for i, most in enumerate((10, 100, 5_000, 2_000_000))}
    for i, levels in enumerate((5, 12, 50)):
        data[f"c{i}"] = np.array([f"level_{k:02d}" for k in range(levels)], dtype=object)[
            rng.integers(0, levels, rows)
        ]
    data["day"] = (
        pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 1500, rows), unit="D")
    ).strftime("%Y-%m-%d")
    signal = X[:, 0] + 0.5 * X[:, 1] * X[:, 2] + np.sin(2 * X[:, 4]) + 0.4 * X[:, 11] ** 2
    signal = signal + 0.6 * (data["c0"] == "level_03") + rng.normal(size=rows)
    data["target"] = signal.round(4) if regression else np.where(signal > 0.7, "yes", "no")
    return pd.DataFrame(data).drop(columns="n1")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--budget", type=float, default=60)
    parser.add_argument("--regression", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        make_table(arguments.rows, regression=arguments.regression).to_csv(path, index=False)
        started = time.perf_counter()
        table = pd.read_csv(path)
        yardstick = time.perf_counter() - started
        held = table.memory_usage(deep=True).sum()
        del table
        as_text = pd.read_csv(path, dtype=str).memory_usage(deep=True).sum()
        command = [sys.executable, "-c", _FIT, str(path), str(arguments.budget), folder]
        peak = 0
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as fit:
            while fit.poll() is None:
                peak = max(peak, tree_memory(fit.pid) or 0)
                time.sleep(0.1)
            found = json.loads((fit.stdout.read() if fit.stdout else "").splitlines()[-1])
    print(f"{arguments.rows:,} rows x 20 columns: {held / 1e6:.0f} MB, {as_text / 1e6:.0f} MB as text")  # noqa: T201
    print(f"pandas.read_csv   {yardstick:6.2f} s")  # noqa: T201
    print(f"prepared          {found['prepared']:6.2f} s  {found['prepared'] / yardstick:5.2f}")  # noqa: T201
    over = found["seconds"] - arguments.budget
    print(f"usable model      {found['seconds']:6.2f} s  {over:+.2f} s of {arguments.budget:g} s")  # noqa: T201
    print(f"peak              {peak / 1e6:6.0f} MB {peak / held:5.2f}  {peak / as_text:5.2f} as text")  # noqa: T201
    print(f"score {found['score']:.4f} after {found['trials']} trials; {found['memory']}")  # noqa: T201


if __name__ == "__main__":
    main()
