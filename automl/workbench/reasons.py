"""What is being tried and why, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from automl.workbench import format as fmt
from automl.workbench.reading import family_label

__all__ = ["origin_words", "why_words"]

_ORIGINS: Mapping[str, str] = {
    "first": "from the starting list",
    "warm": "from the earlier search",
    "tpe": "tuned further",
    "grown": "on more rows",
    "halved": "on half of the rows",
}


def origin_words(origin: str) -> str:
    """Where a candidate comes from, in two or three words."""
    return _ORIGINS.get(origin, origin)


def why_words(running: Mapping[str, Any]) -> str:
    """Why a candidate is being tried, in a sentence or two.

    Parameters
    ----------
    running : mapping
        One of `running` in the status of a run.
    """
    why = running.get("why") or {}
    words = _first_words(running, why)
    if int(running.get("attempt") or 1) > 1:
        words += " This is its second try: the process at work on it had died."
    return words


def _first_words(running: Mapping[str, Any], why: Mapping[str, Any]) -> str:
    origin, kind = str(running.get("origin")), family_label(str(running.get("family")))
    if origin == "grown":
        rows = f"{fmt.count(running['rows'])} rows" if running.get("rows") else "all rows"
        return f"{why.get('grown_from', 'It')} did well on fewer rows, and now learns from {rows}."
    if origin == "halved":
        return (
            "One of the first candidates once more, on half of the rows: it tells what more rows would bring."
        )
    if origin == "warm":
        return "It did well in the search that this one goes on from."
    if origin == "first":
        place = f", number {why['place']} of {why['of']}" if why.get("place") else ""
        return f"From the list of settings that did well on many other tables{place}."
    if not why:
        return f"New settings, learned from the trials of this kind ({kind}) so far."
    return f"New settings, learned from {fmt.plural(int(why['tried']), 'trial')} of this kind. {_share(why)}"


def _share(why: Mapping[str, Any]) -> str:
    """What a gain is expected to cost, and what share of the tries that earns the kind."""
    share = f"about {fmt.percent(float(why['chance']))} of the tries"
    if why.get("leads"):
        return f"This kind leads, and gets {share}."
    if why.get("seconds") is not None:
        return (
            f"This kind is expected to take the lead after {fmt.duration(float(why['seconds']))} of "
            f"training, so it gets {share}."
        )
    return f"This kind gets {share}."
