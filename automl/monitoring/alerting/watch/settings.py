"""What is watched, how often, by which rules, and who is told: a file that a person can write.

name = "churn-daily"
model = "churn@champion"            # or a bundle, relative to this file
folder = "arriving"                 # tables that come one by one …
# log = "predictions"               # … or the prediction log of `automl serve`
# every = "1d"                      # windows of the log: a time, or "1000 rows"
interval = "5m"
reference = "training"              # or "last 5 accepted windows"

[prometheus]
textfile = "/var/lib/node_exporter/churn.prom"
port = 9464

[[rule]]                            # without any, a good set of rules is used
name = "drift"
what = "drift"
severity = "look"
opens_at = 0.1
closes_at = 0.07
opens_after = 2
of = 3
closes_after = 2

[[sink]]
kind = "webhook"
url = "https://ops.example.org/alerts"
secret_env = "ALERTS_SECRET"
level = "act"
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from automl.errors import SettingError
from automl.monitoring.alerting.rule import Rule, default_rules, rules_from
from automl.monitoring.alerting.sinks import Sink, sinks_from
from automl.monitoring.alerting.typed import (
    duration,
    known_only,
    names,
    one_of,
    optional,
    read_settings,
    seconds,
    table,
    text,
    whole,
)

__all__ = ["Every", "WatchSettings", "read_watch", "watch_from"]

_SETTINGS = (
    "name", "model", "folder", "pattern", "settle", "move_refused", "log", "every", "interval", "budget",
    "missing_columns", "reference", "rules", "rule", "sink", "prometheus", "workbench",
)  # fmt: skip
_PATTERNS = ("*.csv", "*.csv.gz", "*.tsv", "*.tsv.gz", "*.parquet", "*.xlsx")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")
_ROWS = re.compile(r"(\d+) rows?")
_WINDOWS = re.compile(r"last (\d+) accepted windows?")
_DAY = 86_400.0
_MOST_WINDOWS = 50
_SHORTEST = 60.0


@dataclass(frozen=True)
class Every:
    """How a prediction log is cut into windows: by time, or by rows.

    Attributes
    ----------
    seconds : float or None
    rows : int or None
    """

    seconds: float | None = None
    rows: int | None = None


@dataclass(frozen=True)
class WatchSettings:
    """What is watched, how often, by which rules, and who is told.

    Attributes
    ----------
    name : str
        Names the watch: what it has seen and what its rules remember is kept under it.
    model : str
        A bundle's path, or a model of the catalogue: `churn@champion`, `churn/3`.
    base : Path
        Folder that relative paths begin in.
    folder : Path or None
    patterns : tuple of str
        Names of files in the folder that are tables.
    settle : float
        Seconds that a file must not have changed in: until then it may be half written.
    move_refused : Path or None
        Folder for files that cannot be read; None: they stay where they are.
    log : Path or None
        Folder of a prediction log.
    every : Every
    interval : float
        Seconds between two looks.
    budget : float or None
        Seconds for splitting the shift of the predictions into columns.
    missing_columns : {"error", "missing"}
    reference : int or None
        So many accepted windows are what new rows are compared with; None: the rows learned from.
    rules : tuple of Rule
    sinks : tuple of Sink
    textfile : Path or None
    port : int or None
        Of `/metrics`.
    workbench : str or None
        Address of the workbench, for links in alerts.
    """

    name: str
    model: str
    base: Path
    folder: Path | None
    patterns: tuple[str, ...]
    settle: float
    move_refused: Path | None
    log: Path | None
    every: Every
    interval: float
    budget: float | None
    missing_columns: Literal["error", "missing"]
    reference: int | None
    rules: tuple[Rule, ...]
    sinks: tuple[Sink, ...]
    textfile: Path | None
    port: int | None
    workbench: str | None


def read_watch(path: Path, changes: Mapping[str, Any] | None = None) -> WatchSettings:
    """Settings from a TOML or JSON file.

    Parameters
    ----------
    path : Path
    changes : mapping, optional
        Settings that count in place of the file's.

    Raises
    ------
    SettingError
        When something is missing, unknown, or makes no sense.
    """
    content = read_settings(path)
    for name, value in (changes or {}).items():
        content = {key: kept for key, kept in content.items() if key not in _INSTEAD.get(name, ())}
        content[name] = value
    return watch_from(content, path.absolute().parent, str(path))


_INSTEAD = {"folder": ("log", "every"), "log": ("folder", "pattern", "settle", "move_refused")}


def watch_from(content: Mapping[str, Any], base: Path, where: str = "the watch") -> WatchSettings:
    """Settings as they stand in a file.

    Parameters
    ----------
    content : mapping
    base : Path
        Folder that relative paths begin in.
    where : str
    """
    known_only(content, _SETTINGS, where)
    name = text(content, "name", where)
    if not _NAME.fullmatch(name):
        raise SettingError(
            f"{name!r} cannot be the name of a watch.",
            fix="Use letters, digits, '_', '.' and '-', at most 60.",
        )
    folder, log = _path(content, "folder", base, where), _path(content, "log", base, where)
    if (folder is None) == (log is None):
        raise SettingError(
            f"Expected either folder or log in {where}.",
            fix="Name the folder that tables come to, or that of the prediction log.",
        )
    prometheus = table(content, "prometheus", where)
    known_only(prometheus, ("textfile", "port"), f"prometheus of {where}")
    port = prometheus.get("port")
    if port is not None and whole(prometheus, "port", where, least=0) > 65535:
        raise SettingError(f"Expected a port up to 65535 in {where}, found {port}.", fix="Correct it.")
    budget = seconds(content, "budget", where, 30.0)
    workbench = optional(content, "workbench", where)
    if workbench is not None and not workbench.startswith(("http://", "https://")):
        raise SettingError(f"Expected an address as workbench of {where}.", fix="Begin it with https://.")
    interval = seconds(content, "interval", where, 300.0)
    if interval <= 0:
        raise SettingError(
            f"Expected an interval of more than 0 s in {where}.", fix="Give one, such as '5m'."
        )
    return WatchSettings(
        name=name,
        model=text(content, "model", where),
        base=base,
        folder=folder,
        patterns=names(content, "pattern", where) or _PATTERNS,
        settle=seconds(content, "settle", where, 5.0),
        move_refused=_path(content, "move_refused", base, where),
        log=log,
        every=_every(content, where),
        interval=interval,
        budget=budget or None,
        missing_columns=one_of(content, "missing_columns", ("error", "missing"), where, "error"),
        reference=_reference(content, where),
        rules=_rules(content, base, where),
        sinks=sinks_from(content.get("sink", []), base, f"the sinks of {where}"),
        textfile=_path(prometheus, "textfile", base, where),
        port=port,
        workbench=None if workbench is None else workbench.rstrip("/"),
    )


def _path(content: Mapping[str, Any], name: str, base: Path, where: str) -> Path | None:
    found = optional(content, name, where)
    return None if found is None else base / Path(found).expanduser()


def _every(content: Mapping[str, Any], where: str) -> Every:
    value = content.get("every", _DAY)
    rows = _ROWS.fullmatch(value.strip()) if isinstance(value, str) else None
    if rows and int(rows[1]) > 0:
        return Every(rows=int(rows[1]))
    length = duration(value)
    if length is None or length < _SHORTEST:
        raise SettingError(
            f"Expected a time of a minute or more, or a number of rows, as every of {where}, "
            f"found {value!r:.80}.",
            fix='Write every = "1d", "6h" or "1000 rows".',
        )
    return Every(seconds=length)


def _reference(content: Mapping[str, Any], where: str) -> int | None:
    value = content.get("reference", "training")
    if value == "training":
        return None
    found = _WINDOWS.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None or not 1 <= int(found[1]) <= _MOST_WINDOWS:
        raise SettingError(
            f'Expected "training" or "last N accepted windows" as reference of {where}, found {value!r:.80}.',
            fix=f"Write one of them; N is at most {_MOST_WINDOWS}.",
        )
    return int(found[1])


def _rules(content: Mapping[str, Any], base: Path, where: str) -> tuple[Rule, ...]:
    path = _path(content, "rules", base, where)
    if path is not None and "rule" in content:
        raise SettingError(
            f"Expected rules in {where} or in a file of their own, found both.", fix="Leave one out."
        )
    if path is not None:
        return rules_from(read_settings(path), f"the rules in {path}")
    return rules_from(content["rule"], f"the rules of {where}") if "rule" in content else default_rules()
