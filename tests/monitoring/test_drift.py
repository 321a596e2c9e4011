"""Drift of whole tables: false alarms at their level, power against stated shifts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from automl.data import Column, Kind, Schema
from automl.monitoring import Reference, make_reference
from automl.monitoring.counts import count, count_numbers
from automl.monitoring.drift import ColumnDrift, drift_of, ranked
from automl.monitoring.rules import ALARMS
from automl.task import Task

COLUMNS = 50
TASK = Task("regression", "y", None, "rmse")
LABELS = tuple("abcdefghijkl")


def schema() -> Schema:
    def column(i: int) -> Column:
        if i % 5 == 4:
            return Column(f"c{i}", Kind.CATEGORY, True, "", categories=LABELS)
        return Column(f"c{i}", Kind.NUMBER, True, "")

    return Schema(tuple(column(i) for i in range(COLUMNS)))


def table(rng: np.random.Generator, rows: int, *, shift: float = 0.0) -> pd.DataFrame:
    """Fifty columns: continuous, whole, flags, half empty, labels; only the first one can be shifted."""
    shares = np.arange(len(LABELS), 0, -1.0) ** 2
    columns = {}
    for i in range(COLUMNS):
        kind = i % 5
        if kind == 0:
            columns[f"c{i}"] = rng.normal(shift if i == 0 else 0.0, 1, rows)
        elif kind == 1:
            columns[f"c{i}"] = rng.poisson(3, rows).astype(float)
        elif kind == 2:
            columns[f"c{i}"] = (rng.random(rows) < 0.2).astype(float)
        elif kind == 3:
            columns[f"c{i}"] = np.where(rng.random(rows) < 0.5, np.nan, rng.exponential(size=rows))
        else:
            columns[f"c{i}"] = pd.Series(rng.choice(LABELS, rows, p=shares / shares.sum()), dtype="str")
    return pd.DataFrame(columns)


def compared(reference: Reference, frame: pd.DataFrame, predictions: np.ndarray) -> list[ColumnDrift]:
    known = schema()
    columns = [count(p.grid, known[p.name], frame[p.name]) for p in reference.columns]
    outputs = [count_numbers(reference.outputs[0].grid, predictions)]
    found, out, _ = drift_of(reference, known, columns, outputs)
    return [*found, *out]


@pytest.mark.parametrize(("before", "rows"), [(800, 100), pytest.param(800, 800, marks=pytest.mark.slow)])
def test_where_nothing_drifts_hardly_any_table_is_called_drifted(before: int, rows: int) -> None:
    rng = np.random.default_rng(rows)
    sure, called = 0, 0
    tables = 40
    for _ in range(tables):
        reference = make_reference(
            table(rng, before), schema(), TASK, rng.normal(size=before), predicted="rows"
        )
        found = compared(reference, table(rng, rows), rng.normal(size=rows))
        sure += any(each.is_sure for each in found)
        called += any(each.level != "fine" for each in found)
    # Two standard errors above the level; an alarm needs an effect size beside.
    assert sure / tables <= ALARMS + 2 * np.sqrt(ALARMS * (1 - ALARMS) / tables)
    assert called <= sure


def test_a_shift_of_half_a_standard_deviation_is_found_among_fifty_columns() -> None:
    rng = np.random.default_rng(7)
    found = []
    for _ in range(20):
        reference = make_reference(table(rng, 1500), schema(), TASK, rng.normal(size=1500), predicted="rows")
        columns = compared(reference, table(rng, 500, shift=0.5), rng.normal(size=500))
        found.append([each.column for each in columns if each.level != "fine"])
    assert np.mean(["c0" in each for each in found]) >= 0.95
    assert np.mean([len(each) > 1 for each in found]) <= 0.1


def test_a_tiny_shift_is_sure_in_many_rows_and_still_not_worth_a_word() -> None:
    rng = np.random.default_rng(1)
    reference = make_reference(table(rng, 40_000), schema(), TASK, rng.normal(size=40_000), predicted="rows")
    first = compared(reference, table(rng, 40_000, shift=0.08), rng.normal(size=40_000))[0]
    assert first.is_sure
    assert not first.has_moved
    assert first.level == "fine"


def test_missing_values_have_a_test_of_their_own() -> None:
    rng = np.random.default_rng(1)
    reference = make_reference(table(rng, 2000), schema(), TASK, rng.normal(size=2000), predicted="rows")
    frame = table(rng, 1000)
    frame.loc[frame.index[:300], "c0"] = np.nan
    first = compared(reference, frame, rng.normal(size=1000))[0]
    assert first.misses_more
    assert not first.has_moved
    assert first.missing == (0.0, 0.3)
    assert first.level == "look"


def test_predictions_that_have_moved_far_call_for_action() -> None:
    rng = np.random.default_rng(1)
    reference = make_reference(table(rng, 2000), schema(), TASK, rng.normal(size=2000), predicted="rows")
    levels = [
        compared(reference, table(rng, 2000), rng.normal(shift, 1, 2000))[-1].level
        for shift in (0.0, 0.4, 1.0)
    ]
    assert levels == ["fine", "look", "act"]


def test_later_dates_are_told_and_expected() -> None:
    stamps = pd.date_range("2024-01-01", periods=500, freq="h").to_series().reset_index(drop=True)
    dates = Schema((Column("day", Kind.DATETIME, False, "", date_format="ISO8601"),))
    frame = pd.DataFrame({"day": stamps.astype("datetime64[us]")})
    reference = make_reference(frame, dates, TASK, np.arange(500.0), predicted="rows")
    outputs = [count_numbers(reference.outputs[0].grid, np.arange(500.0))]
    found = {}
    for days in (400, -400):
        moved = (frame["day"] + pd.Timedelta(days=days)).astype("datetime64[us]")
        counts = [count(reference.columns[0].grid, dates["day"], moved)]
        (found[days],), _, _ = drift_of(reference, dates, counts, outputs)
    assert found[400].has_moved
    assert (found[400].expected, found[400].level) == (True, "fine")
    assert found[400].distance == pytest.approx(400, rel=0.02), "in days"
    assert (found[-400].expected, found[-400].level) == (False, "look")


def test_columns_are_ranked_by_effect_before_size() -> None:
    rng = np.random.default_rng(1)
    reference = make_reference(table(rng, 300), schema(), TASK, rng.normal(size=300), predicted="rows")
    columns = compared(reference, table(rng, 300), rng.normal(size=300))[:3]
    sized = [replace(each, moved=0.1 * i, chance=0.0) for i, each in enumerate(columns, 1)]
    assert [each.column for each in ranked(sized, {"c0": -0.2, "c1": 0.05})] == ["c0", "c1", "c2"]
    assert [each.column for each in ranked(sized, {})] == ["c2", "c1", "c0"]


def grouped(rng: np.random.Generator, groups: int, each: int) -> tuple[pd.DataFrame, np.ndarray]:
    """A table in which rows of a group share their labels, and half of the variance of numbers."""
    code = np.repeat(np.arange(groups), each)
    own = table(rng, groups * each)
    shared = table(rng, groups).iloc[code].reset_index(drop=True)
    for name in own.columns:
        if pd.api.types.is_numeric_dtype(own[name]):
            own[name] = (own[name] + shared[name]) / np.sqrt(2)
        else:
            own[name] = shared[name]
    return own, code


def test_rows_that_belong_together_alarm_no_more_often_than_strangers() -> None:
    rng = np.random.default_rng(11)
    sure = {True: 0, False: 0}
    tables = 16
    for _ in range(tables):
        (old, code), (new, _) = grouped(rng, 80, 10), grouped(rng, 60, 10)
        for known in sure:
            reference = make_reference(
                old, schema(), TASK, rng.normal(size=len(old)), predicted="rows",
                groups=code if known else None,
            )  # fmt: skip
            found = compared(reference, new, rng.normal(size=len(new)))
            sure[known] += any(each.is_sure for each in found)
    assert sure[True] / tables <= ALARMS + 2 * np.sqrt(ALARMS * (1 - ALARMS) / tables)
    assert sure[False] > tables / 2


def test_a_large_shift_is_found_among_rows_that_belong_together() -> None:
    rng = np.random.default_rng(12)
    (old, code), (new, _) = grouped(rng, 200, 10), grouped(rng, 200, 10)
    reference = make_reference(
        old, schema(), TASK, rng.normal(size=len(old)), predicted="rows", groups=code, predicted_groups=code
    )
    found = compared(reference, new.assign(c0=new["c0"] + 1.0), rng.normal(size=len(new)))
    assert [each.column for each in found if each.level != "fine"] == ["c0"]
    assert reference.columns[0].alike > 3
