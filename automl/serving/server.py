"""A bundle, an address and uvicorn: load, warm up, listen, and stop when told, with nothing left undone."""

from __future__ import annotations

import gc
import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..bundle.manifest import open_files
from ..bundle.versions import differences
from ..errors import GlassbenchError
from .app import App
from .log import PredictionLog
from .service import Service, model_sha256
from .settings import Settings

__all__ = ["load", "run"]

_STOP_SECONDS = 30
_WARM_SECONDS = 10
#: Longer than load balancers keep idle connections (mostly 60 s), so that they, not this end, close them.
_KEEP_SECONDS = 75
#: How long a thread that is at work keeps others waiting: a tenth of the usual, since an answer takes less.
_TURN_SECONDS = 0.0005
_LOOPBACK = ("127.", "::1", "localhost")
_logger = logging.getLogger("glassbench.serving")


def load(bundle: Path, chosen: Settings) -> Service:
    """A service of a bundle, checked and warm, with its log.

    Raises
    ------
    GlassbenchError
    """
    files, manifest = open_files(bundle)
    service = Service(files, manifest, chosen)
    if chosen.keep_log:
        folder = chosen.log or Path(f"{service.name}-log")
        service.log = PredictionLog(
            folder.absolute(), model_sha256(manifest), redact=chosen.redact, most_bytes=chosen.log_bytes
        )
    service.warm_up()
    return service


def run(bundle: Path, chosen: Settings, say: Callable[[str], None], hint: str) -> int:
    """Serve until SIGTERM or SIGINT; see :func:`automl.serving.command.serve`."""
    if find_spec("uvicorn") is None:
        raise GlassbenchError(
            "Serving needs the package uvicorn, which is not installed.", fix=f"Install {hint}."
        )
    logging.basicConfig(format="%(asctime)s %(name)s %(levelname)s %(message)s")
    sys.setswitchinterval(_TURN_SECONDS)
    listener = _listen(chosen)
    service = load(bundle, chosen)
    for note in differences(service.manifest):
        say(f"note: {note}")
    host = f"[{chosen.host}]" if ":" in chosen.host else chosen.host
    port = listener.getsockname()[1]
    if chosen.token is None and not chosen.host.startswith(_LOOPBACK):
        say("note: everybody who reaches this address may ask: there is no token (--token-file).")
    log = service.log
    say("note: no prediction log" if log is None else f"note: predictions are logged in {log.path.parent}")
    _freeze()
    ready = f"Serving {service.name} on http://{host}:{port} — /docs says what can be asked, Ctrl-C ends it."
    warming = threading.Thread(target=_warm_explanations, args=(service,), daemon=True)
    warming.start()
    _serve(service, listener, lambda: say(ready))
    # An interpreter that ends while a thread is inside of compiled code may abort instead.
    warming.join(_WARM_SECONDS)
    say("Stopped.")
    return 0


def _warm_explanations(service: Service) -> None:
    try:
        service.warm_up_explanations()
    except (GlassbenchError, ValueError) as error:
        _logger.warning("explanations are not available: %s", error)
    _freeze()


def _freeze() -> None:
    """Take what is there to stay out of the garbage collector's sight.

    It looks through all that lives, which with the libraries takes tens of milliseconds, in the middle of an
    answer.
    """
    gc.collect()
    gc.freeze()


def _listen(chosen: Settings) -> socket.socket:
    """The socket: taken first, so that an address in use is known at once."""
    family = socket.AF_INET6 if ":" in chosen.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((chosen.host, chosen.port))
    except OSError as error:
        listener.close()
        raise GlassbenchError(
            f"The address {chosen.host}:{chosen.port} cannot be used ({error.strerror}).",
            fix="Choose another --port or --host.",
        ) from None
    return listener


def _serve(service: Service, listener: socket.socket, started: Callable[[], None]) -> None:
    import uvicorn

    from .connections import protocol

    class Server(uvicorn.Server):
        """Ends by itself on a signal, with exit code 0 and what is in flight answered."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            started()

        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            signals = (signal.SIGINT, signal.SIGTERM)
            before = {number: signal.signal(number, self.handle_exit) for number in signals}
            try:
                yield
            finally:
                for number, handler in before.items():
                    signal.signal(number, handler)

        def handle_exit(self, sig: int, frame: Any) -> None:
            service.ready = False
            super().handle_exit(sig, frame)

    Server(
        uvicorn.Config(
            App(service),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="on",
            ws="none",
            http=protocol(service.settings.timeout, service.settings.connections),
            timeout_keep_alive=_KEEP_SECONDS,
            timeout_graceful_shutdown=_STOP_SECONDS,
        )
    ).run(sockets=[listener])
