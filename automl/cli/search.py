"""`automl fit` and `automl resume`."""

from __future__ import annotations

import shlex
import signal
import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from automl import jobs
from automl.cli import tracking
from automl.cli.console import Console, find_run, number
from automl.cli.decisions import decided
from automl.cli.fetch import table_of
from automl.cli.progress import Lines, Live, Progress
from automl.cli.reviewed import reviewed_of
from automl.cli.suspicions import suspicions
from automl.jobs.folder import LOG
from automl.run import create_run, load_run
from automl.search.forecast import outlook_words
from automl.store import RunFolder, calibration_words, cost_words, headline, more_rows_words, weights_words
from automl.tracking import track_by, untrack

__all__ = ["fit", "resume"]

_EVERY_SECONDS = 0.2
_LEVEL = 0.9  # of the intervals that are shown
_INTERRUPTED = 128 + signal.SIGINT


def fit(options: Namespace, console: Console) -> int:
    """Make a run, start its search and stay with it."""
    run = create_run(
        table_of(options, console),
        options.target,
        task=options.task,
        metric=options.metric,
        budget=options.budget,
        seed=options.seed,
        n_jobs=options.n_jobs,
        max_trials=options.max_trials,
        executor=options.executor,
        extra_families=options.extra_families,
        memory=options.memory,
        home=options.home,
        out=options.out,
        kinds=dict(options.kind),
        excluded=options.exclude,
        groups=options.groups,
        time=options.time,
        weights=options.weights,
        warm_start=options.warm_start and find_run(options.warm_start, options.home),
        monotone=dict(options.monotone),
        interpretable=options.interpretable,
        max_latency_ms=options.max_latency_ms,
        max_size_mb=options.max_size_mb,
        drop_duplicates=options.drop_duplicates,
        calibrate="off" if options.no_calibration else "auto",
        costs=options.costs,
        reviewed=options.schema and reviewed_of(options.schema, options.home)[0],
        schema_check=options.schema_check,
        name=options.name,
        track=tracking.asked(options),
    )
    jobs.launch(run.folder.path)
    return _follow(run.folder, console)


def resume(options: Namespace, console: Console) -> int:
    """Go on with a search; one that is at work already is only watched."""
    run = RunFolder.open(find_run(options.run, options.home))
    now, told = jobs.state(run.path), tracking.asked(options)
    if told is False:
        untrack(run)
    elif told is not None:
        track_by(run, told)
    if now.alive and not now.is_over:
        console.progress(f"The search is at work already; watching {run.path}.")
        tracking.begin(run)
    else:
        if options.executor is not None:
            load_run(run.path).work_on(None if options.executor == "here" else options.executor)
        jobs.resume(run.path)
    return _follow(run, console)


def _follow(run: RunFolder, console: Console) -> int:
    """Show a search until it is over, and answer Ctrl-C."""
    console.progress(f"Run {run.path}")
    progress: Progress = Live(run) if console.is_live else Lines(run, console)
    presses = 0
    with progress, _counting_interrupts() as pressed:
        while True:
            now = jobs.state(run.path)
            progress(now)
            if now.is_over:
                break
            if pressed() > presses:
                presses = pressed()
                if presses == 1:
                    progress.say("Finishing with the best model so far. Ctrl-C again stops at once.")
                else:
                    now = jobs.stop(run.path)
                    break
            if presses:
                jobs.cancel(run.path)  # again and again: a worker that is only starting may not look yet
            if not now.alive and now.state == "queued":
                break
            time.sleep(_EVERY_SECONDS)
    return _conclude(run, now, console, interrupted=presses > 0)


@contextmanager
def _counting_interrupts() -> Iterator[Any]:
    """Count Ctrl-C instead of raising: in the middle of drawing or reading is no place to stop."""
    count = 0

    def press(_signal: int, _frame: Any) -> None:
        nonlocal count
        count += 1

    before = signal.signal(signal.SIGINT, press)
    try:
        yield lambda: count
    finally:
        signal.signal(signal.SIGINT, before)


