"""The server around the pages: headers that keep everything on this machine, and errors with an id.

`app.py` (from the repository) and `python -m automl.workbench` (from an installed copy) both serve an `App`
made of these parts.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from automl.errors import GlassbenchError
from automl.workbench.settings import OPTIONS
from automl.workbench.uploads import ROUTES

__all__ = ["MIDDLEWARE", "ROUTES", "SCRIPT", "HostAndHeaders", "on_script_error", "start"]

SCRIPT = Path(__file__).with_name("entry.py")

_log = logging.getLogger("automl.workbench")

# The browser itself enforces that no page talks to another machine. Plotly and Streamlit's own frontend need
# inline styles, inline scripts and blobs (workers, downloads); none of that reaches the network.
_POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' ws: wss: data: blob:",
        "worker-src 'self' blob:",
        "frame-src 'self' blob:",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "base-uri 'self'",
        "object-src 'none'",
    ]
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def _host_name(host: str) -> str:
    """The host name of a `Host` header, without its port."""
    if host.startswith("["):  # [::1]:8501
        return host[1:].split("]", 1)[0].lower()
    return host.rsplit(":", 1)[0].lower() if ":" in host else host.lower()


class HostAndHeaders:
    """ASGI middleware: answer only requests for this host's own names, and add the protective headers.

    A page of another site that points its name at 127.0.0.1 (DNS rebinding) sends that name as `Host`;
    Streamlit's `server.allowedHosts` guards only the websocket, this guards uploads and downloads as well.

    Parameters
    ----------
    app : ASGIApp
        The wrapped application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request or websocket."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        if not _is_allowed(_host_name(headers.get("host", ""))):
            refusal = PlainTextResponse("This host name is not in server.allowedHosts.", status_code=421)
            await refusal(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                outgoing = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    outgoing.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _is_allowed(host: str) -> bool:
    from streamlit import config

    allowed: list[str] = config.get_option("server.allowedHosts")
    if not allowed or "*" in allowed:
        return True
    return any(
        host == name.lower() or (name.startswith("*.") and host.endswith(name[1:].lower()))
        for name in allowed
    )


MIDDLEWARE = (Middleware(HostAndHeaders),)


def on_script_error(error: Exception) -> bool:
    """Show what went wrong in the page instead of a traceback; unexpected errors go to the log under an id.

    Parameters
    ----------
    error : Exception
        What a page or a callback raised.

    Returns
    -------
    bool
        True: the page shows it, so that Streamlit's own box is left out.
    """
    from automl.workbench import components

    if isinstance(error, GlassbenchError):
        components.problem(error.message, error.fix)
        return True
    error_id = components.new_error_id()
    _log.error("Error %s\n%s", error_id, "".join(traceback.format_exception(error)))
    components.unexpected(error_id)
    return True


def start(options: Mapping[str, Any] | None = None) -> None:
    """Serve the workbench from the installed package and block until it is stopped.

    Parameters
    ----------
    options : Mapping, optional
        Streamlit options by their dotted names, over those of `automl.workbench.settings.OPTIONS`;
        for example ``{"server.port": 8600}``.
    """
    import streamlit as st

    app = st.App(SCRIPT, routes=ROUTES, middleware=MIDDLEWARE, on_script_error=on_script_error)
    app.run(config={**OPTIONS, **(options or {})})
