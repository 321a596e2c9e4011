"""Warm start: what an earlier run found worth choosing is what a later one tries first."""

from __future__ import annotations

from typing import Any

from automl.errors import RunError, SettingError
from automl.store import RunFolder

__all__ = ["best_candidates"]

_MOST = 8  # a vote seldom has more members; the others have still to be tried in the same time


def best_candidates(folder: RunFolder, target: str) -> list[dict[str, Any]]:
    """The candidates of an earlier run that a later run on the same target should try first.

    Parameters
    ----------
    folder : RunFolder
        The earlier run; it may still be searching.
    target : str
        What the later run predicts.

    Returns
    -------
    list of dict
        `family` and `params` of at most eight: the members of the chosen model by their weight, then the best
        of each other family, then the next best.

    Raises
    ------
    SettingError
        When the earlier run predicts another column.
    RunError
        When it has no model yet.
    """
    if folder.spec["target"] != target:
        raise SettingError(
            f"The run {folder.id} predicts {folder.spec['target']!r}, not {target!r}.",
            fix="Name a run on an earlier version of the same table.",
        )
    found = [t for t in folder.trials() if t["loss"] is not None and t["family"] != "dummy"]
    if not found:
        raise RunError(f"The run {folder.id} has no model to start from.", fix="Name a finished run.")
    found.sort(key=lambda trial: (trial["loss"], trial["number"]))
    weights = {member["id"]: member["weight"] for member in (folder.result or {}).get("members", ())}
    first_of = {trial["family"]: trial["id"] for trial in reversed(found)}
    # The sort keeps the order by loss within each of the three parts.
    found.sort(key=lambda trial: (-weights.get(trial["id"], 0.0), first_of[trial["family"]] != trial["id"]))
    return [{"family": trial["family"], "params": trial["params"]} for trial in found[:_MOST]]
