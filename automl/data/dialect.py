"""How a text table is laid out: delimiter, quote mark, header, decimal mark."""

from __future__ import annotations

import csv
import io
import itertools
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ..errors import DataError
from .dates import guess_date_format
from .numbers import LEADING_ZERO
from .table import ReadOptions
from .tokens import is_missing_token

__all__ = ["Dialect", "detect_dialect", "guess_decimal", "has_header", "long_fields", "parse_records"]

DELIMITERS = (",", ";", "\t", "|")
_NO_DELIMITER = "\x1f"  # the "unit separator": occurs in no text, so every line is one field
_SAMPLE = 256 * 1024
_NUMBER = re.compile(r"[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?\s*%?\Z")


@dataclass(frozen=True)
class Dialect:
    """The layout of a text table.

    `skip` is how many records stand before the header (titles, comments); `width` how many fields a record
    has.
    """

    delimiter: str
    quotechar: str
    skip: int
    width: int

    @property
    def shown_delimiter(self) -> str | None:
        """The delimiter for the report: None when every line is one field."""
        return None if self.delimiter == _NO_DELIMITER else self.delimiter


@contextmanager
def long_fields() -> Iterator[None]:
    """Let the csv module read fields of any length (its limit is global, so it is put back)."""
    before = csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    try:
        yield
    finally:
        csv.field_size_limit(before)


def parse_records(text: str, delimiter: str, quotechar: str) -> list[list[str]]:
    """The records of a text, blank lines left out."""
    quoting: dict[str, Any] = {"quotechar": quotechar} if quotechar else {"quoting": csv.QUOTE_NONE}
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, **quoting)
    with long_fields():
        return [record for record in reader if record and not (len(record) == 1 and not record[0].strip())]


def detect_dialect(text: str, options: ReadOptions, *, whole: bool) -> Dialect:
    """The layout that makes the sample most table-like.

    Each candidate delimiter is judged by how many records have the same number of fields, whether the header
    does, and whether the fields then look like single values (free of the other candidates).

    Parameters
    ----------
    text : str
        The beginning of the file.
    options : ReadOptions
        What the person has settled.
    whole : bool
        Whether `text` is the whole file; if not, its last record may be cut off and does not count.
    """
    quotes = [options.quotechar] if options.quotechar is not None else ['"', "'"]
    best: tuple[float, Dialect] | None = None
    for quotechar in quotes:
        if options.quotechar is None and quotechar == "'" and not _single_quoted(text):
            continue
        for delimiter in (options.delimiter,) if options.delimiter else DELIMITERS:
            records = parse_records(text, delimiter, quotechar)
            if not whole and len(records) > 1:
                records.pop()
            scored = _score(records, delimiter, quotechar, forced=options.delimiter is not None)
            if scored is not None and (best is None or scored[0] > best[0] + 1e-9):
                best = scored
    if best is None:
        return Dialect(options.delimiter or _NO_DELIMITER, options.quotechar or '"', 0, 1)
    return best[1]


def _single_quoted(text: str) -> bool:
    """Whether single quotes stand around fields and double quotes do not."""
    edges = len(re.findall(r"(?:^|[,;\t|])'[^'\n]*'(?=[,;\t|\r\n]|$)", text[:_SAMPLE], re.M))
    return edges >= 2 and edges > len(re.findall(r'(?:^|[,;\t|])"', text[:_SAMPLE], re.M))


def _score(
    records: Sequence[Sequence[str]], delimiter: str, quotechar: str, *, forced: bool
) -> tuple[float, Dialect] | None:
    if not records:
        return None
    widths = Counter(len(record) for record in records)
    body = Counter(len(record) for record in records[1:]) or widths
    width = max(body, key=lambda size: (body[size], size == len(records[0]), size))
    if width < 2 and not forced:
        return None
    skip = _preamble(records, width)
    kept = records[skip:]
    header = len(kept[0])
    # A trailing delimiter on the data rows, or row names without a header: one field more than the header.
    if header == width - 1 and header >= 2 and skip == 0:
        consistency = body[width] / body.total() * 0.95
        if consistency < 0.9:
            return None
    elif header != width:
        if not forced:
            return None
        width = header
        consistency = sum(len(record) == width for record in kept) / len(kept)
    else:
        consistency = sum(len(record) == width for record in kept) / len(kept)
    if consistency < 0.5 and not forced:
        return None
    others = [sign for sign in DELIMITERS if sign != delimiter]
    cells = [cell for record in kept[:200] for cell in record if cell]
    clean = sum(
        bool(_NUMBER.match(cell.strip())) or not any(sign in cell for sign in others) for cell in cells
    )
    purity = clean / len(cells) if cells else 1.0
    dialect = Dialect(delimiter, quotechar, skip, width)
    return consistency * (0.3 + 0.7 * purity) * (1 - 0.6 / (width + 1)) - 0.02 * bool(skip), dialect


