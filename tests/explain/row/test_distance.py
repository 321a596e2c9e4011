"""The mixed distance, what is usual, and what was never seen."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from explain import InputError
from explain.row.distance import Distance
from explain.row.plausible import Plausibility
from explain.row.rows import as_row, edited
from explain.row.seen import Flag


def test_an_ordinary_difference_is_one():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "x": rng.normal(0, 1000, 2000),
            "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, 2000), unit="D"),
        }
    )
    distance = Distance.of(frame)
    places = distance.places(frame)
    some = np.arange(0, 2000, 40)
    parts = [distance.by_column(places.take([i]), places)[:, some].mean(axis=1) for i in some]
    np.testing.assert_allclose(np.mean(parts, axis=0), 1.0, atol=0.1)


def test_distances_obey_the_triangle_and_find_the_row_itself(table):
    distance = Distance.of(table)
    places = distance.places(table)
    apart = distance.between(places, places).astype(float)
    assert (np.diagonal(apart) == 0).all()
    np.testing.assert_allclose(apart, apart.T)
    through = (apart[:60, :60, None] + apart[None, :60, :60]).min(axis=1)
    assert (apart[:60, :60] <= through + 1e-4).all()
    parts = distance.by_column(places.take([7]), places)
    np.testing.assert_allclose(parts.sum(axis=0), apart[7], rtol=1e-5)
    far, where = distance.nearest(places.take(np.arange(9)), places, 3, without=np.arange(9))
    ordered = np.sort(apart[:9] + np.where(np.eye(9, len(table)) > 0, np.inf, 0), axis=1)
    np.testing.assert_allclose(far, ordered[:, :3])
    assert (where != np.arange(9)[:, None]).all()


def test_missing_unseen_and_infinite_values_have_a_place():
    frame = pd.DataFrame({"x": [1.0, 2.0, np.nan, 4.0], "c": ["a", "b", None, "a"]}).astype({"c": "str"})
    distance = Distance.of(frame)
    places = distance.places(frame)
    odd = distance.places(pd.DataFrame({"x": [np.nan, np.inf], "c": [None, "z"]}).astype({"c": "str"}))
    apart = distance.between(odd, places)
    assert apart[0, 2] == 0
    assert apart[0, 1] == pytest.approx(2.0)  # the median, but missing; another label
    assert np.isfinite(apart).all()
    assert distance.between(odd.take([1]), odd.take([1]))[0, 0] == 1  # a label never seen is like none


@pytest.fixture(scope="module")
def seen():
    rng = np.random.default_rng(0)
    n = 2000
    sex = rng.choice(["female", "male"], n)
    frame = pd.DataFrame(
        {
            "sex": pd.Series(sex, dtype="str"),
            "role": pd.Series(
                np.where(rng.random(n) < 0.5, np.where(sex == "male", "husband", "wife"), "single"),
                dtype="str",
            ),
            "age": rng.integers(18, 80, n),
            "income": rng.normal(30_000, 5_000, n),
            "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, n), unit="D"),
            "noise": pd.Series(rng.choice(["p", "q", "r"], n), dtype="str"),
        }
    )
    return frame, Plausibility(frame)


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"age": 95}, "out_of_range", "age = 95 is above the highest of all training rows, 79."),
        ({"age": 40.5}, "not_whole", "whole number"),
        ({"age": None}, "never_missing", "age is missing"),
        ({"noise": "z"}, "unseen_value", "noise = z is in no training row."),
        ({"since": "2031-01-01"}, "out_of_range", "since = 2031-01-01 is after the latest"),
        ({"sex": "male", "role": "wife"}, "never_together", "sex: male with role: wife"),
    ],
)
def test_what_was_never_seen_is_flagged(seen, change, code, words):
    frame, plausibility = seen
    row = edited(frame.iloc[[0]], change, frame)
    flags = plausibility.flags(row, list(change))
    assert code in [flag.code for flag in flags]
    assert any(words in flag.message for flag in flags)
    assert [Flag.from_json(flag.to_json()) for flag in flags] == flags


def test_training_rows_are_hardly_flagged(seen):
    frame, plausibility = seen
    flagged = [bool(plausibility.flags(frame.iloc[[i]])) for i in range(0, 2000, 40)]
    assert np.mean(flagged) <= 0.02


def test_unrelated_values_are_seldom_called_impossible():
    rng = np.random.default_rng(1)
    alarms = 0
    for _ in range(8):
        frame = pd.DataFrame({f"c{j}": rng.integers(0, 40, 800).astype(str) for j in range(8)})
        pairs = Plausibility(frame).pairs
        alarms += int(pairs._never.sum()) // 2
    # 8 tables of 28 pairs of columns, with up to 24 by 24 pairs of values: none is expected often enough
    assert alarms == 0


def test_a_combination_far_from_all_rows_is_flagged(seen):
    frame, plausibility = seen
    near, far = frame.iloc[[5]], edited(frame.iloc[[5]], {"income": 90_000, "age": 79}, frame)
    assert "far_from_all" not in [flag.code for flag in plausibility.flags(near)]
    assert "far_from_all" in [flag.code for flag in plausibility.flags(far)]


def test_rows_are_read_as_the_training_rows_are(seen):
    frame, _ = seen
    given = {"sex": "male", "role": "single", "age": "44", "income": 1, "since": "2020-03-04", "noise": None}
    row = as_row(given, frame)
    assert list(row.dtypes) == list(frame.dtypes)
    assert row.since[0] == pd.Timestamp("2020-03-04")
    assert row.noise.isna()[0]
    pd.testing.assert_frame_equal(as_row(frame.iloc[3], frame), frame.iloc[[3]].reset_index(drop=True))
    with pytest.raises(InputError, match=r"Expected a number for age, found 'old'"):
        as_row({**given, "age": "old"}, frame)
    with pytest.raises(InputError, match="missing: noise"):
        as_row({k: v for k, v in given.items() if k != "noise"}, frame)
    with pytest.raises(InputError, match="found also: shoe"):
        edited(row, {"shoe": 1}, frame)
    with pytest.raises(InputError, match="Expected a date"):
        edited(row, {"since": "soon"}, frame)
