"""Candidates that lose clearly do not run all folds."""

from __future__ import annotations

import numpy as np
import pytest

from automl.metrics import get_metric
from automl.run import Run
from automl.search.evaluate import evaluate
from automl.search.prepare import load_prepared
from automl.search.race import Beaten, Rival, race
from automl.search.select import load_trials, out_of_fold, ranked


def against(noise: float, rows: int, seed: int) -> float:
    """The ratio, or infinity for a candidate that was stopped; the rival's error is 1."""
    rng = np.random.default_rng(seed)
    y = rng.normal(size=rows)
    rival = Rival("t0001", 1.0, y + rng.normal(size=rows), stake=0.0)
    prediction = y + noise * rng.normal(size=rows)
    everything = np.ones(rows, dtype=bool)
    try:
        return race(rival, get_metric("rmse", "regression"), y, prediction, everything, seed)
    except Beaten as beaten:
        return np.inf if beaten.estimate > 1.15 else np.nan


def test_candidates_that_are_as_good_are_almost_never_stopped() -> None:
    stopped = [np.isinf(against(1.0, 100, seed)) for seed in range(300)]
    assert np.mean(stopped) <= 0.01
    # At the margin itself one in twenty may be: the price that the confidence names.
    assert np.mean([np.isinf(against(1.15, 100, seed)) for seed in range(300)]) <= 0.1


def test_candidates_that_are_clearly_worse_are_stopped() -> None:
    assert np.mean([np.isinf(against(1.6, 200, seed)) for seed in range(100)]) >= 0.99


def test_an_undefined_metric_stops_nobody() -> None:
    rival = Rival("t0001", 0.1, np.tile([0.5, 0.5], (20, 1)), stake=0.0)
    one_class = np.zeros(20, dtype=int)
    ratio = race(
        rival, get_metric("roc_auc", "binary"), one_class, rival.out_of_fold, np.ones(20, dtype=bool), 0
    )
    assert np.isnan(ratio)


def test_a_beaten_candidate_says_so_and_has_no_model(churn_run: Run) -> None:
    folder = churn_run.folder
    best = ranked(load_trials(folder))[0]
    rival = Rival(best.id, best.loss or 0.0, out_of_fold(folder, best.id), stake=0.0)
    context = load_prepared(folder).context
    found = evaluate(folder.path, "dummy", {}, context, 60, rival)
    assert best.id in found.reason
    assert found.out_of_fold is None
    assert found.models == b""
    assert found.estimate == pytest.approx(0.5, abs=0.02)  # 1 - area under the curve of the dummy
    assert found.fit_seconds > 0
    patient = evaluate(folder.path, "dummy", {}, context, 60, Rival(**{**vars(rival), "stake": 1e9}))
    assert patient.loss == pytest.approx(0.5, abs=0.02)
