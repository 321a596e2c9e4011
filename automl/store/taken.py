"""What people decided about a run after its search: which model to use, and from which threshold on.

An append-only log, `decisions.jsonl` in the run folder: nothing that was decided is ever lost, taking it back
is one more line, and the search's own choice stays in `result.json` as it was.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from typing import Any

from automl.errors import RunError, SettingError
from automl.store import files
from automl.store.run_folder import RunFolder, is_id
from automl.store.who import who as user

__all__ = [
    "ANSWERS",
    "DECISIONS",
    "decided_words",
    "decision_line",
    "decisions",
    "pick_model",
    "picked",
    "preferred_model",
    "record",
    "shipped_state",
    "threshold_words",
    "unpick_model",
    "version_of",
]

DECISIONS = "decisions.jsonl"

ANSWERS: Mapping[str, str] = {
    "quick": "A single prediction must be quick",
    "readable": "A person must be able to read the model",
    "probabilities": "Its probabilities must be right, not only its order",
    "steady": "It must do about as well on every part of the data",
}
"""Questions that pick among models that are tied, as what a yes says."""

_ENSEMBLE = "ensemble"
_LONGEST = 1000  # characters of a reason
_LONGEST_NAME = 100


def decisions(folder: RunFolder) -> list[dict[str, Any]]:
    """All that was decided, oldest first; each with `t` (Unix seconds), `kind`, `reason`, `who`, `user`."""
    return files.read_json_lines(folder.path / DECISIONS)


def record(folder: RunFolder, kind: str, *, reason: str = "", who: str = "", **facts: Any) -> dict[str, Any]:
    """Write down a decision.

    Parameters
    ----------
    folder : RunFolder
    kind : {"model", "threshold"}
    reason, who : str
        As the person says it; may be empty.
    **facts
        What was decided, as JSON.

    Raises
    ------
    SettingError
        When reason or name are longer than anybody would read.
    """
    for text, most, what in ((reason, _LONGEST, "reason"), (who, _LONGEST_NAME, "name")):
        if len(text) > most:
            raise SettingError(
                f"Expected a {what} of at most {most:,} characters, found {len(text):,}.", fix="Shorten it."
            )
    entry = {
        "t": time.time(), "kind": kind, "reason": reason.strip(), "who": who.strip(), "user": user(), **facts,
    }  # fmt: skip
    files.append_json_line(folder.path / DECISIONS, entry)
    return entry


def pick_model(
    folder: RunFolder,
    model: str,
    *,
    reason: str = "",
    who: str = "",
    answers: Sequence[str] = (),
    ruled_out: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Use another model of a run than the one that its search chose.

    Parameters
    ----------
    folder : RunFolder
    model : str
        Id of a trial, or `ensemble`.
    reason, who : str
    answers : sequence of str
        Which of `ANSWERS` led to it.
    ruled_out : mapping of model to str, optional
        Why each of the others that were tied with it was not taken.

    Raises
    ------
    RunError
        When the search has not ended, or there is no such model.
    SettingError
        When an answer is unknown, or reason or name are too long.
    """
    result = folder.result
    if result is None:
        raise RunError(
            f"The run {folder.id} has not chosen its model yet.", fix="Wait for its end, or resume it."
        )
    if not _is_there(folder, model):
        raise RunError(
            f"The run {folder.id} has no model {model!r} to use.",
            fix="Take one of the leaderboard; of hundreds of trials only the best models are kept.",
        )
    if unknown := [answer for answer in answers if answer not in ANSWERS]:
        raise SettingError(f"There is no question {unknown[0]!r}.", fix=f"There is {', '.join(ANSWERS)}.")
    return record(
        folder, "model", reason=reason, who=who, model=model, instead_of=str(result["chosen"]),
        answers=list(answers), ruled_out=dict(ruled_out or {}),
    )  # fmt: skip


def unpick_model(folder: RunFolder, *, reason: str = "", who: str = "") -> None:
    """Use the model that the search chose again."""
    record(folder, "model", reason=reason, who=who, model=None)


def picked(folder: RunFolder) -> dict[str, Any] | None:
    """The decision by which another model is used than the search chose; None where it is the search's."""
    made = [entry for entry in decisions(folder) if entry["kind"] == "model"]
    if not made or made[-1]["model"] is None or not _is_there(folder, made[-1]["model"]):
        return None
    return made[-1]


