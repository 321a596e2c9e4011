"""What can be typed about watches and alerts. Imports argparse alone."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from automl.cli import values

__all__ = ["add_watch_verbs"]

_WATCH = """\
Watch a model: each table that comes to a folder, or each window of a prediction log, is compared with what
the model was learned from; rules open and close alerts; files, webhooks, mailboxes and Prometheus are told.
Everything is in the catalogue, so it may be ended and started again at any time, and nothing is looked at or
told of twice.
"""
_WATCH_CODES = """\
exit codes: 0 nothing is open, 2 an alert is open (with --once), 1 could not run, wrong usage included

without a file: automl watch --model churn@champion --folder arriving --alerts alerts.jsonl
"""
_SUBJECT = "a model (NAME, NAME/VERSION, NAME@ALIAS), a run's id, or the name of a watch"

Adds = Callable[[argparse.ArgumentParser], None]


def add_watch_verbs(verbs: Any, add_home: Adds, add_output: Adds) -> None:
    """Give a parser `watch` and `alerts`.

    Parameters
    ----------
    verbs : subparsers action
    add_home, add_output : callable
        Give a parser `--home`, and `--json`.
    """
    _add_watch(verbs, add_home, add_output)
    _add_alerts(verbs, add_home, add_output)


def _add_watch(verbs: Any, add_home: Adds, add_output: Adds) -> None:
    watch = verbs.add_parser(
        "watch",
        help="compare what comes with what a model was learned from, again and again",
        description=_WATCH,
        epilog=_WATCH_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    watch.wrong_usage = 1
    watch.add_argument("file", type=Path, nargs="?", metavar="WATCH.toml", help="settings (TOML or JSON)")
    what = watch.add_mutually_exclusive_group()
    what.add_argument("--once", action="store_true", help="look once, for cron and CI")
    what.add_argument("--check-config", action="store_true", help="say what the settings mean, and end")
    what.add_argument("--test-sinks", action="store_true", help="tell every sink something, and end")
    watch.add_argument("--name", help="of the watch: what it has seen is kept under it")
    watch.add_argument("--model", metavar="MODEL", help="a bundle, NAME@ALIAS or NAME/VERSION")
    where = watch.add_mutually_exclusive_group()
    where.add_argument("--folder", type=Path, metavar="DIR", help="folder that tables come to")
    where.add_argument("--log", type=Path, metavar="DIR", help="folder of a prediction log")
    watch.add_argument("--every", metavar="TIME", help='windows of the log: "1d", "6h" or "1000 rows"')
    watch.add_argument("--interval", metavar="TIME", help='between two looks, such as "5m" (the default)')
    watch.add_argument("--alerts", type=Path, metavar="FILE.jsonl", help="write alerts to this file")
    add_home(watch)
    add_output(watch)


def _add_alerts(verbs: Any, add_home: Adds, add_output: Adds) -> None:
    parser = verbs.add_parser(
        "alerts",
        help="list, show and close alerts",
        description="Alerts: what rules have found wrong, with the figures behind it, and how often chance "
        "alone does the same.",
    )
    parts = parser.add_subparsers(dest="part", metavar="PART", title="parts", required=True)

    def part(name: str, description: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = parts.add_parser(
            name, help=f"{description[0].lower()}{description[1:].rstrip('.')}", description=description
        )
        add_home(made)
        add_output(made)
        return made

    listed = part("list", "List the open alerts.")
    listed.add_argument("subject", nargs="?", metavar="SUBJECT", help=f"only about {_SUBJECT}")
    listed.add_argument("--all", action="store_true", help="closed ones as well")
    show = part("show", "Show an alert: what it is based on, and who was told.")
    show.add_argument("alert", type=values.count, metavar="NUMBER")
    close = part("close", "Close an alert, or all that are open about something.")
    close.add_argument("subject", metavar="NUMBER|SUBJECT", help=f"an alert's number, {_SUBJECT}")
    close.add_argument("--reason", required=True, metavar="TEXT", help="why; kept on record")
    windows = part("windows", "List fine windows of a watch, which may renew its reference.")
    windows.add_argument("watch", metavar="WATCH", help="name of the watch")
    accept = part("accept", "Approve a fine window: new rows are compared with it as well from then on.")
    accept.add_argument("check", type=values.count, metavar="CHECK", help="number of the check")
    accept.add_argument("--reason", default="", metavar="TEXT", help="why; kept on record")
