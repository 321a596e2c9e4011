"""`automl watch`."""

from __future__ import annotations

import re
import signal
import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

from automl.cli.console import Console
from automl.errors import GlassbenchError, SettingError
from automl.monitoring.alerting.evidence import notice
from automl.monitoring.alerting.metrics_server import MetricsServer
from automl.monitoring.alerting.sinks import DeliveryError
from automl.monitoring.alerting.watch.settings import WatchSettings, read_watch, watch_from
from automl.store import Home
from automl.store.catalogue import Catalogue, catch_up, open_catalogue

__all__ = ["watch"]

_BLINK = 0.2  # seconds until a signal is heeded
_OPTIONS = ("name", "model", "folder", "log", "every", "interval")


def watch(options: Namespace, console: Console) -> int:
    """Watch a model, once or until told to end."""
    settings = _settings(options)
    if options.check_config:
        return _check(options, settings, console)
    if options.test_sinks:
        return _test_sinks(settings, console)
    for sink in settings.sinks:
        sink.ready()
    home = Home(options.home).path
    with _stopping() as stop, open_catalogue(home) as catalogue:
        catch_up(catalogue, home, problem=lambda text: console.note(f"note: {text}"))
        if options.once:
            return _once(catalogue, settings, console, stop)
        return _always(catalogue, settings, console, stop)


def _settings(options: Namespace) -> WatchSettings:
    """The file's settings, with what was typed in their place."""
    typed: dict[str, Any] = {}
    for name in _OPTIONS:
        if (value := getattr(options, name)) is not None:
            typed[name] = str(value.absolute()) if isinstance(value, Path) else value
    if options.model is not None and Path(options.model).exists():
        typed["model"] = str(Path(options.model).absolute())
    if options.file is None:
        if options.model is None:
            raise SettingError(
                "Expected a file of settings, or --model with --folder or --log.",
                fix="See automl watch --help.",
            )
        called = Path(options.model).name if Path(options.model).exists() else options.model
        typed.setdefault("name", re.sub(r"[^A-Za-z0-9_.-]+", "-", called).strip("-.")[:60] or "watch")
        if options.alerts is not None:
            typed["sink"] = [{"kind": "file", "path": str(options.alerts.absolute())}]
        return watch_from(typed, Path.cwd(), "the watch")
    if options.alerts is not None:
        raise SettingError(
            "Expected --alerts without a file of settings.",
            fix=f'Write [[sink]] with kind = "file" into {options.file}.',
        )
    return read_watch(options.file, typed)


def _once(catalogue: Catalogue, settings: WatchSettings, console: Console, stop: _Stop) -> int:
    from automl.monitoring.alerting.watch.watcher import Pass, Watcher, WatchStoppedError

    watcher = Watcher(catalogue, settings, say=console.say, stopping=stop.is_set)
    done: list[Pass] = []
    try:
        done.append(watcher.look())
        # What is still written to may be whole in a moment.
        if done[0].waiting and not stop.wait(settings.settle):
            done.append(watcher.look())
    except WatchStoppedError:
        console.note("Told to end; what was left is looked at the next time.")
    open_now = catalogue.watching.alerts(settings.name, only_open=True)
    waiting = done[-1].waiting if done else ()
    console.document(
        {
            "watch": settings.name,
            "checks": [asdict(check) for each in done for check in each.checks],
            "refused": {name: why for each in done for name, why in each.refused.items()},
            "waiting": list(waiting),
            "events": [
                {"event": told.event.kind, "alert": told.alert.id, "rule": told.rule, "message": told.message}
                for each in done
                for told in each.told
            ],
            "delivered": sum(each.delivered.sent for each in done),
            "undelivered": done[-1].delivered.problems if done else {},
            "open": [asdict(alert) for alert in open_now],
        }
    )
    if not any(each.checks for each in done):
        console.say("Nothing new has come.")
    for name in waiting:
        console.say(f"{name} may still be written to: it is looked at the next time.")
    for alert in open_now:
        console.say(f"open: alert {alert.id}, {alert.level}, {alert.rule}: {alert.message}")
    return 2 if open_now else 0


