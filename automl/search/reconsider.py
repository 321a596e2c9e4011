"""Other costs for a run that has ended: its labels are decided anew, and nothing is trained again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from automl.costs import checked_costs
from automl.errors import RunError, SettingError
from automl.search.confidence import Optimism
from automl.search.decide import choose_threshold
from automl.search.decision import trade_off
from automl.search.finish import HOLDOUT, corrected_score, measured_on_holdout, measured_out_of_fold
from automl.search.select import voted
from automl.store import RunFolder, calibration_of
from automl.store.taken import record
from automl.task import Task

__all__ = ["as_asked", "reconsidered", "thresholds", "with_costs"]


def with_costs(task: Task, costs: Mapping[Any, Any] | None) -> Task:
    """A task with these costs; with its own where none are given.

    Raises
    ------
    SettingError
        When the costs make no sense, or do not fit the target.
    """
    given = checked_costs(costs)
    return task if given is None else task.with_costs(given)


def as_asked(folder: RunFolder, task: Task) -> Task:
    """A task with the costs that its run was started with, with none where it was given none."""
    return with_costs(replace(task, costs=None), folder.spec.get("costs"))


def thresholds(
    task: Task, folder: RunFolder, weights: Mapping[str, float], calibration: str | None = None
) -> list[dict[str, Any]]:
    """What each threshold of a vote would bring, see `automl.search.decision.trade_off`.

    Raises
    ------
    SettingError
        When there are not two classes.
    """
    if task.kind != "binary":
        raise SettingError(
            f"Expected two classes to put a threshold between, found a {task.kind} task.",
            fix="Leave the threshold; of several classes the label of least expected cost is given.",
        )
    known = voted(folder, task, weights, calibration)
    return trade_off(task, *known, chosen=choose_threshold(task, *known))


def reconsidered(folder: RunFolder, task: Task, *, reason: str = "", who: str = "") -> None:
    """Let a run decide by the costs of this task from now on, and measure again what that brings.

    The scores of the labels are taken anew, on the sealed rows where these were opened: the threshold comes
    from the others. What was decided, when, why and by whom is kept in the run.

    Raises
    ------
    RunError
        While the search is at work, or before it has ended.
    SettingError
        When the run was searched by its costs.
    """
    if task.metric == "cost":
        raise SettingError(
            "This run chose its models by the cost of their errors; other costs ask for other models.",
            fix="Search again with these costs, or look at the thresholds without keeping them.",
        )
    with folder.hold():
        result = folder.result
        if result is None:
            raise RunError(
                f"The run {folder.id} has not chosen its model yet.", fix="Wait for its end, or resume it."
            )
        weights = {member["id"]: member["weight"] for member in result["members"]}
        known = voted(folder, task, weights, calibration_of(result))
        if result["holdout"] and folder.has(HOLDOUT):
            with np.load(folder.path / HOLDOUT) as arrays:
                held = arrays["y"], arrays["prediction"]
            measured = measured_on_holdout(folder, task, known, held)
            result["holdout"] |= measured["metrics"][task.metric]
        else:
            measured = measured_out_of_fold(folder, task, *known[:2])
            if result["holdout"]:  # of an older run: what was measured there stays
                measured = {"decision": measured["decision"]}
            elif result.get("corrected"):
                optimism = Optimism(**result["confidence"]["optimism"])
                result["corrected"] = corrected_score(task, measured["metrics"], optimism)
                measured["metrics"][task.metric] |= result["corrected"]
        folder.write("task.json", task.to_json())
        folder.write("result.json", result | measured)
        folder.add_event("costs_changed", costs=task.to_json()["costs"])
        before, after = (found.get("decision") or {} for found in (result, measured))
        record(
            folder, "threshold", reason=reason, who=who, costs=task.to_json()["costs"],
            before=before.get("threshold"), threshold=after.get("threshold"),
        )  # fmt: skip
