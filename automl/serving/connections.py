"""Connections that keep others out: those that do not finish asking, and too many at once.

uvicorn waits for a request's head for ever. Here it is given as long as a body is: from the opening of the
connection, or from the first byte after the request before. A connection that idles after an answer is
uvicorn's own to close.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

__all__ = ["protocol"]

_BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
)
_SLOW = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


def protocol(seconds: float, most: int) -> type[asyncio.Protocol]:
    """uvicorn's protocol, with limits.

    Parameters
    ----------
    seconds : float
        From the beginning of a request to the end of its head.
    most : int
        Connections at once; more are told to come back, and closed.
    """

    base: Any = AutoHTTPProtocol

    class Limited(base):  # type: ignore[misc]
        """A connection."""

        _ends: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:
            super().connection_made(transport)
            if len(self.connections) > most:
                transport.write(_BUSY)
                transport.close()
            else:
                self._ends = self.loop.call_later(seconds, self._slow)

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if self.cycle is not None and not self.cycle.response_complete:
                self._in_time()  # a request has come; its body has a time of its own
            elif self._ends is None:
                self._ends = self.loop.call_later(seconds, self._slow)

        def connection_lost(self, exc: Exception | None) -> None:
            self._in_time()
            super().connection_lost(exc)

        def _in_time(self) -> None:
            if self._ends is not None:
                self._ends.cancel()
                self._ends = None

        def _slow(self) -> None:
            self._ends = None
            if not self.transport.is_closing():
                self.transport.write(_SLOW)
                self.transport.close()

    return Limited
