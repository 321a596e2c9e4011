"""What a file is, by its first bytes and never by its name alone."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from ..errors import DataError

__all__ = ["file_format", "gunzip", "refuse_markup"]

MAX_UNPACKED = 8 * 2**30
MAX_WORKBOOK = 4 * 2**30

_SAVE_AS_CSV = "Save or export the table as CSV (UTF-8), Excel (.xlsx) or Parquet."
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x89HDF", "an HDF5 file"),
    (b"ARROW1", "an Arrow (Feather) file"),
    (b"ORC", "an ORC file"),
    (b"Obj\x01", "an Avro file"),
    (b"$FL2", "an SPSS file"),
    (b"<stata_dta>", "a Stata file"),
    (b"\x80\x02", "a Python pickle, which is never opened since it can run code"),
    (b"\x80\x03", "a Python pickle, which is never opened since it can run code"),
    (b"\x80\x04", "a Python pickle, which is never opened since it can run code"),
    (b"\x80\x05", "a Python pickle, which is never opened since it can run code"),
    (b"\x7fELF", "a program"),
    (b"{\\rtf", "a rich text document"),
)


def file_format(data: bytes, source: str) -> str:
    """The format of a file: "gzip", "excel", "parquet" or "text".

    Parameters
    ----------
    data : bytes
        The whole file.
    source : str
        Its name, for messages.

    Raises
    ------
    DataError
        If it is empty or of a kind that holds no table that can be read here.
    """
    if not data:
        raise DataError(
            f"{source} is empty (0 bytes).", fix="Check that the upload or download was complete."
        )
    if data[:2] == b"\x1f\x8b":
        return "gzip"
    if data[:4] == b"PAR1":
        return "parquet"
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"):
        return _zip_format(data, source)
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise DataError(
            f"{source} is an old Excel file (.xls) or one protected by a password.",
            fix="Open it in Excel or LibreOffice and save it as .xlsx without a password, or as CSV.",
        )
    for start, what in _FOREIGN:
        if data.startswith(start) and not (start == b"ORC" and b"," in data[:200]):
            fix = "Unpack it first." if "archive" in what else _SAVE_AS_CSV
            raise DataError(f"{source} is {what}, not a table.", fix=fix)
    return "text"


def _zip_format(data: bytes, source: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            unpacked = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise DataError(
            f"{source} starts like an Excel or zip file but is cut off or damaged ({error}).",
            fix="Download or save it again.",
        ) from error
    if any(name.startswith("xl/") for name in names):
        if unpacked > MAX_WORKBOOK:
            raise DataError(
                f"{source} unpacks to {unpacked / 2**30:.1f} GiB, more than a workbook reasonably holds.",
                fix="Save the table as CSV or Parquet.",
            )
        if "xl/workbook.bin" in names:
            raise DataError(f"{source} is a binary Excel file (.xlsb).", fix="Save it as .xlsx or CSV.")
        return "excel"
    if "mimetype" in names and "content.xml" in names:
        raise DataError(f"{source} is an OpenDocument file.", fix="Save it as .xlsx or CSV.")
    shown = ", ".join(names[:3]) or "nothing"
    raise DataError(f"{source} is a zip archive (holding {shown}).", fix="Unpack it first.")


def gunzip(data: bytes, source: str) -> bytes:
    """The content of a gzip file of one or more members.

    Raises
    ------
    DataError
        If it is cut off, damaged, or unpacks to more than 8 GiB.
    """
    parts: list[bytes] = []
    size = 0
    rest = data
    while rest:
        unpacker = zlib.decompressobj(wbits=31)
        try:
            while not unpacker.eof and rest:
                part = unpacker.decompress(rest, 2**26)
                rest = unpacker.unconsumed_tail
                size += len(part)
                parts.append(part)
                if size > MAX_UNPACKED:
                    raise DataError(
                        f"{source} unpacks to more than {MAX_UNPACKED >> 30} GiB.", fix="Split the file."
                    )
        except zlib.error as error:
            lines = sum(part.count(b"\n") for part in parts)
            raise DataError(
                f"{source} is a damaged gzip file: it cannot be unpacked after {size:,} bytes ({error}).",
                fix="Download or compress it again.",
                line=lines + 1,
            ) from error
        if not unpacker.eof:
            lines = sum(part.count(b"\n") for part in parts)
            raise DataError(
                f"{source} is a gzip file that is cut off: it ends in line {lines + 1:,} of its content, "
                f"after {size:,} bytes.",
                fix="Download or compress it again.",
                line=lines + 1,
            )
        # Padding of zeros after the last member is customary and means nothing.
        rest = unpacker.unused_data.lstrip(b"\x00")
    return b"".join(parts)


def refuse_markup(text: str, source: str) -> None:
    """Refuse web pages, JSON and other texts that are no table but would parse as one.

    Parameters
    ----------
    text : str
        The beginning of the file.
    source : str
        Its name, for messages.

    Raises
    ------
    DataError
        With the page's title, if it is a web page.
    """
    start = text.lstrip()[:5000]
    head = start[:300].lower()
    if re.match(
        r"(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|script|meta|title|table)\b",
        head,
        re.S,
    ):
        title = re.search(r"<title[^>]*>(.*?)</title>", start, re.I | re.S)
        named = f' titled "{" ".join(title[1].split())[:80]}"' if title else ""
        raise DataError(
            f"{source} is a web page{named}, not a table.",
            fix="This happens when a download needs a login or the link leads to a preview: download the "
            "file itself.",
            line=1,
        )
    if head.startswith("<?xml") or re.match(r"<[a-z][\w:.-]*(\s[^<>]*)?/?>", head):
        raise DataError(f"{source} is an XML file, not a table.", fix=_SAVE_AS_CSV, line=1)
    if re.match(r'\{\s*("|\}|$)', start) or re.match(r'\[\s*(\{|\[|\]|"[^"\]]*"\s*,\s*$)', start):
        raise DataError(f"{source} is a JSON file, not a table.", fix=_SAVE_AS_CSV, line=1)
    if re.match(r"(%.*\n)*\s*@relation\b", head):
        raise DataError(f"{source} is an ARFF file (Weka), not a CSV.", fix=_SAVE_AS_CSV, line=1)
