"""How a bundle is served: what may be asked, by whom, and what is kept of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

__all__ = ["Settings"]


@dataclass(frozen=True)
class Settings:
    """Limits, policies and places of a server.

    Parameters
    ----------
    host, port
        Where it listens; port 0 lets the system choose.
    name : str, optional
        Of the model in addresses; default: made of the bundle's own.
    token : str, optional
        What clients must show; None: everybody may ask.
    keep_log : bool
        Whether predictions are logged.
    log : Path, optional
        Folder of the log; default: named after the model, in the working folder.
    redact : tuple of str
        Columns whose values never enter the log.
    log_bytes : int
        Size from which on a log file is put aside and a new one begun.
    max_body : int
        Bytes of a request.
    max_rows, max_explained : int
        Rows of a request, and of one that asks for explanations.
    rate : float, optional
        Requests a second and client address, on average; bursts of twice as many.
    timeout : float
        Seconds for reading a request's head, again for its body, and again for answering it.
    connections : int
        That may be open at the same time.
    explain_seconds : float
        Seconds that an explanation may take.
    missing_columns : {"error", "missing"}
        What to do about columns that rows lack.
    unknown_columns : {"ignore", "error"}
        What to do about columns that the model does not have.
    anomalies : {"count", "refuse"}
        What to do about rows that break the bundle's reviewed schema, where it has one.
    threads : int
        Requests that are predicted at the same time.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    name: str | None = None
    token: str | None = field(default=None, repr=False)
    keep_log: bool = True
    log: Path | None = None
    redact: tuple[str, ...] = ()
    log_bytes: int = 100_000_000
    max_body: int = 25_000_000
    max_rows: int = 100_000
    max_explained: int = 100
    rate: float | None = None
    timeout: float = 30.0
    connections: int = 500
    explain_seconds: float = 5.0
    missing_columns: Literal["error", "missing"] = "error"
    unknown_columns: Literal["ignore", "error"] = "ignore"
    anomalies: Literal["count", "refuse"] = "count"
    threads: int = 2
