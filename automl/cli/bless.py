"""`automl bless`."""

from __future__ import annotations

from argparse import Namespace

import automl
from automl.cli.console import Console, number
from automl.cli.labelled import bundle_at
from automl.errors import SettingError
from automl.monitoring import blessing

__all__ = ["bless"]


def bless(options: Namespace, console: Console) -> int:
    """Say whether a challenger may take the champion's place; the exit code is the verdict."""
    if not options.table.is_file():
        raise SettingError(f"There is no file {options.table}.", fix="Check the path.")
    challenger = automl.load_bundle(bundle_at(options.challenger))
    champion = None if options.champion is None else automl.load_bundle(bundle_at(options.champion))
    console.note(*challenger.notes)
    found = blessing.bless(
        challenger,
        options.table,
        champion=champion,
        threshold=options.threshold,
        metric=options.metric,
        better_by=options.better_by,
        sure=options.sure,
    )
    written = None if options.out is None else blessing.write_blessing(found, options.out.absolute())
    console.document(found.to_json())
    console.say("blessed" if found.blessed else "not blessed", *found.reasons, "")
    rows = [("challenger", found.challenger), *([("champion", found.champion)] if found.champion else [])]
    console.table(
        ("", "model", found.metric, "90 % interval"),
        [(role, each.name, number(each.score), _interval(each)) for role, each in rows],
        right=(found.metric,),
    )
    if written is not None:
        console.say("", f"written: {written}")
    return found.exit_code


def _interval(each: blessing.Contestant) -> str:
    return f"{number(each.low)} to {number(each.high)}"
