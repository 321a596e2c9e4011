"""A bundle inside of somebody else's server: the same predictions, refusals with a status, two at a time."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from automl.serving.embedded import Embedded, load
from automl.serving.problems import RequestError

from ..tasks import BINARY_FIRST
from .conftest import Case


@pytest.fixture(scope="module")
def embedded(
    case: Callable[[str], Case], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Embedded]:
    """Return a function: kind of task → its bundle, unpacked and loaded."""
    found: dict[str, Embedded] = {}

    def loaded(kind: str) -> Embedded:
        if kind not in found:
            folder = tmp_path_factory.mktemp(f"embedded-{kind}")
            with zipfile.ZipFile(case(kind).path) as archive:
                archive.extractall(folder)
            found[kind] = load(folder)
        return found[kind]

    return loaded


@pytest.mark.parametrize("kind", BINARY_FIRST)
def test_rows_that_are_there_already(kind: str, case, embedded) -> None:
    each, model = case(kind), embedded(kind)
    read = pd.read_csv(each.table, sep=";")[list(each.trained.schema.names)]
    read.index = pd.RangeIndex(5, 5 + 2 * len(read), 2)
    predicted = model.predict(read)
    pd.testing.assert_index_equal(predicted.index, read.index)
    each.check(predicted.to_dict("records"))
    if kind == "binary":
        assert predicted["prediction"].dtype == object
    for given in (
        each.rows,
        pd.DataFrame(each.rows).to_dict("list"),
        np.array([list(row.values()) for row in each.rows], dtype=object),
    ):
        each.check(model.predict(given, params=None).to_dict("records"))
    each.check(model.predict(each.rows[0]).to_dict("records"), slice(1))


@pytest.mark.parametrize("kind", BINARY_FIRST)
def test_requests(kind: str, case, embedded) -> None:
    each, model = case(kind), embedded(kind)
    names = list(each.trained.schema.names)
    frame = pd.read_csv(each.table, sep=";", dtype=str, keep_default_na=False)[names]
    table = frame.to_csv(index=False)
    body = json.dumps({"dataframe_records": each.rows})
    for data, content in (
        (table, "text/csv"),
        (table.encode(), "text/csv; charset=utf-8"),
        (body, "application/json"),
    ):
        told, written = model.invoke(data, content).written("application/json")
        assert written == "application/json"
        each.check(json.loads(told)["predictions"])
    told, written = model.invoke(table.partition("\n")[2], "text/csv").written("text/csv")
    assert written == "text/csv"
    first = next(csv.reader(io.StringIO(told)))
    assert len(first) == len(each.expected.columns)
    assert first[0] == str(each.expected.iloc[0, 0])
    for data in (json.dumps(each.rows), json.dumps({"data": each.rows}), table, table.encode()):
        each.check(model.score(data))


def test_refusals_have_a_status_and_name_no_value(case, embedded) -> None:
    model = embedded("binary")
    with pytest.raises(RequestError, match="8 problems") as caught:
        model.invoke(b'[{"age": 1}]', "application/json")
    assert caught.value.status == 422
    assert 'The column "price" is missing.' in caught.value.sentence()
    with pytest.raises(RequestError, match="content type") as caught:
        model.invoke(b"x", "image/png")
    assert caught.value.status == 415
    with pytest.raises(RequestError, match="no valid JSON"):
        model.score("[1, 2")


def test_findings_are_told_without_values(case, embedded, caplog: pytest.LogCaptureFixture) -> None:
    each = case("binary")
    embedded("binary").predict(pd.read_csv(each.table, sep=";"))
    assert "unseen_category in column 'plan'" in caplog.text
    assert "gold" not in caplog.text


PROBE = """
import sys
sys.path.insert(0, sys.argv[1] + "/code")
import glassbench_bundle as loader
one, two = loader.load(sys.argv[1]), loader._load_pyfunc(sys.argv[2])
assert type(one) is not type(two)
assert loader.load(sys.argv[1]).__class__ is type(one)
assert "automl" not in sys.modules and "glassbench_runtime" not in sys.modules
two.predict([{name: None for name in two.service.scorer.schema.names}])
try:
    loader.load("/")
except FileNotFoundError as error:
    print(error)
"""


def test_two_bundles_in_one_process(case, tmp_path: Path) -> None:
    for name in ("one", "two"):
        with zipfile.ZipFile(case("binary").path) as archive:
            archive.extractall(tmp_path / name)
    done = subprocess.run(
        [sys.executable, "-P", "-c", PROBE, tmp_path / "one", tmp_path / "two"],
        capture_output=True, text=True, check=False, cwd=tmp_path, env={"PATH": "/usr/bin"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout == "/ is no unpacked Glassbench bundle: it has no runtime folder.\n"
