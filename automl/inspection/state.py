"""What a run folder says of a model, for whoever asks for inspections: read without loading the engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from automl.errors import RunError
from automl.store import RunFolder, calibration_of

from .parameters import Scope
from .stored import fingerprint_of

__all__ = ["fingerprint_now", "joint_fingerprint", "model_fingerprint", "scope_of"]

ENSEMBLE = "ensemble"


def scope_of(folder: RunFolder) -> Scope:
    """What the parameters of an inspection may name.

    Raises
    ------
    RunError
        When the run has not been prepared.
    """
    from automl.data import Schema
    from automl.task import Task

    facts = folder.read("prepared.json")
    if facts is None:
        raise RunError(f"The run {folder.id} has not read its data yet.", fix="Start or resume it first.")
    task = Task.from_json(folder.read("task.json"))
    every, read = Schema.from_json(folder.read("schema.json")).names, set(facts["columns"])
    return Scope(
        columns=tuple(name for name in every if name in read),
        table=tuple(name for name in every if name != task.target),
        rows=facts["rows"],
        task=task,
    )


def model_fingerprint(
    folder: RunFolder, model: str, weights: Mapping[str, float], calibration: str | None
) -> str:
    """Of all that makes a model and its decisions what they are.

    Parameters
    ----------
    folder : RunFolder
    model : str
        Its id.
    weights : mapping of trial id to weight
        The members of the model.
    calibration : str or None
        How its probabilities are calibrated.
    """
    from automl.task import Task

    result = folder.result or {}
    chosen = model == result.get("chosen")
    return fingerprint_of(
        {
            "members": dict(weights),
            "calibration": calibration,
            "refitted": sorted(result.get("refitted", ())) if chosen else [],
            "holdout": bool(result.get("holdout")) if chosen else False,
            "task": Task.from_json(folder.read("task.json")).to_json(),
        }
    )


def joint_fingerprint(fingerprints: Iterable[str]) -> str:
    """One for several models; that of a single one as it is."""
    found = list(fingerprints)
    return found[0] if len(found) == 1 else fingerprint_of(found)


def fingerprint_now(folder: RunFolder, model: str, *others: str) -> str:
    """That of trials, or of the ensemble that a run with a result has chosen."""
    return joint_fingerprint(_fingerprint(folder, each) for each in (model, *others))


def _fingerprint(folder: RunFolder, model: str) -> str:
    result: Mapping[str, Any] = folder.result or {}
    chosen = model == result.get("chosen")
    weights = {model: 1.0}
    if model == ENSEMBLE:
        weights = {member["id"]: member["weight"] for member in result.get("members", ())}
    return model_fingerprint(folder, model, weights, calibration_of(result) if chosen else None)
