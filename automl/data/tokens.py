"""Texts that mean "missing", and texts that mean yes and no."""

from __future__ import annotations

__all__ = ["BOOLEAN_PAIRS", "COMMON_MISSING", "PANDAS_MISSING", "is_missing_token"]

# What pandas.read_csv reads as missing by default, besides the empty cell.
PANDAS_MISSING: frozenset[str] = frozenset(
    [
        "#N/A",
        "#N/A N/A",
        "#NA",
        "-1.#IND",
        "-1.#QNAN",
        "-NaN",
        "-nan",
        "1.#IND",
        "1.#QNAN",
        "<NA>",
        "N/A",
        "NA",
        "NULL",
        "NaN",
        "None",
        "n/a",
        "nan",
        "null",
    ]
)

# What people and spreadsheets write besides; read as missing only among numbers and dates, compared in lower
# case.
COMMON_MISSING: frozenset[str] = frozenset(token.lower() for token in PANDAS_MISSING) | frozenset(
    [
        "?",
        "??",
        "-",
        "--",
        "---",
        "–",
        "—",
        ".",
        "..",
        "...",
        "*",
        "n.a.",
        "n.a",
        "na.",
        "nil",
        "missing",
        "unknown",
        "unk",
        "not available",
        "not applicable",
        "undefined",
        "(null)",
        "(none)",
        "(missing)",
        "\\n",
        "#div/0!",
        "#value!",
        "#ref!",
        "#name?",
        "#num!",
        "#null!",
        "nat",
        "k.a.",
        "s/d",
        "tbd",
    ]
)

# Yes and no in the languages of the larger spreadsheet programs.
BOOLEAN_PAIRS: tuple[frozenset[str], ...] = tuple(
    frozenset(pair.split("|"))
    for pair in [
        "0|1",
        "0.0|1.0",
        "true|false",
        "t|f",
        "yes|no",
        "y|n",
        "on|off",
        "ja|nein",
        "oui|non",
        "si|no",
        "sí|no",
        "sì|no",
        "sim|não",
        "wahr|falsch",
        "vrai|faux",
    ]
)


def is_missing_token(text: str) -> bool:
    """Whether a text means "missing" when it stands among numbers or dates."""
    bare = text.strip()
    return not bare or bare.lower() in COMMON_MISSING
