"""Probabilities are calibrated where that proves itself, and then the same everywhere."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import softmax
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import VotingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

import automl
from automl.bundle.trusted import dump_model, load_model
from automl.errors import SettingError
from automl.metrics import Metric, get_metric
from automl.run import Run
from automl.run.rows import canonical_rows
from automl.search.calibration import Verdict, calibration_error, judge
from automl.search.calibrators import Calibrator, methods
from automl.search.evaluate import TrainingRows
from automl.search.finish import summarise
from automl.search.hedge import mixed
from automl.search.select import choose, load_trials, out_of_fold_vote
from automl.store import calibration_of, calibration_words

LOG_LOSS, AUC = get_metric("log_loss"), get_metric("roc_auc")
Floats = NDArray[np.float64]


def source(rows: int, classes: int, seed: int, factor: float = 1.0) -> tuple[NDArray[np.int64], Floats]:
    """Classes drawn by probabilities, and these with all log-odds multiplied: above 1 they are too sure."""
    rng = np.random.default_rng([seed, classes])
    logits = 1.5 * rng.normal(size=(rows, classes))
    proba = softmax(logits, axis=1)
    y = (proba.cumsum(axis=1) < rng.random((rows, 1))).sum(axis=1)
    return np.minimum(y, classes - 1), softmax(factor * logits, axis=1)


def verdict(y: NDArray[np.int64], proba: Floats, metric: Metric = LOG_LOSS, **settings: Any) -> Verdict:
    return judge(metric, y, proba, proba, np.arange(len(y)) % 5, **settings)


@pytest.mark.parametrize(("classes", "rows"), [(2, 300), (2, 1200), (3, 600)])
def test_what_is_calibrated_stays_as_it_is(classes: int, rows: int) -> None:
    kept = [verdict(*source(rows, classes, seed)).kept for seed in range(40)]
    assert sum(kept) <= 2


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("factor", [0.6, 1.7])
def test_what_is_too_sure_or_too_shy_is_mended(classes: int, factor: float) -> None:
    """And is better on new rows, nearly as good as the truth itself."""
    for seed in range(6):
        y, proba = source(2000, classes, seed, factor)
        told = verdict(y, proba)
        assert told.kept
        assert told.log_loss[1] < told.log_loss[0]
        assert told.calibration_error[1] < 0.5 * told.calibration_error[0]
        new, shown = source(5000, classes, seed + 100, factor)
        _, true = source(5000, classes, seed + 100)
        mended = Calibrator.fit(told.method, y, proba)(shown)
        assert LOG_LOSS.loss(new, mended) < LOG_LOSS.loss(new, shown)
        assert LOG_LOSS.loss(new, mended) < LOG_LOSS.loss(new, true) + 0.01


def all_right() -> tuple[NDArray[np.int64], Floats]:
    """250 rows, all right with 0.97 or so: sharper gains on each of them, and would lose it all once."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 250)
    sure = rng.uniform(0.94, 0.999, (250, 1))
    return y, np.where(np.eye(3)[y] == 1, sure, (1 - sure) / 2)


def test_rows_that_are_all_right_do_not_prove_that_one_may_be_surer() -> None:
    y, proba = all_right()
    told = verdict(y, proba, AUC)
    assert told.log_loss[1] < told.log_loss[0]
    assert not told.kept
    assert told.why_not == "chance"


def test_a_vote_that_the_log_loss_chose_may_be_a_little_surer() -> None:
    """As sure as so many rows allow: one row of a thousand that is wrong for certain does no harm."""
    y, proba = all_right()
    told = verdict(y, proba)
    assert told.kept
    assert told.method == "temperature"
    step = Calibrator.fit("temperature", y, proba)
    assert step.sharpens(1.05)
    assert not step.sharpens(50.0)
    before = LOG_LOSS.loss(y, proba)
    shown = step(proba)
    wrong = float(-np.log(shown[np.arange(250), (y + 1) % 3]).mean())
    assert 0.999 * LOG_LOSS.loss(y, shown) + 0.001 * wrong < before


