"""Sinks: who is told of alerts, and how. One file adds one kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from automl.errors import SettingError
from automl.monitoring.alerting.sinks.base import DeliveryError, Sink, checked_url, is_loopback
from automl.monitoring.alerting.sinks.file import FileSink
from automl.monitoring.alerting.sinks.mail import Mail, Security
from automl.monitoring.alerting.sinks.webhook import Webhook
from automl.monitoring.alerting.typed import known_only, names, one_of, optional, seconds, text, whole
from automl.monitoring.rules import Level

__all__ = ["DeliveryError", "FileSink", "Mail", "Sink", "Webhook", "sinks_from"]

Settings = Mapping[str, Any]
_COMMON = ("name", "kind", "level")
_LEVELS: tuple[Level, ...] = ("look", "act")
_SECURITY: tuple[Security, ...] = ("starttls", "tls", "none")
_PORTS: dict[Security, int] = {"starttls": 587, "tls": 465, "none": 25}


def sinks_from(content: Any, base: Path, where: str = "the sinks") -> tuple[Sink, ...]:
    """Sinks as they stand in a file.

    Parameters
    ----------
    content : list of mapping
    base : Path
        Folder that relative paths begin in.
    where : str

    Raises
    ------
    SettingError
        When one is none, or two have one name.
    """
    if not isinstance(content, list) or not all(isinstance(each, Mapping) for each in content):
        raise SettingError(f"Expected a list in {where}.", fix='Write each as [[sink]], with kind = "file".')
    found = tuple(_sink(each, base) for each in content)
    called = [sink.name for sink in found]
    if twice := {name for name in called if called.count(name) > 1}:
        raise SettingError(f"Two sinks are called {sorted(twice)[0]!r}.", fix="Give each a name of its own.")
    return found


def _sink(content: Settings, base: Path) -> Sink:
    kind = one_of(content, "kind", tuple(_KINDS), f"the sink {content.get('name', '')!r}")
    name = text(content, "name", f"the sink of kind {kind!r}", kind)
    return _KINDS[kind](content, base, name, one_of(content, "level", _LEVELS, f"the sink {name!r}", "look"))


def _file(content: Settings, base: Path, name: str, level: Level) -> Sink:
    where = f"the sink {name!r}"
    known_only(content, [*_COMMON, "path"], where)
    return FileSink(name, level, base / text(content, "path", where))


def _webhook(content: Settings, base: Path, name: str, level: Level) -> Sink:
    where = f"the sink {name!r}"
    known_only(content, [*_COMMON, "url", "url_env", "secret_env", "token_env", "ca_file", "timeout"], where)
    url, url_env = optional(content, "url", where), optional(content, "url_env", where)
    if (url is None) == (url_env is None):
        raise SettingError(
            f"Expected either url or url_env in {where}.", fix="Give one of them: where shall it be sent?"
        )
    return Webhook(
        name, level,
        url=None if url is None else checked_url(url, where),
        url_env=url_env,
        secret_env=optional(content, "secret_env", where),
        token_env=optional(content, "token_env", where),
        ca_file=_path(content, base, where),
        seconds=seconds(content, "timeout", where, 10.0),
    )  # fmt: skip


def _mail(content: Settings, base: Path, name: str, level: Level) -> Sink:
    where = f"the sink {name!r}"
    known_only(
        content,
        [
            *_COMMON, "host", "port", "security", "sender", "to", "user_env", "password_env", "ca_file",
            "timeout",
        ],
        where,
    )  # fmt: skip
    host, security = text(content, "host", where), one_of(content, "security", _SECURITY, where, "starttls")
    if security == "none" and not is_loopback(host):
        raise SettingError(
            f'Expected security = "starttls" or "tls" in {where}: {host} is another machine.',
            fix="Nothing is sent to others unencrypted.",
        )
    user, password = (optional(content, each, where) for each in ("user_env", "password_env"))
    if (user is None) != (password is None):
        raise SettingError(f"Expected both user_env and password_env in {where}, or neither.", fix="Add it.")
    to = names(content, "to", where)
    if not to or not all("@" in address and address.isprintable() for address in to):
        raise SettingError(f"Expected addresses as to of {where}.", fix='Write to = ["ops@example.org"].')
    return Mail(
        name, level,
        host=host,
        port=whole(content, "port", where, _PORTS[security]),
        security=security,
        sender=text(content, "sender", where),
        to=to,
        user_env=user,
        password_env=password,
        ca_file=_path(content, base, where),
        seconds=seconds(content, "timeout", where, 20.0),
    )  # fmt: skip


def _path(content: Settings, base: Path, where: str) -> Path | None:
    found = optional(content, "ca_file", where)
    return None if found is None else base / found


_KINDS: dict[str, Callable[[Settings, Path, str, Level], Sink]] = {
    "file": _file,
    "webhook": _webhook,
    "mail": _mail,
}
