"""How long read, infer and coerce take, as multiples of `pandas.read_csv(dtype=str)` on the same file.

python tests/benchmarks/bench_read.py --rows 1000000 --columns 20
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from automl.data import Schema, read_table


def make_table(rows: int, columns: int, seed: int) -> pd.DataFrame:
    """A table like many: half measured numbers, some counts, categories, a date, a flag and a key."""
    rng = np.random.default_rng(seed)
    data: dict[str, object] = {"key": [f"C{i:07d}" for i in range(rows)]}
    makers = (
        lambda: rng.normal(size=rows).round(4),
        lambda: rng.lognormal(5, 2, size=rows).round(2),
        lambda: rng.integers(0, 1000, rows),
        lambda: rng.choice(["red", "green", "blue", "dark, grey"], rows),
        lambda: pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 2000, rows), unit="D"),
        lambda: rng.integers(0, 2, rows),
        lambda: np.where(rng.random(rows) < 0.1, np.nan, rng.normal(size=rows).round(3)),
    )
    for position in range(columns - 1):
        data[f"c{position:02d}"] = makers[position % len(makers)]()
    return pd.DataFrame(data)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        make_table(arguments.rows, arguments.columns, arguments.seed).to_csv(path, index=False)
        started = time.perf_counter()
        pd.read_csv(path, dtype=str)
        yardstick = time.perf_counter() - started
        seconds = {}
        started = time.perf_counter()
        table = read_table(path)
        seconds["read"] = time.perf_counter() - started
        started = time.perf_counter()
        schema = Schema.infer(table)
        seconds["infer"] = time.perf_counter() - started
        started = time.perf_counter()
        schema.coerce(table)
        seconds["coerce"] = time.perf_counter() - started
        size = path.stat().st_size / 1e6
    print(f"{arguments.rows:,} rows x {arguments.columns} columns, {size:.0f} MB")  # noqa: T201
    print(f"pandas.read_csv(dtype=str)  {yardstick:6.2f} s   1.00")  # noqa: T201
    for name, value in (*seconds.items(), ("all three", sum(seconds.values()))):
        print(f"{name:26}  {value:6.2f} s  {value / yardstick:5.2f}")  # noqa: T201


if __name__ == "__main__":
    main()
