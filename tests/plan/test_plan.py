"""Plans on paper and at work: votes, maps of probabilities, labels, what they need, what they refuse."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import FixedThresholdClassifier

from automl.errors import BundleError
from automl.models import FAMILIES
from automl.plan import Plan, compile_plan
from automl.plan.document import pack, unpack
from automl.plan.members import trees as tree_members
from automl.plan.trees.arrays import single_precision_borders
from automl.search.calibrators import Calibrator

from .making import fitted, mixed_table, odd_rows, outputs, pipeline, voting

ROOT = Path(__file__).parents[2]


def vote_of(kind: str, *names: str) -> tuple[Any, Any]:
    table = mixed_table(kind)
    models = []
    for name in names:
        models += fitted(name, FAMILIES[name].first_candidates(table.context)[0], table, kind, 2)
    return table, voting(kind, models)


def agree(model: Any, kind: str, table: Any, plan: Plan, tolerance: float = 1e-12) -> np.ndarray:
    rows = odd_rows(table.frame)
    expected = outputs(model, kind, table.schema.coerce(pd.DataFrame(rows)).frame)
    found = np.stack([np.atleast_1d(plan.predict_row(row)) for row in rows])
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)
    return found


@pytest.mark.parametrize(
    ("kind", "method"),
    [("binary", "temperature"), ("binary", "sigmoid"), ("binary", "isotonic"), ("multiclass", "temperature")],
)
def test_calibrated(kind: str, method: str) -> None:
    table, vote = vote_of(kind, "lightgbm", "dummy")
    probabilities = vote.predict_proba(table.X)
    map_ = Calibrator.fit(method, table.target(kind), probabilities)
    model = pipeline(table, map_.around(vote))
    plan = Plan(compile_plan(model, table.schema))
    found = agree(model, kind, table, plan)
    assert np.abs(found[: len(table.X)] - probabilities).max() > 1e-3, "the map must do something"


def test_thresholds_and_costs() -> None:
    table, vote = vote_of("binary", "linear")
    decided = FixedThresholdClassifier(
        FrozenEstimator(vote), threshold=0.2, pos_label="yes", response_method="predict_proba"
    )
    model = pipeline(table, decided.fit(np.zeros((2, 1)), np.asarray(vote.classes_)))
    plan = Plan(compile_plan(model, table.schema))
    found = agree(model, "binary", table, plan)
    expected = model.predict(table.schema.coerce(pd.DataFrame(odd_rows(table.frame))).frame)
    assert plan.label(found) == expected.tolist()
    plain = Plan(compile_plan(pipeline(table, vote), table.schema))
    assert plain.label(found) != expected.tolist(), "the threshold must do something"
    assert plain.label(np.array([0.4, 0.6])) == "yes"
    assert plan.label(np.array([0.9, 0.1])) == "no"

    table, vote = vote_of("multiclass", "linear")
    costs = ((0.0, 1.0, 50.0), (1.0, 0.0, 1.0), (1.0, 1.0, 0.0))
    plan = Plan(compile_plan(pipeline(table, vote), table.schema, costs=costs))
    probabilities = agree(pipeline(table, vote), "multiclass", table, plan)
    expected = vote.classes_[np.argmin(probabilities @ np.array(costs), axis=1)]
    assert plan.label(probabilities) == expected.tolist()


@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
def test_without_lightgbm(kind: str, monkeypatch: pytest.MonkeyPatch, small_forests: None) -> None:
    """Where its library is gone, trees are followed in numpy, to the same sums."""
    table, vote = vote_of(kind, "lightgbm", "hist_gradient_boosting", "random_forest", "extra_trees")
    model = pipeline(table, vote)
    files = Plan(compile_plan(model, table.schema)).to_files()
    native = Plan.from_files(*files)
    monkeypatch.setattr(tree_members, "library", lambda: None)
    walked = Plan.from_files(*files)
    rows = odd_rows(table.frame)
    np.testing.assert_array_equal(walked.predict(rows), native.predict(rows))
    agree(model, kind, table, walked)


def test_it_needs_numpy_only(plan: Plan, tmp_path: Path) -> None:
    text, arrays = plan.to_files()
    (tmp_path / "plan.json").write_bytes(text)
    (tmp_path / "plan.npz").write_bytes(arrays)
    row = {"age": "41", "income": 3.5, "visits": None, "city": "city 3", "plan": "nowhere", "flag": True}
    (tmp_path / "row.json").write_text(json.dumps(row))
    code = f"""
