"""Running the programs that ask platforms, and comparing what comes back."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["APART", "PROBES", "Asked", "Unpacked", "largest_difference", "run_probe"]

PROBES = Path(__file__).parent / "probes"
#: Programs whose servers listen on all addresses: they get a network of their own.
APART = {"azure_server"}
SECONDS = 600
Columns = Mapping[str, Sequence[Any]]
Asked = Callable[[str, str, str], dict[str, dict[str, list[Any]]]]


@dataclass(frozen=True)
class Unpacked:
    """A bundle and rows to ask about, on paper.

    Attributes
    ----------
    case : Case
        The model and what its bundle predicts.
    folder : Path
        The unpacked bundle; ``model.tar.gz`` lies beside it.
    rows, table : Path
        The rows as JSON records and as CSV.
    """

    case: Any
    folder: Path
    rows: Path
    table: Path


def run_probe(python: Path, program: str, bundle: Path, rows: Path, table: Path) -> dict[str, Any]:
    """Run a program of `probes` with the interpreter of an environment; return the document that it prints.

    Raises
    ------
    RuntimeError
        When it fails, with what it said.
    """
    command = [str(python), str(PROBES / f"{program}.py"), str(bundle), str(rows), str(table)]
    if program in APART:
        command = ["unshare", "--net", *([] if os.geteuid() == 0 else ["--map-root-user"]), *command]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
        env=environment,
        cwd=rows.parent,
    )
    if done.returncode != 0:
        raise RuntimeError(
            f"{program} ended with {done.returncode}:\n{done.stdout[-3000:]}\n{done.stderr[-6000:]}"
        )
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return told


def largest_difference(found: Columns, expected: pd.DataFrame) -> float:
    """Between predictions of a platform and those of the bundle: absolute, of large values relative.

    Parameters
    ----------
    found : mapping of name to list
        Of the columns that ``predict.py`` writes, all or some.
    expected : DataFrame

    Returns
    -------
    float
        Infinite where labels differ, or there is nothing to compare.
    """
    if not found:
        return float("inf")
    largest = 0.0
    for name, cells in found.items():
        wanted = expected[name]
        if wanted.dtype.kind != "f":
            if [str(cell) for cell in cells] != [str(cell) for cell in wanted]:
                return float("inf")
            continue
        values, truth = np.asarray(cells, dtype=np.float64), wanted.to_numpy(dtype=np.float64)
        if values.shape != truth.shape or not np.isfinite(values).all():
            return float("inf")
        gap = np.abs(values - truth) / np.maximum(1.0, np.abs(truth))
        largest = max(largest, float(gap.max(initial=0.0)))
    return largest
