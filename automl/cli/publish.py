"""`automl publish`."""

from __future__ import annotations

import argparse
import json
from argparse import Namespace
from pathlib import Path

from automl.cli import values
from automl.cli.console import Console
from automl.cli.labelled import bundle_at

__all__ = ["add_options", "destinations", "publish"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """What can be typed behind `automl publish`."""
    parser.add_argument(
        "bundle", type=Path, metavar="BUNDLE.zip", help="a bundle, or NAME@ALIAS of the catalogue"
    )
    parser.add_argument(
        "--to", required=True, metavar="DESTINATION", help="where to; the destinations are listed below"
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        type=values.setting,
        dest="settings",
        metavar="NAME=VALUE",
        help="a setting of the destination; may be repeated",
    )
    parser.add_argument(
        "--yes", action="store_true", help="do it; without, destinations that cost money are only shown"
    )
    parser.add_argument("--dry-run", action="store_true", help="only show what would be done, wherever to")


def destinations() -> str:
    """All destinations and their settings, for `--help`."""
    from automl.bundle.publish import DESTINATIONS

    lines = ["destinations:"]
    for destination in DESTINATIONS.values():
        shown = " (shown; done with --yes)" if destination.paid else ""
        lines.append(f"  {destination.form:<16} {destination.about}{shown}")
        for option in destination.options:
            if option.default is None:
                told = "must be given"
            else:
                told = f"default {option.default}" if option.default else ""
            lines.append(f"      {option.name:<12} {option.about}{f' ({told})' if told else ''}")
    return "\n".join(lines)


def publish(options: Namespace, console: Console) -> int:
    """Publish a bundle, or show what that would be."""
    from automl.bundle.publish import Done, find
    from automl.bundle.publish import publish as publish_bundle

    destination, _ = find(options.to)
    really = not options.dry_run and (options.yes or not destination.paid)

    def tell(done: Done) -> None:
        console.say(f"{'✓' if really else '·'} {done.text}")
        told = done.request if done.result is None else done.result
        for name, value in told.items():
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            console.say(f"    {name}: {text}")

    done = publish_bundle(
        bundle_at(options.bundle), options.to, dict(options.settings), really=really, told=tell
    )
    if not really:
        hint = "Leave --dry-run out to do it." if options.dry_run else "Add --yes to do it."
        console.say(f"Nothing was done. {hint}")
    console.document(
        {
            "to": options.to,
            "done": really,
            "steps": [
                {"text": step.text, "request": dict(step.request), "result": step.result} for step in done
            ],
        }
    )
    return 0
