"""Whether a bundle or report has been overtaken by what was decided since it was made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from automl.store import RunFolder, shipped_state

__all__ = ["overtaken"]

_WORDS = {
    "members": "the search went on and chose anew",
    "decides": "the threshold of its labels was changed",
    "picked": "it was decided anew which model is used, and why",
}


def overtaken(run: RunFolder, model: str, state: Mapping[str, Any] | None) -> str:
    """What has changed since, in a few words; empty where nothing has.

    Parameters
    ----------
    run : RunFolder
    model : str
    state : mapping or None
        `automl.store.shipped_state` when it was made; older jobs did not tell.
    """
    if state is None:
        return ""
    now = shipped_state(run, model)
    return "; ".join(words for name, words in _WORDS.items() if state.get(name) != now[name])
