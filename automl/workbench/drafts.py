"""What a person is about to start: a table, where it came from, and the choices made so far.

A draft lives in `uploads/<id>/` of the home folder, so that a refresh, a second tab or a restarted server
finds it again. It is the one place that knows the choices: what the page shows is read from it, what a person
changes is written to it at once.
"""

from __future__ import annotations

import re
import secrets
import shutil
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from automl.errors import RunError
from automl.store import Home, files, is_id
from automl.workbench import data_folders
from automl.workbench.samples import Sample, samples

__all__ = [
    "Draft", "Sample", "find", "from_folder", "from_query", "from_run", "from_sample", "from_upload",
    "from_version",
    "new_folder", "open_draft", "register_upload", "safe_name", "samples", "tidy",
]  # fmt: skip

_KEPT_DAYS = 7
_CHUNK = 1 << 20
_UNDO = 50
_OWN_FILES = ("draft.json", "spec.json", "jobs")


class Draft:
    """A table and the choices about it.

    Parameters
    ----------
    path : Path
        Folder of the draft.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._content: dict[str, Any] = files.read_json(path / "draft.json")

    @property
    def id(self) -> str:
        """The draft's id, which stands in the page's address."""
        return self.path.name

    @property
    def table(self) -> Path:
        """The table's file."""
        return Path(self._content["table"])

    @property
    def name(self) -> str:
        """What the person calls the file."""
        return str(self._content["name"])

    @property
    def source(self) -> dict[str, Any]:
        """Where the table came from; `kind` is upload, sample, folder, query, run or version."""
        return dict(self._content.get("source") or {"kind": "upload"})

    @property
    def choices(self) -> dict[str, Any]:
        """All choices made so far."""
        return dict(self._content["choices"])

    @property
    def last_change(self) -> str | None:
        """What the last change that can be taken back was, in a few words."""
        history = self._content.get("history") or []
        return str(history[-1]["what"]) if history else None

    def get(self, key: str, default: Any = None) -> Any:
        """A choice made so far."""
        return self._content["choices"].get(key, default)

    def put(self, **choices: Any) -> None:
        """Remember choices; None forgets one."""
        self._write(self._merged(choices), self._content.get("history") or [])

    def change(self, what: str, **choices: Any) -> None:
        """Remember choices in a way that `undo` takes back.

        Parameters
        ----------
        what : str
            In a few words, what was changed: the person reads it beside the button that takes it back.
        **choices
            As for `put`.
        """
        now, merged = self._content["choices"], self._merged(choices)
        before = {key: now.get(key) for key in choices if now.get(key) != merged.get(key)}
        if before:
            history = [*(self._content.get("history") or []), {"what": what, "before": before}]
            self._write(merged, history[-_UNDO:])

    def undo(self) -> None:
        """Take the last change back; what was chosen besides stays."""
        history = list(self._content.get("history") or [])
        if history:
            last = history.pop()
            self._write(self._merged(last["before"]), history)

    def _merged(self, choices: Mapping[str, Any]) -> dict[str, Any]:
        merged = {**self._content["choices"], **choices}
        return {key: value for key, value in merged.items() if value is not None}

    def _write(self, choices: dict[str, Any], history: list[Any]) -> None:
        if choices != self._content["choices"] or history != (self._content.get("history") or []):
            self._content |= {"choices": choices, "history": history}
            files.write_json(self.path / "draft.json", self._content)


def _create(
    folder: Path, table: Path, name: str, source: dict[str, Any], choices: Mapping[str, Any] | None = None
) -> Draft:
    content = {
        "version": 2,
        "created": time.time(),
        "table": str(table),
        "name": name,
        "source": source,
        "choices": dict(choices or {}),
    }
    files.write_json(folder / "draft.json", content)
    return Draft(folder)


def new_folder(home: Home) -> Path:
    """An empty folder for a draft; its name sorts by time."""
    name = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{secrets.token_hex(4)}"
    folder = home.uploads_path / name
    folder.mkdir()
    return folder


