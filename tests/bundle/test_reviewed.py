"""A bundle carries what a person said rows must be like."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from automl.bundle import read_bundle
from automl.data import read_table
from automl.data.review import REVIEWED, ReviewedSchema, codes, edited, infer_reviewed
from automl.errors import BundleError

from .conftest import Trained


@pytest.fixture(scope="module")
def reviewed(small: Trained) -> ReviewedSchema:
    """Of the table that the model was learned from."""
    return edited(
        infer_reviewed(read_table(small.path), target="left"),
        ["age.max=90", "plan.drift=0.2", "active.skew="],
    )


@pytest.fixture(scope="module")
def path(small: Trained, reviewed: ReviewedSchema, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle."""
    read = reviewed.read_by(small.schema)
    return small.write(tmp_path_factory.mktemp("reviewed") / "small.zip", reviewed=read)


def test_it_is_read_back_without_values_of_other_columns(
    path: Path, small: Trained, reviewed: ReviewedSchema
) -> None:
    found = read_bundle(path).reviewed()
    assert found == reviewed.read_by(small.schema)
    assert found is not None
    assert found["age"] == reviewed["age"]
    assert reviewed["left"].domain is not None
    assert found["left"].domain is None
    assert found["id"].max_length is None
    assert found.names == reviewed.names


def test_the_same_model_is_the_same_bytes(
    path: Path, small: Trained, reviewed: ReviewedSchema, tmp_path: Path
) -> None:
    again = small.write(tmp_path / "again.zip", reviewed=reviewed.read_by(small.schema))
    assert again.read_bytes() == path.read_bytes()


def test_bundles_without_one_are_as_before(bundle_path: Path) -> None:
    assert read_bundle(bundle_path).reviewed() is None
    with zipfile.ZipFile(bundle_path) as archive:
        assert REVIEWED not in archive.namelist()


@pytest.mark.slow
def test_its_programs_say_what_is_wrong_with_rows(path: Path, small: Trained, tmp_path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path)
    verified = subprocess.run([sys.executable, "verify.py"], cwd=tmp_path, capture_output=True, check=False)
    assert verified.returncode == 0
    lines = (tmp_path / "sample_input.csv").read_text().splitlines()
    place = lines[0].split(",").index("age")
    cells = lines[1].split(",")
    cells[place] = "99"
    (tmp_path / "new.csv").write_text("\n".join([lines[0], ",".join(cells)]) + "\n")
    done = subprocess.run(
        [sys.executable, "predict.py", "new.csv"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert "error: 1 value(s) of 'age' (100 % of the rows) are above 90" in done.stderr
    assert len(done.stdout.splitlines()) == 2


def test_a_damaged_one_is_named(path: Path, tmp_path: Path) -> None:
    from automl.bundle.manifest import open_bundle
    from automl.bundle.reviewing import reviewed_of

    opened = open_bundle(path)
    schema = read_bundle(path).schema
    for broken in (
        b"[]",
        b"{",
        b'{"format": "glassbench-reviewed-schema", "version": 1, "columns": [{"name": 3}]}',
    ):
        with pytest.raises(BundleError, match=REVIEWED):
            reviewed_of(opened.files | {REVIEWED: broken}, schema)


def test_tensorflow_is_told_the_same(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        text = archive.read("deploy/tfx/schema.pbtxt").decode()
        told = json.loads(archive.read(REVIEWED))
    assert told["min_rows"] == 10
    assert "dataset_constraints {\n  min_examples_count: 10\n}" in text
    features = {part.split('"', 2)[1]: part for part in text.split("feature {\n")[1:]}
    assert "float_domain" in features["age"]
    assert "max: 90.0" in features["age"]
    assert "drift_comparator {\n    infinity_norm {\n      threshold: 0.2" in features["plan"]
    assert "skew_comparator" in features["plan"]
    assert "skew_comparator" not in features["active"]
    assert 'not_in_environment: "SERVING"' in features["left"]
    assert codes.DOMAIN not in text
