"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from automl.errors import SettingError

__all__ = ["check_new", "write_folder"]


def check_new(path: Path) -> None:
    """Refuse a place that holds something, or that has no folder to be in.

    Raises
    ------
    SettingError
    """
    if path.is_dir() and not any(path.iterdir()):
        return
    if path.exists():
        raise SettingError(
            f"{str(path)!r} is there already.", fix="Choose another place, or remove it first."
        )
    if not path.parent.is_dir():
        raise SettingError(f"There is no folder {str(path.parent)!r}.", fix="Make it first.")


def write_folder(path: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a new folder.

    Raises
    ------
    SettingError
        When it is there already and not empty.
    """
    check_new(path)
    part = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        for name, content in files.items():
            place = part / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        part.chmod(0o755)
        if path.is_dir():
            path.rmdir()
        part.rename(path)
    finally:
        shutil.rmtree(part, ignore_errors=True)