import json, sys
from pathlib import Path
from automl.plan import Plan
here = Path({str(tmp_path)!r})
plan = Plan.from_files((here / "plan.json").read_bytes(), (here / "plan.npz").read_bytes())
print(json.dumps(plan.predict_row(json.loads((here / "row.json").read_text())).tolist()))
print(json.dumps(sorted({{"pandas", "sklearn", "scipy", "lightgbm", "skops"}} & set(sys.modules))))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    predicted, modules = map(json.loads, done.stdout.splitlines())
    assert modules == []
    assert predicted == plan.predict_row(row).tolist()


def test_the_same_model_gives_the_same_bytes(small_forests: None) -> None:
    table, vote = vote_of("multiclass", "random_forest", "linear")
    one, other = (pack(compile_plan(pipeline(table, vote), table.schema)) for _ in range(2))
    assert one == other
    document = json.loads(one[0])
    assert (document["format"], document["version"]) == ("glassbench-plan", 1)
    assert Plan.from_files(*one).to_files() == one


def test_rows_of_other_shapes(plan: Plan) -> None:
    assert plan.predict([]).shape == (0, 2)
    row = {"age": 30.0, "income": 1.0, "visits": 0.5, "city": "city 1", "plan": "pro", "flag": "yes"}
    single = plan.predict_row(row | {"more": 1})
    np.testing.assert_array_equal(plan.predict([row])[0], single)
    by_column = {name: [cell, cell] for name, cell in row.items()}
    np.testing.assert_allclose(plan.predict(by_column), [single, single], rtol=1e-15, atol=1e-15)
    with pytest.raises(ValueError, match="has 1 cells, others have 2"):
        plan.predict(by_column | {"plan": ["pro"]})


def damaged(plan: Plan, **changes: Any) -> dict[str, Any]:
    return unpack(*plan.to_files()) | changes


def test_what_is_damaged_is_refused(plan: Plan) -> None:
    text, arrays = plan.to_files()
    with pytest.raises(BundleError, match="damaged"):
        Plan.from_files(text[:-20], arrays)
    with pytest.raises(BundleError, match="damaged"):
        Plan.from_files(text, arrays[:200])
    with pytest.raises(BundleError, match=r"Expected a plan of version 1, found 'glassbench-plan' 2"):
        Plan(damaged(plan, version=2))
    with pytest.raises(BundleError, match="encoders of another width"):
        Plan(damaged(plan, width=3))
    document = damaged(plan)
    document["operations"][0]["from"] = [[10_000]] * len(document["operations"][0]["from"])
    with pytest.raises(BundleError, match="a register that is not there"):
        Plan(document)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("left", 0, "lead outside"),
        ("right", 10_000, "lead outside"),
        ("left", -10_000, "lead outside"),
        ("column", 10_000, "do not fit together"),
        ("column", -1, "do not fit together"),
        ("decision", 77, "do not fit together"),
        ("output", 5, "do not fit together"),
        ("set_words", -1, "do not fit together"),
        ("nodes", 10_000, "do not fit together"),
    ],
)
def test_forged_trees_never_reach_compiled_code(plan: Plan, name: str, value: int, message: str) -> None:
    document = damaged(plan)
    member = next(one for one in document["members"] if one["kind"] == "trees")
    array = np.array(member["trees"][name])
    array[0] = value
    member["trees"][name] = array
    with pytest.raises(BundleError, match=message):
        Plan(document)


def test_a_member_that_reads_too_little_is_refused(plan: Plan) -> None:
    document = damaged(plan)
    member = next(one for one in document["members"] if one["kind"] == "trees")
    member["from"] = member["from"][:-1]
    with pytest.raises(BundleError, match="another number of registers"):
        Plan(document)


def test_borders_of_single_precision() -> None:
    rng = np.random.default_rng(0)
    thresholds = np.concatenate(
        [rng.normal(size=500) * 10.0 ** rng.integers(-20, 20, 500), [0.0, 1.0, -1.0, 0.1]]
    )
    borders = single_precision_borders(thresholds)
    assert (borders.astype(np.float32).astype(np.float64) <= thresholds).all()
    above = np.nextafter(borders, np.inf)
    assert (above.astype(np.float32).astype(np.float64) > thresholds).all()