def _preamble(records: Sequence[Sequence[str]], width: int) -> int:
    """How many records before the header are titles or comments: few fields, at most twenty of them."""
    comments = 0
    while comments < min(20, len(records) - 2) and records[comments][0].lstrip().startswith("#"):
        comments += 1
    if comments and len(records[comments]) == width and any(len(row) != width for row in records[:comments]):
        return comments
    if width < 3:
        return 0
    for skip in range(min(20, len(records) - 2)):
        filled = sum(bool(cell.strip()) for cell in records[skip])
        if len(records[skip]) >= width - 1 and filled > 1:
            return skip
        if filled > 2:
            return 0
    return 0


def is_number(text: str) -> bool:
    """Whether a cell looks like a number in either decimal notation."""
    return bool(_NUMBER.match(text.strip()))


def has_header(records: Sequence[Sequence[str]]) -> bool:
    """Whether the first record names the columns.

    Columns vote: numbers or dates below a word speak for a header, below another such value against it. Words
    that occur again below speak against it too. Without evidence there is a header, since tables mostly have
    one.
    """
    first, body = records[0], records[1:300]
    if not body:
        return not all(is_number(cell) for cell in first if cell.strip()) or not any(
            cell.strip() for cell in first
        )
    for_header = against = repeats = 0
    numeric_names: list[float] = []
    for position, cell in enumerate(first):
        below = [record[position] for record in body if position < len(record)]
        below = [value for value in below if not is_missing_token(value)]
        if not below:
            continue
        name = cell.strip()
        numeric = sum(map(is_number, below)) >= 0.9 * len(below)
        if numeric and name:
            if is_number(name):
                against += 1
                if not LEADING_ZERO.match(name) and name.isdecimal():
                    numeric_names.append(float(name))
            else:
                for_header += 1
        elif _dates(below):
            for_header += not _dates([name])
            against += _dates([name])
        elif name and len(set(below)) < len(below) and name in below:
            repeats += 1
    if for_header:
        return True
    years = len(numeric_names) >= 2 and all(1800 <= number <= 2200 for number in numeric_names)
    if years and all(b > a for a, b in itertools.pairwise(numeric_names)):
        return True  # "country, 1990, 1991, 1992": years as names
    return not (against or repeats >= 2 or (repeats and len(first) == 1))


def _dates(values: Sequence[str]) -> bool:
    if not all(any(character.isdigit() for character in value) for value in values[:5]):
        return False
    return guess_date_format(values[:20], [1] * len(values[:20])) is not None


def guess_decimal(records: Sequence[Sequence[str]], delimiter: str) -> str:
    """The decimal mark that the numbers of a table use."""
    comma = dot = 0
    for record in records[:1000]:
        for cell in record:
            text = cell.strip()
            if re.fullmatch(r"[-+]?(\d{1,3}(\.\d{3})+|\d+),\d+\s*[%€]?", text):
                comma += not re.fullmatch(r"[-+]?[1-9]\d{0,2},\d{3}", text) or delimiter in (";", "\t")
            elif re.fullmatch(r"[-+]?(\d{1,3}(,\d{3})+|\d+)\.\d+([eE][-+]?\d+)?\s*[%€$]?", text):
                dot += 1
    return "," if comma > dot else "."


def sample_of(data: bytes) -> tuple[str, bool]:
    """The beginning of a UTF-8 file, cut between characters, and whether that is all of it."""
    if len(data) <= _SAMPLE:
        return data.decode("utf-8"), True
    return data[:_SAMPLE].decode("utf-8", errors="ignore"), False


def refuse_nothing(records: Sequence[Sequence[str]], source: str) -> None:
    """Refuse a file of blank lines only.

    Raises
    ------
    DataError
    """
    if not records:
        raise DataError(
            f"{source} holds nothing but blank lines.", fix="Check that the right file was chosen.", line=1
        )
