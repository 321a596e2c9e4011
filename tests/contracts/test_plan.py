"""Whatever the search can choose compiles to a plan, and the plan predicts what the pipeline predicts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler

from automl.models import FAMILIES
from automl.plan import CannotCompileError, DeclinedError, Plan, compile_plan
from automl.plan.compiling import class_name

from ..families import parameters
from ..plan.making import KINDS, choices, fitted, mixed_table, odd_rows, outputs, pipeline, voting
from ..tasks import BINARY_FIRST

#: Families of which something the search can choose has no plan, and why. None, at present.
NOT_COMPILED: dict[str, str] = {}
#: Families whose rows may be declined: rows at the same distance, of which not all count.
MAY_DECLINE = {"k_nearest_neighbors"}
TREES = {"lightgbm", "catboost", "random_forest", "extra_trees", "decision_tree", "hist_gradient_boosting"}


def compare(model: Any, kind: str, table: Any, plan: Plan) -> tuple[float, int]:
    """The largest difference over odd rows, and how many of them are declined."""
    rows = odd_rows(table.frame)
    canonical = table.schema.coerce(pd.DataFrame(rows)).frame
    expected = outputs(model, kind, canonical)
    largest, declined = 0.0, 0
    for row, wanted in zip(rows, expected, strict=True):
        try:
            found = np.atleast_1d(plan.predict_row(row))
        except DeclinedError:
            declined += 1
            continue
        assert found.shape == wanted.shape
        largest = max(largest, float((np.abs(found - wanted) / np.maximum(1, np.abs(wanted))).max()))
    return largest, declined


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", parameters())
def test_every_family_compiles(name: str, kind: str, small_forests: None) -> None:
    table = mixed_table(kind)
    if FAMILIES[name].unavailable(table.context) and name != "decision_tree":
        pytest.skip("not tried for this kind of task")
    for params in choices(name, table.context):
        (member,) = fitted(name, params, table, kind)
        model = pipeline(table, voting(kind, [member]))
        plan = Plan.from_files(*Plan(compile_plan(model, table.schema)).to_files())
        largest, declined = compare(model, kind, table, plan)
        assert largest <= (1e-15 if name in TREES and kind != "regression" else 1e-12), params
        assert declined == 0 or name in MAY_DECLINE, params


def test_nothing_is_left_out_in_silence() -> None:
    assert set(NOT_COMPILED) <= set(FAMILIES)
    assert all(NOT_COMPILED.values())


@pytest.mark.parametrize("kind", BINARY_FIRST)
def test_votes_of_all_families(kind: str, small_forests: None) -> None:
    """Members of every family side by side: their steps run joined."""
    table = mixed_table(kind)
    models = []
    for name in ("lightgbm", "linear", "mlp", "hist_gradient_boosting", "random_forest", "dummy"):
        for params in FAMILIES[name].first_candidates(table.context)[:2]:
            models += fitted(name, params, table, kind, folds=2)
    model = pipeline(table, voting(kind, models))
    plan = Plan(compile_plan(model, table.schema))
    largest, declined = compare(model, kind, table, plan)
    assert largest <= 1e-12
    assert declined == 0
    rows = odd_rows(table.frame)
    batch = plan.predict(rows)
    canonical = table.schema.coerce(pd.DataFrame(rows)).frame
    np.testing.assert_allclose(
        batch.reshape(len(rows), -1), outputs(model, kind, canonical), rtol=1e-12, atol=1e-12
    )


def test_what_has_no_plan_is_named() -> None:
    table = mixed_table("binary")
    (member,) = fitted("dummy", {}, table, "binary")
    scaled = Pipeline([("scale", MinMaxScaler().fit(table.X[:5, :3])), ("model", member)])
    with pytest.raises(CannotCompileError, match=r"The step sklearn\.MinMaxScaler cannot be compiled"):
        compile_plan(pipeline(table, voting("binary", [scaled])), table.schema)
    called = Pipeline([("call", FunctionTransformer(np.sin)), ("model", member)])
    with pytest.raises(CannotCompileError, match=r"A step that calls .*sin"):
        compile_plan(pipeline(table, voting("binary", [called])), table.schema)
    with pytest.raises(CannotCompileError, match="not a preprocessor with a model behind it"):
        compile_plan(member, table.schema)
    assert class_name(member) == "sklearn.DummyClassifier"
