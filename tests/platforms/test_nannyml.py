"""Performance without labels beside NannyML: equal from probabilities, as near to the truth from losses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from automl.data import Schema
from automl.metrics import METRICS
from automl.monitoring.estimate import Estimated, Gathered, make_estimator
from automl.task import Task

from ..monitoring.estimate.worlds import PAIR, Labelled, Measured, several
from .probing import run_probe

pytestmark = pytest.mark.platform

CALLED = ("the sealed holdout", "rows predicted out of fold")
Theirs = Callable[[str, pd.DataFrame, pd.DataFrame], dict[str, Any]]


@pytest.fixture
def theirs(environment: Callable[[str], Path], tmp_path: Path) -> Theirs:
    """Return a function: kind, rows with labels, rows without → what NannyML says."""

    def ask(kind: str, known: pd.DataFrame, new: pd.DataFrame) -> dict[str, Any]:
        folder, one, other = tmp_path / kind, tmp_path / "known.csv", tmp_path / "new.csv"
        known.to_csv(one, index=False)
        new.to_csv(other, index=False)
        told = run_probe(
            environment("nannyml"), "nannyml_estimates", folder, one, other, NML_DISABLE_USAGE_LOGGING="1"
        )
        assert told["version"] == "0.13.1"
        return told

    return ask


def ours(kind: str, truth: np.ndarray, told: np.ndarray, new: np.ndarray) -> tuple[Estimated, bool]:
    """What is estimated here of new rows, and whether probabilities were calibrated for it."""
    labels = tuple(str(code) for code in range(told.shape[1]))
    task = Task(kind, "y", labels, "roc_auc")  # type: ignore[arg-type]
    made = make_estimator(
        task, Schema(()), pd.DataFrame(index=range(len(truth))), truth.astype(float), told,
        told.argmax(axis=1), np.zeros(len(truth), dtype=bool), CALLED,
    )  # fmt: skip
    assert made is not None
    rows = Gathered(made, task, Schema(()))
    rows.add(pd.DataFrame(index=range(len(new))), new, new.argmax(axis=1))
    found = rows.estimated({})
    assert found is not None
    return found, made.is_calibrated


def table(told: np.ndarray, truth: np.ndarray | None = None) -> pd.DataFrame:
    frame = pd.DataFrame({f"p_{code}": told[:, code] for code in range(told.shape[1])})
    frame["label"] = told.argmax(axis=1)
    return frame if truth is None else frame.assign(y=truth)


@pytest.mark.parametrize("bend", [1.0, 2.0], ids=["calibrated", "too sure"])
@pytest.mark.parametrize("kind", ["binary", "multiclass"])
def test_from_probabilities_the_same(kind: str, bend: float, theirs: Theirs) -> None:
    rng = np.random.default_rng(11)
    if kind == "binary":
        truth, told = Labelled(bend=bend).rows(rng, 3000, new=False)
        came, new = Labelled(bend=bend, shift=0.4).rows(rng, 1500, new=True)
    else:
        truth, told = several(rng, 3000, bend=bend)
        came, new = several(rng, 1500, bend=bend)
    found, calibrated = ours(kind, truth, told, new)
    said = theirs(kind, table(told, truth), table(new))
    assert calibrated == said.get("calibrated", calibrated)
    estimates = {each.metric: each.estimated for each in found.metrics}
    gaps = {name: abs(estimates[name] - value) for name, value in said["estimates"].items()}
    decided = new.argmax(axis=1)
    true = {n: METRICS[n].score(came, decided if METRICS[n].needs == "label" else new) for n in gaps}
    print(f"\n{kind}, bend {bend}: theirs {said['estimates']}, ours {estimates}, true {true}")  # noqa: T201
    assert max(gaps.values()) < 1e-4, gaps
    assert all(abs(estimates[name] - true[name]) < 0.04 for name in true)


@pytest.mark.parametrize("world", [Measured(), Measured(slope=0.8, shift=0.7)], ids=["alike", "moved"])
def test_from_losses_as_near_to_the_truth(world: Measured, theirs: Theirs) -> None:
    rng = np.random.default_rng(12)
    truth, told, frame = world.rows(rng, 4000, new=False)
    came, new, columns = world.rows(rng, 4000, new=True)
    task = Task("regression", "y", None, "mae")
    made = make_estimator(
        task, PAIR, frame, truth, told.reshape(-1, 1), None, np.zeros(4000, dtype=bool), CALLED
    )
    assert made is not None
    rows = Gathered(made, task, PAIR)
    rows.add(columns, new, None)
    found = rows.estimated({})
    assert found is not None
    said = theirs("regression", frame.assign(prediction=told, y=truth), columns.assign(prediction=new))
    estimates = {each.metric: each.estimated for each in found.metrics}
    true = {name: METRICS[name].score(came, new) for name in said["estimates"]}
    print(f"\n{world}: theirs {said['estimates']}, ours {estimates}, true {true}")  # noqa: T201
    for name in ("mae", "rmse"):
        assert estimates[name] == pytest.approx(true[name], rel=0.08)
        off, their_off = (abs(each[name] / true[name] - 1) for each in (estimates, said["estimates"]))
        assert off <= their_off + 0.03, name
