"""What more rows bring, and how far an interval reaches when the model has learned from more of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import automl
from automl.metrics import get_metric
from automl.models import FAMILIES, Context
from automl.run import Run
from automl.search.evaluate import TrainingRows
from automl.search.more_rows import RowGain, allowing_for, row_gain
from automl.search.propose import Proposer
from automl.search.select import load_trials
from automl.search.trial import Trial
from automl.store import more_rows_words


def wavy(rows: int, seed: int = 0) -> pd.DataFrame:
    """A function that more rows show better, with some noise."""
    rng = np.random.default_rng(seed)
    X = rng.uniform(-3, 3, size=(rows, 5))
    y = np.sin(3 * X[:, 0]) * X[:, 1] + X[:, 2] * (X[:, 3] > 0) + 0.1 * rng.normal(size=rows)
    return pd.DataFrame(X, columns=[*"abcde"]).assign(y=y)


def trial(origin: str, scores: list[float], *, clipped: bool = False, rows: int | None = None) -> Trial:
    return Trial(
        id="t0001", number=1, family="lightgbm", params={"a": 1}, origin=origin, rows=rows,
        status="probe" if origin == "halved" else "ok", fold_scores=scores, clipped=clipped,
    )  # fmt: skip


def test_the_gain_is_that_of_the_same_folds() -> None:
    metric = get_metric("rmse", "regression")
    whole, halved = trial("first", [1.0, 2.0, 3.0]), trial("halved", [1.5, 2.4, 3.6], rows=50)
    found = row_gain([whole, halved], metric)
    assert found is not None
    assert found.gain == pytest.approx(0.5)
    assert found.stderr == pytest.approx(np.std([0.5, 0.4, 0.6], ddof=1) / np.sqrt(3))
    assert found.rows == 100
    assert found.expected(2.0) == pytest.approx(0.5)
    assert found.expected(1.25) == pytest.approx(0.5 * np.log2(1.25))
    assert "would help" in more_rows_words(found.to_json())
    auc = row_gain([whole, halved], get_metric("roc_auc", "binary"))
    assert auc is not None
    assert auc.expected(2.0) == 0.0, "more rows do not make a model worse"
    assert "hardly" in more_rows_words(auc.to_json())


@pytest.mark.parametrize(
    "trials",
    [
        [trial("first", [1.0, 2.0])],
        [trial("first", [1.0, 2.0]), trial("halved", [1.0, 2.0], clipped=True, rows=50)],
        [trial("first", [1.0, 2.0], clipped=True), trial("halved", [1.0, 2.0], rows=50)],
        [trial("first", [1.0, 2.0]), trial("halved", [1.0], rows=50)],
    ],
)
def test_without_two_comparable_trials_there_is_none(trials: list[Trial]) -> None:
    assert row_gain(trials, get_metric("rmse", "regression")) is None


def test_only_the_better_end_of_the_interval_moves_and_not_beyond_perfection() -> None:
    gain = RowGain("lightgbm", 100, 0.8, 0.9, 0.1, 0.01)
    for name, task, interval, wanted in [
        ("roc_auc", "binary", [0.8, 0.85], [0.8, 0.95]),
        ("roc_auc", "binary", [0.8, 0.97], [0.8, 1.0]),
        ("rmse", "regression", [1.0, 2.0], [0.9, 2.0]),
        ("log_loss", "binary", [0.05, 0.2], [0.0, 0.2]),
        ("log_loss", "binary", [None, None], [None, None]),
    ]:
        entry = {"score": 0.8, "interval": interval}
        result = {"more_rows": gain.to_json(), "metrics": {name: entry, "other": entry}, "holdout": entry}
        changed = allowing_for(result, get_metric(name, task), 2.0)
        assert changed["metrics"][name]["interval"] == changed["holdout"]["interval"] == pytest.approx(wanted)
        assert changed["metrics"]["other"] == entry
        assert changed["more_rows"]["allowed"] == pytest.approx(0.1)
    assert (
        allowing_for(
            {"more_rows": None, "metrics": {}, "holdout": None}, get_metric("rmse", "regression"), 2.0
        )
        == {}
    )


def test_one_of_the_first_candidates_is_tried_on_half_of_the_rows() -> None:
    context = Context("regression", 1000, 0, 5)
    plain = Proposer(context, list(FAMILIES), lag=4)
    halving = Proposer(context, list(FAMILIES), lag=4, halves=True)
    usual, with_one = [plain.ask(n) for n in range(10)], [halving.ask(n) for n in range(11)]
    (place,) = [n for n, candidate in enumerate(with_one) if candidate.origin == "halved"]
    halved = with_one.pop(place)
    assert halved.rows == context.learned_rows // 2
    assert (halved.family, halved.params) in [(c.family, c.params) for c in with_one[:place]]
    assert [(c.family, c.params) for c in with_one] == [(c.family, c.params) for c in usual]


def test_half_of_the_rows_are_drawn_anew_from_all_over_the_fold(tmp_path: Path) -> None:
    run = automl.fit(wavy(300), "y", budget=600, max_trials=2, n_jobs=1, out=tmp_path / "run")
    rows = TrainingRows.load(run.folder.path)
    for number in range(rows.n_folds):
        whole, half = rows.learned(number, None), rows.learned(number, 100)
        assert half.sum() == 100
        assert not (half & ~whole).any()
        assert (half == rows.learned(number, 100)).all()
        places = np.flatnonzero(half) / np.flatnonzero(whole).max()
        assert 0.35 < places.mean() < 0.65


def test_no_probe_can_be_chosen(penguins_run: Run) -> None:
    (halved,) = [t for t in load_trials(penguins_run.folder) if t.status == "probe"]
    assert halved.loss is None
    assert not penguins_run.folder.trial_path(halved.id, ".joblib").exists()
    result = penguins_run.result
    assert result is not None
    assert halved.id not in {member["id"] for member in result["members"]}
    told = result["more_rows"]
    assert told["rows"] == 2 * halved.rows
    assert "allowed" not in told, "without a holdout there are no rows that the scored model lacked"
    assert penguins_run.leaderboard().set_index("id").loc[halved.id, "status"] == "probe"


@pytest.mark.slow
def test_a_run_tells_what_more_rows_would_bring(tmp_path: Path, small_forests: None) -> None:
    run = automl.fit(wavy(2100), "y", budget=1200, max_trials=7, n_jobs=1, out=tmp_path / "run")
    result = run.result
    assert result is not None
    told = result["more_rows"]
    assert told["gain"] > 2 * told["stderr"] > 0, "this function is learned better from more rows"
    assert result["refitted"]
    assert 0 < told["allowed"] < told["gain"]
    low, _ = result["holdout"]["interval"]
    assert result["metrics"][result["metric"]]["interval"][0] == low
