"""False alarms and power of drift detection over fifty columns, beside Evidently on the same tables.

    python -m tests.benchmarks.bench_alarms                               # without Evidently
    python tests/platforms/environments.py evidently                      # once
    python -m tests.benchmarks.bench_alarms --evidently ~/.cache/glassbench/platforms/evidently/bin/python

Tables are drawn anew for each repeat: reference and new rows, both from the same distributions; for power the
first number is shifted by some of its standard deviations, or the first label made more frequent. The seed is
fixed, so the same numbers come out again. `--repeats`, `--classifier` (repeats in which the classifier is
asked, too, which takes most of the time) and `--beside` (those in which Evidently is) make it shorter.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from automl.data import Column, Kind, Schema
from automl.monitoring import make_reference
from automl.monitoring.apart import tell_apart
from automl.monitoring.counts import count, count_numbers
from automl.monitoring.drift import drift_of
from automl.monitoring.rules import ALARMS
from automl.monitoring.verdict import judge
from automl.task import Task

COLUMNS = 50
LEVEL = 0.05  # of the tests one by one, as all of them promise it; `ALARMS` is that of a whole table
LABELS = tuple("abcdefghijkl")
KINDS = ("continuous", "whole", "flag", "half empty", "labels")
TASK = Task("regression", "y", None, "rmse")
SHARES = np.arange(len(LABELS), 0, -1.0) ** 2
PROBE = Path(__file__).parents[1] / "platforms" / "probes" / "evidently_drift.py"


def schema() -> Schema:
    """Forty numbers and ten columns of labels, the five kinds in turn."""
    return Schema(
        tuple(
            Column(f"c{i}", Kind.CATEGORY, True, "", categories=LABELS)
            if i % 5 == 4
            else Column(f"c{i}", Kind.NUMBER, True, "")
            for i in range(COLUMNS)
        )
    )


def drawn(rng: np.random.Generator, rows: int, *, shift: float = 0.0, more: float = 0.0) -> pd.DataFrame:
    """A table.

    Parameters
    ----------
    shift : float
        Of the first column, in standard deviations.
    more : float
        Share that the first label of the fifth column gains, from all others.
    """
    shares = SHARES / SHARES.sum()
    fuller = (1 - more) * shares + more * np.eye(len(LABELS))[0]
    made = {
        0: lambda i: rng.normal(shift if i == 0 else 0.0, 1, rows),
        1: lambda _: rng.poisson(3, rows).astype(float),
        2: lambda _: (rng.random(rows) < 0.2).astype(float),
        3: lambda _: np.where(rng.random(rows) < 0.5, np.nan, rng.exponential(size=rows)),
        4: lambda i: pd.Series(rng.choice(LABELS, rows, p=fuller if i == 4 else shares), dtype="str"),
    }
    return pd.DataFrame({f"c{i}": made[i % 5](i) for i in range(COLUMNS)})


@dataclass
class Rates:
    """How often something happened, of how many times it could."""

    counts: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))

    def add(self, what: str, times: int, of: int = 1) -> None:
        self.counts[what][0] += times
        self.counts[what][1] += of

    def lines(self) -> Iterator[str]:
        for what, (times, of) in self.counts.items():
            low, high = wilson(times, of)
            yield f"    {what:<58} {times / of:7.4f}  [{low:.4f}, {high:.4f}]  ({times:,} of {of:,})"


def wilson(times: int, of: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share (Journal of the American Statistical Association 22, 1927)."""
    z = 1.96
    share, spread = times / of, z**2 / of
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * float(np.sqrt(share * (1 - share) / of + spread / (4 * of)))
    return max(middle - half, 0.0), min(middle + half, 1.0)


