"""`automl timeline`."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

import automl
from automl.bundle.manifest import is_bundle
from automl.cli.console import Console, find_run, number
from automl.errors import SettingError
from automl.monitoring import watched_bundle, words
from automl.monitoring.timeline.asked import Asked
from automl.monitoring.timeline.records import Promise, Timeline, Window
from automl.monitoring.timeline.verdict import change, segment
from automl.run import load_run
from automl.store.files import write_document

__all__ = ["timeline"]

_MOST_WINDOWS = 60
_MOST_SEGMENTS = 10
_KEPT = {True: "kept", False: "broken", None: "not known"}


def timeline(options: Namespace, console: Console) -> int:
    """Follow a model over time; the exit code is the verdict."""
    found = _made(options, console)
    if options.out is not None:
        write_document(options.out, found.to_json())
    console.document(found.to_json())
    console.say(f"{words.LEVELS[found.level].lower()}: {found.headline}")
    _say_windows(found, console)
    _say_changes(found, console)
    _say_segments(found, console)
    _say_fairness(found, console)
    _say_ledger(found, console)
    console.note(*(f"note: {note}" for note in found.notes))
    if options.out is not None:
        console.say("", f"timeline: {options.out}")
    return found.exit_code


def _made(options: Namespace, console: Console) -> Timeline:
    if is_bundle(Path(options.model_of)):
        if options.model is not None:
            raise SettingError("A bundle holds one model.", fix="Leave out --model.")
        bundle = automl.load_bundle(options.model_of)
        console.note(*bundle.notes)
        return Asked(**_words(options)).answer(
            watched_bundle(bundle),
            model=str(bundle.manifest["files"]["model/model.skops"]["sha256"]),
            progress=lambda _share, what: console.progress(what) if console.is_live else None,
        )
    run = load_run(find_run(options.model_of, options.home))
    if options.table is None and options.log is None:
        return run.timeline(model=options.model)
    return run.timeline(**_words(options), model=options.model)


def _words(options: Namespace) -> dict[str, Any]:
    """What was asked, by the names of `Asked` and of `Run.timeline`."""
    names = ("table", "by", "log", "labels", "id", "label", "labelled_at", "every", "segments", "fairness")
    asked = {name: getattr(options, name) for name in (*names, "missing_columns")}
    return asked | {"time_budget": None if options.no_split else options.budget}


def _say_windows(found: Timeline, console: Console) -> None:
    shown = found.windows[-_MOST_WINDOWS:]
    metric = next((w.performance.main.label for w in found.windows if w.performance is not None), None)
    mean = f"mean {found.target}" if found.output is None else f"P({found.output})"
    console.say("")
    if len(shown) < len(found.windows):
        console.say(f"the last {len(shown)} of {len(found.windows)} windows; all are in --json and --out")
    estimated = next((w.estimated.main.label for w in found.windows if w.estimated is not None), None)
    scores = [*([metric] if metric else []), *([f"{estimated} (estimated)"] if estimated else [])]
    headers = ["window", "rows", "labelled", mean, "shift", *scores, "drifted", "verdict"]
    console.table(
        headers,
        [
            (
                each.label,
                f"{each.rows:,}",
                words.share(each.labelled / each.rows) if each.rows else "–",
                number(each.mean),
                "–" if each.shift is None else f"{each.shift:+.3g}",
                *([_score(each)] if metric else []),
                *([_estimate(each)] if estimated else []),
                _drifted(each),
                words.LEVELS[each.level].lower(),
            )
            for each in shown
        ],
        right=[name for name in headers if name not in ("window", "drifted", "verdict")],
    )


def _score(each: Window) -> str:
    if each.performance is None:
        return "–"
    main = each.performance.main
    flag = "*" if each.labelling is not None and each.labelling.selected else ""
    return f"{number(main.score, 3)}{flag} ({number(main.low, 3)} to {number(main.high, 3)})"


def _estimate(each: Window) -> str:
    if each.estimated is None:
        return "–"
    main = each.estimated.main
    return f"{number(main.estimated, 3)} ({number(main.low, 3)} to {number(main.high, 3)})"


def _drifted(each: Window) -> str:
    """Columns that have drifted, those that move the mean prediction most first."""
    names = [
        column.name
        for column in sorted(each.columns, key=lambda c: (-abs(c.part or 0.0), c.chance - c.moved))
        if column.level != "fine"
    ]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more if names else "–"


def _say_changes(found: Timeline, console: Console) -> None:
    console.say("", "changes")
    for each in found.changes:
        console.say(f"  {change(each, found.windows)} (p = {number(each.p_value, 2)})")
    for test in found.tests:
        if any(each.what == test.what for each in found.changes):
            continue
        told = test.note or (
            f"no change (p = {number(test.adjusted, 2)}; one of {number(test.detectable, 3)} would be found "
            "in 80 of 100 cases)"
        )
        console.say(f"  {test.label}: {told}")


def _say_segments(found: Timeline, console: Console) -> None:
    worse = [each for each in found.segments if each.level != "fine"]
    if not found.segments:
        return
    console.say("", f"segments ({len(found.segments)} compared, {len(worse)} worse than the others)")
    for each in worse[:_MOST_SEGMENTS]:
        console.say(f"  {segment(each)} (p = {number(each.adjusted, 2)}, adjusted)")
    if len(worse) > _MOST_SEGMENTS:
        console.say(f"  and {len(worse) - _MOST_SEGMENTS} more: see --json or --out")


def _say_fairness(found: Timeline, console: Console) -> None:
    if not found.fairness:
        return
    differ = [each for each in found.fairness if each.fairness.found()]
    console.say(
        "",
        f"groups of {', '.join(found.fairness[0].fairness.columns)} (in {len(differ)} of "
        f"{len(found.fairness)} windows a difference shows; one in twenty would by chance)",
    )
    for each in differ:
        console.say(f"  {found.windows[each.window].label}: {each.fairness.verdict()}")


def _say_ledger(found: Timeline, console: Console) -> None:
    if not found.ledger:
        return
    console.say("", "promised at the export, and what came")
    headers = ("promise", "promised", "came", "windows kept", "")
    console.table(
        headers,
        [
            (
                each.label,
                _range(each.promised, each.low, each.high),
                _range(each.came, each.came_low, each.came_high),
                f"{each.windows_held} of {each.windows}" if each.windows else "–",
                _KEPT[each.kept],
            )
            for each in _told(found.ledger)
        ],
        right=headers[1:4],
    )


def _told(ledger: tuple[Promise, ...]) -> list[Promise]:
    return [each for each in ledger if each.kept is not None or each.promised is not None]


def _range(value: float | None, low: float | None, high: float | None) -> str:
    if value is None:
        return "–"
    if low is None or high is None:
        return number(value, 3)
    return f"{number(value, 3)} ({number(low, 3)} to {number(high, 3)})"
