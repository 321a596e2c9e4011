"""Models made of models: stacks, boosting on top of a model, several targets, links."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from lightgbm import LGBMRegressor
from sklearn.ensemble import (
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
    StackingClassifier,
    StackingRegressor,
    VotingRegressor,
)
from sklearn.linear_model import LinearRegression, LogisticRegression, PoissonRegressor, Ridge, RidgeCV
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeRegressor

import explain
from explain import ScaleError
from explain.game import Game
from explain.introspect import resolve
from explain.outputs import predictor
from explain.space import FrameSpace
from explain.walkers import LinearWalker, StackedWalker, TreeWalker, WeightedWalker, walker_for

FOREST = {"n_estimators": 6, "max_depth": 5, "random_state": 0}
NETWORK: dict[str, Any] = {
    "hidden_layer_sizes": (6,),
    "learning_rate_init": 0.05,
    "early_stopping": True,
    "max_iter": 1000,
    "random_state": 0,
}


def check(model: Any, table: Any, brute_force: Any, method: str, scale: str | None = None) -> Any:
    X, background = table[:3], table[100:110]
    found = explain.explain(model, X, background, scale=scale)
    assert found.exact
    assert found.method.startswith(method)
    expected = brute_force(predictor(model, found.scale), X, background)
    if found.outputs == 2 and found.classes is not None:
        expected = np.concatenate([-expected, expected], axis=2)
    np.testing.assert_allclose(found.values, expected, rtol=0, atol=1e-9 * max(1, np.abs(expected).max()))
    assert found.additivity_error <= 1e-9
    return found


def walker_of(model: Any, table: Any, scale: str, outputs: int) -> Any:
    estimator, space = resolve(model, FrameSpace(table[:3], table[100:110]))
    return walker_for(Game(estimator, space, outputs, scale))


@pytest.mark.parametrize("last", [RidgeCV(), make_pipeline(StandardScaler(), LinearRegression())])
def test_a_linear_stack_of_exact_members_is_exact(last, table, answers, piped, one_hot, brute_force):
    members = [
        ("ridge", make_pipeline(StandardScaler(), Ridge())),
        ("forest", RandomForestRegressor(**FOREST)),
        ("boosted", HistGradientBoostingRegressor(max_iter=8, random_state=0)),
    ]
    model = piped(one_hot(), StackingRegressor(members, last, cv=2), table, answers["regression"])
    check(model, table, brute_force, "exact: stack of 3 members")


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_stacks_of_classifiers(task, table, answers, piped, one_hot, brute_force):
    """Margins and probabilities of the members, each on the scale that the last model reads."""
    members = [
        ("forest", RandomForestClassifier(**FOREST)),
        ("logistic", LogisticRegression(max_iter=500)),
    ]
    stack = StackingClassifier(members, LogisticRegression(max_iter=500), cv=2)
    model = piped(one_hot(), stack, table, answers[task])
    # Probabilities of the logistic member are not exact in closed form: all coalitions, by walks inside.
    check(model, table, brute_force, "exact: all coalitions of 5 columns", "margin")
    check(model, table, brute_force, "exact: all coalitions of 5 columns")
    outputs = 1 if task == "binary" else 3
    assert isinstance(walker_of(model, table, "probability", outputs), StackedWalker)
    stack.set_params(stack_method="decision_function", forest=HistGradientBoostingClassifier(max_iter=8))
    margins = piped(one_hot(), stack, table, answers[task])
    check(margins, table, brute_force, "exact: stack of 2 members", "margin")


@pytest.mark.parametrize(
    "options",
    [
        {"final_estimator": RandomForestRegressor(**FOREST)},
        {"final_estimator": Ridge(), "passthrough": True},
    ],
)
def test_other_stacks_are_followed_as_a_whole(options, table, answers, piped, one_hot, brute_force):
    stack = StackingRegressor([("forest", RandomForestRegressor(**FOREST))], cv=2, **options)
    model = piped(one_hot(), stack, table, answers["regression"])
    check(model, table, brute_force, "exact: all coalitions")


def test_a_vote_inside_a_vote_is_followed_inside(table, answers, piped, one_hot, brute_force):
    parts = [("ridge", Ridge()), ("tree", DecisionTreeRegressor(max_depth=4))]
    inner = VotingRegressor(parts, weights=[1, 3])
    vote = VotingRegressor([("inner", inner), ("forest", RandomForestRegressor(**FOREST))])
    model = piped(one_hot(), vote, table, answers["regression"])
    assert isinstance(walker_of(model, table, "target", 1), WeightedWalker)
    check(model, table, brute_force, "exact: vote of 2 members; all coalitions")


@pytest.mark.parametrize("init", ["zero", None, RandomForestRegressor(**FOREST)])
def test_boosting_starts_from_anything(init, table, answers, piped, one_hot, brute_force):
    model = GradientBoostingRegressor(n_estimators=6, init=init, random_state=0)
    fitted = piped(one_hot(), model, table, answers["regression"])
    method = "exact: trees in raw columns" if init is None or init == "zero" else "exact: trees on top of"
    # A linear model that boosting starts from is fitted, and predicts, in single precision: whether it agrees
    # with its own coefficients to 1e-9, and may be read, is up to the machine's linear algebra.
    check(fitted, table, brute_force, "exact: " if isinstance(init, Ridge) else method)


def test_a_classifier_on_top_of_another_is_predicted(table, answers, piped, one_hot, brute_force):
    model = GradientBoostingClassifier(n_estimators=6, init=LogisticRegression(max_iter=500), random_state=0)
    fitted = piped(one_hot(), model, table, answers["binary"])
    for scale in ("margin", "probability"):
        check(fitted, table, brute_force, "exact: all coalitions", scale)


@pytest.mark.parametrize(
    ("model", "method"),
    [
        (RandomForestRegressor(**FOREST), "exact: trees"),
        (ExtraTreesRegressor(**FOREST), "exact: trees"),
        (DecisionTreeRegressor(max_depth=5), "exact: trees"),
        (Ridge(), "exact: linear"),
        (MLPRegressor(**NETWORK), "exact: all coalitions"),
    ],
)
def test_several_numbers_at_once(model, method, table, answers, piped, one_hot, brute_force):
    y = np.column_stack([answers["regression"], answers["multiclass"], -(answers["regression"] ** 2)])
    fitted = piped(one_hot(), model, table, y)
    found = check(fitted, table, brute_force, method)
    assert found.values.shape == (3, 6, 3)
    assert found.classes is None


def test_several_classes_at_once_are_refused(table, answers, piped, one_hot):
    y = np.column_stack([answers["binary"], answers["multiclass"]])
    fitted = piped(one_hot(), RandomForestClassifier(**FOREST), table, y)
    with pytest.raises(ScaleError, match="classifier of one target, found a Pipeline of 2"):
        explain.explain(fitted, table[:2], table[100:110])


def counts(answers: dict[str, np.ndarray]) -> np.ndarray:
    return np.random.default_rng(0).poisson(np.exp(answers["regression"])) + 0.5


@pytest.mark.parametrize(
    ("model", "method", "kind"),
    [
        *(
            (LGBMRegressor(objective=name, n_estimators=12, num_leaves=8, verbose=-1), "trees", TreeWalker)
            for name in ("poisson", "gamma", "tweedie")
        ),
        (HistGradientBoostingRegressor(loss="poisson", max_iter=8, random_state=0), "trees", TreeWalker),
        (PoissonRegressor(max_iter=300), "linear", LinearWalker),
    ],
)
def test_models_that_add_up_logarithms(model, method, kind, table, answers, piped, one_hot, brute_force):
    """In units of the target they are followed inside; on the scale "log" they are exact."""
    fitted = piped(one_hot(), model, table, counts(answers))
    own = check(fitted, table, brute_force, "exact: all coalitions")
    assert own.scale == "target"
    np.testing.assert_allclose(own.prediction[:, 0], fitted.predict(table[:3]))
    assert isinstance(walker_of(fitted, table, "target", 1), kind)
    logarithms = check(fitted, table, brute_force, f"exact: {method}", "log")
    np.testing.assert_allclose(logarithms.prediction[:, 0], np.log(fitted.predict(table[:3])))


def test_logarithms_only_where_they_are_added(table, answers, piped, one_hot):
    fitted = piped(one_hot(), Ridge(), table, answers["regression"])
    with pytest.raises(ScaleError, match="no log scale; it offers target"):
        explain.explain(fitted, table[:1], table[100:110], scale="log")


def test_linear_leaves_are_predicted(table, answers, brute_force):
    """They are no sum of constants: the model is asked, and the answer is still right."""
    X = table[["income", "age"]].fillna(0.0).assign(since=table.since.dt.day_of_year.astype(float))
    model = LGBMRegressor(n_estimators=8, linear_tree=True, verbose=-1).fit(X, answers["regression"])
    assert "is_linear=1" in model.booster_.model_to_string()
    check(model, X, brute_force, "exact: all coalitions")


def test_dates_as_seconds(table, answers, brute_force):
    """Thresholds near 1.6e9 that differ by less than single precision holds."""
    seconds = (table.since - pd.Timestamp(0)).dt.total_seconds()
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"when": seconds + rng.integers(0, 60, len(table)), "age": table.age, "x": table.income})
    X["when"] = np.sort(X["when"].to_numpy()) // 40 + 1_600_000_000  # neighbours a second apart
    y = answers["regression"] + (X["when"].to_numpy() % 7)
    model = LGBMRegressor(n_estimators=40, num_leaves=31, min_child_samples=2, verbose=-1).fit(X, y)
    check(model, X, brute_force, "exact: trees")
