"""explain(): inputs, scales, fingerprints, clock."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from lightgbm import LGBMClassifier
from sklearn.ensemble import RandomForestClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

import explain
from explain import InputError, ScaleError
from explain.space import stack_frames


@pytest.fixture(scope="module")
def forest(table, answers, piped, one_hot):
    return piped(one_hot(), RandomForestClassifier(10, random_state=0), table, answers["binary"])


def test_columns_may_come_in_another_order(forest, table):
    plain = explain.explain(forest, table[:3], table[50:60])
    turned = explain.explain(forest, table[:3][table.columns[::-1]], table[50:60])
    np.testing.assert_array_equal(plain.values, turned.values)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda X, B: (X.to_numpy(), B), "Expected X as a pandas DataFrame"),
        (lambda X, B: (X, B[:0]), "at least one background row"),
        (lambda X, B: (X.drop(columns="age"), B), "missing: age"),
        (lambda X, B: (X.assign(extra=1), B), "also found: extra"),
        (lambda X, B: (X, pd.concat([B, B[["age"]]], axis=1)), "found 'age' more than once"),
    ],
)
def test_rows_that_do_not_fit(forest, table, change, message):
    with pytest.raises(InputError, match=message):
        explain.explain(forest, *change(table[:3], table[50:60]))


def test_scales(forest, table, answers, piped, one_hot):
    with pytest.raises(ScaleError, match="no margin scale; it offers probability"):
        explain.explain(forest, table[:1], table[50:60], scale="margin")
    with pytest.raises(ScaleError, match="found 'odds'"):
        explain.explain(forest, table[:1], table[50:60], scale="odds")
    machine = piped(one_hot(), LinearSVC(random_state=0), table, answers["binary"])
    explanation = explain.explain(machine, table[:2], table[50:60])
    assert explanation.scale == "margin"
    np.testing.assert_allclose(explanation.prediction[:, 1], machine.decision_function(table[:2]))
    np.testing.assert_allclose(explanation.prediction[:, 0], -machine.decision_function(table[:2]))
    assert explanation.additivity_error < 1e-9


def test_a_vote_by_majority_has_no_scale(table, answers, piped, one_hot):
    vote = VotingClassifier([("a", LogisticRegression(max_iter=500))], voting="hard")
    fitted = piped(one_hot(), vote, table, answers["binary"])
    with pytest.raises(ScaleError, match="voting='soft'"):
        explain.explain(fitted, table[:1], table[50:60])


def test_fingerprints(forest, table, answers, piped, one_hot):
    one = explain.explain(forest, table[:1], table[50:60])
    other_rows = explain.explain(forest, table[1:2], table[50:60])
    other_background = explain.explain(forest, table[:1], table[51:61])
    other_model = piped(one_hot(), RandomForestClassifier(10, random_state=1), table, answers["binary"])
    assert one.model_hash == other_rows.model_hash
    assert one.background_hash == other_rows.background_hash != other_background.background_hash
    assert one.model_hash != explain.explain(other_model, table[:1], table[50:60]).model_hash


def test_blocks_of_rows_are_put_together(forest, table):
    many = pd.concat([table] * 2, ignore_index=True)  # 600 rows: two blocks
    shares: list[float] = []
    explanation = explain.explain(forest, many, table[50:60], progress=shares.append)
    assert explanation.rows == 600
    np.testing.assert_allclose(explanation.values[:300], explanation.values[300:], atol=1e-12)
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)


def test_time_budget_must_be_positive(forest, table):
    with pytest.raises(InputError, match="time_budget above 0"):
        explain.explain(forest, table[:1], table[50:60], time_budget=0)


def test_stacked_frames_keep_dtypes(table):
    row = table[:1].assign(city=np.nan, age=pd.Series([None], dtype=object), plan=np.nan)
    assert stack_frames(row, table[50:60]).dtypes.equals(table.dtypes)
    assert stack_frames(table[50:60], row).dtypes.equals(table.dtypes)


def test_warm_compiles_what_trees_need():
    explain.warm()
    from explain.trees import decide, kernels, patterns

    used = decide.decide, kernels.add_walks, kernels.add_shapley, patterns.add_leaves
    assert all(kernel.signatures for kernel in used)


def test_lightgbm_on_a_frame_of_numbers(table, answers):
    X = table[["income", "age"]]
    model = LGBMClassifier(n_estimators=10, verbose=-1).fit(X, answers["binary"])
    explanation = explain.explain(model, X[:5], X[50:60], scale="margin")
    assert explanation.exact
    np.testing.assert_allclose(explanation.prediction[:, 1], model.predict_proba(X[:5], raw_score=True))
    assert explanation.additivity_error < 1e-9


def test_importing_explain_is_light():
    import subprocess
    import sys

    heavy = "shap", "numba", "plotly", "lightgbm", "automl"
    code = f"import explain, sys; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
