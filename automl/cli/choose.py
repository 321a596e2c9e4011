"""`automl compare` and `automl pick`."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from automl.cli.console import Console, find_run, number
from automl.errors import SettingError
from automl.run import load_run
from automl.store import decided_words, picked

__all__ = ["compare", "pick"]


def compare(options: Namespace, console: Console) -> int:
    """Compare models on the same rows."""
    path = find_run(options.run, options.home)
    found = load_run(path).compare(options.models)
    console.document({"run": str(path), **found})
    models = found["models"]
    console.table(
        ("measure", *models),
        [(name, *(_score(scores[model]) for model in models)) for name, scores in found["scores"].items()],
        right=models,
    )
    console.say("")
    for pair in found["pairs"]:
        entry = pair["metrics"].get(found["metric"])
        if entry is not None and entry["p_better"] is not None:
            first, second, gain, p = pair["a"], pair["b"], entry["gain"], entry["p_better"]
            low, high = entry["interval"]
            if p < 0.5:
                first, second, gain, p, low, high = second, first, -gain, 1 - p, -high, -low
            console.say(
                f"{first} is better than {second} by {number(gain)} {found['metric']} (90 % "
                f"interval {number(low)} to {number(high)}), with a probability of {p:.0%}."
            )
    return 0


def _score(entry: dict[str, Any]) -> str:
    low, high = entry["interval"]
    return f"{number(entry['score'])} ({number(low)} to {number(high)})"


def pick(options: Namespace, console: Console) -> int:
    """Use another model than the search chose, or its own choice again."""
    if (options.model is None) != options.undo:
        raise SettingError(
            "Expected the id of a model, or --undo.",
            fix="Name one of the two: `automl leaderboard RUN` has ids.",
        )
    path = find_run(options.run, options.home)
    run = load_run(path)
    if options.undo:
        run.unpick(reason=options.reason, who=options.who)
    else:
        run.pick(options.model, reason=options.reason, who=options.who)
    taken = picked(run.folder)
    console.document({"run": str(path), "model": run.used, "picked": taken})
    words = [] if taken is None else decided_words(taken)
    console.say(f"The model of this run is {run.used}.", *words)
    return 0
