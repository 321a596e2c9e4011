"""Prediction logs on record: their hashes, and the rows of a person taken out of them.

A row that is taken out is overwritten where it stands by a tombstone of the same length, which holds the
SHA-256 of the line that was there. So a server may go on appending meanwhile, whoever has a copy of the line
can prove that it was this one, and the audit log says what the file was before and is after. Tombstones and
audit log name neither the person nor a value.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from automl.errors import CatalogueError, SettingError
from automl.store.audit.chain import Entry
from automl.store.audit.log import AuditLog

__all__ = ["Forgotten", "Sealed", "forget", "log_flaws", "seal"]

_LOGS = "predictions*.jsonl"
_SEALED, _FORGOTTEN = "predictions_sealed", "predictions_forgotten"


@dataclass(frozen=True)
class Sealed:
    """The beginning of a log as it was when it was put on record.

    Attributes
    ----------
    file : str
        Its name then; a log that has grown large gets another one.
    bytes, lines : int
    sha256 : str
    """

    file: str
    bytes: int
    lines: int
    sha256: str


@dataclass(frozen=True)
class Forgotten:
    """What was taken out.

    Attributes
    ----------
    rows : int
    files : tuple of str
    entry : Entry or None
        Of the audit log; None where there was nothing to take out.
    """

    rows: int
    files: tuple[str, ...]
    entry: Entry | None


def seal(log: AuditLog, folder: Path) -> list[Sealed]:
    """Put the hashes of the logs in a folder on record.

    Parameters
    ----------
    log : AuditLog
    folder : Path
        That of `automl serve --log`.

    Raises
    ------
    CatalogueError
        When there is no log.
    """
    found = [_sealed(path) for path in _logs(folder)]
    log.append(
        _SEALED, str(folder.absolute()), objects={each.file: each.sha256 for each in found},
        details={"files": {each.file: {"bytes": each.bytes, "lines": each.lines} for each in found}},
    )  # fmt: skip
    return found


def forget(
    log: AuditLog,
    folder: Path,
    *,
    where: Mapping[str, str | None] | None = None,
    ids: Sequence[str] = (),
    reason: str = "",
) -> Forgotten:
    """Take rows out of the logs of a folder.

    Parameters
    ----------
    log : AuditLog
    folder : Path
    where : mapping of column to value, optional
        Rows that have all of these values; None: missing.
    ids : sequence of str
        Ids of predictions.
    reason : str
        Kept on record; it should name nobody.

    Raises
    ------
    SettingError
        When nothing says which rows, or a column is in none of the logs.
    CatalogueError
        When there is no log, or a line is none.
    """
    where = dict(where or {})
    if not where and not ids:
        raise SettingError(
            "Expected what tells the rows to forget, found nothing.",
            fix="Give --where COLUMN=VALUE, or the --id of a prediction.",
        )
    expected = _expected(log, folder)
    known: set[str] = set()
    plans = [(path, list(_found(path, where, set(ids), known))) for path in _logs(folder)]
    if missing := [column for column in where if column not in known]:
        raise SettingError(
            f"No row in {folder} has the column {missing[0]!r}.",
            fix="It may have been redacted. Name a column that is in the log, or the ids of the predictions.",
            column=missing[0],
        )
    plans = [(path, lines) for path, lines in plans if lines]
    if not plans:
        return Forgotten(0, (), None)
    files: dict[str, Any] = {}
    objects: dict[str, str] = {}
    for path, lines in plans:
        before, after = _sealed(path), _sealed(path, dict(lines))
        files[path.name] = {
            "bytes": before.bytes, "lines": before.lines, "before": before.sha256,
            "removed": [_digest(line) for _, line in lines],
            "replaces": [e.sha256 for e in expected if e.sha256 == _prefix(path, e.bytes)],
        }  # fmt: skip
        objects[path.name] = after.sha256
    # First on record, then done: what was cut off in between is found by `log_flaws`, and done again.
    entry = log.append(
        _FORGOTTEN, str(folder.absolute()), objects=objects,
        details={
            "files": files, "columns": sorted(where), "ids": len(ids), "reason": reason,
            "rows": sum(len(lines) for _, lines in plans),
        },
    )  # fmt: skip
    for path, lines in plans:
        _overwrite(path, lines)
    return Forgotten(sum(len(lines) for _, lines in plans), tuple(path.name for path, _ in plans), entry)


def log_flaws(log: AuditLog, folder: Path) -> list[str]:
    """Logs of a folder that are not as they were put on record, in words.

    Lines that were appended since are no flaw, nor is another name of a file that had grown large.
    """
    paths = list(_logs(folder))
    flaws = []
    for each in _expected(log, folder):
        if any(_prefix(path, each.bytes) == each.sha256 for path in paths):
            continue
        flaws.append(
            f"{each.file}: its first {each.lines:,} lines ({each.bytes:,} bytes) are not as they were put on "
            "record, and in no other file of the folder."
        )
    return flaws


def _logs(folder: Path) -> list[Path]:
    found = sorted(folder.glob(_LOGS))
    if not found:
        raise CatalogueError(
            f"There is no prediction log in {folder}.", fix="Give the folder that `automl serve` writes to."
        )
    return found


def _expected(log: AuditLog, folder: Path) -> list[Sealed]:
    """What the logs of a folder should begin with, after all that is on record."""
    expected: dict[str, Sealed] = {}
    for entry in log.about([str(folder.absolute())]):
        told = entry.facts()
        if entry.action not in (_SEALED, _FORGOTTEN):
            continue
        for name, facts in told["details"]["files"].items():
            for digest in facts.get("replaces", ()):
                expected.pop(digest, None)
            expected.pop(facts.get("before", ""), None)
            digest = told["objects"][name]
            expected[digest] = Sealed(name, facts["bytes"], facts["lines"], digest)
    return list(expected.values())


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Where each whole line begins, and the line; the last one may still be on its way."""
    place = 0
    with path.open("rb") as stream:
        for line in stream:
            if line.endswith(b"\n"):
                yield place, line
            place += len(line)


