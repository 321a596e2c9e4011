"""Folders that files come to, and logs that grow."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from automl.data import Schema, read_table
from automl.errors import SettingError
from automl.monitoring.alerting.watch.folder import FolderSource
from automl.monitoring.alerting.watch.found import Found, Look
from automl.monitoring.alerting.watch.log import LogWindows
from automl.monitoring.alerting.watch.settings import Every
from automl.store.catalogue.watch_records import Arrival
from automl.task import Task

MODEL: Any = SimpleNamespace(
    sha256="m",
    watched=SimpleNamespace(
        schema=Schema.infer(read_table(pd.DataFrame({"age": [41.5, 37.0, 22.25]}))),
        task=Task("regression", "spend", None, "rmse"),
    ),
)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp()


@dataclass
class Clock:
    """A clock that is set."""

    now: float = NOON

    def __call__(self) -> float:
        return self.now


def known(*found: Found) -> list[Arrival]:
    """What was looked at."""
    return [
        Arrival(i, "daily", each.key, each.name, each.size, each.modified, "checked", "", None, 1.0, "ada")
        for i, each in enumerate(found)
    ]


@contextmanager
def as_nobody() -> Iterator[None]:
    """With the rights of anybody: nothing is unreadable to root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def put(folder: Path, name: str, text: str, at: float) -> Path:
    """Write a file at a time."""
    path = folder / name
    path.write_text(text)
    os.utime(path, (at, at))
    return path


def names(look: Look) -> list[str]:
    """Of what was found."""
    return [each.name for each in look.found]


def test_a_file_is_found_when_it_has_settled(tmp_path: Path) -> None:
    clock = Clock()
    source = FolderSource(tmp_path, ["*.csv"], 5.0, clock)
    put(tmp_path, "new.csv", "a\n", NOON)
    assert source.look([]).waiting == ("new.csv",)
    clock.now += 4
    put(tmp_path, "new.csv", "a\n1\n", clock.now)  # still being written
    assert source.look([]).waiting == ("new.csv",)
    clock.now += 6
    look = source.look([])
    assert (names(look), look.waiting) == (["new.csv"], ())
    (found,) = look.found
    assert found.is_as_found()
    put(tmp_path, "new.csv", "a\n1\n2\n", clock.now)
    assert not found.is_as_found()
    found.path.unlink() if found.path else None
    assert not found.is_as_found()


def test_a_file_whose_clock_is_ahead_settles_as_well(tmp_path: Path) -> None:
    clock = Clock()
    source = FolderSource(tmp_path, ["*.csv"], 5.0, clock)
    put(tmp_path, "new.csv", "a\n", NOON + 86_400)
    assert source.look([]).waiting == ("new.csv",)
    clock.now += 5
    assert names(source.look([])) == ["new.csv"]


def test_a_file_that_is_renamed_into_the_folder_is_there_at_once_and_in_its_order(tmp_path: Path) -> None:
    source = FolderSource(tmp_path, ["*.csv", "*.parquet"], 5.0, Clock())
    for name, age in (
        ("b.csv", 60),
        ("a.csv", 30),
        ("c.parquet", 90),
        (".hidden.csv", 60),
        ("d.csv.part", 60),
    ):
        put(tmp_path, name, f"a\n{age}\n", NOON - age)
    (tmp_path / "folder.csv").mkdir()
    assert names(source.look([])) == ["c.parquet", "b.csv", "a.csv"]


def test_one_content_is_looked_at_once(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", "a\n1\n", NOON - 60)
    (first,) = FolderSource(tmp_path, ["*.csv"], 5.0, Clock()).look([]).found
    put(tmp_path, "b.csv", "a\n1\n", NOON - 50)
    put(tmp_path, "c.csv", "a\n2\n", NOON - 40)
    source = FolderSource(tmp_path, ["*.csv"], 5.0, Clock())  # after a restart
    look = source.look(known(first))
    assert names(look) == ["c.csv"]
    assert look.notes == ("b.csv has the content of a.csv, which was looked at already.",)
    assert source.look(known(first, *look.found)) == Look()  # and said once


def test_a_file_that_nobody_may_read_is_told() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        put(folder, "a.csv", "a\n1\n", NOON - 60).chmod(0)
        with as_nobody():
            look = FolderSource(folder, ["*.csv"], 5.0, Clock()).look([])
    assert "cannot be opened" in look.notes[0]


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="no folder"):
        FolderSource(tmp_path / "nowhere", ["*.csv"], 5.0).look([])
    with pytest.raises(SettingError, match="no folder"):
        LogWindows(tmp_path / "nowhere", Every(rows=3)).look([], MODEL)