def safe_name(name: str) -> str:
    """A file name as a browser gave it, with only its last part and its harmless characters.

    Examples
    --------
    >>> safe_name("../../etc/pass wd;.csv"), safe_name(""), safe_name("draft.json")
    ('pass wd_.csv', 'table.csv', 'table-draft.json')
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    safe = re.sub(r"[^\w.()+ -]", "_", last).lstrip(". ")
    while len(safe.encode()) > 200:  # file systems count bytes
        safe = safe[1:]
    safe = safe.lstrip(". ")
    return f"table-{safe}" if safe.lower() in _OWN_FILES else safe or "table.csv"


def register_upload(folder: Path, table: Path) -> Draft:
    """The draft of a file that stands in its folder already."""
    return _create(folder, table, table.name, {"kind": "upload"})


def from_upload(home: Home, name: str, stream: BinaryIO) -> Draft:
    """Copy an uploaded file to the disk.

    Parameters
    ----------
    home : Home
    name : str
        As the browser gave it; see `safe_name`.
    stream : binary file
        Read from its beginning.
    """
    folder = new_folder(home)
    table = folder / safe_name(name)
    stream.seek(0)
    with table.open("wb") as copy:
        shutil.copyfileobj(stream, copy, _CHUNK)
    return register_upload(folder, table)


def from_sample(home: Home, sample: Sample) -> Draft:
    """A draft about a sample table, with its usual target chosen."""
    source = {"kind": "sample", "title": sample.title}
    return _create(new_folder(home), sample.path, sample.path.name, source, {"target": sample.target})


def from_folder(home: Home, path: str | Path) -> Draft:
    """A draft about a file in one of the folders that the operator allows; it stays where it is.

    Raises
    ------
    SettingError
        When it is not in one of them.
    DataError
        When there is no such file.
    """
    table = data_folders.allowed_file(path)
    return _create(new_folder(home), table, table.name, {"kind": "folder", "path": str(table)})


def from_query(home: Home, connection: str, query: str, rows: int, seconds: float) -> Draft:
    """A draft whose table a job is to fetch from a database: a job of the kind `query`.

    Parameters
    ----------
    home : Home
    connection : str
        Name of the connection.
    query : str
    rows, seconds : int, float
        Limits.
    """
    folder = new_folder(home)
    name = f"{re.sub(r'[^A-Za-z0-9_]', '_', connection)}.parquet"
    source = {"kind": "query", "connection": connection, "query": query, "rows": rows, "seconds": seconds}
    # Jobs live in folders that say what they are: with this file a draft is one.
    files.write_json(folder / "spec.json", {"version": 1, "id": folder.name, "draft": True})
    return _create(folder, folder / name, name, source)


def from_run(home: Home, spec: Mapping[str, Any]) -> Draft | None:
    """A draft that asks once more for what a run was asked for, None where its table is no longer there.

    Parameters
    ----------
    home : Home
    spec : mapping
        Of the run.
    """
    table = Path(str(spec.get("source") or ""))
    if not spec.get("source") or not table.is_file():
        return None
    choices = {
        "target": spec["target"],
        "name": spec.get("name"),
        "warm_start": None,
        "track": (spec.get("track") or {}).get("uri"),
        "calibrate": False if spec.get("calibrate") == "off" else None,
        "memory": spec["memory"] / 1e9 if spec.get("memory") else None,
        "budget": int(spec["budget"]) if float(spec["budget"]).is_integer() else spec["budget"],
        "interpretable": spec.get("interpretable") or None,
        "drop_duplicates": spec.get("drop_duplicates") or None,
        "seed": spec.get("seed") or None,
        **{
            key: spec.get(key) or None
            for key in (
                "task", "metric", "max_trials", "kinds", "excluded", "groups", "time", "weights", "monotone",
                "max_latency_ms", "max_size_mb", "costs", "read",
            )
        },
    }  # fmt: skip
    kept = {key: value for key, value in choices.items() if value is not None}
    before = find(home, str(table))
    name = before.name if before else table.name
    source = before.source if before else {"kind": "run", "run": spec.get("id")}
    return _create(new_folder(home), table, name, source, kept)


def from_version(home: Home, table: Path, label: str) -> Draft:
    """A draft about a table that the catalogue knows as a version of a dataset; it stays where it is."""
    return _create(new_folder(home), table, table.name, {"kind": "version", "version": label})


def open_draft(home: Home, draft_id: str) -> Draft:
    """The draft with this id.

    Raises
    ------
    RunError
        When the id is malformed (it may come from a URL), or the draft is no longer there.
    SettingError, DataError
        When it is about a file on the server that may no longer be read, or has gone.
    """
    path = home.uploads_path / draft_id if is_id(draft_id) else None
    if path is None or not (path / "draft.json").is_file():
        raise RunError(
            "This draft is no longer here.",
            fix="Drafts that no run was started from are deleted after a week. Upload the table again.",
        )
    draft = Draft(path)
    if draft.source["kind"] == "folder":
        data_folders.allowed_file(draft.table)
    elif draft.source["kind"] != "query" and not draft.table.is_file():
        raise RunError(f"The file {draft.name!r} is no longer here.", fix="Upload the table again.")
    return draft


def find(home: Home, table: str | None) -> Draft | None:
    """The newest draft about a table's file."""
    if table is None or not Path(table).is_file():
        return None
    for path in sorted(home.uploads_path.glob("*/draft.json"), reverse=True):
        draft = Draft(path.parent)
        if str(draft.table) == table:
            return draft
    return None


def tidy(home: Home, used: Iterable[str]) -> None:
    """Delete drafts that are older than a week, with their uploads, unless a run or a draft needs the upload.

    Parameters
    ----------
    home : Home
    used : iterable of str
        The sources of all runs; one that has not read its table yet needs it, and so may a resume.
    """
    oldest = time.time() - 86400 * _KEPT_DAYS
    needed = [Path(source) for source in used]
    old: list[Path] = []
    for path in home.uploads_path.iterdir():
        if not path.is_dir():
            continue
        changed = max((p.stat().st_mtime for p in (path, path / "draft.json") if p.exists()), default=0.0)
        if changed < oldest:
            old.append(path)
        elif (path / "draft.json").is_file():
            needed.append(Draft(path).table)
    for path in old:
        if not any(table.is_relative_to(path) for table in needed):
            shutil.rmtree(path)
