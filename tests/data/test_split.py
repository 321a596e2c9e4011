"""Holdout and folds: disjoint, complete, alike, repeatable."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automl.data import Split, split
from automl.errors import DataError, SettingError


def classes(*sizes: int) -> np.ndarray:
    return np.random.default_rng(0).permutation(np.repeat(np.arange(len(sizes)), sizes))


@pytest.mark.parametrize(
    ("rows", "holdout", "folds"),
    [(100, 0, 8), (1_000, 0, 8), (1_001, 0, 5), (1_999, 0, 5), (2_000, 400, 5), (12_500, 2_500, 5),
     (20_000, 2_500, 5), (22_501, 2_500, 3), (102_500, 2_500, 3), (102_501, 2_500, 1)],
)  # fmt: skip
@pytest.mark.parametrize("task", ["binary", "regression"])
def test_sizes(rows: int, holdout: int, folds: int, task: str) -> None:
    y = (
        np.random.default_rng(1).normal(size=rows)
        if task == "regression"
        else classes(rows // 3, rows - rows // 3)
    )
    parts = split(y, task, seed=0)
    assert len(parts.holdout) == pytest.approx(holdout, abs=1)
    assert parts.n_folds == folds
    assert len(parts.train) + len(parts.holdout) == rows


def test_one_fold_is_a_tenth_and_capped() -> None:
    parts = split(classes(60_000, 60_000), "binary", seed=0)
    assert (parts.fold == 0).sum() == pytest.approx(11_750, abs=2)
    assert (parts.fold == -1).sum() == len(parts.train) - (parts.fold == 0).sum()
    large = split(np.zeros(400_000, dtype=int) + (np.arange(400_000) % 2), "binary", seed=0)
    assert (large.fold == 0).sum() == 25_000


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    st.lists(st.integers(1, 60), min_size=2, max_size=6).filter(
        lambda sizes: sum(sizes) >= 6 and max(sizes) >= 2
    ),
    st.integers(0, 5),
    st.booleans(),
)
def test_partition_and_strata(sizes: list[int], seed: int, holdout: bool) -> None:
    y = classes(*sizes)
    parts = split(y, "multiclass", seed=seed, holdout=holdout)
    assert sorted([*parts.holdout, *parts.train]) == list(range(len(y)))
    assert (np.diff(parts.train) > 0).all()
    for label, size in enumerate(sizes):
        of_label = y[parts.train] == label
        assert of_label.any()  # every class is learned from
        if size == 1:
            assert (parts.fold[of_label] == -1).all()
    for number in range(parts.n_folds):
        fit, judged = parts.fit_rows(number), parts.validation_rows(number)
        assert len(judged)
        assert not set(fit) & set(judged)
        assert len(fit) + len(judged) == len(parts.train)
        assert set(y[judged]) <= set(y[fit])  # nothing is judged that was never learned
    if parts.n_folds > 1:
        counts = np.bincount(parts.fold[parts.fold >= 0], minlength=parts.n_folds)
        assert counts.max() - counts.min() <= 1


def test_classes_keep_their_shares() -> None:
    y = classes(8_000, 1_500, 500)
    parts = split(y, "multiclass", seed=3)
    for rows in (parts.holdout, *(parts.validation_rows(k) for k in range(parts.n_folds))):
        shares = np.bincount(y[rows], minlength=3) / len(rows)
        np.testing.assert_allclose(shares, [0.8, 0.15, 0.05], atol=0.002)


def test_regression_folds_see_the_same_range() -> None:
    y = np.random.default_rng(0).lognormal(0, 2, 3_000)
    parts = split(y, "regression", seed=0)
    medians = [np.median(y[parts.validation_rows(k)]) for k in range(parts.n_folds)]
    # Drawn at random the medians of 480 such values spread by about 11 %.
    assert max(medians) / min(medians) < 1.1


def test_regression_with_many_ties() -> None:
    y = np.concatenate([np.zeros(900), np.arange(1, 101)])
    parts = split(y, "regression", seed=0)
    shares = [(y[parts.validation_rows(k)] > 0).mean() for k in range(parts.n_folds)]
    assert max(shares) - min(shares) < 0.02


def test_the_seed_decides() -> None:
    y = classes(3_000, 1_000)
    first, again, other = split(y, "binary", seed=1), split(y, "binary", seed=1), split(y, "binary", seed=2)
    np.testing.assert_array_equal(first.holdout, again.holdout)
    np.testing.assert_array_equal(first.fold, again.fold)
    assert not np.array_equal(first.holdout, other.holdout)


def test_settings() -> None:
    y = classes(3_000, 1_000)
    assert len(split(y, "binary", seed=0, holdout=False).holdout) == 0
    assert split(y, "binary", seed=0, n_folds=3).n_folds == 3
    assert len(split(y[:100], "binary", seed=0, holdout=True).holdout) == 20
    assert split(y[:6], "binary", seed=0, n_folds=50).n_folds == 3


@pytest.mark.parametrize(
    ("y", "task", "error"),
    [
        ([0, 1, 0], "binary", DataError),
        ([0, 1, 2, 3], "multiclass", DataError),
        ([1.0, np.nan, 2.0, 3.0], "regression", DataError),
        ([0, 1, 0, 1], "ranking", SettingError),
        ([[0, 1], [1, 0]], "binary", SettingError),
    ],
)
def test_impossible(y: list[float], task: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        split(np.array(y), task, seed=0)


def test_file_round_trip() -> None:
    parts = split(classes(3_000, 1_000), "binary", seed=0)
    buffer = io.BytesIO()
    np.savez(buffer, **parts.to_arrays())
    buffer.seek(0)
    with np.load(buffer, allow_pickle=False) as arrays:
        again = Split.from_arrays(arrays)
    for name in ("holdout", "train", "fold"):
        np.testing.assert_array_equal(getattr(again, name), getattr(parts, name))
    assert again.fold.dtype == np.int8
    assert again.n_folds == parts.n_folds
