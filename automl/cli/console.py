"""Where the words of a command go: results to standard output, everything else to standard error."""

from __future__ import annotations

import json
import math
import sys
from argparse import Namespace
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.errors import GlassbenchError, SettingError

if TYPE_CHECKING:
    from automl.run import Run

__all__ = ["Console", "find_run", "number", "place_of"]

# A table that goes into a file or a pipe is not squeezed into the width of some terminal.
_UNLIMITED_WIDTH = 400


class Console:
    """Output of one command.

    Parameters
    ----------
    options : Namespace
        `json` and `quiet` are heeded where the command has them.
    """

    def __init__(self, options: Namespace) -> None:
        self.json: bool = getattr(options, "json", False)
        self.quiet: bool = getattr(options, "quiet", False)

    @property
    def is_live(self) -> bool:
        """Whether a person watches: progress may be redrawn in place."""
        return sys.stderr.isatty() and not (self.json or self.quiet)

    def say(self, *lines: str) -> None:
        """Write lines of the result; not in JSON mode, where the result is one document."""
        if not self.json:
            sys.stdout.write("".join(f"{line}\n" for line in lines))
            sys.stdout.flush()

    def note(self, *lines: str) -> None:
        """Write lines beside the result, to standard error."""
        sys.stderr.write("".join(f"{line}\n" for line in lines))
        sys.stderr.flush()

    def progress(self, line: str) -> None:
        """Write a line of progress, unless nobody wants it."""
        if not (self.quiet or self.json):
            self.note(line)

    def document(self, content: Any) -> None:
        """Write the JSON document, in JSON mode."""
        if self.json:
            sys.stdout.write(
                json.dumps(_plain(content), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
            )
            sys.stdout.flush()

    def error(self, error: Exception) -> None:
        """Say what went wrong and what to do about it."""
        message = error.message if isinstance(error, GlassbenchError) else _os_message(error)
        fix = error.fix if isinstance(error, GlassbenchError) else ""
        self.document({"error": {"type": type(error).__name__, "message": message, "fix": fix}})
        self.note(f"automl: {message}", *([f"        {fix}"] if fix else []))

    def table(
        self, headers: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[str] = ()
    ) -> None:
        """Write a table as part of the result; columns named in `right` are aligned to the right."""
        if self.json:
            return
        from rich import box
        from rich.console import Console as RichConsole
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
        for header in headers:
            table.add_column(header, justify="right" if header in right else "left")
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))  # a column may be called "[bold]"
        width = None if sys.stdout.isatty() else _UNLIMITED_WIDTH
        RichConsole(file=sys.stdout, width=width, highlight=False).print(table)


def number(value: float | None, digits: int = 4) -> str:
    """A number with so many significant digits, `–` for none; scientific notation only for extreme sizes."""
    if value is None or not math.isfinite(value):
        return "–"
    if value != 0 and not 1e-5 <= abs(value) < 1e9:
        return f"{value:.{digits - 1}e}"
    whole = len(str(int(abs(value)))) if abs(value) >= 1 else 0
    leading = 0 if abs(value) >= 1 or value == 0 else -math.floor(math.log10(abs(value))) - 1
    return f"{value:,.{max(digits - whole, 0) + leading}f}"


def find_run(name: str, home: Path | None) -> Path:
    """The folder of a run that was given as a path or as an id in the home folder.

    Raises
    ------
    RunError
        When there is no such run.
    """
    from automl.store import Home, RunFolder, is_id

    path = Path(name).absolute()
    if not (path / "spec.json").is_file() and is_id(name):
        return Home(home).run(name).path
    return RunFolder.open(path).path


def place_of(run: Run, row: int) -> int:
    """Where a row of the run's table stands, from 0, as Python and JSON count; people count from 1.

    Raises
    ------
    SettingError
        When the table has no such row.
    """
    prepared = run.folder.read("prepared.json")
    if prepared is not None and row > prepared["rows"]:
        raise SettingError(
            f"There is no row {row:,}.", fix=f"Rows are counted from 1 to {prepared['rows']:,}."
        )
    return row - 1


def _os_message(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return str(error)


def _plain(content: Any) -> Any:
    """`content` with nothing that JSON has no word for."""
    if isinstance(content, dict):
        return {str(key): _plain(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_plain(value) for value in content]
    if hasattr(content, "item"):  # NumPy scalars
        content = content.item()
    if isinstance(content, float) and not math.isfinite(content):
        return None
    return content if content is None or isinstance(content, str | int | float | bool) else str(content)