class Evidently:
    """Evidently in its own environment, asked about tables one after the other."""

    def __init__(self, python: Path, folder: Path) -> None:
        self._folder = folder
        self._process = subprocess.Popen(
            [python, PROBE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, before: pd.DataFrame, after: pd.DataFrame, *, report: bool = False) -> dict[str, Any]:
        paths = {}
        for name, frame in (("before", before), ("after", after)):
            paths[name] = str(self._folder / f"{name}.npz")
            labels = [
                pd.Categorical(frame[f"c{i}"], categories=list(LABELS)).codes for i in range(4, COLUMNS, 5)
            ]
            numbers = frame[[f"c{i}" for i in range(COLUMNS) if i % 5 != 4]].to_numpy()
            np.savez(paths[name], numbers=numbers, labels=np.column_stack(labels))
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({**paths, "report": report}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("Evidently has ended; what it said stands above.")
        answer: dict[str, Any] = json.loads(line)
        return {
            key: sorted(map(ours, value)) if isinstance(value, list) else value
            for key, value in answer.items()
        }

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)


def ours(name: str) -> int:
    """The position of a column by its name there."""
    place = int(name[1:])
    return 5 * place + 4 if name.startswith("l") else place + place // 4


@contextmanager
def evidently(python: Path | None) -> Iterator[Evidently | None]:
    """Evidently at work, if there is its interpreter."""
    if python is None:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        found = Evidently(python, Path(folder))
        try:
            yield found
        finally:
            found.close()


def once(
    rng: np.random.Generator,
    sizes: tuple[int, int],
    changes: dict[str, float],
    rates: Rates,
    *,
    classifier: bool,
    other: Evidently | None,
    report: bool,
    seed: int,
) -> None:
    """Draw two tables and see what is called drifted."""
    known, (before, after) = schema(), sizes
    old, new = drawn(rng, before), drawn(rng, after, **changes)
    reference = make_reference(old, known, TASK, rng.normal(size=before), predicted="rows")
    columns = [count(p.grid, known[p.name], new[p.name]) for p in reference.columns]
    outputs = [count_numbers(reference.outputs[0].grid, rng.normal(size=after))]
    apart = tell_apart(old, new, known, seed=seed) if classifier else None
    found, out, others = drift_of(reference, known, columns, outputs, [] if apart is None else [apart.p])
    if apart is not None:
        apart = replace(apart, adjusted=others[0])
    verdict = judge(rows=after, findings=[], columns=found, outputs=out, apart=apart)
    touched = {0} if changes.get("shift") else {4} if changes.get("more") else set()
    if not touched:
        for i, kind in enumerate(KINDS):
            p = [each.p for each in found[i::5] if each.p is not None]
            rates.add(f"test of a column, {kind}: p ≤ {LEVEL}", sum(one <= LEVEL for one in p), len(p))
        p = [each.missing_p for each in found[3::5] if each.missing_p is not None]
        rates.add(f"test of missing values: p ≤ {LEVEL}", sum(one <= LEVEL for one in p), len(p))
        rates.add(f"test of the predictions: p ≤ {LEVEL}", out[0].p is not None and out[0].p <= LEVEL)
        if apart is not None:
            rates.add(f"classifier: p ≤ {LEVEL}", apart.p <= LEVEL)
        rates.add(f"table: any test significant at {ALARMS}", any(each.is_sure for each in (*found, *out)))
        rates.add("predictions called drifted", out[0].level != "fine")
    called = {i for i, each in enumerate(found) if each.level != "fine"}
    for i in touched:
        rates.add("the changed column significant", found[i].is_sure)
        rates.add("the changed column called drifted", i in called)
    rates.add("any other column called drifted", bool(called - touched))
    if not touched or apart is not None:
        with_classifier = ", with the classifier" if apart is not None else ""
        rates.add(f"table: the verdict is not “fine”{with_classifier}", verdict.level != "fine")
    if other is not None:
        _beside(other, old, new, touched, rates, report=report)


def _beside(
    other: Evidently, old: pd.DataFrame, new: pd.DataFrame, touched: set[int], rates: Rates, *, report: bool
) -> None:
    told = other.ask(old, new, report=report)
    if report:
        assert told["reported"] == told["drifted"], "its report says something else than its default tests"
    theirs = set(told["drifted"])
    if not touched:
        for i, kind in enumerate(KINDS):
            rates.add(
                f"Evidently: a column called drifted, {kind}", len(theirs & set(range(i, COLUMNS, 5))), 10
            )
    for i in touched:
        rates.add("Evidently: the changed column called drifted", i in theirs)
    rates.add("Evidently: any other column called drifted", bool(theirs - touched))
    rates.add("Evidently: the table called drifted", bool(told["table"]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--repeats", type=int, default=1000, help="tables for each line of the table")
    parser.add_argument("--classifier", type=int, help="of them with the classifier (default: all)")
    parser.add_argument("--beside", type=int, help="of them with Evidently (default: all)")
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1_000, 10_000, 100_000])
    parser.add_argument(
        "--reference", type=int, nargs="*", help="rows of the reference (default: as the new)"
    )
    parser.add_argument("--shift", type=float, nargs="*", default=[0.1, 0.25, 0.5], help="for power")
    parser.add_argument("--more", type=float, nargs="*", default=[0.05, 0.15, 0.3], help="for power")
    parser.add_argument("--evidently", type=Path, metavar="PYTHON", help="interpreter of its environment")
    parser.add_argument("--seconds", type=float, help="for each line of the table; it ends early after them")
    options = parser.parse_args()
    changes: list[dict[str, float]] = [{}]
    changes += [{"shift": each} for each in options.shift] + [{"more": each} for each in options.more]
    references = options.reference or options.sizes
    with evidently(options.evidently) as other:
        for before, after in zip(references, options.sizes, strict=True):
            for change in changes:
                _line(options, (before, after), change, other)


def _line(
    options: argparse.Namespace, sizes: tuple[int, int], change: dict[str, float], other: Evidently | None
) -> None:
    rates, began, done = Rates(), time.perf_counter(), 0
    # The stream of a repeat depends on the repeat alone: with fewer of them the first ones stay the same.
    for repeat in range(options.repeats):
        if options.seconds is not None and time.perf_counter() - began > options.seconds:
            break
        once(
            np.random.default_rng([*sizes, repeat, *(round(1000 * v) for v in change.values())]),
            sizes, change, rates,
            classifier=repeat < (options.repeats if options.classifier is None else options.classifier),
            other=other if repeat < (options.repeats if options.beside is None else options.beside) else None,
            report=repeat == 0, seed=repeat,
        )  # fmt: skip
        done += 1
    what = ", ".join(
        f"one column shifted by {v:g} standard deviations"
        if k == "shift"
        else f"one label {v:.0%} more frequent"
        for k, v in change.items()
    )
    took = time.perf_counter() - began
    sys.stdout.write(
        f"{sizes[0]:,} rows before, {sizes[1]:,} now, {what or 'nothing has changed'}; {done:,} tables, "
        f"{took:.0f} s\n"
    )
    sys.stdout.write("".join(f"{line}\n" for line in rates.lines()) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
