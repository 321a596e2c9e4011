"""What every model family promises. A family that is added is tested here without a further word."""

from __future__ import annotations

import json
import pickle
import time
from dataclasses import replace
from typing import Any

import numpy as np
import optuna
import pytest
import skops.io
from numpy.typing import NDArray

from automl.metrics import default_metric
from automl.models import FAMILIES, Context, Deadline, Family, Fitted, OutOfTime, get_family

from ..families import parameters

SHORT = 0.05
"""Seconds below which a fit is not worth cutting: its steps are of the same length."""
KINDS = {"binary": 2, "multiclass": 3, "regression": 0}

every_family = pytest.mark.parametrize("name", parameters())
every_kind = pytest.mark.parametrize("kind", KINDS)
class_kinds = pytest.mark.parametrize("kind", ["binary", "multiclass"])

few_trees = pytest.mark.usefixtures("small_forests")

Table = tuple[Context, NDArray[np.float64], NDArray[Any]]


def make_table(kind: str, rows: int = 160, *, seed: int = 0, **context: Any) -> Table:
    """Make a table of six columns: four numbers (one empty, one constant) and two of codes."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, 6))
    X[:, 1] = np.exp(2 * X[:, 1])
    X[:, 4] = rng.integers(0, 4, size=rows)
    X[:, 5] = rng.integers(0, 30, size=rows)
    signal = X[:, 0] + 0.5 * np.log(X[:, 1]) + (X[:, 4] == 2) + 0.3 * rng.normal(size=rows)
    X[rng.random(X.shape) < 0.08] = np.nan
    X[:, 2] = np.nan
    X[:, 3] = 7.0
    classes = KINDS[kind]
    y = (
        np.digitize(signal, np.quantile(signal, np.arange(1, classes) / classes))
        if classes
        else signal * 40 + 100
    )
    settings = {"categorical": (4, 5), "seed": 3, "metric": default_metric(kind).name} | context
    return Context(task=kind, n_rows=rows, n_columns=6, n_classes=classes, **settings), X, y


def predict(fitted: Fitted | Any, X: NDArray[np.float64]) -> NDArray[np.float64]:
    estimator = fitted.estimator if isinstance(fitted, Fitted) else fitted
    if hasattr(estimator, "predict_proba"):
        return np.asarray(estimator.predict_proba(X))
    return np.asarray(estimator.predict(X))


def fit(name: str, table: Table, **more: Any) -> Fitted:
    context, X, y = table
    family = get_family(name)
    params = more.pop("params", None) or family.first_candidates(context)[0]
    return family.fit(params, context, X, y, **more)


def check_predictions(context: Context, fitted: Fitted, X: NDArray[np.float64]) -> None:
    """Predictions are finite and of the right shape; probabilities are probabilities."""
    predictions = predict(fitted, X)
    assert np.isfinite(predictions).all()
    if not context.classification:
        assert predictions.shape == (len(X),)
        return
    assert predictions.shape == (len(X), context.n_classes)
    np.testing.assert_allclose(predictions.sum(axis=1), 1, atol=1e-9)
    assert (predictions >= 0).all()
    np.testing.assert_array_equal(fitted.estimator.classes_, np.arange(context.n_classes))
    np.testing.assert_array_equal(fitted.estimator.predict(X), predictions.argmax(axis=1))


@few_trees
@every_kind
@every_family
def test_every_first_candidate_fits_and_predicts(name: str, kind: str) -> None:
    context, X, y = make_table(kind)
    for params in get_family(name).first_candidates(context)[:2]:
        fitted = fit(name, (context, X[:120], y[:120]), params=params, X_valid=X[120:], y_valid=y[120:])
        check_predictions(context, fitted, X)
        assert not fitted.stopped_early_by_clock
        assert fitted.iterations is None or fitted.iterations >= 1


@every_kind
@pytest.mark.parametrize("name", parameters(sorted(set(FAMILIES) - {"dummy"})))
def test_it_learns_more_than_the_dummy(name: str, kind: str) -> None:
    context, X, y = make_table(kind, rows=600)
    table, test = (context, X[:400], y[:400]), slice(500, 600)
    metric = default_metric(kind)
    baseline = metric.loss(y[test], predict(fit("dummy", table), X[test]))
    alone = fit(name, table)
    guided = fit(name, table, X_valid=X[400:500], y_valid=y[400:500])
    for fitted in (alone, guided):
        assert metric.loss(y[test], predict(fitted, X[test])) < 0.85 * baseline


@few_trees
@every_kind
@every_family
@pytest.mark.parametrize("validated", [False, True])
def test_the_same_seed_gives_the_same_model(name: str, kind: str, validated: bool) -> None:
    context, X, y = make_table(kind)
    more = {"X_valid": X[120:], "y_valid": y[120:]} if validated else {}
    first, second = (fit(name, (context, X[:120], y[:120]), **more) for _ in range(2))
    assert first.iterations == second.iterations
    np.testing.assert_array_equal(predict(first, X), predict(second, X))


@few_trees
@every_kind
@every_family
def test_the_inputs_stay_as_they_are(name: str, kind: str) -> None:
    context, X, y = make_table(kind)
    before = X.copy(), y.copy()
    predict(fit(name, (context, X, y)), X)
    np.testing.assert_array_equal(X, before[0])
    np.testing.assert_array_equal(y, before[1])


@few_trees
@every_kind
@every_family
def test_values_never_seen_in_training_are_predicted(name: str, kind: str) -> None:
    context, X, y = make_table(kind)
    complete = X[:, [0, 1, 3, 4, 5]].copy()
    complete[np.isnan(complete)] = 1.0
    context = Context(**(context.__dict__ | {"n_columns": 5, "categorical": (3, 4)}))
    fitted = fit(name, (context, complete, y))
    strange = np.array(
        [
            [0.0, 1.0, 7.0, 77.0, 31.0],  # unseen codes
            [0.0, 1.0, 7.0, np.nan, np.nan],  # missing codes where none was missing
            [np.nan, np.nan, np.nan, 1.0, 1.0],  # missing numbers where none was missing
            [1e9, -1e9, 8.0, 1.0, 1.0],  # far outside
            [np.nan] * 5,
        ]
    )
    check_predictions(context, fitted, strange)


@few_trees
@every_kind
@every_family
def test_a_column_unknown_in_training_may_be_known_later(name: str, kind: str) -> None:
    context, X, y = make_table(kind)
    fitted = fit(name, (context, X, y))
    later = X.copy()
    later[:, 2] = 5.0
    later[:, 3] = np.nan
    check_predictions(context, fitted, later)


@few_trees
@every_kind
@every_family
@pytest.mark.parametrize(("rows", "columns"), [(20, 6), (20, 1), (12, 2)])
def test_tiny_tables(name: str, kind: str, rows: int, columns: int) -> None:
    context, X, y = make_table(kind, rows=rows)
    chosen = list(range(6))[-columns:]
    categorical = tuple(position for position, column in enumerate(chosen) if column >= 4)
    context = Context(**(context.__dict__ | {"n_columns": columns, "categorical": categorical}))
    if context.classification:
        y[: context.n_classes] = np.arange(context.n_classes)
    X = X[:, chosen]
    train = slice(0, rows - 4)
    for params in get_family(name).first_candidates(context):
        alone = fit(name, (context, X[train], y[train]), params=params)
        check_predictions(context, alone, X)
        table = (context, X[train], y[train])
        check_predictions(context, fit(name, table, params=params, X_valid=X[-4:], y_valid=y[-4:]), X)


@few_trees
@every_kind
@every_family
@pytest.mark.parametrize("value", [np.nan, 3.0])
def test_nothing_to_learn_from(name: str, kind: str, value: float) -> None:
    context, X, y = make_table(kind, rows=60)
    empty = np.full_like(X, value)
    fitted = fit(name, (context, empty[:40], y[:40]), X_valid=empty[40:], y_valid=y[40:])
    check_predictions(context, fitted, empty)
    assert np.ptp(predict(fitted, empty), axis=0).max() < 1e-9


@few_trees
@class_kinds
@every_family
def test_classes_absent_from_the_validation_rows(name: str, kind: str) -> None:
    context, X, y = make_table(kind)
    zeros = y == 0
    fitted = fit(name, (context, X, y), X_valid=X[zeros], y_valid=y[zeros])
    check_predictions(context, fitted, X)


@class_kinds
@every_family
def test_a_class_without_training_rows_is_refused(name: str, kind: str) -> None:
    context, X, y = make_table(kind)
    with pytest.raises(ValueError, match=r"each of \d classes"):
        fit(name, (context, X[y > 0], y[y > 0]))


@every_kind
@every_family
def test_wrong_shapes_are_refused(name: str, kind: str) -> None:
    context, X, y = make_table(kind)
    with pytest.raises(ValueError, match="6 columns"):
        fit(name, (context, X[:, :5], y))
    with pytest.raises(ValueError, match="y_valid"):
        fit(name, (context, X, y), X_valid=X)


@few_trees
@every_kind
@every_family
def test_pickled_and_reloaded_it_predicts_the_same(name: str, kind: str) -> None:
    context, X, y = make_table(kind)
    fitted = fit(name, (context, X[:120], y[:120]), X_valid=X[120:], y_valid=y[120:])
    again = pickle.loads(pickle.dumps(fitted))
    assert again.iterations == fitted.iterations
    np.testing.assert_array_equal(predict(again, X), predict(fitted, X))


@few_trees
@every_kind
@every_family
def test_written_and_read_by_skops_it_predicts_the_same(name: str, kind: str) -> None:
    context, X, y = make_table(kind)
    for params in get_family(name).first_candidates(context)[:2]:
        fitted = fit(name, (context, X[:120], y[:120]), params=params, X_valid=X[120:], y_valid=y[120:])
        data = skops.io.dumps(fitted.estimator)
        types = skops.io.get_untrusted_types(data=data)
        # Nothing of ours: a bundle loads without Glassbench. Which functions it may name, and with which
        # arguments, is audited by the bundle's own reader: tests/bundle/test_families.py.
        homes = {"sklearn", "lightgbm", "numpy", "scipy", "collections", "operator"}
        assert {each.split(".")[0] for each in types} <= homes
        assert all(each.rsplit(".")[-1][0].isupper() for each in types if each.startswith("sklearn."))
        again = skops.io.loads(data, trusted=types)
        np.testing.assert_array_equal(predict(again, X), predict(fitted, X))


@every_kind
@every_family
def test_first_candidates_can_be_replayed_as_trials(name: str, kind: str) -> None:
    context, _, _ = make_table(kind)
    family = get_family(name)
    space = family.distributions(context)
    candidates = family.first_candidates(context)
    assert candidates
    assert len({json.dumps(each, sort_keys=True) for each in candidates}) == len(candidates)
    study = optuna.create_study()
    for params in candidates:
        assert json.loads(json.dumps(params)) == params
        assert set(params) == set(space)
        trial = optuna.trial.create_trial(params=params, distributions=space, value=1.0)
        study.add_trial(trial)
        assert family.suggest(trial, context) == params
    assert [trial.params for trial in study.trials] == candidates


@few_trees
@every_kind
@every_family
def test_suggestions_have_the_keys_of_the_space_and_fit(name: str, kind: str) -> None:
    context, X, y = make_table(kind, rows=80)
    family = get_family(name)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    for _ in range(3):
        trial = study.ask()
        params = family.suggest(trial, context)
        assert set(params) == set(family.distributions(context)) == set(trial.distributions)
        assert json.loads(json.dumps(params)) == params
        fitted = fit(name, (context, X[:60], y[:60]), params=params, X_valid=X[60:], y_valid=y[60:])
        check_predictions(context, fitted, X)


@few_trees
@every_kind
@every_family
def test_the_space_has_no_gaps_at_its_corners(name: str, kind: str) -> None:
    """The lowest and the highest value of every hyperparameter make models too."""
    context, X, y = make_table(kind, rows=60)
    space = get_family(name).distributions(context)
    for end in ("low", "high"):
        params = {
            key: each.choices[0 if end == "low" else -1]
            if isinstance(each, optuna.distributions.CategoricalDistribution)
            else getattr(each, end)
            for key, each in space.items()
        }
        check_predictions(context, fit(name, (context, X, y), params=params), X)


@every_kind
@every_family
def test_no_time_at_all_is_said_clearly(name: str, kind: str) -> None:
    with pytest.raises(OutOfTime, match=get_family(name).label):
        fit(name, make_table(kind), deadline=Deadline.after(-1))


@every_kind
@every_family
def test_the_clock_cuts_a_long_fit_short(name: str, kind: str) -> None:
    """Given a third of the time that a fit takes, it ends early in a usable model or in a clear error."""
    context, X, y = make_table(kind, rows=1500)
    params = heavy(get_family(name), context)
    table: Table = (context, X[:1200], y[:1200])
    more = {"X_valid": X[1200:], "y_valid": y[1200:]}
    started = time.monotonic()
    whole = fit(name, table, params=params, **more)
    unlimited = time.monotonic() - started
    shares = []
    for _ in range(3):  # the machine may be busy with something else just then
        started = time.monotonic()
        cut = fit_or_none(name, table, params=params, deadline=Deadline.after(unlimited / 3), **more)
        shares.append((time.monotonic() - started) / unlimited)
        if cut is not None:
            check_predictions(context, cut, X[1200:])
            if cut.stopped_early_by_clock:
                assert (cut.iterations or 0) <= (whole.iterations or 0)
            else:  # done in time: the fit is too short to be cut, or was slow only the first time
                np.testing.assert_array_equal(predict(cut, X), predict(whole, X))
        if shares[-1] < 0.9:
            break
    assert min(shares) < 0.9 or unlimited < SHORT


def fit_or_none(name: str, table: Table, **more: Any) -> Fitted | None:
    try:
        return fit(name, table, **more)
    except OutOfTime:
        return None


@few_trees
@every_kind
@every_family
def test_a_far_deadline_changes_nothing(name: str, kind: str) -> None:
    context, X, y = make_table(kind)
    more = {"X_valid": X[120:], "y_valid": y[120:]}
    table = (context, X[:120], y[:120])
    free, bound = fit(name, table, **more), fit(name, table, deadline=Deadline.after(3600), **more)
    assert not bound.stopped_early_by_clock
    np.testing.assert_array_equal(predict(free, X), predict(bound, X))


@every_kind
@every_family
def test_it_has_a_name_and_a_label(name: str, kind: str) -> None:
    family = get_family(name)
    assert type(family).__module__ == f"automl.models.{name}"
    assert family.name == name
    assert family.label
    assert type(family).__doc__


@every_kind
@every_family
def test_a_huge_table_is_judged_without_being_seen(name: str, kind: str) -> None:
    context = Context(task=kind, n_rows=10**7, n_columns=5000, n_classes=KINDS[kind])
    reason = get_family(name).unavailable(context)
    assert reason is None or len(reason.split()) > 5
    usual = make_table(kind, interpretable=get_family(name).interpretable)[0]
    assert get_family(name).unavailable(usual) is None


@pytest.mark.parametrize("kind", ["binary", "regression"])
@every_family
def test_a_column_with_a_direction_moves_predictions_that_way_only(name: str, kind: str) -> None:
    """Over gaps, codes and values beyond those seen, for all candidates and on the scale of the logarithm."""
    family = get_family(name)
    for metric in (default_metric(kind).name, *(["mae"] if kind == "regression" else [])):
        context, X, y = make_table(kind, rows=300, metric=metric, monotone=((0, -1), (1, 1)))
        if not family.monotone:
            assert "cannot promise" in str(family.unavailable(context))
            continue
        if kind == "regression":
            context, y = replace(context, log_target="log"), np.exp(y / 100)
        grid = np.nanquantile(X[:, :2], np.linspace(0, 1, 30), axis=0)
        grid = np.vstack([np.full(2, -9.0), grid, np.full(2, 99.0)])
        grid.sort(axis=0)
        for params in family.first_candidates(context):
            fitted = fit(name, (context, X[:240], y[:240]), params=params, X_valid=X[240:], y_valid=y[240:])
            for column, sign in context.monotone:
                varied = np.repeat(X[:20], len(grid), axis=0)
                varied[:, column] = np.tile(grid[:, column], 20)
                values = predict(fitted, varied)
                values = (values[:, 1] if context.classification else values).reshape(20, -1)
                assert (sign * np.diff(values, axis=1)).min() >= -1e-12 * np.abs(values).max()


@every_kind
@every_family
def test_only_readable_families_are_tried_where_that_is_asked_for(name: str, kind: str) -> None:
    family = get_family(name)
    reason = family.unavailable(make_table(kind, interpretable=True)[0])
    assert (reason is None) == family.interpretable


def heavy(family: Family, context: Context) -> dict[str, Any]:
    """Return the candidate that is slowest to learn: the lowest rate there is."""
    params = dict(family.first_candidates(context)[0])
    if "learning_rate" in params:
        low: Any = family.distributions(context)["learning_rate"]
        params["learning_rate"] = low.low
    return params


@every_kind
@every_family
def test_memory_grows_with_the_rows_and_not_without_bounds(name: str, kind: str) -> None:
    context, _, _ = make_table(kind)
    family = get_family(name)
    params = family.first_candidates(context)[0]
    few, many = (
        family.memory(params, replace(context, n_rows=rows, n_folds=3)) for rows in (10_000, 1_000_000)
    )
    matrix = 8 * context.n_columns * 1_000_000
    assert matrix <= many < 200 * matrix
    assert 0 < few < many
