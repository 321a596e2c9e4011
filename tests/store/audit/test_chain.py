"""The audit log: whatever is done to it shows."""

from __future__ import annotations

import hashlib
import itertools
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from automl.errors import CatalogueError, SettingError
from automl.store.audit import BEGINNING, Entry, Head, entry_hash, flaws
from automl.store.audit.log import read_log
from automl.store.catalogue import Catalogue, open_catalogue


def written(count: int) -> list[Entry]:
    """A log as it is written."""
    entries: list[Entry] = []
    for number in range(1, count + 1):
        previous = entries[-1].hash if entries else BEGINNING
        entry = Entry(number, "2026-01-01", "ada", "seen", f"it {number}", "{}", "{}", None, previous, "")
        entries.append(replace(entry, hash=entry_hash(entry)))
    return entries


def test_a_log_as_written_has_no_flaw() -> None:
    log = written(5)
    heads = [Head(0, BEGINNING), log[2].head, log[4].head]
    assert list(flaws(log, log[-1].head, heads)) == []
    assert list(flaws([], Head(0, BEGINNING))) == []


def test_every_edit_drop_and_move_shows() -> None:
    log = written(6)
    end = log[-1].head
    for place, field in itertools.product(range(6), ("at", "who", "action", "subject", "objects", "details")):
        changed = [*log]
        changed[place] = replace(log[place], **{field: getattr(log[place], field) + " "})
        assert [flaw.number for flaw in flaws(changed, end)] == [place + 1]
    for place in range(6):
        assert list(flaws(log[:place] + log[place + 1 :], end))
    for order in itertools.permutations(range(6)):
        moved = [log[place] for place in order]
        assert bool(list(flaws(moved, end))) == (moved != log)


def test_an_entry_that_was_forged_with_its_hash_breaks_the_link() -> None:
    log = written(4)
    forged = replace(log[1], who="grace")
    log[1] = replace(forged, hash=entry_hash(forged))
    assert [flaw.number for flaw in flaws(log, log[-1].head)] == [3]


def test_a_log_written_anew_or_cut_off_shows_by_a_noted_head() -> None:
    log = written(6)
    noted = [log[3].head]
    cut = log[:3]
    assert list(flaws(cut, cut[-1].head)) == []  # alone it looks right
    assert [flaw.number for flaw in flaws(cut, cut[-1].head, noted)] == [4]
    anew = written(3)
    for number in range(4, 8):
        entry = Entry(number, "2026-01-01", "grace", "seen", "", "{}", "{}", None, anew[-1].hash, "")
        anew.append(replace(entry, hash=entry_hash(entry)))
    assert list(flaws(anew, anew[-1].head)) == []
    (flaw,) = flaws(anew, anew[-1].head, noted)
    assert "another one than when its head was noted" in flaw.message


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_two_changes_of_a_log_look_alike(data: st.DataObject) -> None:
    log = written(8)
    kept = data.draw(st.lists(st.sampled_from(log), min_size=0, max_size=8))
    assert (list(flaws(kept, log[-1].head)) == []) == (kept == log)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET who = 'nobody' WHERE number = 3",
        "UPDATE audit SET details = '{\"n\": 9}' WHERE number = 5",
        "DELETE FROM audit WHERE number = 2",
        "DELETE FROM audit WHERE number = 5",
        "UPDATE audit SET number = 99 WHERE number = 1",
        "UPDATE audit_head SET number = 4",
        "UPDATE audit_head SET hash = previous FROM audit WHERE audit.number = 2",
    ],
)
def test_whatever_is_done_to_the_database_shows(catalogue: Catalogue, statement: str) -> None:
    for number in range(5):
        catalogue.audit.append("seen", "it", details={"n": number}, objects={"file": None, "data": "a" * 64})
    assert catalogue.audit.flaws([catalogue.audit.head()]) == []
    with catalogue.database.writing() as connection:
        connection.execute(text(statement))
    assert catalogue.audit.flaws()


def test_a_cut_with_its_note_shows_by_the_noted_head_only(catalogue: Catalogue) -> None:
    for number in range(5):
        catalogue.audit.append("seen", "it", details={"n": number})
    head = catalogue.audit.head()
    with catalogue.database.writing() as connection:
        connection.execute(text("DELETE FROM audit WHERE number > 3"))
        connection.execute(
            text("UPDATE audit_head SET number = 3, hash = (SELECT hash FROM audit WHERE number = 3)")
        )
    assert catalogue.audit.flaws() == []
    (flaw,) = catalogue.audit.flaws([head])
    assert "cut off" in flaw.message
    catalogue.audit.append("seen", "it again")  # the chain goes on, and the flaw stays
    assert catalogue.audit.flaws([head])


def test_an_event_is_told_once(catalogue: Catalogue) -> None:
    first = catalogue.audit.append("opened", "run", event="holdout:run")
    assert first is not None
    assert first.facts()["objects"] == {}
    assert catalogue.audit.append("opened", "run", event="holdout:run") is None
    assert catalogue.audit.head() == first.head


def test_odd_texts_are_kept_as_they_are(catalogue: Catalogue) -> None:
    odd = {
        "text": "naïve “quotes” \\ \n \u2028 🙂",
        "number": 0.1 + 0.2,
        "none": None,
        "list": [1, {"b": True}],
    }
    catalogue.audit.append("seen", "it's; DROP TABLE audit", details=odd)
    (entry,) = catalogue.audit.entries()
    assert entry.facts()["details"] == odd
    assert catalogue.audit.flaws() == []


def test_an_exported_log_is_verified_without_the_database(catalogue: Catalogue, tmp_path: Path) -> None:
    for number in range(3):
        catalogue.audit.append("seen", "it", details={"n": number})
    path = tmp_path / "log.jsonl"
    head = catalogue.audit.export(path)
    entries = list(read_log(path))
    assert entries == catalogue.audit.entries()
    assert list(flaws(entries, head)) == []
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], lines[2], lines[1]]) + "\n")
    assert list(flaws(read_log(path), head))
    path.write_text(lines[0] + "\n" + json.dumps({"number": 2}) + "\n")
    with pytest.raises(CatalogueError, match="line 2"):
        list(read_log(path))


@pytest.mark.parametrize("text", ["", "7", f"7:{'g' * 64}", f"-1:{'a' * 64}", f"7:{'a' * 63}"])
def test_a_head_must_be_one(text: str) -> None:
    with pytest.raises(SettingError, match="NUMBER:HASH"):
        Head.of(text)
    assert Head.of(f" 7:{'A' * 64}\n") == Head(7, "a" * 64)


def test_whoever_has_sqlite_can_check_the_chain(home: Path) -> None:
    """It needs no Glassbench: a hash is that of a JSON list."""
    with open_catalogue() as catalogue:
        catalogue.audit.append("seen", "it", details={"n": 1})
    with closing(sqlite3.connect(home / "catalogue.db")) as connection:
        rows = connection.execute(
            "SELECT number, at, who, action, subject, objects, details, event, previous, hash FROM audit"
        ).fetchall()
    assert len(rows) == 1
    for *told, digest in rows:
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        assert hashlib.sha256(text.encode()).hexdigest() == digest
