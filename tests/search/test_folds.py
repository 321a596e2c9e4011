"""The number of folds follows from a timed probe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import automl
from automl.models import Context
from automl.search import folds
from automl.search.evaluate import TrainingRows
from automl.search.folds import affordable_folds, seconds_of_a_fit
from automl.search.prepare import prepare


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[TrainingRows, Context]:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(3_000, 6))
    table = pd.DataFrame(X, columns=list("abcdef")).assign(y=X[:, 0] * X[:, 1] + rng.normal(size=len(X)))
    run = automl.create_run(table, "y", home=tmp_path_factory.mktemp("home"), budget=600, max_trials=1)
    context = prepare(run.folder, table).context
    return TrainingRows.load(run.folder.path), context


def test_the_more_time_the_more_folds(prepared: tuple[TrainingRows, Context]) -> None:
    rows, context = prepared
    assert affordable_folds(rows, context, 1e6, 2) == 5
    seconds = seconds_of_a_fit(rows, context, 60.0)
    # Ten candidates of three folds fit, ten of five do not (whatever a second fit takes on a busy machine).
    counts = [affordable_folds(rows, context, budget * seconds, 1) for budget in (1, 10_000)]
    assert counts == [3, 5]


def test_small_tables_may_have_eight(prepared: tuple[TrainingRows, Context]) -> None:
    rows, context = prepared
    small = Context(**{**vars(context), "n_rows": 1_500})
    assert affordable_folds(rows, small, 1e6, 2) == 8


def test_a_table_that_is_slow_to_learn_has_a_single_part(
    prepared: tuple[TrainingRows, Context], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, context = prepared
    large = Context(**{**vars(context), "n_rows": 40_000})
    monkeypatch.setattr(folds, "seconds_of_a_fit", lambda *_: 50.0)
    assert [affordable_folds(rows, each, 60, 2) for each in (context, large)] == [3, 1]


def test_a_fit_that_is_cut_short_is_extrapolated(prepared: tuple[TrainingRows, Context]) -> None:
    rows, context = prepared
    whole, cut = (seconds_of_a_fit(rows, context, seconds) for seconds in (60.0, 0.02))
    assert cut > 0.02  # more than the time it had
    assert whole / 20 < cut < whole * 20


def test_the_rows_of_a_single_part_follow_their_split(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They lie in another order than those of folds: each target must stay with its row."""
    rng = np.random.default_rng(1)
    table = pd.DataFrame({"x": rng.normal(size=14_000)}).assign(y=lambda t: 3 * t["x"])
    monkeypatch.setattr(folds, "seconds_of_a_fit", lambda *_: 1e9)

    def made(**settings: Any) -> TrainingRows:
        run = automl.create_run(table, "y", out=tmp_path / str(len(settings)), **settings)
        assert prepare(run.folder, table).context.n_folds == (1 if not settings else 5)
        return TrainingRows.load(run.folder.path)

    one, five = made(), made(max_trials=3)
    assert one.n_folds == 1
    assert np.array_equal(np.sort(one.split.train), five.split.train)
    assert np.array_equal(one.split.holdout, five.split.holdout)
    for rows in (one, five):
        np.testing.assert_allclose(rows.y, 3 * rows.X[:, 0])
        np.testing.assert_allclose(rows.X[:, 0], table["x"].to_numpy()[rows.split.train])
