"""Files on the server: only in the folders that are allowed, and never through a link that leads out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from automl.errors import DataError, SettingError
from automl.workbench import data_folders
from automl.workbench.data_folders import VARIABLE


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An allowed folder with tables, beside one that is not allowed."""
    allowed, other = tmp_path / "tables", tmp_path / "tables-not-these"
    for folder in (allowed / "deeper", other):
        folder.mkdir(parents=True)
    for path in (
        allowed / "a.csv",
        allowed / "B.PARQUET",
        allowed / "deeper" / "c.csv",
        other / "secret.csv",
    ):
        path.write_text("x,y\n1,2\n")
    (allowed / "notes.pdf").touch()
    (allowed / ".hidden.csv").touch()
    (allowed / "out.csv").symlink_to(other / "secret.csv")
    (allowed / "way-out").symlink_to(other)
    (allowed / "inside.csv").symlink_to(allowed / "deeper" / "c.csv")
    (allowed / "loop.csv").symlink_to(allowed / "loop.csv")
    monkeypatch.setenv(VARIABLE, os.pathsep.join([str(allowed), str(tmp_path / "absent"), "relative", ""]))
    return allowed


def test_nothing_is_allowed_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert data_folders.folders() == []
    with pytest.raises(SettingError) as caught:
        data_folders.allowed_file(tmp_path)
    assert VARIABLE in caught.value.fix


def test_a_folder_lists_folders_and_tables_that_may_be_read(place: Path) -> None:
    assert data_folders.folders() == [place]
    found = data_folders.listing(place)
    assert [(entry.path.name, entry.is_folder) for entry in found.entries] == [
        ("deeper", True), ("a.csv", False), ("B.PARQUET", False), ("inside.csv", False),
    ]  # fmt: skip
    assert found.parent is None
    below = data_folders.listing(place / "deeper")
    assert (below.parent, [entry.bytes for entry in below.entries]) == (place, [8])


def test_files_inside_are_found_by_path_and_by_name(place: Path) -> None:
    assert data_folders.allowed_file(str(place / "a.csv")) == place / "a.csv"
    assert data_folders.allowed_file("deeper/c.csv") == place / "deeper" / "c.csv"
    assert data_folders.allowed_file(place / "deeper" / ".." / "a.csv") == place / "a.csv"
    assert data_folders.allowed_file(place / "inside.csv") == place / "deeper" / "c.csv"


@pytest.mark.parametrize(
    "path",
    ["{}/out.csv", "{}/way-out/secret.csv", "{}/../tables-not-these/secret.csv", "{}-not-these/secret.csv",
     "/etc/passwd", "../tables-not-these/secret.csv", "a\x00b", "/no/such/place"],
)  # fmt: skip
def test_what_is_outside_is_refused_and_not_told_about(place: Path, path: str) -> None:
    with pytest.raises(SettingError, match="not in a folder that may be read here") as caught:
        data_folders.allowed_file(path.format(place))
    assert str(place) in caught.value.fix


def test_folders_and_absent_files_are_no_tables(place: Path) -> None:
    with pytest.raises(DataError, match="no file"):
        data_folders.allowed_file(place / "absent.csv")
    with pytest.raises(DataError, match="is a folder"):
        data_folders.allowed_file(place / "deeper")
    with pytest.raises(DataError, match="no folder"):
        data_folders.listing(place / "a.csv")
    with pytest.raises(SettingError):
        data_folders.listing("/etc")


def test_long_folders_are_cut_and_say_so(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_folders, "_MOST", 2)
    found = data_folders.listing(place)
    assert (len(found.entries), found.left_out) == (2, 2)
