"""What goes through the socket: one line of JSON there, one line back."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from typing import Any

from automl import errors
from automl.errors import GlassbenchError, RunError

__all__ = ["VERSION", "WireError", "failure", "raised", "receive", "send"]

VERSION = 1
"""Of questions and answers: a desk of another version is not asked."""
MOST_ASKED = 1_000_000
MOST_ANSWERED = 200_000_000
_PIECE = 1 << 16


class WireError(Exception):
    """The other end has gone, or what came is not a line of JSON."""


def send(connection: socket.socket, content: Mapping[str, Any]) -> None:
    """Send one object.

    Raises
    ------
    WireError
        When the other end has gone.
    """
    line = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"
    try:
        connection.sendall(line.encode())
    except OSError as error:
        raise WireError(f"The other end does not read: {error}.") from error


def receive(connection: socket.socket, *, most: int) -> dict[str, Any]:
    """Wait for one object.

    Parameters
    ----------
    connection : socket
        Its timeout is what is waited for each piece.
    most : int
        Bytes of the longest line that is read.

    Raises
    ------
    WireError
        When nothing came, too much, or something else.
    """
    pieces: list[bytes] = []
    size = 0
    while not pieces or not pieces[-1].endswith(b"\n"):
        try:
            piece = connection.recv(_PIECE)
        except OSError as error:
            raise WireError(f"The other end does not answer: {error}.") from error
        size += len(piece)
        if not piece or size > most:
            raise WireError("The line is too long." if piece else "The other end has gone.")
        pieces.append(piece)
    try:
        content = json.loads(b"".join(pieces))
    except (ValueError, RecursionError) as error:
        raise WireError("What came is not a line of JSON.") from error
    if not isinstance(content, dict):
        raise WireError("What came is not a JSON object.")
    return content


def failure(error: GlassbenchError) -> dict[str, Any]:
    """A deliberate error as JSON."""
    return {
        "kind": type(error).__name__,
        "message": error.message,
        "fix": error.fix,
        "column": error.column,
    }


def raised(content: Mapping[str, Any]) -> GlassbenchError:
    """The error that :func:`failure` described, to be raised."""
    kind = getattr(errors, str(content.get("kind")), RunError)
    if not (isinstance(kind, type) and issubclass(kind, GlassbenchError)):
        kind = RunError
    return kind(str(content.get("message")), fix=str(content.get("fix") or ""), column=content.get("column"))