def test_an_average_of_single_models_is_calibrated_for_what_it_is_not_yet() -> None:
    """The map of what single models say sharpens their average, and too little rather than too much."""
    for seed in range(5):
        rng = np.random.default_rng(seed)
        logits = 2.5 * rng.normal(size=(3000, 4))
        y = (softmax(logits, axis=1).cumsum(axis=1) < rng.random((3000, 1))).sum(axis=1).clip(0, 3)
        noisy = [softmax(1.1 * (logits + rng.normal(size=logits.shape)), axis=1) for _ in range(5)]
        single, average = np.choose(rng.integers(0, 5, (3000, 1)), noisy), np.mean(noisy, axis=0)
        own = Calibrator.fit("temperature", y, single).steps[0].beta_
        wanted = Calibrator.fit("temperature", y, average).steps[0].beta_
        assert own < wanted


def test_groups_count_as_one() -> None:
    """Forty groups of fifty equal rows are forty rows."""
    y, proba = source(40, 2, 7, 1.7)
    rows = np.repeat(np.arange(40), 50)
    together = judge(LOG_LOSS, y[rows], proba[rows], proba[rows], rows % 5, groups=rows)
    alone = judge(LOG_LOSS, y[rows], proba[rows], proba[rows], rows % 5)
    assert together.error > 4 * alone.error


def test_the_metric_that_chose_the_model_is_not_made_worse() -> None:
    """Probabilities that jump: steps mend them best, but they tie rows, which ranks must not suffer."""
    y, proba = source(4000, 2, 3)
    bent = np.where(proba[:, 1] > 0.5, 0.5 + 0.4 * proba[:, 1], 0.1 * proba[:, 1])
    shown = np.stack([1 - bent, bent], axis=1)
    assert verdict(y, shown).method == "isotonic"
    assert verdict(y, shown).kept
    for metric in (AUC, get_metric("average_precision")):
        told = verdict(y, shown, metric)
        assert not (told.kept and told.method == "isotonic")
    over, sharp = source(4000, 2, 3, 2.0)
    told = verdict(over, sharp, AUC)
    assert told.kept
    mended = Calibrator.fit(told.method, over, sharp)(sharp)
    assert AUC.score(over, mended) == AUC.score(over, sharp)


def test_methods_need_rows_and_two_classes() -> None:
    assert methods(5000, 3) == ("temperature",)
    assert methods(999, 2) == ("temperature", "sigmoid")
    assert methods(1000, 2) == ("temperature", "sigmoid", "isotonic")


def test_the_calibration_error_is_that_of_the_bins() -> None:
    proba = np.array([[0.9, 0.1]] * 4 + [[0.3, 0.7]] * 4)
    y = np.array([0, 0, 0, 1, 1, 1, 0, 0])
    assert calibration_error(y, proba) == pytest.approx((abs(0.75 - 0.9) + abs(0.5 - 0.7)) / 2)
    assert calibration_error(y, np.eye(2)[y]) == 0


@pytest.mark.parametrize(
    ("method", "classes"), [("temperature", 2), ("temperature", 3), ("sigmoid", 2), ("isotonic", 2)]
)
def test_scikit_learn_predicts_by_the_same_map(method: str, classes: int) -> None:
    y, proba = source(1500, classes, 5)
    X = np.log(proba)
    members = [(f"m{i}", LogisticRegression(C=0.1).fit(X[i::5], y[i::5])) for i in range(2)]
    vote = VotingClassifier(members, voting="soft").fit(X[:300], y[:300])
    said = vote.predict_proba(X)
    ours = Calibrator.fit(method, y, said)
    model = ours.around(vote)
    np.testing.assert_array_equal(model.predict_proba(X), ours(said))
    data = dump_model(Pipeline([("model", model)]))
    assert data.count(b'"LogisticRegression"') == len(members)  # the vote is in it once
    loaded = load_model(data).model
    np.testing.assert_array_equal(loaded.predict_proba(X), ours(said))
    assert isinstance(loaded[-1].estimator, VotingClassifier)
    theirs = CalibratedClassifierCV(FrozenEstimator(vote), method=method).fit(X, y)
    # Half a row of base rates apart.
    np.testing.assert_allclose(ours(said), theirs.predict_proba(X), atol=5e-3)


