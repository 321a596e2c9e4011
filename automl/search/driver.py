"""The search itself: keeps the workers busy until the clock says stop.

One loop in one thread: launch what may be launched, wait for whatever finishes first, write it down. Workers
hold no state that matters and the driver writes every finished trial at once, so a kill loses the trials in
flight and nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import cpu_count
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from automl.errors import GlassbenchError, RunError
from automl.extras import require_extra
from automl.freeing import map_large_arrays
from automl.models import FAMILIES, Context, get_family
from automl.search.assemble import assemble
from automl.search.clock import Clock
from automl.search.constraints import Constraints
from automl.search.cost import told
from automl.search.crowding import crowding
from automl.search.evaluate import Evaluation, evaluate
from automl.search.finish import confidence_seconds, finish
from automl.search.in_flight import InFlight
from automl.search.ladder import due_rows, on_sample, sample_sizes
from automl.search.leakage import Hearing
from automl.search.limits import Limits
from automl.search.memory import MemoryLimit, MemoryMeter, default_limit
from automl.search.more_rows import allowing_for
from automl.search.phases import Phase, Phases
from automl.search.pool import WorkerPool
from automl.search.prepare import Prepared, prepare
from automl.search.propose import Proposer
from automl.search.race import Rival
from automl.search.records import Records
from automl.search.refit import affordable_seconds, refit, refit_once
from automl.search.select import choose, out_of_fold
from automl.search.trial import Candidate, Trial
from automl.search.within import cost_of, measuring_seconds
from automl.search.workers import Workers, WorkersLostError
from automl.store import Queue, RunFolder, calibration_of
from automl.task import Task

__all__ = ["run_search"]

Progress = Callable[[dict[str, Any]], None]

_LARGE_BYTES = 32_000_000  # of a table, from which on its memory counts beside that of idle processes
_TICK = 0.25  # seconds between looks at the cancel marker
_STATUS_EVERY = 1.0  # seconds between writings of the status while nothing happens
_SHARE = 0.25  # of the time left that one candidate may take
_GROWN_SHARE = 0.6  # the same for one that did well on fewer rows
_STAKE = 0.01  # of the budget: a candidate whose other folds take less is not worth stopping
_FIRST_SHARE = 0.6  # the same while nothing has been learned: a worker that is late is still in time
_PATIENCE = 1.5  # times the seconds of the best trial that a candidate may take, if that is more
_MOST_SKIPPED = 20  # candidates in a row for want of memory; then there is nothing to be tried
_LEAST_SECONDS = 4.0  # that a candidate is given, when little time is left
_LEAST_SHARE = 0.2  # of the seconds of the best trial, that a candidate must have to be begun at all
_LIKELY_MEMBERS = 8  # that an ensemble usually has
_REFITTED_MEMBERS = 5  # that matter: a member without time keeps its first models
_REFIT_SHARE = 0.25  # of the budget, for letting the members learn from the holdout's rows at the end
_REFIT_MARGIN = 0.3  # seconds to write the result
_CHOOSING_SHARE = 0.02  # of the budget, for seeing who would be chosen
_WORTH_SEARCHING = 0.03  # of the budget: less time is not worth going on for


def run_search(
    folder: RunFolder,
    *,
    table: pd.DataFrame | None = None,
    started: float | None = None,
    progress: Progress | None = None,
) -> tuple[dict[str, Any], Pipeline | None]:
    """Start or resume the search of a run and bring it to an end.

    Parameters
    ----------
    folder : RunFolder
    table : DataFrame, optional
        The table when the run was not made from a file.
    started : float, optional
        Reading of `time.monotonic` at which the budget began; default now.
    progress : callable, optional
        Called with the status whenever it is written: at every trial, and once a second.

    Returns
    -------
    (dict, Pipeline or None)
        The result, as in `result.json`, and its model (None when the run had finished before). After a
        cancel it is made from what was there, the holdout stays sealed, and a later call goes on.

    Raises
    ------
    GlassbenchError
        When there is no result; the status then is `failed` and says why.
    """
    with folder.hold():
        status, result = folder.status, folder.result
        if result is not None and (status["state"] == "finished" or result["holdout"]):
            # Once the holdout has been opened nothing may be searched any more.
            folder.set_status("finished", message="", chosen=result["chosen"])
            return result, None
        if status["state"] != "queued":  # a cancel that came before the first start counts
            folder.clear_cancel()
        for stale in (folder.path / "explanations").glob("ensemble*.json"):
            stale.unlink()  # the ensemble will be another one
        session = status["session"] + 1
        clock = Clock(folder.spec["budget"], spent=status["seconds"], started=started)
        phases = Phases(clock, status.get("phases") or {}, status["seconds"])
        folder.set_status(
            "preparing",
            message="Reading the table",
            session=session,
            error=None,
            waiting=False,
            seconds=clock.spent(),
            phase="reading",
            running=[],
        )
        if (line := Queue.of(folder)) is not None:
            line.enter(folder, waits=False)  # whoever asked for this search, others wait for it
        folder.add_event("resumed" if session > 1 else "started", session=session)
        try:
            return _Search(folder, clock, phases, progress).run(table)
        except Exception as error:
            message = str(error) if isinstance(error, GlassbenchError) else f"{type(error).__name__}: {error}"
            folder.set_status("failed", message=message, error={"message": message}, seconds=clock.spent())
            folder.add_event("failed", message=message)
            raise


class _Search:
    """One session of a search."""

    def __init__(self, folder: RunFolder, clock: Clock, phases: Phases, progress: Progress | None) -> None:
        self.folder = folder
        self.clock = clock
        self.phases = phases
        self.progress = progress
        # A run of so many trials repeats itself: time must not play a part in what is tried.
        self.timed = folder.spec["max_trials"] is None
        self.asked = Constraints.of(folder.spec)
        self.cores = folder.spec["n_jobs"] or cpu_count()
        self.records = Records(folder)
        self.pool = self._workers()
        self.at_work = InFlight(folder, self.pool)
        self.holdout_rows = 0
        self.refits = False
        self.ordered = False
        self.n_workers = 1
        self.context: Context
        self.task: Task
        self.hearing: Hearing
        self.proposer: Proposer
        self.meter = MemoryMeter()
        # What a cluster's machines have is for the cluster to share out.
        here = folder.spec.get("executor") is None
        self.memory = MemoryLimit((folder.spec.get("memory") or default_limit()) if here else None)
        self._number = 0  # of the next candidate
        self._skipped = 0  # candidates in a row, for want of memory
        self._search_seconds = 0.0
        self._last_status = 0.0
        self._started = False  # whether a candidate has been since the status was written
        self._slower = 1.0  # how much, because other programs want the cores
        self._raced: Rival | None = None
        self._keeps_for_refit = False  # whether there is time for one that is kept free
        self._members: list[Trial] = []  # that the time to finish is reserved for, once that is known

    def run(self, table: pd.DataFrame | None) -> tuple[dict[str, Any], Pipeline]:
        with self.meter:
            return self._run(table)

    def _run(self, table: pd.DataFrame | None) -> tuple[dict[str, Any], Pipeline]:
        pool = self.pool
        try:
            # The workers import the engine while this process reads the table; beside a large one they
            # would take memory for nothing.
            large = self._reads_much(table)
            if large:
                map_large_arrays()
            else:
                pool.start()

            def start(rows: int) -> None:
                pool.suit(rows)
                pool.start()

            self.phases.enter("reading")
            prepared = prepare(
                self.folder, table, when_read=self._has_read, when_written=start if large else None
            )
            if not large:
                pool.suit(prepared.context.n_rows)
            context = replace(prepared.context, n_threads=pool.n_threads)
            self.task = prepared.task
            self.holdout_rows, self.context, self.n_workers = prepared.holdout_rows, context, pool.n_workers
            self.records.limits = Limits.of(self.folder)
            # Models judged along time have not learned from the latest rows, holdout or not. To a model that
            # has learned from nine tenths of a large table the other rows have little to add.
            self.ordered = prepared.ordered
            self.refits = prepared.ordered or (prepared.holdout_rows > 0 and context.n_folds > 1)
            # Where a person must read it, a single model takes the place of one for each fold.
            self.refits = self.refits or self.asked.interpretable
            self.hearing = Hearing(self.folder, prepared, timed=self.timed)
            self.folder.add_event("prepared", seconds=self.clock.spent())
            # The cores belong to the workers. Where they are busy, two OpenMP threads wait for each other at
            # every tree: histogram boosting took 200 times as long to predict the holdout.
            with threadpool_limits(1):
                cancelled, message = self._search_until_lost(context, pool)
                busy = bool(self.at_work)
                if busy:  # whatever they are doing: the clock's promise comes first
                    pool.stop()
                self.hearing.end()
                opens = not cancelled and prepared.holdout_rows > 0
                refits = not cancelled and self.refits
                if refits and busy and not self.asked.interpretable:
                    refits = self._start_again(pool)
                self._enter("choosing", "finishing", "Choosing the model")
                result, model = finish(
                    self.folder, prepared, self.records.all(), self.clock, open_holdout=opens
                )
                if refits:
                    self._enter("learning", "finishing", "Learning from all rows")
                    result, model = self._refit(prepared, context, pool, result, model)
        finally:
            pool.stop()
        self.meter.look()
        result["memory"] = {"peak": self.meter.peak, "limit": self.memory.limit}
        self.folder.write("result.json", result)
        state = "cancelled" if cancelled else "finished"
        self._write_status(state, message, force=True, chosen=result["chosen"])
        self.folder.add_event(state, chosen=result["chosen"], seconds=self.clock.spent())
        return result, model

    def _has_read(self) -> None:
        self._enter("preparing", "preparing", "Preparing the columns")

    def _enter(self, phase: Phase, state: str, message: str, **fields: Any) -> None:
        """Begin another part of the work, and say so."""
        self.phases.enter(phase)
        self._write_status(state, message, force=True, **fields)

    def _reads_much(self, table: pd.DataFrame | None) -> bool:
        """Whether the table is large enough to count in memory; never where the workers are elsewhere."""
        spec = self.folder.spec
        if spec.get("executor") is not None or self.folder.has("prepared.json"):
            return False
        if table is not None:
            return int(table.memory_usage().sum()) > _LARGE_BYTES
        return spec["source"] is not None and Path(spec["source"]).stat().st_size > _LARGE_BYTES

    def _workers(self) -> Workers:
        executor = self.folder.spec.get("executor")
        if executor is None:
            return WorkerPool(self.cores, 1)
        require_extra("dask", f"This run evaluates on the Dask cluster {executor}; going on there")
        from automl.search.cluster import DaskWorkers

        return DaskWorkers(executor, extras=self.folder.spec.get("extra_families", ()))

    def _start_again(self, pool: Workers) -> bool:
        """Let workers for the refit import the engine while the model is chosen; False if there are none."""
        try:
            pool.start()
        except RunError as error:
            self.folder.add_event("refit_failed", reason=str(error))
            return False
        return True

    def _refit(
        self, prepared: Prepared, context: Context, pool: Workers, result: dict[str, Any], model: Pipeline
    ) -> tuple[dict[str, Any], Pipeline]:
        """Let the members learn from all rows; what the clock does not allow stays as it was measured."""
        weights = {member["id"]: member["weight"] for member in result["members"]}
        members = [trial for trial in self.records.all() if trial.id in weights]
        members.sort(key=lambda trial: -weights[trial.id])
        margin = crowding() * (_REFIT_MARGIN + self._assembling_seconds(members))
        try:
            if self.asked.interpretable:
                refitted = refit_once(self.folder, prepared, members[0], context, self.clock, margin=margin)
            else:
                # No more models than were measured, where time and size are limited.
                most = context.n_folds if self.asked.limited else None
                refitted = refit(
                    self.folder, prepared, members, context, pool, self.clock, most=most, margin=margin
                )
        except (MemoryError, OSError, RunError) as error:  # a second copy of the rows may be too much
            self.folder.add_event("refit_failed", reason=f"{type(error).__name__}: {error}")
            return result, model
        if not refitted:
            return result, model
        again = assemble(self.folder, prepared.task, weights, refitted, calibration_of(result))
        cost = cost_of(self.folder, prepared.task, again, weights, refitted, budget=self.clock.budget)
        if not cost.within(self.asked) and not result["findings"]:
            self.folder.add_event("refit_over_limits", cost=cost.to_json())
            return result, model
        grown = (context.n_rows + self.holdout_rows) / context.n_rows
        result |= {
            **allowing_for(result, self.task.measure, grown),
            "refitted": refitted,
            **told(cost, self.asked),
            "seconds": self.clock.spent(),
            "finished": time.time(),
        }
        self.folder.write("result.json", result)
        return result, again

    def _search_until_lost(self, context: Context, pool: Workers) -> tuple[bool, str]:
        """Search; whether it may go on later, and why where nobody asked for its end.

        Where the workers are lost the search ends as if it had been cancelled, with what it has.
        """
        try:
            return self._search(context, pool), ""
        except WorkersLostError as error:
            self.folder.add_event("workers_lost_for_good", reason=str(error))
            return True, str(error)

    def _search(self, context: Context, pool: Workers) -> bool:
        """Run trials until time, their number or the person says stop; True if it was the person."""
        sizes = sample_sizes(context)
        families = self._usable_families(on_sample(context, due_rows(sizes, 0.0)))
        self.proposer = Proposer(
            context,
            families,
            lag=_lag(pool.n_workers, growing=bool(sizes)),
            timed=self.timed,
            earlier=(self.folder.spec.get("warm_start") or {}).get("candidates", ()),
            halves=not self.ordered,
        )
        for trial in self.records.all():
            self.proposer.add(trial)
        self._enter("searching", "searching", "", metric=context.metric)
        self._first_model(context)
        self.hearing.begin()
        pool.ship(self.folder.path, self.clock.search_left())
        self.memory.base = self.meter.look() or 0
        self._search_seconds = max(self.clock.search_left(), 1e-9)
        while True:
            if self.folder.is_cancel_asked():
                return True
            self.n_workers = pool.n_workers  # they may join a cluster, or leave it, at any time
            if self.timed:
                self.proposer.widen(_lag(self.n_workers, growing=bool(sizes)))
            if sizes and not self.at_work:
                self.memory.base = self.meter.look() or 0
            # What would be cut short is not begun where the refit can use the time, nor where it is so short
            # that nothing good can come of it.
            least = self._best_seconds() * (1.0 if self._keeps_for_refit else _LEAST_SHARE)
            while self.clock.search_left() > least and self.at_work.has_room():
                if not self._start_next():
                    break
            if (not self.at_work or self.clock.search_left() <= 0) and not self._finds_time():
                return False
            for finished in self.at_work.collect(min(_TICK, max(self.clock.search_left(), 0))):
                self._record(*finished)
            for finished in self.at_work.end_overdue():
                self._record(*finished)
            if self.at_work and self.memory.is_exceeded(self.meter.now):
                for finished in self.at_work.end_largest(self.meter.now or 0):
                    self._record(*finished)
                self.meter.look()
            self._write_status("searching", "")

    def _usable_families(self, context: Context) -> list[str]:
        usable = []
        asked_for = self.folder.spec.get("extra_families", ())
        for name, family in FAMILIES.items():
            if family.extra and name not in asked_for:
                continue
            reason = family.unavailable(context)
            if reason is None:
                usable.append(name)
            else:
                self.folder.add_event("family_skipped", family=name, reason=reason)
        return usable

    def _first_model(self, context: Context) -> None:
        """Try the first candidate, the dummy, in this process: from here on there is a model on the disk."""
        if 0 not in self.records:
            candidate = self.proposer.ask(0)
            self._record(
                candidate, evaluate(self.folder.path, candidate.family, candidate.params, context, np.inf)
            )

    def _start_next(self) -> bool:
        """Give the next candidate to a worker; False where there is none for now."""
        if (again := self.at_work.take_again()) is not None:
            self._start(*again)
            return True
        while self._number in self.records:
            self._number += 1
        limit = self.folder.spec["max_trials"] or np.inf
        if self._number >= limit or not self.proposer.can_ask(self._number):
            return False
        share = self._number / limit
        if self.timed:
            share = 1 - self.clock.search_left() / self._search_seconds
        candidate = self.proposer.ask(self._number, share, _GROWN_SHARE * self.clock.search_left())
        self._number += 1
        refusal = self.memory.refusal(self._needs(candidate))
        if refusal is not None:
            self._record(candidate, Evaluation(reason=refusal), skipped=True)
            self._skipped += 1
            return self._skipped < _MOST_SKIPPED or bool(self.at_work)
        self._skipped = 0
        if self.memory.has_room(self._needs(candidate), self.at_work.memory):
            self._start(candidate, 1)
        else:
            self.at_work.put_off(candidate)
        return True

    def _start(self, candidate: Candidate, attempt: int) -> None:
        left = self.clock.search_left()
        share = _GROWN_SHARE if candidate.origin == "grown" else _SHARE
        most = 0.9 if self.records.has_learned() else _FIRST_SHARE
        seconds = min(max(share * left, _PATIENCE * self._best_seconds(), _LEAST_SECONDS), most * left)
        self.at_work.start(
            candidate, self.context, seconds, attempt=attempt, memory=self._needs(candidate),
            rival=self._rival() if self.context.n_folds > 1 and candidate.origin != "halved" else None,
        )  # fmt: skip
        self._started = True

    def _running(self) -> list[dict[str, Any]]:
        """The candidates at work, since when, and why these."""
        return [each | {"why": self.proposer.why(each["number"])} for each in self.at_work.facts()]

    def _needs(self, candidate: Candidate) -> int:
        """Bytes that a candidate is expected to take."""
        context = on_sample(self.context, candidate.rows)
        return get_family(candidate.family).memory(candidate.params, context)

    def _best_seconds(self) -> float:
        """How long the best trial took; 0 while there is none, or where a fit cut short is of use as well."""
        best = self.records.best() if self.context.n_folds > 1 else None
        return 0.0 if best is None else best.fit_seconds

    def _rival(self) -> Rival | None:
        """The best trial, for new candidates to race against; none where time must not play a part.

        It must keep within the limits itself: a model that does may be much worse than those that do not.
        """
        models = self.records.ranked() if self.timed else []
        best = next((trial for trial in models if self.records.limits.fits(trial)), None)
        if best is None:
            return None
        if self._raced is None or self._raced.id != best.id:
            self._raced = Rival(
                id=best.id,
                loss=float(best.loss or 0.0),
                out_of_fold=out_of_fold(self.folder, best.id),
                stake=_STAKE * self.clock.budget,
            )
        return self._raced

    def _record(self, candidate: Candidate, evaluation: Evaluation, *, skipped: bool = False) -> None:
        """Write a finished trial and learn from it."""
        trial = self.records.write(candidate, evaluation, at=self.clock.spent(), skipped=skipped)
        self._reserve_time_to_finish()
        self.proposer.add(trial)
        self._write_status("searching", "", force=True)

    def _reserve_time_to_finish(self) -> None:
        """Leave time for what the end will cost: loading the members and predicting the holdout.

        Nothing beyond the least, as long as no model has learned anything: with ten seconds for 11,000 rows
        on a busy machine, all that was left had been kept for the end of a dummy.
        """
        if not self.records.has_learned():
            self.clock.reserve_for(0.0)
            return
        likely = self._members or self.records.ranked()[:_LIKELY_MEMBERS]
        predicting = sum(trial.predict_seconds for trial in likely) * self.holdout_rows / 1000
        fitting = 0.0
        if self.refits:
            members = likely[: 1 if self.asked.interpretable else _REFITTED_MEMBERS]
            fitting = affordable_seconds(
                members, self.context, self.holdout_rows, self.n_workers,
                most=_REFIT_SHARE * self.clock.budget,
            )  # fmt: skip
        self._keeps_for_refit = fitting > 0
        # The choice, smaller ones, what learned from all rows.
        assembled = 1 + (2 if self.asked.limited else 0) + (1 if self.refits else 0)
        assembling = assembled * self._assembling_seconds(likely)
        assessing = confidence_seconds(self.clock.budget, correct=not self.holdout_rows)
        slower = self._slower = crowding()
        self.clock.reserve_for(slower * (assembling + predicting) + fitting + assessing, slower=slower)

    def _assembling_seconds(self, members: Sequence[Trial]) -> float:
        """How long it takes to put a vote of these trials together and to measure what it costs.

        A row that takes longer than there is time for is predicted once, and prepared once more.
        """
        row = sum(trial.row_seconds for trial in members)
        loading = sum(trial.load_seconds for trial in members)
        return loading + max(measuring_seconds(self.clock.budget), 2 * row)

    def _finds_time(self) -> bool:
        """Whether the end takes less than was reserved for it, so that the search can go on; asked once.

        What was reserved was for the best trials; now it is for those that would be chosen. On california the
        end of a minute took 12 seconds less than reserved.
        """
        if self._members or not self.timed or not self.refits:
            return False
        seconds = _CHOOSING_SHARE * self.clock.budget
        choice = choose(self.folder, self.task, self.records.all(), seconds=seconds)
        if choice is None:
            return False
        chosen = [trial for trial in self.records.ranked() if trial.id in choice.weights]
        self._members = sorted(chosen, key=lambda trial: -choice.weights[trial.id])
        self._reserve_time_to_finish()
        return self.clock.search_left() > max(self._best_seconds(), _WORTH_SEARCHING * self.clock.budget)

    def _write_status(self, state: str, message: str, *, force: bool = False, **fields: Any) -> None:
        now = time.monotonic()
        if not force and now - self._last_status < (_TICK if self._started else _STATUS_EVERY):
            return
        self._last_status = now
        self._started = False
        status = self.folder.set_status(
            state,
            message=message,
            seconds=self.clock.spent(),
            running=self._running() if state == "searching" else [],
            phase=self.phases.now,
            phases=self.phases.took(),
            slower=round(self._slower, 2),
            memory={"now": self.meter.now, "peak": self.meter.peak, "limit": self.memory.limit},
            **self.records.facts(),
            **fields,
        )
        if self.progress is not None:
            self.progress(status)


def _lag(n_workers: int, *, growing: bool) -> int:
    """How many candidates may be under way before what came of the earlier ones is told.

    Of a large table, where models grow, a single worker tries one at a time: what came of it counts at once.
    """
    return 1 if growing and n_workers == 1 else 2 * n_workers + 2
