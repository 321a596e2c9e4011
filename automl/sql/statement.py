"""Whether a text is one SQL query that only reads, as far as its words can tell.

This refuses mistakes and the obvious; what guards the database is the transaction, which is read-only where
the database knows that and rolled back everywhere, and best of all an account that may only read.
"""

from __future__ import annotations

import re

from ..errors import SettingError

__all__ = ["checked_query"]

_LONGEST = 100_000
_FIRST = ("select", "with")
_WRITING = ("insert", "update", "delete", "merge", "into", "truncate", "drop", "alter", "create", "grant")

# What may stand in a query besides words: each kind hides whatever is inside of it.
_PARTS = re.compile(
    r"""
    (?P<comment> --[^\n]* | /\*(?P<hint>!)?.*?\*/ )
  | (?P<dollar> \$(?P<tag>[A-Za-z_]\w*)?\$ .*? \$(?(tag)(?P=tag))\$ )
  | (?P<text> '(?:[^']|'')*' )
  | (?P<name> "(?:[^"]|"")*" | `[^`]*` )
  | (?P<word> [^\W\d]\w* )
  | (?P<end> ; )
  | (?P<open> ['"`] | /\* )
    """,
    re.VERBOSE | re.DOTALL,
)


def checked_query(text: str) -> str:
    """The query without a last semicolon.

    Raises
    ------
    SettingError
        When it is empty, is not one SELECT (or WITH … SELECT), or holds a word that changes data.

    Examples
    --------
    >>> checked_query("SELECT * FROM orders WHERE note <> 'drop it; now';")
    "SELECT * FROM orders WHERE note <> 'drop it; now'"
    """
    query = text.strip()
    if not query:
        raise SettingError("The query is empty.", fix="Write a SELECT, such as SELECT * FROM orders.")
    if len(query) > _LONGEST:
        raise SettingError(
            f"The query has {len(query):,} characters; {_LONGEST:,} are taken.",
            fix="Make a view of it in the database and select from that.",
        )
    if "\x00" in query:
        raise SettingError("The query holds a NUL character.", fix="Type it anew.")
    end: int | None = None
    words: list[str] = []
    for part in _PARTS.finditer(query):
        kind = part.lastgroup
        if kind in ("comment", "hint"):
            if part["hint"]:
                raise SettingError("The query holds /*! … */, which some databases run.", fix="Leave it out.")
            continue
        if part["open"]:
            raise SettingError(
                f"A {_name_of(part['open'])} in the query is not closed.", fix="Close it, or leave it out."
            )
        if part["end"]:
            end = part.start() if end is None else end
            continue
        if end is not None:
            raise SettingError(
                "Expected one query, found another statement after the semicolon.",
                fix="Keep the SELECT only.",
            )
        if part["text"] and part["text"].endswith("\\'"):
            raise SettingError(
                "Databases read a backslash before a quote in different ways.", fix="Write a quote as ''."
            )
        if part["word"]:
            words.append(part["word"].lower())
    if end is not None:
        if _PARTS.sub(lambda part: " " if part["comment"] else part[0], query[end:]).strip(" \t\r\n;"):
            raise SettingError(
                "Expected one query, found something after the semicolon.", fix="Keep the SELECT only."
            )
        query = query[:end].rstrip()
    if not words or words[0] not in _FIRST:
        found = words[0].upper() if words else "none"
        raise SettingError(
            f"Expected a query that begins with SELECT or WITH, found {found}.",
            fix="Only reading is allowed here.",
        )
    for word in words:
        if word in _WRITING:
            raise SettingError(
                f"Expected a query that only reads, found the word {word.upper()}.",
                fix="Leave it out; if it is the name of a column, put it in quotes.",
            )
    return query


def _name_of(sign: str) -> str:
    return "comment" if sign == "/*" else f"quote mark {sign}"
