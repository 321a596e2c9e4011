"""The written format: same bytes, a manifest that fits its schema, a page that names every file."""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import sys
import zipfile
from fnmatch import fnmatch
from importlib.resources import files
from pathlib import Path
from typing import Any

import joblib
import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from automl.bundle import read_bundle
from automl.bundle.manifest import seal
from automl.bundle.shape import fault
from automl.errors import BundleError

SCHEMA = json.loads(files("automl.bundle").joinpath("bundle.schema.json").read_bytes())
PAGE = files("automl.bundle").joinpath("FORMAT.md").read_text(encoding="utf-8")
WRITE = """
import sys, joblib
from automl.bundle import write_bundle
settings = joblib.load(sys.argv[1])
write_bundle(sys.argv[2], **settings)
"""


@pytest.fixture(scope="module")
def manifest(bundle_path: Path) -> dict[str, Any]:
    """The manifest of a real bundle."""
    with zipfile.ZipFile(bundle_path) as archive:
        return json.loads(archive.read("bundle.json"))


def test_the_same_bytes_from_another_process(small, bundle_path: Path, tmp_path: Path) -> None:
    settings = {
        "model": small.model,
        "subject": small.subject(),
        "sample": small.frame.head(20),
        "background": small.frame.tail(30),
    }
    joblib.dump(settings, tmp_path / "settings")
    again = tmp_path / "again.zip"
    subprocess.run(
        [sys.executable, "-c", WRITE, str(tmp_path / "settings"), str(again)],
        env={**os.environ, "PYTHONHASHSEED": "12345"},
        check=True,
        timeout=300,
    )
    with zipfile.ZipFile(bundle_path) as one, zipfile.ZipFile(again) as two:
        assert one.namelist() == two.namelist() == sorted(one.namelist())
        different = [name for name in one.namelist() if one.read(name) != two.read(name)]
        assert not different
        assert {entry.date_time for entry in one.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {entry.external_attr >> 16 for entry in one.infolist()} == {0o100644}
    assert again.read_bytes() == bundle_path.read_bytes()


def test_the_manifest_fits_its_schema(manifest: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(manifest, SCHEMA, cls=jsonschema.Draft202012Validator)
    assert fault(manifest, SCHEMA) is None
    unknown = set(manifest) - set(SCHEMA["properties"])
    assert not unknown, "what is written is described"


def test_lineage(manifest: dict[str, Any]) -> None:
    assert manifest["lineage"] == {
        "data": {"source": "customers.csv", "sha256": "ab" * 32, "rows": 160, "rows_sha256": None},
        "run": {"id": "customers-1"},
        "model": {
            "id": "ensemble",
            "chosen": True,
            "trials": [{"id": "ensemble", "family": "ensemble", "weight": 1.0}],
        },
        "file": {"name": "model/model.skops", "sha256": manifest["files"]["model/model.skops"]["sha256"]},
    }


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths to everything in a document."""
    found = [path] if path else []
    if isinstance(value, dict):
        for name, item in list(value.items())[:14]:
            found += places(item, (*path, name))
    elif isinstance(value, list):
        for number, item in enumerate(value[:3]):
            found += places(item, (*path, number))
    return found


ODD = st.sampled_from(
    [None, True, False, 0, -1, 1, 2, 1.5, "", "x", "../x", "ab" * 32, "AB" * 32, [], {}, [[]], {"a": None}]
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_our_reader_and_json_schema_agree(data, manifest: dict[str, Any]) -> None:
    """Whatever is changed in a manifest, both refuse it, or neither does."""
    changed = copy.deepcopy(manifest)
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(places(changed)))
        owner = changed
        for step in path[:-1]:
            owner = owner[step]
        if data.draw(st.booleans()):
            owner[path[-1]] = data.draw(ODD)
        elif isinstance(owner, dict):
            del owner[path[-1]]
        else:
            owner.append(data.draw(ODD))
    theirs = jsonschema.Draft202012Validator(SCHEMA).is_valid(changed)
    assert (fault(changed, SCHEMA) is None) == theirs


@pytest.mark.parametrize(
    "name",
    ["../a", "a/../b", "/a", "a//b", "a/", "./a", "", "a\\b", "c:a", "a\nb", "bundle.json", "signature.json"],
)
def test_names_that_a_manifest_must_not_list(name: str, manifest: dict[str, Any]) -> None:
    changed = manifest | {"files": manifest["files"] | {name: {"sha256": "ab" * 32, "bytes": 1}}}
    assert fault(changed, SCHEMA) is not None
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(changed)


def test_a_schema_that_is_not_understood_is_refused() -> None:
    with pytest.raises(ValueError, match="oneOf"):
        fault(1, {"oneOf": [{"type": "string"}]})


def test_a_manifest_that_does_not_fit_is_not_written(manifest: dict[str, Any]) -> None:
    with pytest.raises(BundleError, match=r"created is 'yesterday'"):
        seal(manifest | {"created": "yesterday"}, {})


def test_the_page_names_every_file(bundle_path: Path) -> None:
    """By its name, a pattern, or its folder."""
    with zipfile.ZipFile(bundle_path) as archive:
        names = archive.namelist()
        assert archive.read("FORMAT.md").decode() == PAGE
    patterns = [f"{word}*" if word.endswith("/") else word for word in re.findall(r"`([^`]+)`", PAGE)]
    unnamed = {name for name in names if not any(fnmatch(name, pattern) for pattern in patterns)}
    assert unnamed == {"README.md", "LICENSE", "FORMAT.md"}


def test_the_page_knows_the_version() -> None:
    from automl.bundle.manifest import VERSION

    assert f"# The bundle format, version {VERSION}" in PAGE
    assert SCHEMA["properties"]["version"]["const"] == VERSION


def test_files_for_operators_may_be_edited_where_they_were_unpacked(
    bundle_path: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(bundle_path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    told = json.loads(content["bundle.json"])
    sealed = seal(told, content | {"deploy/kserve.yaml": b"replicas: 1\n"})
    folder = tmp_path / "b"
    for name, data in sealed.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    (folder / "deploy/kserve.yaml").write_text("replicas: 3\n")
    assert read_bundle(folder).verify().rows == 20
    path = tmp_path / "b.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in sealed:
            archive.write(folder / name, name)
    with pytest.raises(BundleError, match=r"kserve\.yaml.*not the file that was exported"):
        read_bundle(path)
