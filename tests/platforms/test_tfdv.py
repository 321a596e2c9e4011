"""Anomalies by name: what a reviewed schema finds, TensorFlow Data Validation finds in the same tables."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from automl.bundle.targets._tfreviewed import reviewed_pbtxt
from automl.data import read_table
from automl.data.review import check_table, codes, compare_tables, infer_reviewed

from ..data.review.damages import DAMAGES, TARGET, cells_of
from .probing import PROBES

pytestmark = pytest.mark.platform

Environment = Callable[[str], Path]
Named = dict[str, set[tuple[str, str]]]

SHAPE = "INVALID_FEATURE_SHAPE"
"""A column that has one value in each row has a shape there, by which it is read as a dense tensor. That it
misses values is told twice then: it stands for no anomaly of its own."""


@pytest.fixture(scope="module")
def both(
    environment: Environment, sample_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Named, Named]:
    """What we find, and what TensorFlow Data Validation does, by damage; "" is the table as it is."""
    python, folder = environment("tfdv"), tmp_path_factory.mktemp("damaged")
    cells = cells_of(sample_data / "telco_churn.csv")
    paths = {"": folder / "whole.csv"} | {name: folder / f"{i}.csv" for i, name in enumerate(DAMAGES)}
    for name, path in paths.items():
        damaged: pd.DataFrame = cells if not name else DAMAGES[name].change(cells)
        damaged.to_csv(path, index=False)
    before = read_table(paths[""])
    reviewed = infer_reviewed(before, target=TARGET)
    schema = folder / "schema.pbtxt"
    schema.write_text(reviewed_pbtxt(reviewed), encoding="utf-8")
    ours: Named = {}
    for name, path in paths.items():
        table = read_table(path)
        found = (*check_table(reviewed, table), *compare_tables(reviewed, before, table, "drift"))
        ours[name] = {(each.column or "", each.code) for each in found}
    done = subprocess.run(
        [python, PROBES / "tfdv_anomalies.py", schema, paths[""], *paths.values()],
        capture_output=True,
        text=True,
        check=False,
        timeout=1500,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    told = json.loads(done.stdout.strip().splitlines()[-1])
    theirs = {
        name: {(_plain(column), code) for column, found in told[str(path)].items() for code in found}
        for name, path in paths.items()
    }
    return ours, theirs


def _plain(column: str) -> str:
    return column.strip("'")


def test_the_table_learned_from_has_no_anomaly(both: tuple[Named, Named]) -> None:
    ours, theirs = both
    assert ours[""] == theirs[""] == set()


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_has_the_same_names(both: tuple[Named, Named], name: str) -> None:
    ours, theirs = both
    shapes = {column for column, code in theirs[name] if code == SHAPE}
    assert {(column, code) for column, code in theirs[name] if code != SHAPE} == ours[name]
    assert shapes <= {column for column, code in ours[name] if code == codes.MISSING}
