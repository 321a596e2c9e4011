"""A server of `/metrics` and `/health`, for this machine only."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from automl.errors import SettingError
from automl.monitoring.alerting.exposition import CONTENT_TYPE

__all__ = ["MetricsServer"]

_HOST = "127.0.0.1"


class MetricsServer:
    """Answers with the text that it was last given.

    Parameters
    ----------
    port : int
        0 takes any that is free.

    Attributes
    ----------
    port : int
        Where it listens.
    """

    def __init__(self, port: int) -> None:
        self._text, self._is_well = "", False
        self._lock = threading.Lock()
        try:
            self._server = ThreadingHTTPServer((_HOST, port), self._handler())
        except OSError as error:
            raise SettingError(
                f"Port {port} cannot be listened on: {error.strerror}.", fix="Give another prometheus.port."
            ) from error
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, name="metrics", daemon=True)

    def show(self, text: str, *, is_well: bool) -> None:
        """Answer with this from now on."""
        with self._lock:
            self._text, self._is_well = text, is_well

    def fail(self) -> None:
        """Say that the watch is not well; what it knew stays."""
        with self._lock:
            self._is_well = False

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, path: str) -> tuple[int, str, str]:
        with self._lock:
            if path == "/metrics":
                return 200, CONTENT_TYPE, self._text
            if path == "/health":
                return (200, "text/plain", "well\n") if self._is_well else (503, "text/plain", "failing\n")
        return 404, "text/plain", "There is /metrics and /health.\n"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        answer = self._answer

        class Handler(BaseHTTPRequestHandler):
            """One request."""

            timeout = 10

            def do_GET(self) -> None:
                """Answer."""
                status, kind, text = answer(self.path.partition("?")[0])
                body = text.encode()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing: it is asked every few seconds."""

        return Handler