@pytest.fixture(scope="module")
def sure_run(churn_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run whose models were too sure out of fold."""
    path = tmp_path_factory.mktemp("sure") / "run"
    shutil.copytree(churn_run.folder.path, path)
    run = automl.load_run(path)
    for stored in (path / "trials").glob("*.npz"):
        proba = np.load(stored)["out_of_fold"] ** 2.5
        np.savez(stored, out_of_fold=proba / proba.sum(axis=1, keepdims=True))
    task, trials = run._prepared().task, load_trials(run.folder)
    choice = choose(run.folder, task, trials)
    assert choice is not None
    run.folder.write("result.json", summarise(run.folder, task, choice, trials))
    return run


@pytest.mark.slow
def test_a_calibrated_run_is_the_same_everywhere(sure_run: Run, tmp_path: Path) -> None:
    result = sure_run.result
    assert result is not None
    method = calibration_of(result)
    assert method == "temperature"
    model = sure_run.model.named_steps["model"]
    assert isinstance(model, CalibratedClassifierCV)
    assert model.estimator.estimators[-1][0] == "base-rates"
    # What it predicts is the vote's prediction through the map of all out-of-fold predictions.
    folder = sure_run.folder
    rows = TrainingRows.load(folder.path)
    weights = {member["id"]: member["weight"] for member in result["members"]}
    vote = out_of_fold_vote(folder, weights)
    mapped = Calibrator.fit(method, rows.y[rows.validated], mixed(rows, vote))
    some = canonical_rows(sure_run.folder, sure_run.schema).head(50)
    inner = model.estimator.predict_proba(sure_run.model[:-1].transform(some))
    np.testing.assert_array_equal(sure_run.model.predict_proba(some), mapped(inner))
    # Ranks are those of the vote; the scores are of the calibrated predictions.
    measured = {name: entry["score"] for name, entry in result["metrics"].items()}
    assert measured["roc_auc"] == pytest.approx(AUC.score(rows.y[rows.validated], vote), abs=2e-3)
    assert measured["log_loss"] == pytest.approx(result["calibration"]["log_loss"][1])
    assert measured["log_loss"] < result["calibration"]["log_loss"][0]
    # Sets hold what they promise, and other models of the run are as they were measured.
    assert next(level["measured"] for level in result["coverage"]["levels"] if level["level"] == 0.9) > 0.88
    alone = sure_run.leaderboard().query("not chosen and id != 'ensemble' and status == 'ok'").id.iloc[0]
    assert not isinstance(sure_run.model_for(alone).named_steps["model"], CalibratedClassifierCV)
    # The bundle writes, audits, builds and verifies it in a process of its own, and explains it.
    bundle = automl.load_bundle(sure_run.export(tmp_path / "sure.zip"))
    ours = sure_run.predict(some, interval=0.9)
    theirs = bundle.predictions(some, interval=0.9)
    for column in ours:
        assert ours[column].tolist() == theirs[column].tolist()
    told = bundle.explain(some.head(5), time_budget=5)
    assert told.scale == "probability"
    assert not told.exact
    assert told.method.startswith("calibrated vote")
    assert told.additivity_error < 1e-9


def test_runs_say_whether_they_are_calibrated(churn_run: Run, penguins_run: Run, tmp_path: Path) -> None:
    for run in (churn_run, penguins_run):
        assert run.result is not None
        told = run.result["calibration"]
        words = calibration_words(told)
        assert f"{told['log_loss'][0]:.4f}" in words
        assert words.startswith("calibrated by" if told["kept"] else "as trained")
    table = canonical_rows(churn_run.folder, churn_run.schema).head(200).assign(Churn=lambda t: t.index % 2)
    settings: dict[str, Any] = {"target": "Churn", "budget": 300, "max_trials": 1, "home": tmp_path}
    for off in ({"calibrate": "off"}, {"interpretable": True}):
        run = automl.fit(table, **settings, **off)
        assert run.result is not None
        assert run.result["calibration"] is None
    with pytest.raises(SettingError, match="'auto' or 'off'"):
        automl.fit(table, **settings, calibrate="yes")
