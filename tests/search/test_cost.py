"""What one row costs is measured in the time there is for it."""

from __future__ import annotations

import time

import pandas as pd
from sklearn.dummy import DummyClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer

from automl.run import Run
from automl.search.cost import measure
from automl.search.prepare import load_prepared

SLOW = 0.05


def slowly(frame: pd.DataFrame) -> pd.DataFrame:
    time.sleep(SLOW)
    return frame


def model_of(run: Run, prepare: FunctionTransformer) -> Pipeline:
    frame = pd.read_parquet(run.folder.path / "data.parquet")
    model = make_pipeline(prepare, DummyClassifier(strategy="prior"))
    return model.fit(frame, frame["species"])


def test_a_slow_row_is_predicted_once(penguins_run: Run) -> None:
    task = load_prepared(penguins_run.folder).task
    cost = measure(
        penguins_run.folder, task, model_of(penguins_run, FunctionTransformer(slowly)), 0.0, seconds=SLOW
    )
    assert cost.rows == 1
    assert cost.latency_ms >= 1000 * SLOW
    assert 1000 * SLOW <= cost.preparation_ms <= cost.latency_ms


def test_the_first_of_several_rows_only_warms_up(penguins_run: Run) -> None:
    calls: list[int] = []

    def first_slowly(frame: pd.DataFrame) -> pd.DataFrame:
        if len(calls) < 1:
            time.sleep(SLOW)
        calls.append(len(frame))
        return frame

    task = load_prepared(penguins_run.folder).task
    model = model_of(penguins_run, FunctionTransformer(first_slowly))
    calls.clear()
    cost = measure(penguins_run.folder, task, model, 0.0, seconds=100 * SLOW)
    assert cost.rows > 1
    assert cost.latency_ms < 1000 * SLOW
    assert set(calls) == {1}
