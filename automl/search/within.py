"""The choice within the limits of time and size: expected to keep them, then measured."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.pipeline import Pipeline

from automl.search.assemble import assemble, stored_bytes
from automl.search.clock import Clock
from automl.search.constraints import Constraints
from automl.search.cost import Cost, measure
from automl.search.limits import Limits
from automl.search.select import Choice, choose
from automl.search.trial import Trial
from automl.store import RunFolder
from automl.task import Task

__all__ = ["Chosen", "choose_within", "cost_of", "measuring_seconds"]

_SHARE, _MOST = 0.02, 0.5  # of the budget, and seconds, to measure one model
_ROUNDS = 5


@dataclass(frozen=True)
class Chosen:
    """A choice with its model and what that was measured to cost.

    Attributes
    ----------
    choice : Choice
    model : Pipeline
    cost : Cost
    limits : Limits
        As they had to be set for the choice to keep what was asked for.
    """

    choice: Choice
    model: Pipeline
    cost: Cost
    limits: Limits


def measuring_seconds(budget: float) -> float:
    """Time for measuring one assembled model."""
    return min(_SHARE * budget, _MOST)


def choose_within(
    folder: RunFolder, task: Task, trials: Sequence[Trial], clock: Clock, *, seconds: float
) -> Chosen | None:
    """Choose, assemble and measure; while the model turns out too slow, choose a smaller one.

    How long a vote takes is expected from its members, each timed while other work was under way; so what
    they are expected to take is limited further by as much as that was wrong. Where nothing keeps within the
    limits, the smallest trial is what this ends with.

    Parameters
    ----------
    folder : RunFolder
    task : Task
    trials : sequence of Trial
    clock : Clock
    seconds : float
        Time for one selection.

    Returns
    -------
    Chosen or None
        None when no trial has a model.
    """
    asked, limits = Constraints.of(folder.spec), Limits.of(folder)
    by_id = {trial.id: trial for trial in trials}
    chosen: Chosen | None = None
    for round_ in range(_ROUNDS):
        choice = choose(folder, task, trials, limits=limits, seconds=seconds)
        if choice is None or (chosen is not None and choice.weights == chosen.choice.weights):
            return chosen  # there is no smaller one
        model = assemble(folder, task, choice.weights, calibration=choice.method)
        cost = cost_of(folder, task, model, choice.weights, budget=clock.budget)
        if not cost.within(asked):  # something else may have kept the machine busy just then
            again = cost_of(folder, task, model, choice.weights, budget=clock.budget)
            cost = min(cost, again, key=lambda each: each.latency_ms)
        chosen = Chosen(choice, model, cost, limits)
        if asked.max_latency_ms is None or cost.latency_ms <= asked.max_latency_ms:
            break  # the size is known beforehand
        expected = limits.allowance([by_id[name] for name in choice.weights]).costs[:, 1].sum()
        # Whatever was measured, no more than halved at a time: one measurement may be far off.
        allowed, measured = asked.max_latency_ms - cost.preparation_ms, cost.latency_ms - cost.preparation_ms
        less = float(np.clip(allowed / max(measured, 1e-9), 0.5, 0.99))
        hurry = round_ + 2 >= _ROUNDS or clock.left() < seconds
        limits = limits.for_members(0.0 if hurry or allowed <= 0 else less * expected)
    return chosen


def cost_of(
    folder: RunFolder,
    task: Task,
    model: Pipeline,
    weights: Mapping[str, float],
    refitted: Collection[str] = (),
    *,
    budget: float,
) -> Cost:
    """Measure an assembled model of these trials."""
    return measure(
        folder,
        task,
        model,
        stored_bytes(folder, weights, refitted) / 1e6,
        seconds=measuring_seconds(budget),
    )
