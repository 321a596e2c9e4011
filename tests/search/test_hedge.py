"""No class is ever impossible for a model that was chosen by the log loss."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from sklearn.calibration import CalibratedClassifierCV

import automl
from automl.metrics import get_metric, unseen_share
from automl.run import Run
from automl.run.rows import canonical_rows
from automl.search.evaluate import TrainingRows
from automl.search.hedge import hedged
from automl.search.select import choose, load_trials


def test_the_vote_holds_half_a_row_of_the_base_rates(penguins_run: Run) -> None:
    folder, task = penguins_run.folder, penguins_run._prepared().task
    rows = TrainingRows.load(folder.path)
    weight = unseen_share(len(rows.y))
    assert weight == 0.5 / (len(rows.y) + 0.5)
    encode, model = penguins_run.model[:-1], penguins_run.model.named_steps["model"]
    vote = model.estimator if isinstance(model, CalibratedClassifierCV) else model
    assert [name for name, _ in vote.estimators][-1] == "base-rates"
    assert sum(vote.weights) == 1 or abs(sum(vote.weights) - 1) < 1e-12
    rates = np.bincount(rows.y) / len(rows.y)
    proba = vote.predict_proba(encode.transform(canonical_rows(penguins_run.folder, penguins_run.schema)))
    assert (proba >= weight * rates - 1e-15).all()
    certain = np.tile(np.eye(3)[0], (len(rows.y), 1))
    np.testing.assert_allclose(hedged(folder, task, rows, certain), (1 - weight) * certain + weight * rates)
    choice = choose(folder, task, load_trials(folder))
    assert choice is not None
    assert choice.prediction.min() > 0


def test_one_certain_error_costs_what_so_many_rows_allow(penguins_run: Run) -> None:
    """300 rows, all sure and one wrong: 36 nats of it without the base rates, less than 9 with them."""
    folder, task = penguins_run.folder, penguins_run._prepared().task
    rows = TrainingRows.load(folder.path)
    log_loss = get_metric("log_loss")
    sure = np.eye(3)[rows.y]
    sure[0] = np.roll(sure[0], 1)
    assert log_loss.loss(rows.y, sure) > 36 / len(rows.y) - 1e-9
    assert log_loss.loss(rows.y, hedged(folder, task, rows, sure)) < 9.5 / len(rows.y)


def test_other_metrics_and_readable_models_need_none(churn_run: Run, tmp_path: Path) -> None:
    names = [name for name, _ in churn_run.model.named_steps["model"].estimators]
    assert "base-rates" not in names
    table = canonical_rows(churn_run.folder, churn_run.schema).head(300).assign(Churn=lambda t: t.index % 2)
    run = automl.fit(
        table, target="Churn", metric="log_loss", interpretable=True, budget=300, max_trials=2, home=tmp_path
    )
    assert "base-rates" not in [name for name, _ in run.model.named_steps["model"].estimators]
