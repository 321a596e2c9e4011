"""Bundles of older versions of the format are read, and rewritten; newer ones are refused."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import jsonschema
import pytest

from automl.bundle import read_bundle
from automl.bundle.manifest import VERSION, open_bundle, read_files
from automl.bundle.upgrade import upgrade_bundle
from automl.bundle.upgrading import _STEPS
from automl.errors import BundleError, TamperedError

from .test_format import SCHEMA

#: A real one, exported before the format was written down; its runtime was left out to keep it small.
OLD = Path(__file__).parent / "data" / "version_0.zip"


@pytest.fixture(scope="module")
def renewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The old bundle in the newest version."""
    path = tmp_path_factory.mktemp("renewed") / "new.zip"
    assert upgrade_bundle(OLD, path) == 0
    return path


def test_every_version_has_a_bundle_here_and_a_step() -> None:
    assert len(_STEPS) == VERSION
    for version in range(VERSION):
        assert (OLD.parent / f"version_{version}.zip").is_file()


def test_an_old_bundle_is_read() -> None:
    opened = open_bundle(OLD)
    assert opened.version == 0
    assert opened.signed.state == "unsigned"
    jsonschema.validate(opened.manifest, SCHEMA, cls=jsonschema.Draft202012Validator)
    assert opened.manifest["upgraded_from"] == 0
    assert opened.manifest["lineage"]["data"] == {
        "source": "customers.csv",
        "sha256": "ab" * 32,
        "rows": 160,
        "rows_sha256": None,
    }
    assert opened.manifest["lineage"]["model"]["id"] == "ensemble"
    bundle = read_bundle(OLD)
    assert bundle.verify().rows == 20
    assert bundle.fast_path["used"]
    assert bundle.task.target == "left"


def test_an_unpacked_old_bundle_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(OLD) as archive:
        archive.extractall(tmp_path / "old")
    (tmp_path / "old" / "signature.json").write_text("something else")
    assert read_bundle(tmp_path / "old").verify().rows == 20
    with (tmp_path / "old" / "schema.json").open("a") as stream:
        stream.write(" ")
    with pytest.raises(TamperedError, match=r"schema\.json"):
        read_bundle(tmp_path / "old")


def test_a_rewritten_bundle_is_one_of_today(renewed: Path, tmp_path: Path) -> None:
    files, manifest, version = read_files(renewed)
    before, _, _ = read_files(OLD)
    assert version == VERSION
    assert manifest["upgraded_from"] == 0
    jsonschema.validate(manifest, SCHEMA, cls=jsonschema.Draft202012Validator)
    kept = (
        set(before)
        - {"manifest.json", "README.md", "MODEL_CARD.md"}
        - {name for name in before if name.endswith(".py")}
    )
    assert all(files[name] == before[name] for name in kept), "what was measured stays as it was"
    assert b"manifest.json" not in files["MODEL_CARD.md"]
    assert "runtime/glassbench_runtime/bundle/verifying.py" in files
    assert {"sbom.cdx.json", "licenses.md", "FORMAT.md", "LICENSE"} <= set(files)
    with zipfile.ZipFile(renewed) as archive:
        archive.extractall(tmp_path / "b")
    done = subprocess.run(
        [sys.executable, "-P", str(tmp_path / "b" / "verify.py"), "--json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["rows"] == 20


def test_the_newest_needs_no_upgrade(renewed: Path, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="already, the newest"):
        upgrade_bundle(renewed, tmp_path / "again.zip")
    with pytest.raises(BundleError, match="There is no file"):
        upgrade_bundle(tmp_path / "none.zip", tmp_path / "new.zip")
    with pytest.raises(BundleError, match="There is no folder"):
        upgrade_bundle(OLD, tmp_path / "none" / "new.zip")
    assert not list(tmp_path.iterdir())


def test_a_newer_version_is_refused(renewed: Path, tmp_path: Path) -> None:
    files, manifest, _ = read_files(renewed)
    path = tmp_path / "newer.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            if name == "bundle.json":
                content = json.dumps(manifest | {"version": VERSION + 1, "files": "elsewhere"}).encode()
            archive.writestr(name, content)
    with pytest.raises(
        BundleError, match=rf"version {VERSION + 1} of the bundle format.*up to {VERSION}.*Update"
    ):
        read_bundle(path)
