"""How a run decides, in lines for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from automl.store import confusion_words, decision_words, rule_words, ways

__all__ = ["decided"]

_MOST_CLASSES = 10


def decided(decision: Mapping[str, Any] | None) -> list[str]:
    """The rule, what it is worth beside others, and the counts; nothing where the most probable class wins.

    Parameters
    ----------
    decision : mapping or None
        That of a `result.json`.
    """
    if decision is None:
        return []
    lines = [f"decision {rule_words(decision)}", f"         {decision_words(decision)}:"]
    compared = ways(decision)
    width = max(len(name) for name, _, _ in compared)
    for name, score, gain in compared:
        lines.append(
            f"           {name:<{width}}  {score}" + (f"; as decided is better by {gain}" if gain else "")
        )
    lines += [f"         {words}" for words in confusion_words(decision)[:_MOST_CLASSES]]
    return lines
