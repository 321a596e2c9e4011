"""`automl inspect`."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from automl.cli.console import Console, find_run, place_of
from automl.run import Run, load_run

__all__ = ["inspect"]

_PLAIN = (
    "column", "kind", "goal", "low", "high", "count", "depth", "other", "rate", "players"
)  # fmt: skip


def inspect(options: Namespace, console: Console) -> int:
    """Make an inspection of a model, or show the stored one."""
    run = load_run(find_run(options.run, options.home))
    budget = {} if options.budget is None else {"time_budget": options.budget}
    made = run.inspected(
        options.what, model=options.model, again=options.again, params=_params(options, run), **budget
    )
    told = made.told()
    console.document(
        {
            "run": str(run.folder.path),
            "model": made.model,
            "what": made.name,
            "params": made.params,
            "sentences": told.sentences,
            "notes": made.notes,
            "seconds": made.seconds,
            "result": made.result.to_json(),
        }
    )
    console.say(*told.sentences)
    if told.rows:
        console.say("")
        console.table(told.headers, told.rows, right=told.right)
    if made.notes:
        console.say("", *made.notes)
    return 0


def _params(options: Namespace, run: Run) -> dict[str, Any]:
    """What was typed; the registry says what is wrong with it."""
    found = {name: value for name in _PLAIN if (value := getattr(options, name)) is not None}
    if options.row is not None:
        found["row"] = place_of(run, options.row)
    if options.changes:
        found["changes"] = dict(options.changes)
    if options.immutable:
        found["immutable"] = list(options.immutable)
    return found
