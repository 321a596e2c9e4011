"""Growing samples of large tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import automl
from automl.models import Context
from automl.search.evaluate import TrainingRows
from automl.search.ladder import due_rows, on_sample, sample_sizes, to_grow
from automl.search.trial import Candidate, Trial


def context(rows: int, folds: int = 1, judged: int = 25_000) -> Context:
    return Context("binary", rows, 5, 2, n_folds=folds, n_judged=judged if folds == 1 else 0)


def trial(number: int, loss: float | None, rows: int, **more: Any) -> Trial:
    facts = {"family": "lightgbm", "params": {"a": number}, "fit_seconds": 1.0} | more
    return Trial(f"t{number:04d}", number, facts.pop("family"), facts.pop("params"), "first", "ok", loss=loss,
                 rows=rows, **facts)  # fmt: skip


def test_sizes_grow_from_fifty_thousand_to_all() -> None:
    assert sample_sizes(context(90_000, judged=9_000)) == ()
    assert sample_sizes(context(1_000_000, folds=3)) == ()
    assert sample_sizes(context(150_000)) == (50_000, 125_000)
    assert sample_sizes(context(1_025_000)) == (50_000, 200_000, 1_000_000)
    sizes = sample_sizes(context(1_025_000))
    assert [due_rows(sizes, share) for share in (0, 0.3, 0.4, 0.7, 1.0)] == [
        50_000, 50_000, 200_000, 1_000_000, 1_000_000,
    ]  # fmt: skip
    assert due_rows((), 0.5) is None


def test_the_context_of_a_sample() -> None:
    whole = context(1_025_000)
    part = on_sample(whole, 50_000)
    assert (part.sample, part.learned_rows, part.n_rows) == (50_000, 50_000, 75_000)
    assert on_sample(whole, 1_000_000) == whole
    assert on_sample(whole, None) == whole


def test_the_best_trials_grow_once() -> None:
    known = [
        trial(0, 0.9, 50, family="dummy"), trial(1, 0.5, 50), trial(2, 0.3, 50), trial(3, None, 50),
        trial(4, 0.4, 50, fit_seconds=100.0), trial(5, 0.2, 50),
    ]  # fmt: skip
    asked = [Candidate(6, "lightgbm", {"a": 5}, "grown", 200)]
    grown = to_grow(known, asked, 200, seconds=10.0)
    assert [each.number for each in grown] == [2, 1]  # 5 grows already, 4 would take far too long


def test_a_large_table_is_searched_on_growing_samples(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(125_000, 3)).round(3)
    y = np.where(X[:, 0] + X[:, 1] * X[:, 2] + rng.normal(size=len(X)) > 0, "up", "down")
    frame = pd.DataFrame(X, columns=list("abc")).assign(y=y)
    run = automl.fit(frame, target="y", budget=120, max_trials=5, home=tmp_path, n_jobs=1)
    rows = TrainingRows.load(run.folder.path)
    learned = int((rows.fold < 0).sum())
    assert learned > 100_000
    # What is learned from comes first, so that samples and all rows lie in one piece.
    assert (np.diff((rows.fold >= 0).astype(int)) >= 0).all()
    assert set(rows.y[:2]) == {0, 1}
    trials = list(run.folder.trials())
    assert [each["rows"] for each in trials[:3]] == [50_000] * 3
    assert [each["rows"] for each in trials[3:]] == [learned] * 2
    assert all(each["status"] == "ok" for each in trials)
    best = {each["rows"]: each["loss"] for each in sorted(trials, key=lambda each: -each["loss"])}
    assert best[learned] < best[50_000] + 0.01
    assert run.result is not None
    assert "refitted" not in run.result
