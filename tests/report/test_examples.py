"""The rows that a report shows: each for a reason that is true of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl.report import Evidence
from automl.report.examples import examples
from automl.task import Task
from explain import Explanation
from explain.reference import Reference

N = 40


def explanation(prediction: np.ndarray, classes: tuple[str, ...] | None) -> Explanation:
    """An explanation in which one column takes all there is to explain."""
    base = prediction.mean(axis=0)
    values = np.stack([prediction - base, np.zeros_like(prediction)], axis=1)
    data = pd.DataFrame({"a": np.arange(len(prediction), dtype=float), "b": 0.0})
    return Explanation(
        values=values, base=base, prediction=prediction, data=data, columns=("a", "b"), classes=classes,
        scale="target" if classes is None else "probability", method="made", exact=True, stderr=None,
        additivity_error=0.0, reference=(Reference.of(data["a"]), Reference.of(data["b"])),
        background_rows=len(data), background_hash="", model_hash="", seed=0, milliseconds=0.0,
    )  # fmt: skip


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_classes(rng: np.random.Generator) -> None:
    task = Task("multiclass", "t", ("x", "y", "z"), "log_loss")
    probability = rng.dirichlet([0.6] * 3, N)
    honest = 0.8 * probability + 0.2 * rng.dirichlet([1.0] * 3, N)
    truth = np.array([rng.choice(3, p=row) for row in honest], dtype=float)
    honest[0], truth[1] = np.nan, np.nan  # not known of every row
    evidence = Evidence(tuple(range(100, 100 + N)), truth, honest)
    chosen = examples(task, explanation(probability, ("x", "y", "z")), evidence)
    assert 4 <= len(chosen) <= 6
    assert len({example.position for example in chosen}) == len(chosen)
    right = honest.argmax(axis=1) == truth
    for example in chosen:
        i = example.position
        if "wrong:" in example.why.lower():
            assert not right[i]
            assert f"“{'xyz'[int(truth[i])]}”" in example.why
        elif "and right" in example.why:
            assert right[i]
    least = next(example.position for example in chosen if "least certain" in example.why.lower())
    ranked = np.sort(probability, axis=1)
    known = np.isfinite(truth) & np.isfinite(honest).all(axis=1)
    assert least == np.flatnonzero(known)[(ranked[known, -1] - ranked[known, -2]).argmin()]
    assert any("wrong:" in example.why.lower() for example in chosen)


def test_values(rng: np.random.Generator) -> None:
    task = Task("regression", "t", None, "rmse")
    prediction = rng.normal(size=(N, 1))
    truth = prediction[:, 0] + rng.normal(size=N)
    evidence = Evidence(tuple(range(N)), truth, prediction + 0.01)
    chosen = examples(task, explanation(prediction, None), evidence)

    def row(why: str) -> int:
        return next(example.position for example in chosen if why in example.why.lower())

    error = prediction[:, 0] - truth
    assert row("most overestimated") == error.argmax()
    assert row("most underestimated") == error.argmin()
    assert (row("highest"), row("lowest")) == (prediction.argmax(), prediction.argmin())
    assert abs(prediction[row("typical"), 0] - np.median(prediction)) < 0.2
    assert len({example.position for example in chosen}) == len(chosen)


def test_without_the_truth(rng: np.random.Generator) -> None:
    task = Task("binary", "t", ("no", "yes"), "roc_auc")
    positive = rng.uniform(size=N)
    told = explanation(np.column_stack([1 - positive, positive]), ("no", "yes"))
    unknown = Evidence(tuple(range(N)), np.full(N, np.nan), np.full((N, 2), np.nan))
    for evidence in (None, unknown):
        whys = {example.why.lower(): example.position for example in examples(task, told, evidence)}
        least = next(position for why, position in whys.items() if "least certain" in why)
        assert least == np.abs(positive - 0.5).argmin()
        assert not any("right" in why or "wrong" in why for why in whys)
