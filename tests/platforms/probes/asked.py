"""What every probe does: take a bundle and rows, print what the platform predicted.

A probe is a program that an environment of a platform runs, where neither Glassbench nor pytest is:

    DIR/mlflow/bin/python tests/platforms/probes/mlflow_loaders.py BUNDLE_FOLDER ROWS.json ROWS.csv

Its last line of output is a JSON document: platform, version, and of each route the predictions by column.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Rows = list[dict[str, Any]]
Routes = dict[str, dict[str, list[Any]]]


def probe(platform: str, ask: Callable[[Path, Rows, Path], tuple[str, Routes]]) -> None:
    """Ask a platform and print what it said.

    Parameters
    ----------
    platform : str
        As it writes itself.
    ask : callable
        From the bundle's folder, the rows as a client sends them, and the same rows as a CSV file, to the
        version of the platform and the predictions of each route.
    """
    bundle, records, table = map(Path, sys.argv[1:4])
    version, routes = ask(bundle, json.loads(records.read_text(encoding="utf-8")), table)
    print("\n" + json.dumps({"platform": platform, "version": version, "routes": routes}))  # noqa: T201


def columns(records: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """Predictions row by row as columns."""
    return {name: [record[name] for record in records] for name in records[0]}
