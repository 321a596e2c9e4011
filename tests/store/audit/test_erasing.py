"""A person's rows are taken out of prediction logs: for good, on record, and while the server writes on."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from automl.errors import CatalogueError, SettingError
from automl.serving.answer import Answer
from automl.serving.log import LOG, Entry, PredictionLog
from automl.store.audit.erasing import forget, log_flaws, seal
from automl.store.catalogue import Catalogue

CUSTOMERS = ["C1", "C2", "C3", "C2", None]


def predicted(number: int, log: PredictionLog) -> None:
    """Let a log write the predictions of a request."""
    frame = pd.DataFrame({"customer": CUSTOMERS, "age": [30.0, 41.0, np.nan, 41.5, 7.0]})
    ids = [f"{number:04d}-{place}" for place in range(len(CUSTOMERS))]
    columns = {"prediction": ["No"] * len(ids), "probability_Yes": [0.1] * len(ids)}
    answer = Answer(ids, columns, ())
    log.put(Entry(time.time(), ids, "/predict", frame, answer))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Logs as a server has written them, one of them put aside."""
    path = tmp_path / "churn-log"
    log = PredictionLog(path, "churn", most_bytes=1_500)
    for number in range(3):
        predicted(number, log)
    log.close()
    assert len(list(path.glob("predictions-*.jsonl"))) >= 1
    (path / LOG).touch()
    return path


def rows(folder: Path) -> list[dict[str, object]]:
    """All lines of all logs."""
    paths = sorted(folder.glob("*.jsonl"))
    return [json.loads(line) for path in paths for line in path.read_bytes().splitlines()]


def test_rows_are_gone_and_the_record_holds(catalogue: Catalogue, folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.glob("*.jsonl")}
    sizes = {name: len(content) for name, content in before.items()}
    sealed = seal(catalogue.audit, folder)
    assert {each.file: each.bytes for each in sealed} == sizes
    assert log_flaws(catalogue.audit, folder) == []
    done = forget(catalogue.audit, folder, where={"customer": "C2"}, reason="as asked for in letter 7")
    assert done.rows == 6
    told = rows(folder)
    assert sum("erased" in row for row in told) == 6
    assert not any((row.get("row") or {}).get("customer") == "C2" for row in told)  # type: ignore[attr-defined]
    assert {path.name: path.stat().st_size for path in folder.glob("*.jsonl")} == sizes
    # Whoever has a copy of a line can prove that it was this one; the record names neither person nor value.
    lines = {hashlib.sha256(line).hexdigest() for content in before.values() for line in content.splitlines()}
    assert {row["erased"] for row in told if "erased" in row} < lines
    assert done.entry is not None
    assert "C2" not in done.entry.to_line()
    assert done.entry.facts()["details"]["columns"] == ["customer"]
    assert log_flaws(catalogue.audit, folder) == []
    assert catalogue.audit.flaws() == []
    again = forget(catalogue.audit, folder, where={"customer": "C2"})
    assert (again.rows, again.entry) == (0, None)


@pytest.mark.parametrize(
    ("where", "count"),
    [
        ({"age": "41"}, 3), ({"age": "41.50"}, 3), ({"age": None}, 3), ({"customer": None}, 3),
        ({"customer": "C2", "age": "41"}, 3), ({"customer": "c2"}, 0), ({"age": "old"}, 0),
    ],
)  # fmt: skip
def test_which_rows_are_meant(
    catalogue: Catalogue, folder: Path, where: dict[str, str | None], count: int
) -> None:
    assert forget(catalogue.audit, folder, where=where).rows == count


def test_predictions_are_found_by_their_id(catalogue: Catalogue, folder: Path) -> None:
    assert forget(catalogue.audit, folder, ids=["0001-3", "unknown"]).rows == 1
    assert "0001-3" not in [row.get("id") for row in rows(folder)]


def test_whatever_is_changed_without_a_record_shows(catalogue: Catalogue, folder: Path) -> None:
    seal(catalogue.audit, folder)
    path = next(iter(folder.glob("predictions-*.jsonl")))
    content = path.read_bytes()
    path.write_bytes(content.replace(b'"C1"', b'"C9"', 1))
    (flaw,) = log_flaws(catalogue.audit, folder)
    assert path.name in flaw
    path.write_bytes(content[:-1])
    assert len(log_flaws(catalogue.audit, folder)) == 1
    path.write_bytes(content)
    assert log_flaws(catalogue.audit, folder) == []
    path.unlink()
    assert len(log_flaws(catalogue.audit, folder)) == 1


def test_a_server_may_write_on_and_put_its_log_aside(catalogue: Catalogue, tmp_path: Path) -> None:
    folder = tmp_path / "log"
    log = PredictionLog(folder, "churn")
    try:
        predicted(0, log)
        until(lambda: (folder / LOG).is_file() and (folder / LOG).read_bytes().count(b"\n") == 5)
        seal(catalogue.audit, folder)
        assert forget(catalogue.audit, folder, where={"customer": "C1"}).rows == 1
        predicted(1, log)
    finally:
        log.close()
    assert [row.get("id") for row in rows(folder)] == [
        None, "0000-1", "0000-2", "0000-3", "0000-4", *(f"0001-{place}" for place in range(5)),
    ]  # fmt: skip
    assert log_flaws(catalogue.audit, folder) == []
    (folder / LOG).rename(folder / "predictions-20260101T000000.000000Z.jsonl")
    assert log_flaws(catalogue.audit, folder) == []
    assert forget(catalogue.audit, folder, where={"customer": "C3"}).rows == 2
    assert log_flaws(catalogue.audit, folder) == []


def test_what_was_cut_off_is_found_and_done_again(
    catalogue: Catalogue, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal(catalogue.audit, folder)

    def power_cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("automl.store.audit.erasing._overwrite", power_cut)
        with pytest.raises(KeyboardInterrupt):
            forget(catalogue.audit, folder, where={"customer": "C2"})
    assert log_flaws(catalogue.audit, folder)
    assert forget(catalogue.audit, folder, where={"customer": "C2"}).rows == 6
    assert log_flaws(catalogue.audit, folder) == []


def test_what_makes_no_sense_is_refused(catalogue: Catalogue, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="what tells the rows"):
        forget(catalogue.audit, folder)
    with pytest.raises(SettingError, match="'name'"):
        forget(catalogue.audit, folder, where={"name": "Ada"})
    with pytest.raises(CatalogueError, match="no prediction log"):
        seal(catalogue.audit, tmp_path / "nowhere")
    assert catalogue.audit.entries() == []


def test_a_line_that_is_no_prediction_is_named(catalogue: Catalogue, folder: Path) -> None:
    with (folder / LOG).open("ab") as stream:
        stream.write(b"5\n")
    with pytest.raises(CatalogueError, match=rf"Line \d+ of .*{LOG} is no prediction"):
        forget(catalogue.audit, folder, where={"customer": "C2"})
    assert len([row for row in rows(folder) if row == 5]) == 1
    assert catalogue.audit.entries() == []


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, within reason."""
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)
