"""A fitted model as a plan: JSON and arrays that predict with numpy alone, one row in microseconds.

`compile_plan` takes a shipped pipeline apart (preprocessor, steps, members of the vote, calibration,
threshold) and writes each part as plain numbers; `Plan` evaluates them. Nothing here imports pandas or
scikit-learn, so a plan outlives their versions; trees run in LightGBM's own library where it is there, else
in numpy.

What is written, format 1 (``plan.json``, arrays in ``plan.npz`` beside it):

    format, version          "glassbench-plan", 1
    task, classes            kind of task; labels in the order of the probabilities, null for values
    columns                  per raw column: name, kind, and how its cells are read (`automl.plan.gate`)
    encoders                 blocks that make registers 0 .. width-1 of read cells (`automl.plan.encoders`)
    width, operations        steps from registers to further registers (`automl.plan.steps`)
    members, weights         models that read registers (`automl.plan.members`), and their votes
    calibration              map of the vote's probabilities, or null
    threshold, costs         what decides about labels besides the likeliest class, or null

An array is ``{"array": name}``. One file adds one thing: a step in ``steps/``, a kind of model in
``members/``.
"""

from __future__ import annotations

from .compiling import CannotCompileError, compile_plan
from .declined import DeclinedError
from .plan import Plan
from .shortcuts import CompiledParts

__all__ = ["CannotCompileError", "CompiledParts", "DeclinedError", "Plan", "compile_plan"]
