"""Counts: exact at their cuts, the sum of their parts, small, and the same each time."""

from __future__ import annotations

import json
from functools import reduce
from operator import add
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from automl.data import Kind, Schema, read_table
from automl.monitoring import Reference, make_reference
from automl.monitoring.counts import as_numbers, count, count_numbers, grid_of, number_grid
from automl.task import Task

from ..customers import customers, dataset_of


@pytest.mark.parametrize(
    "numbers",
    [
        np.random.default_rng(0).normal(size=5000),
        np.random.default_rng(0).integers(0, 6, 5000).astype(float),
        np.random.default_rng(0).integers(0, 90, 5000).astype(float),
        np.append(np.zeros(4990), np.arange(1.0, 11.0) * 1e6),
        np.append(np.zeros(4000), np.random.default_rng(0).normal(size=1000)),
        np.random.default_rng(0).normal(1e12, 1, 5000),
        np.array([3.0]),
    ],
    ids=["normal", "few", "many", "outliers", "spike", "far", "one"],
)
def test_the_distribution_is_known_exactly_at_each_cut(numbers: np.ndarray) -> None:
    grid = number_grid("x", "number", numbers, cuts=100)
    counts = count_numbers(grid, numbers)
    assert list(grid.cuts) == sorted(set(grid.cuts))
    assert sum(counts.cells) == counts.present == len(numbers)
    exact = [(numbers <= cut).mean() for cut in grid.cuts]
    np.testing.assert_allclose(counts.cumulated(), exact, atol=1e-12)
    assert len(grid.cuts) <= 125
    assert len(grid.bars) == 0 or set(grid.bars[1:-1]) <= set(grid.cuts)


def test_counts_of_pieces_add_up_to_those_of_the_whole() -> None:
    dataset = dataset_of(customers(1000))
    for column in dataset.schema:
        values = dataset.frame[column.name]
        grid = grid_of(column, values, cuts=50, levels=10)
        whole = count(grid, column, values)
        parts = reduce(add, (count(grid, column, values.iloc[at : at + 170]) for at in range(0, 1000, 170)))
        assert parts.cells == whole.cells
        assert parts.words == whole.words
        assert (parts.rows, parts.missing) == (whole.rows, whole.missing)
        assert (parts.minimum, parts.maximum) == (whole.minimum, whole.maximum)
        assert parts.total == pytest.approx(whole.total)


def test_labels_that_the_schema_does_not_know_have_a_cell_of_their_own() -> None:
    dataset = dataset_of(customers(500))
    column = dataset.schema["plan"]
    grid = grid_of(column, dataset.frame["plan"], cuts=50, levels=2)
    new = pd.Series(["basic", "pro", "gold", "gold", np.nan], dtype=dataset.frame["plan"].dtype)
    cells = count(grid, column, new).cells
    assert cells[2:] == (1, 2)  # the third known label is among the others
    assert sum(cells) == 4


def test_texts_give_one_word_each() -> None:
    dataset = dataset_of(customers(300))
    column = dataset.schema["note"]
    assert column.kind == Kind.TEXT
    counted = count(grid_of(column, dataset.frame["note"], cuts=50, levels=5), column, dataset.frame["note"])
    assert sum(counted.words) == 300


def test_dates_are_seconds() -> None:
    dataset = dataset_of(customers(50))
    numbers = as_numbers(dataset.schema["joined"], dataset.frame["joined"])
    assert pd.to_datetime(numbers, unit="s").tolist() == dataset.frame["joined"].tolist()


def test_a_reference_is_the_same_each_time_and_comes_back_from_json() -> None:
    dataset = dataset_of(customers(800))
    task = Task("binary", "left", ("no", "yes"), "roc_auc")
    chances = np.random.default_rng(0).random(800)
    prediction = np.column_stack([1 - chances, chances])

    def made() -> Reference:
        return make_reference(dataset.frame, dataset.schema, task, prediction, predicted="some rows")

    text = json.dumps(made().to_json(), allow_nan=False)
    assert text == json.dumps(made().to_json())
    assert Reference.from_json(json.loads(text)) == made()


@pytest.mark.parametrize("table", ["ames.csv", "telco_churn.csv", "sms_spam.csv"])
def test_a_reference_is_small_and_holds_no_row(sample_data: Path, table: str) -> None:
    raw = read_table(sample_data / table)
    schema = Schema.infer(raw)
    frame = schema.coerce(raw).frame
    task = Task("regression", "y", None, "rmse")
    reference = make_reference(frame, schema, task, np.arange(len(frame)) ** 1.5, predicted="rows")
    text = json.dumps(reference.to_json(), ensure_ascii=False)
    assert len(text.encode()) < 200_000
    for column in schema.of_kind(Kind.TEXT, Kind.IDENTIFIER):
        assert not any(value in text for value in frame[column].dropna().head(50) if len(value) > 12)


def test_many_columns_share_the_space() -> None:
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(400, 300))).rename(columns="c{}".format)
    schema = Schema.infer(read_table(frame))
    task = Task("regression", "y", None, "rmse")
    reference = make_reference(frame, schema, task, np.arange(400.0), predicted="rows")
    assert len(json.dumps(reference.to_json())) < 400_000
