"""Write a copy of a bundle with a certificate: which platforms' own software predicts what it predicts.

    python tests/platforms/environments.py mlflow azureml sagemaker            # once
    python tests/platforms/certify.py churn.zip certified.zip --date 2026-11-28 mlflow azureml sagemaker

Each platform is given the bundle's sample, and rows made odd: each column missing, categories never seen.
Exit code: 0 all the same, 2 some differ (the copy says where), 1 could not be done.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

if __package__ in (None, ""):  # run as a program
    sys.path[:0] = [str(Path(__file__).parents[2])]

from automl.bundle import Bundle, read_bundle
from automl.bundle.parity import Parity, Proven, write_parity
from automl.bundle.publish import publish
from automl.bundle.rows import rows_to_csv
from automl.data import Column, Kind, read_table
from automl.errors import GlassbenchError
from tests.platforms.environments import folder, probes_of, python_of
from tests.platforms.probing import largest_difference, run_probe

UNSEEN = "never seen before"
UNSEEN_CODE = "987654"


def odd_rows(bundle: Bundle) -> pd.DataFrame:
    """The bundle's sample; then rows of it with each column missing, and with categories never seen."""
    sample = bundle.sample()
    rows = [row for _, row in sample.iterrows()]
    for number, column in enumerate(bundle.schema):
        for cell in _odd(column):
            row = rows[number % len(sample)].copy()
            row[column.name] = cell
            rows.append(row)
    frame = pd.DataFrame([row.tolist() for row in rows], columns=list(bundle.schema.names))
    return bundle.schema.coerce(frame).frame


def _odd(column: Column) -> Iterator[Any]:
    yield None
    if column.kind is Kind.CATEGORY:
        yield UNSEEN_CODE if column.numeric_values else UNSEEN


def certify(bundle: Path, copy: Path, day: str, names: list[str], place: Path) -> Parity:
    """Ask platforms, and write the copy.

    Parameters
    ----------
    bundle, copy : Path
    day : str
        The date that the certificate carries.
    names : list of str
        Environments, which have been made.
    place : Path
        The folder that they are in.
    """
    found = read_bundle(bundle)
    frame = odd_rows(found)
    proven: list[Proven] = []
    with tempfile.TemporaryDirectory(prefix="glassbench-certify-") as given:
        work = Path(given)
        table, rows = work / "rows.csv", work / "rows.json"
        table.write_bytes(rows_to_csv(frame, found.schema))
        cells = pd.read_csv(table, dtype=str, keep_default_na=False)
        numbers = {column.name for column in found.schema if column.kind is Kind.NUMBER}
        records = [
            {name: _cell(cell, frame[name][i], name in numbers) for name, cell in row.items()}
            for i, row in enumerate(cells.to_dict("records"))
        ]
        rows.write_text(json.dumps(records), encoding="utf-8")
        publish(bundle, f"folder:{work / 'bundle'}", really=True)
        publish(bundle, f"tar:{work / 'model.tar.gz'}", really=True)
        expected = found.predictions(read_table(table))
        for name in names:
            python = python_of(name, place)
            if python is None:
                raise GlassbenchError(
                    f"The environment {name} was not made, or is of other packages.",
                    fix=f"Run python tests/platforms/environments.py --folder {place} {name}",
                )
            for program in probes_of(name):
                told = run_probe(python, program, work / "bundle", rows, table)
                for route, columns in told["routes"].items():
                    gap = largest_difference(columns, expected)
                    proven.append(Proven(told["platform"], told["version"], route, len(expected), gap))
    parity = Parity(day, tuple(proven))
    write_parity(bundle, copy, parity)
    return parity


def _cell(text: Any, value: Any, number: bool) -> Any:
    """A cell as a client sends it."""
    if text == "":
        return None
    return float(value) if number else text


def main() -> int:
    """Certify a bundle."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("copy", type=Path)
    parser.add_argument("names", nargs="+", metavar="NAME", help="environments")
    parser.add_argument("--date", required=True, help="of today, which the certificate carries")
    parser.add_argument("--folder", type=Path, default=folder(), help="where the environments are")
    options = parser.parse_args()
    try:
        parity = certify(options.bundle, options.copy, options.date, options.names, options.folder.absolute())
    except (GlassbenchError, RuntimeError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    for name, version, routes in parity.platforms:
        for route in routes:
            sign = "✓" if route.same else "✗"
            print(f"{sign} {name} {version}: {route.route}, {route.largest_difference:.1e}")  # noqa: T201
    return 0 if all(route.same for route in parity.routes) else 2


if __name__ == "__main__":
    sys.exit(main())
