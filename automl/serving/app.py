"""The server as an ASGI application: limits first, then the table of routes, then threads that work.

Plain ASGI, since all that a framework would bring (reading bodies within limits, finding routes, describing
them) has to be the bundle's own anyway: what is carried into a container is then uvicorn alone.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from .access import is_token
from .http import Request, Response, json_response
from .problems import RequestError
from .protocols import native
from .rate import RateLimiter
from .routes import Route, Table
from .service import Service

__all__ = ["App"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_logger = logging.getLogger("glassbench.serving")
#: Requests that may wait for each thread; the next one is told to come back later.
_QUEUE = 64
_ALWAYS = ((b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store"))
_UNKNOWN = "unmatched"


class _Gone(Exception):  # noqa: N818  (no error: the client hung up)
    """The client is no longer there."""


class App:
    """Answers HTTP requests with a service.

    Parameters
    ----------
    service : Service
    """

    def __init__(self, service: Service) -> None:
        self.service = service
        self._settings = service.settings
        self._table = Table()
        self._limiter = None if self._settings.rate is None else RateLimiter(self._settings.rate)
        self._pools = {
            "predict": _Pool(self._settings.threads, "predict"),
            "explain": _Pool(1, "explain"),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one connection's scope, as ASGI has it."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            else:
                self.service.ready = False
                for pool in self._pools.values():
                    pool.close()
                if self.service.log is not None:
                    await asyncio.to_thread(self.service.log.close)
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        metrics = self.service.metrics
        name = uuid.uuid4().hex
        method, route, response = str(scope["method"]), None, None
        metrics.in_flight += 1
        try:
            route, params = self._table.find(method, scope["path"])
            response = await self._answer(route, params, scope, receive, name)
        except RequestError as error:
            metrics.failed(error.code)
            failed = native.failed if route is None else route.failed
            response = json_response(failed(error, name), error.status, error.headers)
        except _Gone:
            metrics.failed("client_gone")
        except Exception:  # the client learns an id, the operator the rest
            _logger.exception("request %s failed", name)
            metrics.failed("internal")
            told = RequestError(
                500,
                "internal",
                "The server could not answer this.",
                fix=f"Its log has more: look for {name}.",
            )
            response = json_response(native.failed(told, name), 500)
        finally:
            metrics.in_flight -= 1
        label = _UNKNOWN if route is None else route.path
        status = 499 if response is None else response.status
        metrics.answered(label, route.method if route else "other", status, time.perf_counter() - started)
        if response is not None:
            await _send(response, name, send)

    async def _answer(
        self, route: Route, params: dict[str, str], scope: Scope, receive: Receive, name: str
    ) -> Response:
        headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
        client = (scope.get("client") or ("",))[0]
        if not route.open:
            self._check_rate(client)
            self._check_token(headers)
        body = await self._body(receive, headers) if route.method == "POST" else b""
        request = Request(
            str(scope["method"]), scope["path"], params, headers, scope["query_string"], body, name, client
        )
        if route.work == "none":
            return route.answer(self.service, request)
        pool = self._pools[route.work]
        try:
            return await pool.run(self._settings.timeout, route.answer, self.service, request)
        except TimeoutError:
            raise RequestError(
                503, "timeout", f"There was no answer within {self._settings.timeout:g} s.",
                fix="Send fewer rows.",
            ) from None  # fmt: skip

    def _check_rate(self, client: str) -> None:
        wait = 0.0 if self._limiter is None else self._limiter.wait(client)
        if wait:
            raise RequestError(
                429, "too_many_requests", "This client asks more often than it may.",
                fix=f"Wait {wait:.1f} s.", headers=[("retry-after", str(int(wait) + 1))],
            )  # fmt: skip

    def _check_token(self, headers: dict[str, str]) -> None:
        token = self._settings.token
        if token is not None and not is_token(headers.get("authorization", ""), token):
            raise RequestError(
                401, "unauthorized", "Expected the server's token.",
                fix="Send the header Authorization: Bearer TOKEN.", headers=[("www-authenticate", "Bearer")],
            )  # fmt: skip

    async def _body(self, receive: Receive, headers: dict[str, str]) -> bytes:
        most = self._settings.max_body
        told = headers.get("content-length", "0")
        if told.isdecimal() and int(told[:20]) > most:
            raise _too_large(most)
        parts, size = [], 0
        try:
            async with asyncio.timeout(self._settings.timeout):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise _Gone
                    part = message.get("body", b"")
                    size += len(part)
                    if size > most:
                        raise _too_large(most)
                    parts.append(part)
                    if not message.get("more_body", False):
                        return b"".join(parts)
        except TimeoutError:
            raise RequestError(
                408, "slow_request", f"The body did not come within {self._settings.timeout:g} s.",
                headers=[("connection", "close")],
            ) from None  # fmt: skip


class _Pool:
    """Threads with a bounded queue; what is asked of them is never lost, only refused."""

    def __init__(self, threads: int, name: str) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._most = threads * _QUEUE
        self._lock = threading.Lock()
        self._busy = 0

    async def run(self, seconds: float, work: Callable[..., Response], *arguments: Any) -> Response:
        """Do some work in a thread.

        Raises
        ------
        RequestError
            503, when too much is waiting.
        TimeoutError
            Work that has begun keeps its thread until it ends; what waits is dropped.
        """
        if self._busy >= self._most:
            raise RequestError(
                503, "busy", "Too many requests are waiting.", fix="Try again later.",
                headers=[("retry-after", "1")],
            )  # fmt: skip
        with self._lock:
            self._busy += 1
        job = self._threads.submit(work, *arguments)
        job.add_done_callback(self._done)
        future = asyncio.wrap_future(job)
        done, _ = await asyncio.wait([future], timeout=seconds)
        if not done:
            future.cancel()  # and so the job, if it has not begun
            raise TimeoutError
        return future.result()

    def _done(self, job: Future[Response]) -> None:
        with self._lock:
            self._busy -= 1

    def close(self) -> None:
        """Take no more work."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _too_large(most: int) -> RequestError:
    return RequestError(
        413, "too_large", f"Expected at most {most:,} bytes.", fix="Send the rows in parts.",
        headers=[("connection", "close")],
    )  # fmt: skip


async def _send(response: Response, name: str, send: Send) -> None:
    headers = [
        (b"content-type", response.type.encode("latin-1")),
        (b"content-length", str(len(response.body)).encode("ascii")),
        (b"x-request-id", name.encode("ascii")),
        *_ALWAYS,
        *((key.encode("latin-1"), value.encode("latin-1")) for key, value in response.headers),
    ]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})
