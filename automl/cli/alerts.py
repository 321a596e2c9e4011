"""`automl alerts list`, `show`, `close`, `windows` and `accept`."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict
from typing import Any

from automl.cli.console import Console, number
from automl.cli.opened import day, opened
from automl.errors import CatalogueError
from automl.monitoring.alerting.chance import percent
from automl.store.catalogue import Alert, Catalogue
from automl.store.catalogue.watching import subject_of

__all__ = ["alerts"]


def alerts(options: Namespace, console: Console) -> int:
    """What rules have found wrong."""
    parts = {"list": _list, "show": _show, "close": _close, "windows": _windows, "accept": _accept}
    with opened(options, console) as catalogue:
        return parts[options.part](options, console, catalogue)


def _list(options: Namespace, console: Console, catalogue: Catalogue) -> int:
    found = _about(catalogue, options.subject, only_open=not options.all)
    labels = {model.id: model.label for model in catalogue.models.versions()}
    waiting = catalogue.watching.waiting()
    console.document(
        {
            "alerts": [_facts(each, labels) for each in found],
            "undelivered": [
                {
                    "alert": e.alert_id,
                    "sink": e.sink,
                    "event": e.event,
                    "tries": e.tries,
                    "problem": e.problem,
                }
                for e in waiting
            ],
        }
    )
    if not found:
        console.say("There is no alert." if options.all else "No alert is open.")
    else:
        console.table(
            ("alert", "severity", "about", "rule", "opened (UTC)", "closed", "false alarms", "message"),
            [
                (
                    str(each.id), each.level, _subject(each, labels), each.rule, day(each.opened),
                    day(each.closed), _chance(each), _shortened(each.message),
                )
                for each in found
            ],
            right=("alert",),
        )  # fmt: skip
    for each in waiting:
        told = f"tried {_times(each.tries)}: {each.problem}" if each.problem else "not tried yet"
        console.say(f"alert {each.alert_id}: {each.sink} was not told that it was {each.event} ({told})")
    return 0


def _show(options: Namespace, console: Console, catalogue: Catalogue) -> int:
    alert = catalogue.life.alert(options.alert)
    labels = {model.id: model.label for model in catalogue.models.versions()}
    told = catalogue.watching.deliveries(alert)
    console.document(_facts(alert, labels) | {"deliveries": [asdict(each) for each in told]})
    console.say(
        f"alert      {alert.id}, {alert.level}: {alert.message}",
        f"about      {_subject(alert, labels)}",
        f"rule       {alert.rule}",
        f"opened     {day(alert.opened)}",
    )
    if alert.closed is not None:
        console.say(
            f"closed     {day(alert.closed)} by {alert.closed_by}: {alert.reason or 'no reason given'}"
        )
    if alert.columns:
        console.say(f"columns    {', '.join(alert.columns)}")
    if alert.check_id is not None:
        console.say(f"check      {alert.check_id}")
    evidence = alert.evidence or {}
    for figure in evidence.get("figures", ()):
        console.say(f"figures    {', '.join(f'{name} {_figure(value)}' for name, value in figure.items())}")
    if words := evidence.get("false_alarms", {}).get("words"):
        console.say(f"by chance  {words}")
    for each in told:
        came = f"told {day(each.sent)}" if each.sent else f"not told yet, {each.problem or 'not tried yet'}"
        console.say(f"sink       {each.sink}: {each.event}: {came}")
    return 0


def _close(options: Namespace, console: Console, catalogue: Catalogue) -> int:
    if options.subject.isdigit():
        found = [catalogue.life.alert(int(options.subject))]
    else:
        found = _about(catalogue, options.subject, only_open=True)
        if not found:
            raise CatalogueError(
                f"No alert is open about {options.subject!r}.", fix="See `automl alerts list`."
            )
    for alert in found:
        catalogue.life.close_alert(alert, reason=options.reason)
    console.document({"closed": [alert.id for alert in found], "reason": options.reason})
    console.say(*(f"alert {alert.id} ({alert.rule}) is closed: {options.reason}" for alert in found))
    return 0


def _windows(options: Namespace, console: Console, catalogue: Catalogue) -> int:
    checks = {check.id: check for check in catalogue.watching.checks(options.watch)}
    found = [
        each
        for accepted in (True, False)
        for each in catalogue.watching.windows(options.watch, accepted=accepted)
    ]
    console.document({"windows": [asdict(each) for each in found]})
    if not found:
        console.say(
            f"The watch {options.watch!r} has no window to approve: only fine checks have one, and only "
            'where reference is "last N accepted windows".'
        )
        return 0
    console.table(
        ("check", "when (UTC)", "table", "rows", "approved"),
        [
            (
                str(each.check_id), day(checks[each.check_id].at), checks[each.check_id].table_name,
                f"{checks[each.check_id].rows:,}",
                "not yet" if each.accepted is None else f"{day(each.accepted)} by {each.accepted_by}",
            )
            for each in sorted(found, key=lambda each: each.check_id)
        ],
        right=("check", "rows"),
    )  # fmt: skip
    return 0


def _accept(options: Namespace, console: Console, catalogue: Catalogue) -> int:
    made = catalogue.watching.accept(options.check, reason=options.reason)
    console.document(asdict(made))
    console.say(
        f"The window of check {made.check_id} is approved; the watch {made.watch} uses it from now on."
    )
    return 0


def _about(catalogue: Catalogue, subject: str | None, *, only_open: bool) -> list[Alert]:
    """The alerts about a watch, a run or a model, newest first."""
    found = catalogue.life.alerts(only_open=only_open)
    if subject is None:
        return found
    if own := [each for each in found if each.subject == subject_of(subject)]:
        return own
    if catalogue.watching.arrivals(subject):
        return []
    of_run = catalogue.models.versions(run_id=subject)
    of_name = [] if of_run else catalogue.models.versions(subject)
    meant = of_run or of_name or [catalogue.models.find(subject)]
    ids = {model.id for model in meant}
    return [each for each in found if each.model_id in ids]


def _subject(alert: Alert, labels: dict[int, str]) -> str:
    model = labels.get(alert.model_id) if alert.model_id is not None else None
    watch = alert.subject.removeprefix("watch:") if alert.subject.startswith("watch:") else None
    return ", ".join(each for each in (model, watch) if each) or "–"


def _facts(alert: Alert, labels: dict[int, str]) -> dict[str, Any]:
    return asdict(alert) | {"model": labels.get(alert.model_id) if alert.model_id is not None else None}


def _chance(alert: Alert) -> str:
    """The probability that chance alone would have opened an alert by then: as simulated, else at most."""
    told = (alert.evidence or {}).get("false_alarms")
    if told is None:
        return "–"
    if told["chance"] is None:
        return "not by chance"
    if simulated := told.get("simulated"):
        return f"{percent(simulated['chance'])} to {percent(simulated['chance_high'])}"
    return f"≤ {percent(told['chance'])}"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number:,} times"


def _figure(value: Any) -> str:
    if isinstance(value, float):
        return number(value, 3)
    return ", ".join(map(_figure, value)) if isinstance(value, list) else str(value)


def _shortened(text: str) -> str:
    return text if len(text) <= 100 else f"{text[:99]}…"
