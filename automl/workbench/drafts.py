"""What a person is about to start: an uploaded or sample table and the choices made so far.

A draft lives in `uploads/<id>/` of the home folder, so that a refresh, a second tab or a restarted server
finds it again, and so that a large upload does not stay in the server's memory.
"""

from __future__ import annotations

import re
import secrets
import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from automl.errors import RunError
from automl.store import Home, files, is_id

__all__ = ["Draft", "Sample", "find", "from_sample", "from_upload", "open_draft", "samples", "tidy"]

_KEPT_DAYS = 7
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Sample:
    """A table that comes with Glassbench."""

    path: Path
    title: str
    text: str
    target: str


_SAMPLES = (
    (
        "telco_churn.csv",
        "Customer churn",
        "Churn",
        "7,043 telephone customers: which of them left? Two classes.",
    ),
    ("penguins.csv", "Penguins", "species", "344 penguins on three islands: which species? Three classes."),
    (
        "ames.csv",
        "House prices",
        "Sale_Price",
        "2,930 houses in Ames, Iowa, in 73 columns: what price? A number.",
    ),
    (
        "sms_spam.csv",
        "Text messages",
        "type",
        "5,574 text messages in plain words: which are spam? Two classes.",
    ),
)


def samples() -> list[Sample]:
    """The sample tables that are there: beside the package, or in the folder that the server was started in.

    An installed copy that is started elsewhere has none.
    """
    folders = (Path(__file__).resolve().parents[2] / "sample_data", Path("sample_data").absolute())
    folder = next((folder for folder in folders if folder.is_dir()), folders[0])
    found = (Sample(folder / file, title, text, target) for file, title, target, text in _SAMPLES)
    return [sample for sample in found if sample.path.is_file()]


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

    def get(self, key: str, default: Any = None) -> Any:
        """A choice made so far."""
        return self._content["choices"].get(key, default)

    def put(self, **choices: Any) -> None:
        """Remember choices; None forgets one."""
        merged = {**self._content["choices"], **choices}
        kept = {key: value for key, value in merged.items() if value is not None}
        if kept != self._content["choices"]:
            self._content["choices"] = kept
            files.write_json(self.path / "draft.json", self._content)


def _create(home: Home, draft_id: str, table: Path, name: str, choices: dict[str, Any]) -> Draft:
    path = home.uploads_path / draft_id
    path.mkdir(exist_ok=True)
    content = {"version": 1, "created": time.time(), "table": str(table), "name": name, "choices": choices}
    files.write_json(path / "draft.json", content)
    return Draft(path)


def from_upload(home: Home, name: str, stream: BinaryIO) -> Draft:
    """Copy an uploaded file to the disk.

    Parameters
    ----------
    home : Home
    name : str
        As the browser gave it; only its last part is used, and only its harmless characters.
    stream : binary file
        Read from its beginning.
    """
    draft_id = _new_id()
    folder = home.uploads_path / draft_id
    folder.mkdir()
    safe = (
        re.sub(r"[^\w.()+ -]", "_", name.replace("\\", "/").rsplit("/", 1)[-1]).lstrip(". ")[-120:]
        or "table.csv"
    )
    table = folder / safe
    stream.seek(0)
    with table.open("wb") as copy:
        shutil.copyfileobj(stream, copy, _CHUNK)
    return _create(home, draft_id, table, safe, {})


def from_sample(home: Home, sample: Sample) -> Draft:
    """A draft about a sample table, with its usual target chosen."""
    return _create(home, _new_id(), sample.path, sample.path.name, {"target": sample.target})


def open_draft(home: Home, draft_id: str) -> Draft:
    """The draft with this id.

    Raises
    ------
    RunError
        When the id is malformed (it may come from a URL), or the draft is no longer there.
    """
    path = home.uploads_path / draft_id if is_id(draft_id) else None
    if path is None or not (path / "draft.json").is_file():
        raise RunError("This upload is no longer here.", fix="Upload the table again.")
    return Draft(path)


def find(home: Home, table: str | None) -> Draft | None:
    """The newest draft about a table's file, to start from it once more."""
    if table is None or not Path(table).is_file():
        return None
    for path in sorted(home.uploads_path.glob("*/draft.json"), reverse=True):
        draft = Draft(path.parent)
        if str(draft.table) == table:
            return draft
    return None


def tidy(home: Home, used: Iterable[str]) -> None:
    """Delete uploads that are older than a week and that no run was started from.

    Parameters
    ----------
    home : Home
    used : iterable of str
        The sources of all runs; one that has not read its table yet needs it, and so may a resume.
    """
    sources = [Path(source) for source in used]
    oldest = time.time() - 86400 * _KEPT_DAYS
    for path in home.uploads_path.iterdir():
        if (
            path.is_dir()
            and path.stat().st_mtime < oldest
            and not any(s.is_relative_to(path) for s in sources)
        ):
            shutil.rmtree(path)


def _new_id() -> str:
    return f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{secrets.token_hex(4)}"
