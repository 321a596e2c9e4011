"""Which text encoding a file has, and its content as UTF-8."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from ..errors import DataError
from .findings import Finding

__all__ = ["Decoded", "decode"]

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = bytes(set(range(32)) - {9, 10, 11, 12, 13, 26, 27})
_CHOOSE = "If letters look wrong, choose the encoding (for instance cp1251, cp1250, shift_jis, gb18030)."


@dataclass(frozen=True)
class Decoded:
    """A text file as UTF-8 without a byte order mark."""

    data: bytes
    encoding: str
    findings: tuple[Finding, ...] = ()


def decode(data: bytes, source: str, encoding: str | None = None) -> Decoded:
    """Bytes of a text file as UTF-8.

    Tried in turn: the encoding that the person chose, a byte order mark, UTF-8, UTF-16 without a mark, and
    cp1252 (Western European Windows, which contains Latin-1's letters).

    Raises
    ------
    DataError
        If the file is binary, or not in the encoding chosen; with the line.
    """
    if encoding is not None:
        return _chosen(data, source, encoding)
    for mark, name in _BOMS:
        if data.startswith(mark):
            return _chosen(data, source, name)
    if b"\x00" in data:
        guessed = _utf16_without_mark(data)
        if guessed is not None:
            return _chosen(data, source, guessed)
    _refuse_binary(data, source)
    data, findings = _without_nuls(data)
    try:
        if not data.isascii():
            data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _legacy(data, source, error, findings)
    return Decoded(data, "utf-8", findings)


def _chosen(data: bytes, source: str, encoding: str) -> Decoded:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise DataError(
            f"{source} is not {encoding}: byte {error.start:,} (line {line:,}) cannot be decoded "
            f"({error.reason}).",
            fix="Let the encoding be detected, or choose another.",
            line=line,
        ) from error
    clean, findings = _without_nuls(text.removeprefix("\ufeff").encode("utf-8", errors="replace"))
    return Decoded(clean, encoding, findings)


def _utf16_without_mark(data: bytes) -> str | None:
    """UTF-16 text in Western scripts has a zero in every other byte."""
    sample = data[:20_000]
    even, odd = sample[::2], sample[1::2]
    if not odd:
        return None
    for zeros, others, name in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if (
            zeros.count(0) > 0.5 * len(zeros)
            and others.count(0) < 0.05 * len(others) + 1
            and len(data) % 2 == 0
        ):
            return name
    return None


def _refuse_binary(data: bytes, source: str) -> None:
    # A tail of zeros is what a full disk or a preallocated file leaves behind; the rest may be fine.
    sample = data[:65_536].rstrip(b"\x00")
    few = 2 if len(sample) < 100 else 0
    controls = len(sample) - len(sample.translate(None, _CONTROL))
    if controls > 0.02 * len(sample) + few or not sample:
        raise DataError(
            f"{source} is a binary file, not a table: {controls:,} of its first {len(sample):,} bytes are "
            "no text.",
            fix="Save or export the table as CSV (UTF-8), Excel (.xlsx) or Parquet.",
            line=1,
        )


def _without_nuls(data: bytes) -> tuple[bytes, tuple[Finding, ...]]:
    """Text without NUL characters, which no table means and most programs stumble over."""
    count = data.count(b"\x00")
    if not count:
        return data, ()
    line = data[: data.index(b"\x00")].count(b"\n") + 1
    finding = Finding(
        "nul_bytes", "warning", None,
        f"{count:,} NUL character(s) were removed, the first in line {line:,}.",
        {"count": count, "line": line},
        "The file may have been damaged on its way; check that line.",
    )  # fmt: skip
    return data.replace(b"\x00", b""), (finding,)


def _legacy(data: bytes, source: str, error: UnicodeDecodeError, findings: tuple[Finding, ...]) -> Decoded:
    """A file that is no clean UTF-8: mostly UTF-8 with stray bytes, or an older encoding."""
    line = data[: error.start].count(b"\n") + 1
    repaired = data.decode("utf-8", errors="replace")
    broken = repaired.count("\ufffd")
    proper = len(re.findall(r"[\u0080-\ufffc]", repaired))
    if proper > 10 * broken:
        codecs.register_error("glassbench-cp1252", _as_cp1252)
        mixed = Finding(
            "mixed_encoding", "warning", None,
            f"The file is UTF-8 except for {broken:,} byte(s), the first in line {line:,}; "
            "these were read as Western European (cp1252).",
            {"count": broken, "line": line},
            "Check that line, and write the file in one encoding.",
        )  # fmt: skip
        text = data.decode("utf-8", errors="glassbench-cp1252")
        return Decoded(text.encode("utf-8"), "utf-8", (*findings, mixed))
    try:
        text, name = data.decode("cp1252"), "cp1252"
    except UnicodeDecodeError:
        text, name = data.decode("latin-1"), "latin-1"
    example = re.search(r"[^\s,;\t|]*[\u0080-\uffff][^\s,;\t|]*", text)
    # Accents stand alone between plain letters; long runs of accented letters are another script misread.
    foreign = (
        len(re.findall(r"[\u00c0-\u00ff]{4,}", text)) > 0.2 * len(re.findall(r"[\u00c0-\u00ff]+", text)) + 1
    )
    finding = Finding(
        "guessed_encoding", "warning" if foreign or name == "latin-1" else "info", None,
        f"The file is not UTF-8 (line {line:,}); it was read as {name}, "
        f'which gives for instance "{example[0][:40] if example else ""}".',
        {"encoding": name, "line": line, "example": example[0][:40] if example else ""},
        _CHOOSE,
    )  # fmt: skip
    return Decoded(text.encode("utf-8"), name, (*findings, finding))


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    """Decode the bytes that are no UTF-8 as cp1252 (an error handler for `bytes.decode`)."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return bad.decode("cp1252", errors="replace"), error.end
