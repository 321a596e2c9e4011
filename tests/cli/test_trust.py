"""keygen, sign, verify, upgrade; and that a run exports to the same bytes whenever it is exported."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import automl
from automl.bundle.archive import read_zip, write_zip
from automl.run import Run

from .conftest import Command

OLD = Path(__file__).parents[1] / "bundle" / "data" / "version_0.zip"


@pytest.fixture(scope="module")
def exported(penguins_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of a quick model, exported by a process of its own."""
    return export(penguins_run, tmp_path_factory.mktemp("exported") / "one.zip", "1")


def export(run: Run, path: Path, hashes: str) -> Path:
    subprocess.run(
        [sys.executable, "-m", "automl", "export", str(run.folder.path), str(path), "--model", "t0001"],
        env={
            **os.environ,
            "PYTHONPATH": str(Path(automl.__path__[0]).parent),
            "PYTHONHASHSEED": hashes,
            "TZ": "Asia/Tokyo" if hashes == "1" else "America/New_York",
        },
        check=True,
        capture_output=True,
        timeout=300,
    )
    return path


@pytest.mark.slow
def test_a_run_exports_to_the_same_bytes(exported: Path, penguins_run: Run, tmp_path: Path) -> None:
    again = export(penguins_run, tmp_path / "two.zip", "2")
    one, two = read_zip(exported), read_zip(again)
    assert [name for name in one if one[name] != two.get(name)] == []
    assert again.read_bytes() == exported.read_bytes()
    manifest = automl.load_bundle(again).manifest
    data = manifest["lineage"]["data"]
    assert data["source"] == "penguins.csv"
    assert data["rows"] == 344
    assert len(data["rows_sha256"]) == 64
    assert manifest["lineage"]["run"]["id"] == penguins_run.folder.id
    assert [trial["id"] for trial in manifest["lineage"]["model"]["trials"]] == ["t0001"]
    carried = {"explanation.json", "certificate.json", "conformal.json", "reference.json", "estimator.json"}
    assert carried <= set(one)


@pytest.mark.slow
def test_from_keys_to_a_checked_signature(command: Command, exported: Path, tmp_path: Path) -> None:
    made = command("keygen", "maker", "--json")
    assert made.code == 0, made.err
    key = made.document["key"]
    assert stat.S_IMODE((tmp_path / "maker.key").stat().st_mode) == 0o600
    assert "exists already" in command("keygen", "maker").err
    assert command("keygen", "other").code == 0

    done = command("sign", exported, "--key", "maker.key", "-o", "signed.zip")
    assert done.code == 0, done.err
    assert f"signed by key {key}" in done.out
    done = command("verify", "signed.zip", "--key", "maker.pem")
    assert done.code == 0, done.out + done.err
    assert f"ok: signed by key {key} (maker.pem)" in done.out
    assert "sample rows reproduced" in done.out
    done = command("verify", "signed.zip", "--key", "other.pem", "--json")
    assert done.code == 1
    assert done.document["problem"] == "signature"
    done = command("verify", exported, "--key", "maker.pem")
    assert done.code == 1
    assert "failed: The bundle is unsigned; expected a signature by key" in done.out

    files = read_zip(tmp_path / "signed.zip")
    write_zip(tmp_path / "tampered.zip", files | {"predict.py": b"print('evil')\n"})
    done = command("verify", "tampered.zip", "--json")
    assert done.code == 1
    assert done.document["problem"] == "tampered"
    assert "predict.py" in done.document["error"]


def test_what_goes_wrong_is_said(command: Command, exported: Path, tmp_path: Path) -> None:
    (tmp_path / "no.key").write_text("nothing")
    (tmp_path / "no.key").chmod(0o600)
    for arguments, code, says in (
        (("verify", "none.zip"), 1, "There is no file"),
        (("verify", exported, "--key", "none.pem"), 1, "cannot be read"),
        (("sign", exported, "--key", "no.key"), 1, "is no private key"),
        (("sign", exported), 2, "--key"),
        (("upgrade", exported, "new.zip"), 1, "already, the newest"),
        (("sign", OLD, "--key", "no.key"), 1, "is no private key"),
    ):
        done = command(*arguments)
        assert done.code == code, arguments
        assert says in done.out + done.err
        assert "Traceback" not in done.err


def test_upgrade(command: Command, tmp_path: Path) -> None:
    done = command("upgrade", OLD, "new.zip", "--json")
    assert done.code == 0, done.err
    assert done.document["upgraded_from"] == 0
    assert automl.load_bundle(tmp_path / "new.zip").verify().rows == 20
