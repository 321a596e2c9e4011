"""What a column says of the target: as the data were made, and as pandas and scipy have it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr
from scipy.stats.contingency import association

from automl.data import Dataset, Schema, read_table
from automl.task import Task
from automl.workbench import relations

ROWS = 4000


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    rng = np.random.default_rng(0)
    x = rng.normal(size=ROWS)
    city = rng.choice(["Köln", "Oslo", "Rome"], ROWS, p=[0.5, 0.3, 0.2])
    frame = pd.DataFrame(
        {
            "x": np.where(np.arange(ROWS) % 10 == 0, np.nan, x),
            "same": np.exp(x),
            "noise": rng.normal(size=ROWS),
            "city": city,
            "town": np.where(rng.random(ROWS) < 0.995, city, "Rome"),
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 9000, ROWS), "h"),
            "many": [f"v{i}" for i in rng.integers(0, 900, ROWS)],
            "buys": np.where(rng.random(ROWS) < 1 / (1 + np.exp(-2 * x)), "yes", "no"),
            "price": 3 * x + rng.normal(size=ROWS),
        }
    )
    table = read_table(frame)
    return Schema.infer(table, kinds={"many": "category"}).coerce(table)


def test_shares_by_bins_are_those_of_the_rows(dataset: Dataset) -> None:
    found = relations.relation(dataset, Task.infer(dataset, "buys"), "x")
    assert found is not None
    assert found.of == "Share of yes"
    assert found.bands[-1].label == "no value"
    assert found.bands[-1].rows == 400
    assert sum(band.rows for band in found.bands) == ROWS
    values = [band.value for band in found.bands[:-1]]
    assert values == sorted(values)
    assert all(band.low < band.value < band.high for band in found.bands)
    total = sum(band.value * band.rows for band in found.bands)
    assert total == pytest.approx((dataset.frame["buys"] == "yes").sum())
    rare = relations.relation(dataset, Task.infer(dataset, "buys"), "x", "no")
    assert rare is not None
    assert rare.overall == pytest.approx(1 - found.overall)


def test_means_by_category_are_those_of_pandas(dataset: Dataset) -> None:
    found = relations.relation(dataset, Task.infer(dataset, "price"), "city")
    assert found is not None
    means = dataset.frame.groupby("city")["price"].mean()
    assert {band.label: band.value for band in found.bands} == pytest.approx(means.to_dict())


def test_strength_is_the_adjusted_share_of_variation_and_nothing_for_noise(dataset: Dataset) -> None:
    names = list(dataset.schema.names)
    price = relations.strengths(dataset, Task.infer(dataset, "price"), names)
    assert 0.7 < price["same"] < 0.9  # R² of the line is 0.9; eight bins keep most of it
    assert price["noise"] < 0.01
    assert price["many"] < 0.02, "900 values say nothing by chance"
    assert "price" not in price
    frame = dataset.frame
    fitted = frame.groupby("city")["price"].transform("mean")
    plain = 1 - ((frame["price"] - fitted) ** 2).sum() / ((frame["price"] - frame["price"].mean()) ** 2).sum()
    assert price["city"] == pytest.approx(max(0.0, 1 - (1 - plain) * (ROWS - 1) / (ROWS - 3)))
    buys = relations.strengths(dataset, Task.infer(dataset, "buys"), names)
    assert 0.2 < buys["same"] < 0.6
    assert buys["noise"] < 0.01


def test_twins_are_found_whatever_their_scale(dataset: Dataset) -> None:
    (name, alike), *rest = relations.twins(dataset, "x")
    both = dataset.frame[["x", "same"]].dropna()
    assert (name, rest) == ("price", []) or name == "same"
    found = dict(relations.twins(dataset, "x"))
    assert found["same"] == pytest.approx(spearmanr(both["x"], both["same"]).statistic, abs=1e-3)
    ((town, v),) = relations.twins(dataset, "city")
    table = pd.crosstab(dataset.frame["city"], dataset.frame["town"])
    assert town == "town"
    assert v == pytest.approx(association(table.to_numpy(), method="cramer"), abs=2e-3)
    assert relations.twins(dataset, "noise") == []
    assert alike


def test_dates_go_by_time_and_text_says_nothing(dataset: Dataset) -> None:
    found = relations.relation(dataset, Task.infer(dataset, "price"), "day")
    assert found is not None
    assert found.bands[0].label.startswith("2024-01-01 to 2024-")
    table = read_table(pd.DataFrame({"t": [f"one two three four {i}" for i in range(60)], "y": [0, 1] * 30}))
    texts = Schema.infer(table, kinds={"t": "text"}).coerce(table)
    assert relations.relation(texts, Task.infer(texts, "y"), "t") is None


def test_a_column_without_values_is_one_band() -> None:
    frame = pd.DataFrame({"x": [np.nan] * 50 + [1.0, 2.0, 3.0], "y": [1, 2] * 25 + [None] * 3})
    table = read_table(frame)
    dataset = Schema.infer(table, kinds={"y": "number"}).coerce(table)
    found = relations.relation(dataset, Task.infer(dataset, "y", task="regression"), "x")
    assert found is not None
    assert [band.label for band in found.bands] == ["no value"]
    assert found.strength == 0