def line(at: float, age: int, model: str = "m", **more: Any) -> str:
    """A prediction as the server logs it."""
    moment = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    told = {"id": f"{at}-{age}", "time": moment, "model": model, "route": "/", "row": {"age": age}, **more}
    return json.dumps(told | {"prediction": 1.5}) + "\n"


def ages(look: Look) -> list[list[int]]:
    """The rows of each window."""
    return [each.rows["age"].tolist() for each in look.found]  # type: ignore[union-attr]


def test_windows_by_time_come_when_they_are_over(tmp_path: Path) -> None:
    clock, log = Clock(), tmp_path / "predictions.jsonl"
    source = LogWindows(tmp_path, Every(seconds=3600), clock)
    log.write_text(line(NOON - 5400, 1) + line(NOON - 1800, 2) + line(NOON - 60, 3) + line(NOON, 4))
    first = source.look([], MODEL)
    assert ages(first) == [[1]]  # the hour before noon has ended, but its last lines may be on their way
    clock.now = NOON + 11
    second = source.look(known(*first.found), MODEL)
    assert ages(second) == [[2, 3]]
    assert second.found[0].name == "predictions 2026-03-02 11:00:00 to 2026-03-02 12:00:00"
    assert source.look(known(*first.found, *second.found), MODEL) == Look()
    clock.now = NOON + 3 * 3600 + 11
    with log.open("a") as stream:
        stream.write(line(NOON + 2 * 3600, 5) + line(NOON + 10, 6))
    assert ages(source.look(known(*first.found, *second.found), MODEL)) == [[4, 6], [5]]


def test_windows_by_rows_follow_each_other_through_files_and_restarts(tmp_path: Path) -> None:
    clock = Clock(NOON + 3600)
    lines = [line(NOON + second // 2, second) for second in range(11)]  # two rows of a second each
    aside = datetime.fromtimestamp(NOON + 2.4, UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    (tmp_path / f"predictions-{aside}.jsonl").write_text("".join(lines[:5]))
    (tmp_path / "predictions.jsonl").write_text("".join(lines[5:8]))
    first = LogWindows(tmp_path, Every(rows=3), clock).look([], MODEL)
    assert ages(first) == [[0, 1, 2], [3, 4, 5]]
    (tmp_path / "predictions.jsonl").write_text("".join(lines[5:]))
    second = LogWindows(tmp_path, Every(rows=3), clock).look(known(*first.found), MODEL)
    assert ages(second) == [[6, 7, 8]]
    clock.now = NOON  # rows of the last seconds may not be all there
    assert LogWindows(tmp_path, Every(rows=3), clock).look([], MODEL) == Look()


def test_many_rows_of_one_moment_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "predictions.jsonl").write_text("".join(line(NOON, number) for number in range(10)))
    source = LogWindows(tmp_path, Every(rows=4), Clock(NOON + 60))
    first = source.look([], MODEL)
    assert ages(first) == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert source.look(known(*first.found), MODEL) == Look()
    assert ages(source.look(known(first.found[0]), MODEL)) == [[4, 5, 6, 7]]


def test_lines_that_are_no_rows_of_the_model_are_told(tmp_path: Path) -> None:
    (tmp_path / "predictions.jsonl").write_text(
        line(NOON, 1) + "torn\n" + line(NOON, 2, model="other") + '{"erased": "by request"}\n'
        + line(NOON, 3) + line(NOON, 4).rstrip("\n")
    )  # fmt: skip
    look = LogWindows(tmp_path, Every(rows=2), Clock(NOON + 60)).look([], MODEL)
    assert ages(look) == [[1, 3]]
    assert [note.partition(" ")[0] for note in look.notes] == ["1", "1", "1"]  # erased, torn, another model


def test_a_log_without_columns_cannot_be_compared(tmp_path: Path) -> None:
    (tmp_path / "predictions.jsonl").write_text(line(NOON, 1, redacted=["name"]))
    with pytest.raises(SettingError, match="leaves out the columns name"):
        LogWindows(tmp_path, Every(rows=1), Clock(NOON + 60)).look([], MODEL)
