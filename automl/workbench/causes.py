"""Why trials have no model, gathered by cause, each with what can be done about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from automl.workbench.reading import family_label

__all__ = ["Cause", "causes"]


@dataclass(frozen=True)
class Cause:
    """Something that kept trials from having a model.

    Attributes
    ----------
    title : str
        What happened, in a few words.
    todo : str
        What can be done; empty where nothing needs to be.
    number : int
        How many trials.
    families : tuple of str
        What they were, as the pages call it.
    reasons : tuple of str
        As the search wrote them, each once, the most recent first.
    """

    title: str
    todo: str
    number: int
    families: tuple[str, ...]
    reasons: tuple[str, ...]


# What a reason begins with, or holds → title, what to do. The search words them in `automl.search`.
_KNOWN: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (
        re.compile(r"Not tried: it would take about|of memory were in use|Out of memory|want of memory"),
        "Too little memory",
        "Close other programs, or let the search take more memory. Smaller models were tried in their place.",
    ),
    (
        re.compile(r"far over its share of the time"),
        "Stopped for taking too long",
        "A longer search gives each model more time. Quicker ones were tried in its place.",
    ),
    (
        re.compile(r"not finite numbers|is undefined for what the model predicts"),
        "Predictions that are no numbers",
        "Nothing to do, if it is a few: such settings are not proposed again. If it is most of them, look "
        "for extreme values in the columns.",
    ),
)
_ELSE = (
    "The training ended in an error",
    "Nothing to do, if it is a few. If it is most of them, the text below says what the library refused.",
)


def causes(records: Sequence[dict[str, Any]]) -> list[Cause]:
    """The causes of trials that failed or were skipped, the most frequent first.

    A trial that lost its race against a better one has not failed.
    """
    gathered: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for record in records:
        if record["status"] in ("failed", "skipped"):
            gathered.setdefault(_known(str(record.get("reason") or "")), []).append(record)
    found = [
        Cause(
            title=title,
            todo=todo,
            number=len(trials),
            families=tuple(sorted({family_label(trial["family"]) for trial in trials})),
            reasons=tuple(
                dict.fromkeys(str(trial["reason"]) for trial in reversed(trials) if trial.get("reason"))
            ),
        )
        for (title, todo), trials in gathered.items()
    ]
    return sorted(found, key=lambda cause: -cause.number)


def _known(reason: str) -> tuple[str, str]:
    return next(((title, todo) for pattern, title, todo in _KNOWN if pattern.search(reason)), _ELSE)
