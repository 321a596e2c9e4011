"""What all sinks have in common."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from automl.errors import GlassbenchError, SettingError
from automl.monitoring.rules import Level

__all__ = [
    "DeliveryError", "Named", "Sink", "checked_url", "is_loopback", "secret", "subject", "summary", "trusted",
]  # fmt: skip

Payload = Mapping[str, Any]


class DeliveryError(GlassbenchError, RuntimeError):
    """A sink that could not be told; it is tried again."""


class Sink(Protocol):
    """Somebody, or something, that is told of alerts."""

    @property
    def name(self) -> str:
        """Unique among the sinks of a watch."""
        ...

    @property
    def level(self) -> Level:
        """The severity from which on it is told."""
        ...

    @property
    def seconds(self) -> float:
        """How long telling it may take, at most."""
        ...

    def ready(self) -> None:
        """See to it that it can be told: secrets are there, folders exist.

        Raises
        ------
        SettingError
            When something is missing.
        """
        ...

    def send(self, payload: Payload) -> None:
        """Tell it.

        Raises
        ------
        DeliveryError
            When it could not be told.
        """
        ...


@dataclass(frozen=True)
class Named:
    """Name and level of a sink."""

    name: str
    level: Level


def secret(variable: str, where: str) -> str:
    """A credential, from an environment variable: none is ever in a file of settings.

    Raises
    ------
    SettingError
        When the variable is not set.
    """
    value = os.environ.get(variable, "")
    if not value:
        raise SettingError(
            f"Expected a value in the environment variable {variable}, which {where} names; found none.",
            fix=f"Set {variable} where the watch runs.",
        )
    return value


def is_loopback(host: str | None) -> bool:
    """Whether a host is this machine: what goes there unencrypted is seen by nobody else."""
    return host in ("localhost", "127.0.0.1", "::1")


def checked_url(url: str, where: str) -> str:
    """An address that may be told: HTTPS, or HTTP on this machine, without a password in it."""
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise SettingError(
            f"Expected no user or password in the address of {where}.",
            fix="Give the whole address in an environment variable (url_env), or a token (token_env).",
        )
    if parts.scheme == "https" and parts.hostname:
        return url
    if parts.scheme == "http" and is_loopback(parts.hostname):
        return url
    raise SettingError(
        f"Expected an https:// address in {where}, found one of the scheme {parts.scheme or 'none'!r}.",
        fix="Use https://; http:// will do on this machine only.",
    )


def trusted(ca_file: Path | None, where: str) -> ssl.SSLContext:
    """Whose certificates are believed: those that the system believes, and those in a file.

    Raises
    ------
    SettingError
        When the file cannot be read, or holds none.
    """
    context = ssl.create_default_context()
    if ca_file is not None:
        try:
            context.load_verify_locations(ca_file)
        except (OSError, ssl.SSLError) as error:
            raise SettingError(
                f"Expected certificates in {ca_file}, which {where} names: {error}.",
                fix="Give a file in PEM form.",
            ) from error
    return context


def subject(payload: Payload) -> str:
    """An alert in a line: severity, model, columns or rule."""
    about = ", ".join(payload["columns"][:3]) or str(payload["rule"])
    more = f" and {len(payload['columns']) - 3} more" if len(payload["columns"]) > 3 else ""
    closed = {"closed": "closed: ", "test": "test: "}.get(payload["event"], "")
    return _line(f"[{payload['severity']}] {closed}{payload['model']}: {about}{more} ({payload['rule']})")


def summary(payload: Payload) -> str:
    """An alert in plain text."""
    told = payload.get("evidence") or {}
    chance = told.get("false_alarms") or {}
    lines = [
        _line(payload["message"]),
        "",
        f"event      {payload['event']} at {payload['at']}",
        f"model      {_line(payload['model'])}",
        f"watch      {payload['watch']}",
        f"rule       {payload['rule']} ({payload['severity']})",
    ]
    if payload["columns"]:
        lines.append(f"columns    {_line(', '.join(payload['columns']))}")
    if check := payload.get("check"):
        lines.append(f"check      {check['id']}: {_line(check['table'])}, {check['rows']:,} rows")
    if payload.get("reason"):
        lines.append(f"reason     {_line(payload['reason'])}")
    if chance.get("words"):
        lines += ["", str(chance["words"])]
    if links := payload.get("links"):
        lines += ["", *(f"{name:10} {address}" for name, address in links.items())]
    return "\n".join([*lines, "", f"id {payload['id']}"]) + "\n"


def _line(text: Any) -> str:
    """A text in one line: a column may be called anything, and a line end would begin another header."""
    return " ".join(str(text).split())
