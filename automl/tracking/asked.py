"""Where a run is to be told, and how: checked when it is asked for, kept in the run's specification."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from automl.errors import RunError, SettingError
from automl.extras import require_extra
from automl.store import RunFolder

__all__ = [
    "CREDENTIALS",
    "TRACK",
    "URI",
    "check_page",
    "checked_track",
    "default_track",
    "track_by",
    "untrack",
]

TRACK = "GLASSBENCH_TRACK"
"""Environment variable: the server that every new run is told, or `yes` for that of `MLFLOW_TRACKING_URI`."""
URI = "MLFLOW_TRACKING_URI"
"""Environment variable of MLflow's own; it is heeded only where tracking is asked for without an address."""
CREDENTIALS = (
    "MLFLOW_TRACKING_TOKEN", "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_AUTH",
    "MLFLOW_TRACKING_AWS_SIGV4", "MLFLOW_TRACKING_CLIENT_CERT_PATH",
)  # fmt: skip
"""Environment variables by which MLflow's client logs in. They are never written down."""

_FORM = "Give an address such as http://127.0.0.1:5000."
_DEFAULTS: Mapping[str, Any] = {"uri": None, "experiment": None, "alias": None, "register": True}
_ALIAS = re.compile(r"[A-Za-z0-9_-]{1,255}")
_RESERVED = re.compile(r"latest|v\d+", re.IGNORECASE)
_LONGEST_EXPERIMENT = 500


def checked_track(track: str | bool | Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What was asked for, complete and as JSON; None where nothing is to be sent.

    Parameters
    ----------
    track : str, bool, mapping or None
        The server's address; True for that of `MLFLOW_TRACKING_URI`; False or an empty text for none; None
        for what `GLASSBENCH_TRACK` says. As a mapping: `uri`, `experiment` (default: named after the run),
        `register` (whether the finished model becomes a version in the registry, default True) and `alias`
        (that shall point at it, such as challenger).

    Raises
    ------
    SettingError
        When it is no address of a server, or holds a password.
    MissingExtraError
        When MLflow's client is not installed.
    """
    if track is None:
        track = default_track()
    if track is False or track in ("", None):
        return None
    given = dict(track) if isinstance(track, Mapping) else {"uri": track}
    if unknown := sorted(set(given) - set(_DEFAULTS)):
        raise SettingError(
            f"Tracking has no setting {unknown[0]!r}.", fix=f"Its settings are {', '.join(_DEFAULTS)}."
        )
    asked = {**_DEFAULTS, **given}
    asked["uri"] = _checked_uri(_named(asked["uri"]))
    asked["experiment"] = _checked_experiment(asked["experiment"])
    asked["alias"] = _checked_alias(asked["alias"])
    asked["register"] = bool(asked["register"])
    if asked["alias"] and not asked["register"]:
        raise SettingError(
            f"The alias {asked['alias']!r} needs a registered model.", fix="Let the model be registered, too."
        )
    require_extra("mlflow", "Tracking")
    return asked


def default_track() -> str | bool | None:
    """What `GLASSBENCH_TRACK` asks for: an address, True for MLflow's own variable, None for nothing."""
    told = os.environ.get(TRACK, "").strip()
    if told.lower() in ("", "no"):
        return None
    return True if told.lower() == "yes" else told


def check_page(track: str) -> None:
    """Check an address that was typed into a page.

    Whoever may use the pages is not always who set the server's environment: credentials in it are for the
    server that it names, and must not go to another one.

    Raises
    ------
    SettingError
    MissingExtraError
    """
    asked = checked_track(track)
    if asked is None or not _has_credentials():
        return
    named = [told for told in (os.environ.get(URI), default_track()) if isinstance(told, str) and told]
    if _origin(asked["uri"]) not in {_origin(address) for address in named}:
        raise SettingError(
            f"This installation holds credentials for {' and '.join(named) or 'a server it does not name'}, "
            f"and sends them nowhere else: not to {asked['uri']}.",
            fix=f"Whoever runs it can name this server in {TRACK} or {URI}.",
        )


def track_by(folder: RunFolder, track: str | bool | Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Let a run be told to a server from now on.

    Parameters
    ----------
    folder : RunFolder
    track : optional
        As for `checked_track`; None: as the run was started, else as `GLASSBENCH_TRACK` says.

    Returns
    -------
    dict
        What is asked for now.

    Raises
    ------
    RunError
        When nothing says where to.
    SettingError, MissingExtraError
        As `checked_track`.
    """
    spec = folder.spec
    before = spec.get("track")
    if isinstance(track, Mapping):
        track = {**(before or {}), **track}
    elif track is None:
        track = before
    asked = checked_track(track)
    if asked is None:
        raise RunError(
            f"Nothing says which server the run {folder.id} is to be told.",
            fix=f"Name one with --to, or in {TRACK}.",
        )
    if asked != before:
        folder.write("spec.json", spec | {"track": asked})
    return asked


def untrack(folder: RunFolder) -> None:
    """Let a run be told to nobody from now on."""
    spec = folder.spec
    if spec.get("track"):
        folder.write("spec.json", spec | {"track": None})


def _named(uri: Any) -> Any:
    """The address itself, or the one that is meant where there is none."""
    if uri is None:
        uri = default_track()
        if uri is None:
            raise SettingError("Tracking was asked for without the address of a server.", fix=_FORM)
    if uri is not True:
        return uri
    found = os.environ.get(URI, "").strip()
    if not found:
        raise SettingError(f"Tracking was asked for without an address, and {URI} is not set.", fix=_FORM)
    return found


def _checked_uri(uri: Any) -> str:
    text = str(uri).strip().rstrip("/")
    try:
        parts = urlsplit(text)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number
        known = False
    if not known or not text.isprintable() or any(character.isspace() for character in text):
        raise SettingError(f"{str(uri)[:200]!r} is not the address of an MLflow server.", fix=_FORM)
    if parts.username is not None or parts.password is not None:
        # Not named in the message: it would be in logs by that.
        raise SettingError(
            "The address of the MLflow server holds a name or password, which would be written down.",
            fix="Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN.",
        )
    if parts.query or parts.fragment:
        raise SettingError(
            f"The address {text[:200]!r} goes on behind the server's own.", fix="Leave out all from ? or #."
        )
    return text


def _checked_experiment(name: Any) -> str | None:
    text = None if name is None else " ".join(str(name).split())
    if text is not None and not 0 < len(text) <= _LONGEST_EXPERIMENT:
        raise SettingError(
            f"The experiment's name has {len(text)} characters.",
            fix=f"Give it 1 to {_LONGEST_EXPERIMENT}, or leave it out.",
        )
    return text


def _checked_alias(alias: Any) -> str | None:
    if alias in (None, ""):
        return None
    text = str(alias)
    if not _ALIAS.fullmatch(text) or _RESERVED.fullmatch(text):
        raise SettingError(
            f"{text[:200]!r} is not an alias that MLflow knows.",
            fix="Use letters, digits, - and _, such as champion or challenger; not latest, and not v1.",
        )
    return text


def _has_credentials() -> bool:
    stored = Path.home() / ".mlflow" / "credentials"  # which MLflow's client reads as well
    return any(os.environ.get(name) for name in CREDENTIALS) or stored.is_file()


def _origin(address: str) -> tuple[str, str | None, int | None]:
    try:
        parts = urlsplit(address)
        return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return address, None, None
