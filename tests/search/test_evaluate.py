"""A candidate keeps within its time, whatever its models take beside their fits."""

from __future__ import annotations

import io

import joblib
import numpy as np
import pytest

from automl.run import Run
from automl.search.evaluate import Spending, TrainingRows, evaluate
from automl.search.prepare import load_prepared
from automl.search.select import load_trials


@pytest.mark.parametrize(("judging", "packing"), [(0.0, 0.0), (0.5, 0.2), (0.1, 1.5)])
@pytest.mark.parametrize("folds", [1, 3, 8])
def test_fits_that_take_their_share_leave_time_for_all_else(
    folds: int, judging: float, packing: float
) -> None:
    spent, seconds = Spending(packing=packing), 0.0
    for number in range(folds):
        took = spent.share(10.0 - seconds, folds - number)
        seconds += took * (1 + judging)
        spent.fitting += took
        spent.judging += took * judging
    seconds += packing * spent.fitting
    # What judging takes is known from the first fold on.
    assert seconds <= 10.0 * (1 + judging / folds + 1e-9)
    if folds > 1:
        assert seconds == pytest.approx(10.0, rel=0.01 + judging / folds)


def test_a_late_fit_leaves_nothing_and_without_a_limit_there_is_none() -> None:
    assert Spending(fitting=5.0, judging=5.0, packing=1.0).share(3.0, 2) == 0.0
    assert Spending(fitting=5.0, judging=5.0).share(np.inf, 2) == np.inf


def test_a_fold_alone_learns_what_it_learns_among_the_others(penguins_run: Run) -> None:
    rows, context = TrainingRows.load(penguins_run.folder.path), load_prepared(penguins_run.folder).context
    trial = next(trial for trial in load_trials(penguins_run.folder) if trial.family == "linear")
    whole = evaluate(rows, trial.family, trial.params, context, np.inf)
    alone = evaluate(rows, trial.family, trial.params, context, np.inf, only=1)
    (model,) = joblib.load(io.BytesIO(alone.models))
    same = joblib.load(io.BytesIO(whole.models))[1]
    np.testing.assert_array_equal(model.predict_proba(rows.X), same.predict_proba(rows.X))
    assert not alone.reason
    assert alone.iterations == whole.iterations[1:2]
    assert (alone.score, alone.out_of_fold) == (None, None), "a fold says nothing about the candidate"


def test_what_loading_takes_is_known_of_each_model(penguins_run: Run) -> None:
    trials = [trial for trial in load_trials(penguins_run.folder) if trial.loss is not None]
    assert len(trials) > 2
    assert all(trial.load_seconds > 0 for trial in trials)