def preferred_model(folder: RunFolder) -> str | None:
    """Id of the model that is used where none is named: the one picked, else the search's own choice.

    None before there is a result.
    """
    taken = picked(folder)
    if taken is not None:
        return str(taken["model"])
    result = folder.result
    return None if result is None else str(result["chosen"])


def _is_there(folder: RunFolder, model: str) -> bool:
    if model == _ENSEMBLE:
        return (folder.result or {}).get("chosen") == _ENSEMBLE
    return is_id(model) and folder.trial_path(model, ".joblib").exists()


def decided_words(entry: Mapping[str, Any], names: Mapping[str, str] | None = None) -> list[str]:
    """A decision about the model in sentences: what was picked when and by whom, why, and what it left.

    Parameters
    ----------
    entry : mapping
        From `picked`.
    names : mapping of id to str, optional
        What models are called.
    """

    def name(model: str) -> str:
        return (names or {}).get(model, model)

    by = f" by {entry['who']}" if entry["who"] else ""
    when = _when(entry)
    words = [f"Picked on {when}{by}; the search itself chose {name(entry['instead_of'])}."]
    if entry["model"] == entry["instead_of"]:
        words = [f"Confirmed on {when}{by}; it is the search's own choice as well."]
    if entry["answers"]:
        said = "; ".join(f"{ANSWERS[a][0].lower()}{ANSWERS[a][1:]}" for a in entry["answers"])
        words.append(f"Asked of the models that are tied: {said}.")
    if entry["reason"]:
        words.append(f"Reason: {entry['reason']}")
    words += [f"Not {name(model)}: {why}" for model, why in entry["ruled_out"].items()]
    return words


def threshold_words(made: Sequence[Mapping[str, Any]]) -> str:
    """When, by whom and why the costs of errors were set after the search; empty where they were not.

    Parameters
    ----------
    made : sequence of mapping
        From `decisions`.
    """
    entry = next((each for each in reversed(made) if each["kind"] == "threshold"), None)
    if entry is None:
        return ""
    by = f" by {entry['who']}" if entry["who"] else ""
    what = "No costs are counted any more; that was decided" if entry["costs"] is None else "Decided"
    reason = f" Reason: {entry['reason']}" if entry["reason"] else ""
    return f"{what} on {_when(entry)}{by}, after the search.{reason}"


def _when(entry: Mapping[str, Any]) -> str:
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(entry["t"]))


def decision_line(entry: Mapping[str, Any], names: Mapping[str, str] | None = None) -> str:
    """Any decision in one line: when, by whom, what and why.

    Parameters
    ----------
    entry : mapping
        From `decisions`.
    names : mapping of id to str, optional
        What models are called.
    """
    by = f" by {entry['who']}" if entry["who"] else ""
    if entry["kind"] == "threshold":
        at = entry.get("threshold")
        what = "the most probable class is the label" if at is None else f"threshold {at:.3g}"
        if entry.get("before") is not None:
            what += f" instead of {entry['before']:.3g}"
    elif entry["model"] is None:
        what = "the model that the search chose is used again"
    else:
        what = f"{(names or {}).get(entry['model'], entry['model'])} is used"
    why = f". {entry['reason']}" if entry["reason"] else ""
    return f"{_when(entry)}{by}: {what}{why}"


def version_of(folder: RunFolder) -> str:
    """Names the state of a run's result and task: what was computed of another state is out of date."""
    digest = hashlib.sha256()
    for name in ("result.json", "task.json"):
        path = folder.path / name
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()[:12]


def shipped_state(folder: RunFolder, model: str) -> dict[str, Any]:
    """What makes a bundle or report of a model what it is; differs where it has been overtaken.

    Parameters
    ----------
    folder : RunFolder
    model : str

    Returns
    -------
    dict
        By what may change: `members` (of the vote, and who learned from all rows), `decides` (costs and
        threshold), `picked` (which model is used instead of the search's choice, since when). JSON values.
    """
    result, task = folder.result or {}, folder.read("task.json") or {}
    chosen = model == result.get("chosen")
    taken = picked(folder)
    decision = result.get("decision") or {}
    return {
        "members": [result.get("members"), sorted(result.get("refitted") or ())] if chosen else [model],
        "decides": [task.get("costs"), decision.get("threshold") if chosen else None],
        "picked": None if taken is None else [taken["model"], taken["t"]],
    }
