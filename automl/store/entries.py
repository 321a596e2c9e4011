"""Folders in a run's folder that each hold what came of one thing: scorings, timelines.

A file that is written last marks an entry: it exists when that does.
"""

from __future__ import annotations

from pathlib import Path

from automl.errors import RunError
from automl.store.run_folder import RunFolder, is_id

__all__ = ["entries", "entry"]


def entry(run: RunFolder, kind: str, entry_id: str, mark: str, what: str) -> Path:
    """The folder of one entry.

    Parameters
    ----------
    run : RunFolder
    kind : str
        Name of the folder that holds all of them.
    entry_id : str
    mark : str
        Name of the file that is written last.
    what : str
        What it is, in a word, for the message.

    Raises
    ------
    RunError
        When the id is malformed (it may come from a URL), or there is none.
    """
    folder = run.path / kind / entry_id if is_id(entry_id) else None
    if folder is None or not (folder / mark).is_file():
        raise RunError(
            f"There is no such {what} here.", fix="It may have been deleted. Choose one from the list."
        )
    return folder


def entries(run: RunFolder, kind: str, mark: str) -> list[Path]:
    """The folders of all entries."""
    return [path.parent for path in (run.path / kind).glob(f"*/{mark}")]