def _always(catalogue: Catalogue, settings: WatchSettings, console: Console, stop: _Stop) -> int:
    from automl.monitoring.alerting.watch.watcher import Watcher, WatchStoppedError

    server = None if settings.port is None else MetricsServer(settings.port)
    with server or nullcontext():
        console.say(
            f"Watching {settings.model} as {settings.name}, every {settings.interval:g} s; SIGTERM ends it."
        )
        if server is not None:
            console.say(f"metrics: http://127.0.0.1:{server.port}/metrics")
        watcher = Watcher(catalogue, settings, say=console.say, stopping=stop.is_set, server=server)
        while not stop.is_set():
            began = time.monotonic()
            try:
                watcher.look()
            except WatchStoppedError:
                break
            except (GlassbenchError, OSError) as error:  # a database, a folder may be back soon
                console.error(error)
            stop.wait(max(settings.interval - (time.monotonic() - began), 0.0))
    console.say("Ended; what it knows is in the catalogue.")
    return 0


class _Stop:
    """Whether to end. Unlike an event of threads it takes no lock, which a signal might find taken."""

    def __init__(self) -> None:
        self._told = False

    def tell(self, *_: object) -> None:
        """End as soon as that does no harm; the handler of signals."""
        self._told = True

    def is_set(self) -> bool:
        """Whether it was told."""
        return self._told

    def wait(self, seconds: float) -> bool:
        """Wait, but not longer than until it is told; whether it was."""
        end = time.monotonic() + seconds
        while not self._told and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _BLINK))
        return self._told


@contextmanager
def _stopping() -> Iterator[_Stop]:
    """What SIGTERM and SIGINT tell to end: what is at work comes to a good end."""
    stop = _Stop()
    before = {each: signal.signal(each, stop.tell) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _check(options: Namespace, settings: WatchSettings, console: Console) -> int:
    """Say what the settings mean, and what is missing for them to work."""
    problems = []
    for sink in settings.sinks:
        try:
            sink.ready()
        except SettingError as error:
            problems.append(str(error))
    for folder in (settings.folder, settings.log):
        if folder is not None and not folder.is_dir():
            problems.append(f"There is no folder {folder}.")
    label = None
    try:
        label = _model(options, settings)
    except GlassbenchError as error:
        problems.append(str(error))
    console.document(
        {
            "watch": settings.name,
            "model": label,
            "folder": settings.folder and str(settings.folder),
            "log": settings.log and str(settings.log),
            "interval": settings.interval,
            "reference": settings.reference,
            "rules": [rule.to_json() for rule in settings.rules],
            "sinks": [{"name": sink.name, "level": sink.level} for sink in settings.sinks],
            "problems": problems,
        }
    )
    console.say(f"watch      {settings.name}: {label or settings.model}, every {settings.interval:g} s")
    console.say(f"looks at   {settings.folder or settings.log}")
    console.table(
        ("rule", "about", "severity", "opens", "closes", "false alarms, at most"),
        [_rule_row(rule) for rule in settings.rules],
    )
    console.say(*(f"sink       {sink.name}, from {sink.level} on" for sink in settings.sinks))
    console.say(*(f"problem    {problem}" for problem in problems))
    return 1 if problems else 0


def _rule_row(rule: Any) -> tuple[str, ...]:
    from automl.monitoring.alerting.chance import false_alarms

    chance = false_alarms(rule, 1)
    opens = "" if rule.opens_at is None else f"{rule.opens_at:g}, "
    closes = "" if rule.closes_at is None else f"{rule.closes_at:g}, "
    often = "not by chance" if chance.every is None else f"once in {chance.every:,.0f} checks"
    return (
        rule.name, rule.what, rule.severity, f"{opens}{rule.opens_after} of {rule.of}",
        f"{closes}{rule.closes_after} in a row", often,
    )  # fmt: skip


def _model(options: Namespace, settings: WatchSettings) -> str:
    """What the model is called, once it has been loaded and found fit to be watched."""
    from automl.monitoring.alerting.watch.model import Models

    with open_catalogue(Home(options.home).path) as catalogue:
        return Models(catalogue, settings).current().label


def _test_sinks(settings: WatchSettings, console: Console) -> int:
    """Tell each sink something, now and without the catalogue: its answer is what is of interest."""
    if not settings.sinks:
        raise SettingError("There is no sink to test.", fix="Write one as [[sink]], or give --alerts.")
    now = time.time()
    payload = notice(
        "test", watch=settings.name, model=settings.model, rule="test", severity="look",
        message="This is a test: nothing is wrong.", columns=[], opened=now, at=now,
    )  # fmt: skip
    came: dict[str, str] = {}
    for sink in settings.sinks:
        try:
            sink.ready()
            sink.send(payload)
        except (SettingError, DeliveryError) as error:
            came[sink.name] = str(error)
    console.document({"sinks": {sink.name: came.get(sink.name) for sink in settings.sinks}})
    for sink in settings.sinks:
        console.say(f"{sink.name}: {came.get(sink.name, 'told')}")
    return 1 if came else 0
