"""What an entry of the audit log costs, beside a bare commit of SQLite; and what opening a catalogue does.

python tests/benchmarks/bench_catalogue.py [ENTRIES]
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

IMPORTS = ("import automl.store", "import automl.store.catalogue", "import sqlalchemy")


def seconds(work: Callable[[], object]) -> float:
    """How long something takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def bare(path: Path, entries: int) -> float:
    """Seconds for as many commits of one row each, with the same safety."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE rows (number INTEGER PRIMARY KEY, text TEXT)")

        def work() -> None:
            for number in range(entries):
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("INSERT INTO rows VALUES (?, ?)", (number, "x" * 400))
                connection.execute("COMMIT")

        return seconds(work)


def main(entries: int) -> None:
    """Measure, and print ratios."""
    from automl.store.catalogue import open_catalogue

    with tempfile.TemporaryDirectory() as folder:
        made = seconds(lambda: open_catalogue(folder).close())
        opened = seconds(lambda: open_catalogue(folder).close())
        with open_catalogue(folder) as catalogue:
            took = seconds(
                lambda: [catalogue.audit.append("seen", "it", details={"n": n}) for n in range(entries)]
            )
            verified = seconds(catalogue.audit.flaws)
        plain = bare(Path(folder) / "bare.db", entries)
    print(f"made {made:.3f} s, opened again {opened:.4f} s")  # noqa: T201
    print(  # noqa: T201
        f"one entry {1e3 * took / entries:.2f} ms, {took / plain:.1f} times a bare commit "
        f"({1e3 * plain / entries:.2f} ms); verified in {1e6 * verified / entries:.0f} µs"
    )
    for line in IMPORTS:
        code = f"import time; t = time.perf_counter(); {line}; print(time.perf_counter() - t)"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        print(f"{line:<32} {float(done.stdout):.3f} s")  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)
