"""The options of ``automl serve`` and of the zip's ``serve.py``. Imports argparse and little else."""

from __future__ import annotations

import argparse
from pathlib import Path

from .access import VARIABLE, find_token
from .settings import Settings

__all__ = ["add_options", "settings"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Give a parser the options of a server."""
    defaults = Settings()
    parser.add_argument("--host", help=f"address to listen on (default {defaults.host}: this machine only)")
    parser.add_argument("--port", type=_port, help=f"default {defaults.port}; 0: any that is free")
    parser.add_argument("--name", help="name of the model in addresses (default: that of the bundle)")
    parser.add_argument(
        "--token-file",
        type=Path,
        metavar="FILE",
        help=f"file with the token that clients must show (default: ${VARIABLE}, else none)",
    )
    log = parser.add_argument_group("prediction log (JSON lines)")
    log.add_argument("--log", type=Path, metavar="DIR", help="folder of the log (default: NAME-log, here)")
    log.add_argument("--no-log", action="store_true", help="keep no log")
    log.add_argument(
        "--redact",
        action="append",
        default=[],
        metavar="COLUMN",
        help="leave the values of this column out of the log; may be repeated",
    )
    log.add_argument(
        "--log-mb", type=_positive, default=100.0, metavar="MB", help="begin a new file at this size"
    )
    limits = parser.add_argument_group("limits and policies")
    limits.add_argument(
        "--max-body-mb", type=_positive, default=defaults.max_body / 1e6, metavar="MB", help="default 25"
    )
    limits.add_argument(
        "--max-rows", type=_whole, default=defaults.max_rows, metavar="N", help="of a request"
    )
    limits.add_argument(
        "--max-explained-rows", type=_whole, default=defaults.max_explained, metavar="N",
        help="of a request for explanations",
    )  # fmt: skip
    limits.add_argument(
        "--rate", type=_positive, metavar="N", help="requests a second and client (default: as many as come)"
    )
    limits.add_argument(
        "--timeout", type=_positive, default=defaults.timeout, metavar="S", help="seconds to an answer"
    )
    limits.add_argument(
        "--connections", type=_whole, default=defaults.connections, metavar="N", help="open at the same time"
    )
    limits.add_argument(
        "--explain-seconds", type=_positive, default=defaults.explain_seconds, metavar="S",
        help="seconds that an explanation may take: what is sampled becomes less certain",
    )  # fmt: skip
    limits.add_argument(
        "--missing-columns",
        choices=("error", "missing"),
        default=defaults.missing_columns,
        help="columns that rows lack: refuse (default), or take them as missing",
    )
    limits.add_argument(
        "--unknown-columns",
        choices=("ignore", "error"),
        default=defaults.unknown_columns,
        help="columns that the model does not read: ignore with a warning (default), or refuse",
    )
    limits.add_argument(
        "--anomalies",
        choices=("count", "refuse"),
        default=defaults.anomalies,
        help="rows that break the reviewed schema of the bundle, where it has one: count them and warn "
        "(default), or refuse",
    )
    limits.add_argument(
        "--threads", type=_whole, default=defaults.threads, metavar="N",
        help="requests that are predicted at the same time",
    )  # fmt: skip


def settings(options: argparse.Namespace, *, host: str = "127.0.0.1", port: int = 8080) -> Settings:
    """Settings as typed.

    Parameters
    ----------
    options : Namespace
    host, port
        Where nothing else was typed.

    Raises
    ------
    SettingError
        When the token cannot be used.
    """
    return Settings(
        host=options.host or host,
        port=port if options.port is None else options.port,
        name=options.name,
        token=find_token(options.token_file),
        keep_log=not options.no_log,
        log=options.log,
        redact=tuple(options.redact),
        log_bytes=int(options.log_mb * 1e6),
        max_body=int(options.max_body_mb * 1e6),
        max_rows=options.max_rows,
        max_explained=options.max_explained_rows,
        rate=options.rate,
        timeout=options.timeout,
        connections=options.connections,
        explain_seconds=options.explain_seconds,
        missing_columns=options.missing_columns,
        unknown_columns=options.unknown_columns,
        anomalies=options.anomalies,
        threads=options.threads,
    )


def _port(text: str) -> int:
    value = int(text)
    if not 0 <= value <= 65535:
        raise argparse.ArgumentTypeError(f"expected a port between 0 and 65535, got {text}")
    return value


def _whole(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"expected 1 or more, got {text}")
    return value


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < 1e9:
        raise argparse.ArgumentTypeError(f"expected a positive number, got {text}")
    return value
