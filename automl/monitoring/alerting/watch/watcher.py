"""A watch: what has come is compared, rules judge it, and who is to be told is told; again and again.

Everything that matters is in the catalogue, in one transaction for each table. So a watch can be ended at any
moment, and started again; and two of them can run at once.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from automl.errors import CatalogueError, GlassbenchError
from automl.monitoring.alerting.delivering import Delivered, deliver
from automl.monitoring.alerting.exposition import Pulse, exposition, write_textfile
from automl.monitoring.alerting.judging import About, Told, judge
from automl.monitoring.alerting.machine import Seen
from automl.monitoring.alerting.metrics_server import MetricsServer
from automl.monitoring.alerting.observing import TABLE, Observed, observe, unreadable
from automl.monitoring.alerting.watch.folder import FolderSource
from automl.monitoring.alerting.watch.found import Found, Source
from automl.monitoring.alerting.watch.log import LogWindows
from automl.monitoring.alerting.watch.model import Current, Models
from automl.monitoring.alerting.watch.refused import move_aside
from automl.monitoring.alerting.watch.renewing import Renewed, keep, renewed
from automl.monitoring.alerting.watch.settings import WatchSettings
from automl.monitoring.alerting.watch.simulations import Simulations
from automl.monitoring.parts import main_output
from automl.monitoring.report import DriftReport
from automl.monitoring.scoring import Scored, score
from automl.store.catalogue import Catalogue, Check
from automl.store.catalogue.verdicts import verdict_facts
from automl.store.catalogue.watch_records import Arrival

__all__ = ["Pass", "WatchStoppedError", "Watcher"]

_FAULTS = (GlassbenchError, ArithmeticError, LookupError, TypeError, ValueError)
"""What a file may make the code raise: then the file is refused, and the next one is looked at."""


class WatchStoppedError(Exception):
    """The watch was told to end; what it was at is done by the next one."""


@dataclass
class Pass:
    """What came of one look.

    Attributes
    ----------
    checks : list of Check
    refused : dict of str to str
        Names of files that could not be read, with the reason.
    waiting : tuple of str
        Names of files that may still be written to.
    told : list of Told
        Alerts that were opened and closed.
    delivered : Delivered
    """

    checks: list[Check] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    waiting: tuple[str, ...] = ()
    told: list[Told] = field(default_factory=list)
    delivered: Delivered = field(default_factory=lambda: Delivered(0, {}))


class Watcher:
    """One watch.

    Parameters
    ----------
    catalogue : Catalogue
    settings : WatchSettings
    say : callable
        Told what happens, line by line.
    stopping : callable
        Whether to end.
    server : MetricsServer, optional
    clock : callable
        Seconds since 1970.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        settings: WatchSettings,
        *,
        say: Callable[[str], None] = lambda _: None,
        stopping: Callable[[], bool] = lambda: False,
        server: MetricsServer | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._catalogue, self._settings = catalogue, settings
        self._say, self._stopping, self._server, self._clock = say, stopping, server, clock
        self._models = Models(catalogue, settings)
        self._source: Source
        if settings.folder is not None:
            self._source = FolderSource(settings.folder, settings.patterns, settings.settle, clock)
        else:
            assert settings.log is not None  # one of them is given
            self._source = LogWindows(settings.log, settings.every, clock)
        self._report: DriftReport | None = None
        self._label = settings.model
        self._arrivals: list[Arrival] = []
        self._noted: set[str] = set()
        self._simulations = Simulations(settings.rules)

    def look(self) -> Pass:
        """Look once.

        Raises
        ------
        GlassbenchError
            When the model, the folder or the catalogue cannot be reached.
        WatchStoppedError
        """
        done = Pass()
        try:
            self._judge_all(done)
        except (GlassbenchError, OSError):
            if self._server is not None:
                self._server.fail()  # the catalogue may be what cannot be reached
            self._show(failed=True)
            raise
        finally:
            done.delivered = self._deliver()
        self._show(failed=False)
        return done

    def _judge_all(self, done: Pass) -> None:
        current = self._models.current()
        self._label = current.label
        last = self._arrivals[-1].id if self._arrivals else 0
        self._arrivals += self._catalogue.watching.arrivals(self._settings.name, after=last)
        looked = self._source.look(self._arrivals, current)
        done.waiting = looked.waiting
        for note in looked.notes:
            if note not in self._noted:  # it would be said at every look
                self._noted.add(note)
                self._say(f"note: {note}")
        about = self._about(current)
        for found in looked.found:
            if self._stopping():
                raise WatchStoppedError
            self._judge(done, found, current, about)
        self._judge_silence(done, about)

    def _judge(self, done: Pass, found: Found, current: Current, about: About) -> None:
        base = self._base(current)
        try:
            scored = score(
                base.watched, found.rows, name=found.name, missing_columns=self._settings.missing_columns,
                time_budget=self._settings.budget, progress=self._progress,
            )  # fmt: skip
        except CatalogueError:
            raise
        except FileNotFoundError:  # taken away while it was read
            return
        except _FAULTS as error:
            if found.is_as_found():
                self._refuse(done, found, about, error)
            return
        if not found.is_as_found():  # it was still being written: the next look sees all of it
            done.waiting = (*done.waiting, found.name)
            return
        self._record(done, found, current, about, base, scored)

    def _record(
        self, done: Pass, found: Found, current: Current, about: About, base: Renewed, scored: Scored
    ) -> None:
        report = scored.report
        deviation = _deviation(base, report)
        observed = {
            rule.name: seen
            for rule in self._settings.rules
            if (seen := observe(rule, report, deviation)) is not None
        }
        is_open = {each.rule for each in self._catalogue.watching.alerts(self._settings.name, only_open=True)}
        due = [name for name, seen in observed.items() if seen.seen.over and name not in is_open]
        simulated = self._simulations.of(due, base.watched, base.digest or current.digest, report.rows)
        window = None
        if self._settings.reference is not None and report.level == "fine" and scored.tally is not None:
            window = keep(self._catalogue, base.watched, scored.tally)
        with self._catalogue.watching.turn(self._settings.name) as turn:
            if turn.knows(found.key):  # another watch was quicker
                return
            check = turn.check(
                f"watch:{self._settings.name}:{found.key}", model=current.version, run_id=current.run_id,
                **verdict_facts(report),
            )  # fmt: skip
            turn.arrive(
                found.key, found.name, check=check, size=found.size, modified=found.modified, at=self._clock()
            )
            if window is not None:
                turn.keep_window(check, window)
            told = judge(turn, about, observed, check=check, at=report.created, simulated=simulated)
        self._report = report
        done.checks.append(check)
        about_columns = f"; columns: {', '.join(check.columns[:5])}" if check.columns else ""
        self._say(f"check {check.id}: {check.level}, {found.name}, {check.rows:,} rows{about_columns}")
        self._tell(done, told)

    def _refuse(self, done: Pass, found: Found, about: About, error: Exception) -> None:
        """Put a file that cannot be read on record, and go on with the next one."""
        reason = str(error) if isinstance(error, GlassbenchError) else f"{type(error).__name__}: {error}"
        now = self._clock()
        observed = {
            rule.name: seen
            for rule in self._settings.rules
            if (seen := unreadable(rule, now, found.name)) is not None
        }
        with self._catalogue.watching.turn(self._settings.name) as turn:
            if turn.knows(found.key):
                return
            check = turn.check(
                f"watch:{self._settings.name}:{found.key}", model=about.version, run_id=about.run_id,
                table=found.name, digest=found.key if found.path is not None else None, rows=0, level="act",
                headline=f"{found.name} cannot be read: {reason}"[:2000], columns=[], at=now,
            )  # fmt: skip
            turn.arrive(
                found.key,
                found.name,
                check=check,
                refused=reason,
                size=found.size,
                modified=found.modified,
                at=now,
            )
            told = judge(turn, about, observed, check=check, at=now)
        done.checks.append(check)
        done.refused[found.name] = reason
        self._say(f"check {check.id}: refused, {found.name}: {reason}")
        if not isinstance(error, GlassbenchError):
            self._say("".join(traceback.format_exception(error)).rstrip())
        if self._settings.move_refused is not None and found.path is not None:
            self._say(f"moved to {move_aside(found.path, self._settings.move_refused)}")
        self._tell(done, told)

    def _judge_silence(self, done: Pass, about: About) -> None:
        """Let the clock speak: only where it has something new to say, so that nothing is written else."""
        rules = [rule for rule in self._settings.rules if rule.what == "silence"]
        if not rules:
            return
        now = self._clock()
        with self._catalogue.watching.turn(self._settings.name) as turn:
            since = turn.last_arrival() or turn.began(now)
            observed = {}
            for rule in rules:
                assert rule.opens_at is not None
                over = now - since >= rule.opens_at
                if over != (turn.open_alert(rule.name) is not None):
                    observed[rule.name] = _silence(now, now - since, over)
            told = judge(turn, about, observed, at=now) if observed else []
        self._tell(done, told)

    def _about(self, current: Current) -> About:
        links = {}
        if self._settings.workbench is not None:
            links["workbench"] = self._settings.workbench
        return About(
            model=current.label,
            version=current.version,
            run_id=current.run_id,
            rules=self._settings.rules,
            sinks={sink.name: sink.level for sink in self._settings.sinks},
            links=links,
        )

    def _base(self, current: Current) -> Renewed:
        """What new rows are compared with."""
        if self._settings.reference is None:
            return Renewed(current.watched)
        return renewed(self._catalogue, self._settings.name, current.watched, self._settings.reference)

    def _tell(self, done: Pass, told: Sequence[Told]) -> None:
        done.told += told
        for each in told:
            self._say(f"alert {each.alert.id} {each.event.kind}: {each.rule}: {each.message}")

    def _deliver(self) -> Delivered:
        done = deliver(self._catalogue, self._settings.name, self._settings.sinks, stopping=self._stopping)
        for problem in done.problems.values():
            self._say(f"not told yet: {problem}")
        return done

    def _show(self, *, failed: bool) -> None:
        if self._settings.textfile is None and self._server is None:
            return
        pulse = Pulse(self._clock(), failed, self._label, self._report)
        text = exposition(self._catalogue, self._settings.name, self._settings.rules, pulse)
        if self._settings.textfile is not None:
            write_textfile(self._settings.textfile, text)
        if self._server is not None:
            self._server.show(text, is_well=not failed)

    def _progress(self, _share: float, _what: str) -> None:
        if self._stopping():
            raise WatchStoppedError


def _silence(at: float, seconds: float, over: bool) -> Observed:
    hours = seconds / 3600
    message = f"Nothing has come for {hours:,.1f} hours."
    names = (TABLE,) if over else ()
    return Observed(Seen(at, names, names), {TABLE: {"hours": hours}} if over else {}, lambda _: message)


def _deviation(base: Renewed, report: DriftReport) -> float | None:
    """Standard deviation that the predictions had before, of the output whose shift was split."""
    if report.shift is None:
        return None
    outputs = base.watched.reference.outputs
    of = main_output(report.shift) if len(outputs) > 1 else 0
    return outputs[min(of, len(outputs) - 1)].deviation