def _found(
    path: Path, where: Mapping[str, str | None], ids: set[str], known: set[str]
) -> Iterator[tuple[int, bytes]]:
    """Lines of the rows that are meant; the columns that rows have are added to `known`."""
    for number, (place, line) in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
        except ValueError:
            continue  # cut off by a power failure: the server began a new line behind it
        if not isinstance(told, dict):
            raise _no_prediction(number, path, "is no prediction")
        row = told.get("row", {})
        known.update(row)
        by_value = bool(where) and all(c in row and _is(row[c], v) for c, v in where.items())
        if told.get("id") in ids or by_value:
            if len(line) <= len(_tombstone(line)):
                raise _no_prediction(number, path, "is too short to be a prediction")
            yield place, line


def _no_prediction(number: int, path: Path, what: str) -> CatalogueError:
    return CatalogueError(
        f"Line {number} of {path} {what}.",
        fix="Look at it: a log's lines have id, time, model, row and prediction.",
        line=number,
    )


def _is(found: Any, value: str | None) -> bool:
    """Whether a value of a row is the one that was typed."""
    if found is None or value is None:
        return found is None and value is None
    if isinstance(found, bool):
        return str(found).lower() == value.lower()
    if isinstance(found, int | float):
        try:
            return float(value) == float(found)
        except ValueError:
            return False
    return str(found) == value


def _tombstone(line: bytes) -> bytes:
    return b'{"erased":"' + _digest(line).encode() + b'"}'


def _digest(line: bytes) -> str:
    return hashlib.sha256(line.rstrip(b"\n")).hexdigest()


def _in_place(line: bytes) -> bytes:
    """What takes the place of a line, of the same length."""
    return _tombstone(line).ljust(len(line) - 1) + b"\n"


def _sealed(path: Path, replaced: Mapping[int, bytes] | None = None) -> Sealed:
    """A log as it is, or as it will be with some lines replaced: by place, the line that is there."""
    digest, size, count = hashlib.sha256(), 0, 0
    for place, line in _lines(path):
        digest.update(_in_place(line) if replaced and place in replaced else line)
        size, count = place + len(line), count + 1
    return Sealed(path.name, size, count, digest.hexdigest())


def _prefix(path: Path, size: int) -> str | None:
    """The SHA-256 of the first bytes of a file; None where it has fewer."""
    if path.stat().st_size < size:
        return None
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        left = size
        while left and (part := stream.read(min(left, 1_000_000))):
            digest.update(part)
            left -= len(part)
    return digest.hexdigest()


def _overwrite(path: Path, lines: Iterable[tuple[int, bytes]]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        for place, line in lines:
            data = memoryview(_in_place(line))
            while data:
                done = os.pwrite(handle, data, place)
                data, place = data[done:], place + done
        os.fsync(handle)
    finally:
        os.close(handle)
