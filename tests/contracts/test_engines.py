"""Every kind of model, on every task, gives an explanation that adds up, whatever the rows look like."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.calibration import CalibratedClassifierCV, _CalibratedClassifier, _TemperatureScaling
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.linear_model import ElasticNet, LogisticRegression, Ridge
from sklearn.model_selection import FixedThresholdClassifier
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import LabelEncoder, OneHotEncoder, OrdinalEncoder, StandardScaler

import explain
from explain.engines import engines
from explain.engines.sample import SampleEngine
from explain.frames import checked_background, checked_rows
from explain.game import Game
from explain.introspect import resolve
from explain.space import FrameSpace

TASKS = ("binary", "multiclass", "regression")
CLASSES = {"binary": ("no", "yes"), "multiclass": ("high", "low", "mid")}


def encoded_pipeline(model: Any) -> Pipeline:
    """A member that prepares the coded matrix for itself: impute, one-hot, scale."""
    numbers = make_pipeline(SimpleImputer(add_indicator=True, keep_empty_features=True), StandardScaler())
    codes = OneHotEncoder(handle_unknown="ignore", max_categories=6)
    return make_pipeline(
        ColumnTransformer(
            [("code", codes, [0, 1]), ("number", numbers, [2, 3, 4, 5, 6])], sparse_threshold=0
        ),
        model,
    )


def members(task: str) -> dict[str, Any]:
    """One small model of each stock family, as the search would fit them on the coded matrix."""
    classify = task != "regression"

    def pick(classifier: Any, regressor: Any) -> Any:
        return classifier if classify else regressor

    boosting = {"n_estimators": 40, "num_leaves": 15, "min_child_samples": 5, "verbose": -1, "n_jobs": 1}
    histogram = {"max_iter": 15, "categorical_features": [0, 1], "random_state": 0}
    forest = {"n_estimators": 15, "max_leaf_nodes": 30, "random_state": 0}
    network = {
        "hidden_layer_sizes": (8,),
        "max_iter": 400,
        "learning_rate_init": 0.03,
        "early_stopping": True,
        "random_state": 0,
    }
    return {
        "dummy": pick(DummyClassifier(), DummyRegressor()),
        "linear": encoded_pipeline(pick(LogisticRegression(max_iter=500), Ridge())),
        "elastic_net": encoded_pipeline(
            pick(LogisticRegression(C=0.1, max_iter=500), ElasticNet(alpha=0.01, max_iter=5000))
        ),
        "lightgbm": pick(LGBMClassifier(**boosting), LGBMRegressor(**boosting)),
        "extra_trees": pick(ExtraTreesClassifier(**forest), ExtraTreesRegressor(**forest)),
        "random_forest": pick(RandomForestClassifier(**forest), RandomForestRegressor(**forest)),
        "hist_gradient_boosting": pick(
            HistGradientBoostingClassifier(**histogram), HistGradientBoostingRegressor(**histogram)
        ),
        "mlp": encoded_pipeline(pick(MLPClassifier(**network), MLPRegressor(**network))),
        "k_nearest_neighbors": encoded_pipeline(pick(KNeighborsClassifier(9), KNeighborsRegressor(9))),
        "principal_components": make_pipeline(
            SimpleImputer(keep_empty_features=True), PCA(3), pick(LogisticRegression(), Ridge())
        ),
    }


def calibrated(vote: Any, matrix: np.ndarray, y: np.ndarray) -> CalibratedClassifierCV:
    """The vote with temperature scaling on top, as the search would ship it: a little too sure of itself."""
    sure = _TemperatureScaling().fit(vote.predict_proba(matrix), y)
    sure.beta_ = 1.5
    model = CalibratedClassifierCV(vote, method="temperature", ensemble=False)
    model.classes_ = vote.classes_
    model.calibrated_classifiers_ = [
        _CalibratedClassifier(vote, [sure], classes=vote.classes_, method="temperature")
    ]
    return model


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """Labels and numbers with missing values, a constant column; eight raw columns, seven of them encoded."""
    rng = np.random.default_rng(3)
    n = 400
    frame = pd.DataFrame(
        {
            "code": pd.Series([f"id{i}" for i in range(n)], dtype="str"),
            "city": pd.Series(rng.choice(["Bonn", "Lyon", "Turin"], n), dtype="str"),
            "plan": pd.Series(rng.choice(["basic", "plus"], n), dtype="str"),
            "a": rng.normal(size=n),
            "b": rng.integers(0, 9, n).astype(float),
            "c": rng.exponential(size=n),
            "same": np.ones(n),
            "d": rng.integers(0, 3, n).astype(float),
        }
    )
    frame.loc[::6, "a"] = np.nan
    frame.loc[::9, "city"] = np.nan
    return frame


@pytest.fixture(scope="module")
def answers(table: pd.DataFrame) -> dict[str, np.ndarray]:
    value = table.a.fillna(0.5) + 0.2 * table.b + 0.3 * table.d + (table.city == "Bonn") * table.c
    value = (value + np.random.default_rng(4).normal(0, 0.3, len(table))).to_numpy()
    return {
        "regression": value,
        "binary": np.where(value > np.median(value), "yes", "no"),
        "multiclass": np.array(["low", "mid", "high"])[np.digitize(value, np.quantile(value, [0.3, 0.7]))],
    }


@pytest.fixture(scope="module")
def models(table: pd.DataFrame, answers: dict[str, np.ndarray]) -> dict[tuple[str, str], Pipeline]:
    """Raw frame in, outputs out: as shipped, a pre-fitted weighted vote behind a fitted preprocessor."""
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
    preprocessor = ColumnTransformer(
        [("label", codes, ["city", "plan"]), ("number", "passthrough", ["a", "b", "c", "same", "d"])]
    )
    matrix = preprocessor.fit_transform(table)
    built = {}
    for task in TASKS:
        labels = LabelEncoder().fit(answers[task]) if task != "regression" else None
        y = answers[task] if labels is None else labels.transform(answers[task])
        fitted = {name: member.fit(matrix, y) for name, member in members(task).items()}
        voters = {
            "vote": list(fitted.values()),
            "exact_vote": [fitted["random_forest"], fitted["extra_trees"]],
        }
        voters |= {name: [member] for name, member in fitted.items()}
        for name, chosen in voters.items():
            vote = VotingRegressor([]) if labels is None else VotingClassifier([], voting="soft")
            vote.estimators = [(f"m{i}", member) for i, member in enumerate(chosen)]
            vote.weights = [1.0 + i for i in range(len(chosen))]
            vote.estimators_ = chosen
            if labels is not None:
                vote.le_, vote.classes_ = labels, labels.classes_
            built[task, name] = Pipeline([("prep", preprocessor), ("model", vote)])
            if labels is not None and name in ("vote", "exact_vote"):
                built[task, f"calibrated_{name}"] = Pipeline(
                    [("prep", preprocessor), ("model", calibrated(vote, matrix, y))]
                )
    return built


KINDS = (*members("binary"), "vote", "exact_vote")
CASES = [
    *((task, kind) for task in TASKS for kind in KINDS),
    *((task, f"calibrated_{vote}") for task in CLASSES for vote in ("vote", "exact_vote")),
]
EXACT = {
    "regression": {"dummy", "linear", "elastic_net", "lightgbm", "extra_trees", "random_forest"}
    | {"hist_gradient_boosting", "exact_vote"},
    "binary": {"dummy", "extra_trees", "random_forest", "exact_vote"},
}
EXACT["multiclass"] = EXACT["binary"]


def own_outputs(model: Any, X: pd.DataFrame, task: str) -> np.ndarray:
    return model.predict(X)[:, None] if task == "regression" else model.predict_proba(X)


@pytest.mark.parametrize(("task", "kind"), CASES)
def test_adds_up_on_100_rows(task, kind, models, table):
    model = models[task, kind]
    X = table[:100].copy()
    X.loc[3, "city"] = "Oslo"  # not in training
    X.loc[4] = [None, None, None, *[np.nan] * 5]
    X = X.astype(table.dtypes)
    explanation = explain.explain(model, X, table[200:230], seed=1)
    outputs = {"binary": 2, "multiclass": 3, "regression": 1}[task]
    assert explanation.values.shape == (100, 8, outputs)
    assert explanation.base.shape == (outputs,)
    np.testing.assert_allclose(explanation.prediction, own_outputs(model, X, task), atol=1e-12)
    gap = np.abs(explanation.base + explanation.values.sum(axis=1) - explanation.prediction)
    assert gap.max() <= 1e-9
    assert explanation.additivity_error == pytest.approx(gap.max())
    np.testing.assert_allclose(
        explanation.base, own_outputs(model, table[200:230], task).mean(axis=0), atol=1e-12
    )
    assert explanation.classes == CLASSES.get(task)
    assert explanation.columns == tuple(table.columns)
    # The model never sees "code", and "same" moves nothing unless it is missing: they get nothing.
    assert np.abs(explanation.values[:, 0]).max() == 0
    assert np.abs(np.delete(explanation.values[:, 6], 4, axis=0)).max() <= 1e-12
    if outputs == 2:
        np.testing.assert_array_equal(explanation.values[..., 0], -explanation.values[..., 1])
    # Six columns vary: enumeration does not hide the other engines.
    assert explanation.exact == (kind in EXACT[task])
    assert (explanation.stderr is None) == explanation.exact
    if explanation.stderr is not None:
        assert explanation.stderr.shape == explanation.values.shape
        assert np.isfinite(explanation.stderr).all()
        assert (explanation.stderr >= 0).all()


@pytest.mark.parametrize(("task", "kind"), CASES)
def test_same_seed_same_explanation(task, kind, models, table):
    first, second = (
        explain.explain(models[task, kind], table[:3], table[200:210], seed=7).values for _ in range(2)
    )
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("task", TASKS)
def test_one_column(task, answers, table):
    model = RandomForestRegressor if task == "regression" else RandomForestClassifier
    fitted = model(10, random_state=0).fit(table[["c"]], answers[task])
    explanation = explain.explain(fitted, table[["c"]][:5], table[["c"]][50:60])
    np.testing.assert_allclose(
        explanation.values[:, 0], explanation.prediction - explanation.base, atol=1e-12
    )


@pytest.mark.parametrize("task", TASKS)
def test_nothing_varies(task, models, table):
    same = pd.concat([table[:1]] * 4, ignore_index=True)
    explanation = explain.explain(models[task, "vote"], same, same)
    assert np.abs(explanation.values).max() == 0
    assert explanation.additivity_error <= 1e-12


@pytest.mark.parametrize("task", TASKS)
def test_no_rows(task, models, table):
    explanation = explain.explain(models[task, "vote"], table[:0], table[200:210])
    assert explanation.values.shape[:2] == (0, 8)
    assert explanation.additivity_error == 0


@pytest.mark.parametrize(
    ("task", "kind"),
    [
        *((task, "vote") for task in TASKS),
        *((task, f"calibrated_{vote}") for task in CLASSES for vote in ("vote", "exact_vote")),
    ],
)
def test_intervals_of_a_mixed_vote_hold_the_enumerated_values(task, kind, models, table):
    """The same rows, enumerated, and sampled since a sixth column varies for the sake of one more row."""
    model, background = models[task, kind], table[200:215].assign(d=0.0)
    rows = table[:12].assign(d=0.0)
    exact = explain.explain(model, rows, background)
    together = explain.explain(model, pd.concat([rows, rows[:1].assign(d=2.0)]), background)
    sampled = together.take(slice(0, 12))
    assert exact.exact
    assert not sampled.exact
    moved = sampled.stderr > 1e-12
    inside = np.abs(sampled.values - exact.values) <= 1.96 * sampled.stderr
    assert inside[moved].mean() > 0.88
    np.testing.assert_allclose(sampled.values[~moved], exact.values[~moved], atol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_a_threshold_around_the_vote_changes_no_explanation(kind, models, table):
    plain = models["binary", kind]
    decided = FixedThresholdClassifier(FrozenEstimator(plain.steps[-1][1]), threshold=0.2, pos_label="yes")
    decided.fit(np.zeros((2, 1)), np.array(["no", "yes"]))
    model = Pipeline([*plain.steps[:-1], ("model", decided)])
    one, other = (explain.explain(each, table[:15], table[200:215], seed=3) for each in (plain, model))
    assert (one.method, one.exact) == (other.method, other.exact)
    np.testing.assert_array_equal(one.values, other.values)
    np.testing.assert_array_equal(one.prediction, other.prediction)


def test_meta_models_are_sampled(table, answers):
    X = table[["a", "b", "c"]].fillna(0.0)
    X = X.assign(d=X.a * X.b, e=X.b**2, f=-X.c)
    members = [("ridge", Ridge()), ("tree", RandomForestRegressor(5, random_state=0))]
    stack = StackingRegressor(members, RandomForestRegressor(5, random_state=0), cv=2)
    calibrated = CalibratedClassifierCV(LogisticRegression(max_iter=500), cv=2)
    for model, y in ((stack, answers["regression"]), (calibrated, answers["binary"])):
        explanation = explain.explain(model.fit(X, y), X[:5], X[100:120])
        assert "sampled" in explanation.method
        assert explanation.additivity_error <= 1e-9


@pytest.mark.parametrize("task", sorted(CLASSES))
def test_what_members_explain_exactly_need_not_be_sampled(task, models, table):
    """Only the bend of the calibration is left to chance: with all members exact, a fraction of the error."""
    model, rows, background = models[task, "calibrated_exact_vote"], table[:40], table[200:230]
    ours = explain.explain(model, rows, background)
    assert "2 exact" in ours.method
    assert "sampled" in ours.method
    whole = SampleEngine().attribute(
        Game(
            *resolve(model, FrameSpace(checked_rows(rows, background), checked_background(background))),
            outputs=1 if task == "binary" else 3,
            scale="probability",
        )
    )
    sampled = whole.values if task == "multiclass" else np.concatenate([-whole.values, whole.values], axis=-1)
    assert ours.stderr.mean() < 0.5 * whole.stderr.mean()
    assert np.abs(ours.values - sampled).mean() < 2 * whole.stderr.mean()


def test_engines_are_found_and_ordered():
    names = [engine.name for engine in engines()]
    assert names == [
        "constant",
        "linear",
        "trees",
        "gradient",
        "vote",
        "calibrated",
        "stack",
        "enumerate",
        "sample",
    ]
