"""Members that are asked together say what each of them says alone, and shared steps are taken once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from automl.models import FAMILIES
from automl.plan import Plan, compile_plan
from automl.plan.members.base import Alone, Member
from automl.plan.members.linear import LinearMember
from automl.plan.members.mlp import NetworkMember
from automl.plan.members.trees import TreeMember
from automl.plan.trees.text import write_text

from ..tasks import BINARY_FIRST
from .making import fitted, mixed_table, odd_rows, outputs, pipeline, voting

NAMES = ("lightgbm", "hist_gradient_boosting", "random_forest", "extra_trees", "linear", "mlp")


@pytest.mark.parametrize("kind", BINARY_FIRST)
def test_together_as_alone(kind: str, monkeypatch: pytest.MonkeyPatch, small_forests: None) -> None:
    """Forests, boosters of many and of few trees, networks of two shapes: trees to the last bit."""
    table = mixed_table(kind)
    trees, others = [], []
    for name in NAMES:
        for params in FAMILIES[name].first_candidates(table.context)[:2]:
            made = fitted(name, params, table, kind, folds=2)
            (others if name in ("linear", "mlp") else trees).extend(made)
    rows = odd_rows(table.frame)
    for members, exact in ((trees, True), (trees + others, False)):
        files = Plan(compile_plan(pipeline(table, voting(kind, members)), table.schema)).to_files()
        together = Plan.from_files(*files)
        with monkeypatch.context() as patched:
            for kind_of_member in (TreeMember, LinearMember, NetworkMember):
                patched.setattr(kind_of_member, "together", classmethod(_alone))
            alone = Plan.from_files(*files)
        for ask in (_one_by_one, Plan.predict):
            if exact:
                np.testing.assert_array_equal(ask(together, rows), ask(alone, rows))
            else:
                np.testing.assert_allclose(ask(together, rows), ask(alone, rows), rtol=1e-13, atol=1e-13)


def _one_by_one(plan: Plan, rows: Any) -> Any:
    return np.stack([plan.predict_row(row) for row in rows])


def _alone(cls: type[Member], members: Any, sources: Any) -> Any:
    return [([place], Alone(*pair)) for place, pair in enumerate(zip(members, sources, strict=True))]


def test_shared_steps_are_taken_once(small_forests: None) -> None:
    """Copies of one member, and members whose categories are coded alike, need no registers of their own."""
    table = mixed_table("binary")
    (first, second) = fitted(
        "linear", FAMILIES["linear"].first_candidates(table.context)[0], table, "binary", 2
    )
    sizes = []
    for members in ([first], [first, first, first], [first, second]):
        model = pipeline(table, voting("binary", members))
        plan = Plan(compile_plan(model, table.schema))
        sizes.append(plan._program.registers - plan._program.width)
        rows = odd_rows(table.frame)
        expected = outputs(model, "binary", table.schema.coerce(pd.DataFrame(rows)).frame)
        found = np.stack([plan.predict_row(row) for row in rows])
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
    assert sizes[1] == sizes[0]
    assert sizes[0] < sizes[2] < 2 * sizes[0]


def test_outputs_of_different_lengths_are_filled_up() -> None:
    text = write_text([["num_leaves=1\n"] * 3, ["num_leaves=1\n"]], 2)
    assert text.count("Tree=") == 6
    assert text.count("leaf_value=0.0") == 2
    assert "num_tree_per_iteration=2\n" in text