def _conclude(run: RunFolder, now: jobs.JobState, console: Console, *, interrupted: bool) -> int:
    result, tracked = run.result, tracking.facts(run)
    console.document(
        {
            "run": str(run.path),
            "id": run.id,
            "state": now.state,
            "message": now.message,
            "error": now.error,
            "trials": now.status.get("trials"),
            "failed": now.status.get("failed"),
            "seconds": now.status.get("seconds"),
            "result": result,
            "findings": run.read("findings.json", []),
            "tracking": tracked,
        }
    )
    if now.state == "failed":
        error_id = (now.error or {}).get("id")
        where = f" under {error_id}" if error_id else ""
        console.note(f"automl: {now.message}", f"        Details are in {run.path / LOG}{where}.")
        return 1
    if result is not None and now.state in ("finished", "cancelled"):
        _summary(run, now, result, console)
        if not console.quiet:
            console.say(*tracking.lines(tracked))
    if now.state != "finished" and not console.json:
        console.note(f"The search is {now.state}. `automl resume {_shown(run.path)}` goes on.")
    if interrupted:
        return _INTERRUPTED
    return 0 if now.state in ("finished", "cancelled") else 1


def _summary(run: RunFolder, now: jobs.JobState, result: dict[str, Any], console: Console) -> None:
    if console.quiet:
        console.say(str(run.path))
        return
    metric = result["metric"]
    chosen = result["chosen"]
    if chosen == "ensemble":
        chosen = f"ensemble of {', '.join(member['id'] for member in result['members'])}"
    shown_score = headline(result)
    low, high = shown_score.interval or (None, None)
    shown = _shown(run.path)
    console.say(
        f"model    {chosen}",
        f"{metric:<8} {number(shown_score.score)}, {shown_score.where}",
        f"         {number(low)} to {number(high)} is its {shown_score.meaning}",
        *_calibration(result),
        *decided(result.get("decision")),
        *([f"weights  {weights_words(result['weights'])}"] if result.get("weights") else []),
        *_coverage(result),
        *_cost(result),
        f"dummy    {number(result['dummy'])}  (looks at no column)",
        *_outlook(result),
        *_more_rows(result),
        f"trials   {now.status.get('trials')}, of which {now.status.get('failed')} failed; "
        f"{float(now.status.get('seconds') or 0):.1f} s",
        *_memory(result),
        f"run      {run.path}",
        *suspicions(run),
        "",
        f"automl leaderboard {shown}",
        f"automl explain {shown}",
        f"automl export {shown} {run.spec['name']}.zip",
    )


def _outlook(result: dict[str, Any]) -> list[str]:
    """What more time would bring."""
    told = result.get("forecast")
    return [f"outlook  {outlook_words(told['next'])}"] if told else []


def _more_rows(result: dict[str, Any]) -> list[str]:
    """What more rows would bring."""
    told = result.get("more_rows")
    return [f"rows     {more_rows_words(told)}"] if told else []


def _cost(result: dict[str, Any]) -> list[str]:
    """What the model was measured to cost, and whether that is more than was asked for."""
    lines = [f"cost     {cost_words(result['cost'])}"] if result.get("cost") else []
    return lines + [
        f"         {finding['message']} {finding['fix']}" for finding in result.get("findings", ())
    ]


def _memory(result: dict[str, Any]) -> list[str]:
    """The most memory that all processes took together, where that could be measured."""
    memory = result.get("memory") or {}
    if not memory.get("peak"):
        return []
    allowed = f" of {memory['limit'] / 1e9:.2f} GB allowed" if memory.get("limit") else ""
    return [f"memory   {memory['peak'] / 1e9:.2f} GB at most{allowed}"]


def _calibration(result: dict[str, Any]) -> list[str]:
    """Whether the probabilities are calibrated."""
    told = result.get("calibration")
    return [f"chances  {calibration_words(told)}"] if told else []


def _coverage(result: dict[str, Any]) -> list[str]:
    """How often the intervals or sets held the truth, at 90 %."""
    measured = result.get("coverage") or {}
    found = next((level for level in measured.get("levels", ()) if level["level"] == _LEVEL), None)
    if found is None:
        return []
    what, size = ("sets", "classes") if "classes" in found else ("interval", "wide")
    where = "rows never seen" if measured["on"] == "holdout" else "rows, cross-validated"
    return [
        f"{what:<9}of {_LEVEL:.0%} held the truth of {found['measured']:.1%} of {measured['rows']:,} "
        f"{where}; {number(found['size'])} {size} on average"
    ]


def _shown(path: Path) -> str:
    """A path as one would type it here."""
    here = Path.cwd()
    return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))
