"""Runs in which rows count differently: the weighted population is what is learned, scored and promised."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import automl
from automl.cli import main
from automl.conformal import Conformal
from automl.data import Schema, read_table
from automl.errors import SettingError
from automl.metrics import METRICS
from automl.models import Context
from automl.run import Run, create_run
from automl.search.evaluate import TrainingRows
from automl.search.leakage.bench import right, skill
from automl.search.prepare import load_split
from automl.search.weigh import effective_rows, load_weights, read_weights
from automl.store import weights_words

LIGHT = np.array([0.1, 0.25, 0.37])


def population(rows: int, *, seed: int, sampled: bool) -> pd.DataFrame:
    """Two kinds of opposite trend, equally frequent; a sample has five of one for each of the other.

    The weights of a sample make up for that, up to a factor.
    """
    rng = np.random.default_rng(seed)
    rare = rng.random(rows) < (1 / 6 if sampled else 1 / 2)
    x = rng.normal(size=rows)
    kind = np.where(rare, "rare", "often")
    y = np.where(rare, -x, 3 * x) + np.where(rare, 2.0, 0.3) * rng.normal(size=rows)
    noisy = np.where(rng.random(rows) < 0.9, kind, "often")  # the kind is not always known
    weight = np.where(rare, 5.0, 1.0) if sampled else np.ones(rows)
    return pd.DataFrame({"x": x, "kind": noisy, "other": rng.normal(size=rows), "w": weight, "y": y})


def fitted(table: pd.DataFrame, home: Path, **more: Any) -> Run:
    return automl.fit(table, "y", budget=600, max_trials=2, n_jobs=1, home=home, weights="w", **more)


@pytest.fixture(scope="module")
def weighted(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run with a holdout, in whose table some rows weigh nothing and some have no target."""
    table = population(2_300, seed=0, sampled=True)
    table.loc[:99, "w"] = 0.0
    table.loc[100:119, ["w", "y"]] = np.nan  # without a target, no weight is missed
    return fitted(table, tmp_path_factory.mktemp("weighted"))


def test_what_is_kept_of_the_weights(weighted: Run) -> None:
    folder = weighted.folder
    weights, parts = load_weights(folder.path), load_split(folder)
    assert weights is not None
    assert len(weights) == 2_300 - 120 == len(parts.train) + len(parts.holdout)
    assert weights.mean() == pytest.approx(1)
    raw = pd.read_parquet(folder.path / "data.parquet")["w"].to_numpy()
    np.testing.assert_allclose(weights / weights.max(), raw / raw.max(), rtol=1e-7)
    rows = TrainingRows.load(folder.path)
    np.testing.assert_array_equal(rows.sample_weight, weights[parts.train])
    again = TrainingRows.load(folder.path / "final")
    order = np.concatenate([parts.train, parts.holdout])
    np.testing.assert_array_equal(again.sample_weight, weights[order])
    target = pd.read_parquet(folder.path / "data.parquet")["y"].to_numpy()
    np.testing.assert_array_equal(again.y, target[order])
    found = {finding["code"]: finding for finding in folder.read("findings.json")}
    assert found["weight_zero_rows"]["evidence"] == {"rows": 100}
    assert found["target_missing_rows"]["evidence"]["rows"] == 20
    assert found["weighted_rows"]["evidence"]["rows"] == 2_180


def test_the_court_hears_weighted_rows_and_not_their_column(weighted: Run) -> None:
    heard = weighted.folder.read("leakage.json")["findings"]
    assert not [each for each in heard if each["column"] == "w" or "failed" in each["message"]]
    rng = np.random.default_rng(0)
    y, counts = rng.integers(0, 3, 100), rng.integers(1, 4, 100)
    proba = rng.dirichlet(np.ones(3), 100) + 0.5 * np.eye(3)[y]
    context, rows = Context("multiclass", 100, 1, 3), np.repeat(np.arange(100), counts)
    assert skill(context, y, proba, counts) == pytest.approx(skill(context, y[rows], proba[rows]))
    assert right(y, proba, counts) == pytest.approx(right(y[rows], proba[rows]))


def test_new_rows_need_no_weight(weighted: Run) -> None:
    assert weighted.schema.names == ("x", "kind", "other")
    fresh = population(50, seed=9, sampled=False)
    told = weighted.predict(fresh.drop(columns=["w", "y"]), interval=0.9)
    np.testing.assert_allclose(told["prediction"], weighted.model.predict(fresh))


def test_scores_and_intervals_are_those_of_the_weighted_population(weighted: Run) -> None:
    result = weighted.result
    assert result is not None
    fresh = population(20_000, seed=1, sampled=False)
    of_population = METRICS["rmse"].score(fresh.y.to_numpy(), weighted.model.predict(fresh))
    low, high = result["metrics"]["rmse"]["interval"]
    assert low < of_population < high
    # As the rows were sampled, the score would be another one.
    parts, data = load_split(weighted.folder), pd.read_parquet(weighted.folder.path / "data.parquet")
    held = data.iloc[parts.holdout]
    unweighted = METRICS["rmse"].score(held.y.to_numpy(), weighted.model.predict(held))
    assert unweighted < low
    told = weighted.predict(fresh, interval=0.9)
    inside = (told.low <= fresh.y) & (fresh.y <= told.high)
    # A vote of all fold models, on more rows, errs less than those that were calibrated.
    assert 0.89 < inside.mean() < 0.96
    y, prediction = held.y.to_numpy(), weighted.model.predict(fresh)
    by_rows = Conformal.of_values(y, weighted.model.predict(held)).interval(prediction, 0.9)
    assert ((by_rows[0] <= fresh.y) & (fresh.y <= by_rows[1])).mean() < inside.mean() - 0.05
    measured = {level["level"]: level["measured"] for level in result["coverage"]["levels"]}
    assert measured[0.9] == pytest.approx(0.9, abs=0.08)


def test_it_is_told(weighted: Run, capsys: pytest.CaptureFixture[str]) -> None:
    result = weighted.result
    assert result is not None
    weights = load_weights(weighted.folder.path)
    assert weights is not None
    expected = {"column": "w", "rows": 2_180, "effective_rows": effective_rows(weights)}
    assert result["weights"] == expected
    assert "2,180 of them tell as much of a mean as 1," in weights_words(result["weights"])
    assert main(["leaderboard", str(weighted.folder.path)]) == 0
    assert "weights: rows count as “w” says" in capsys.readouterr().out
    assert main(["leaderboard", str(weighted.folder.path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["weights"] == expected


@pytest.mark.slow
def test_the_unit_of_the_weights_does_not_matter(tmp_path: Path) -> None:
    """By the log loss, so that base rates are in the vote, too."""
    table = population(240, seed=3, sampled=True)
    table["w"] = LIGHT[np.arange(240) % 3]
    table["y"] = np.where(table.y > 0, "up", "down")
    boards, members = [], []
    for factor in (1, 10):
        run = fitted(table.assign(w=factor * table.w), tmp_path / str(factor), metric="log_loss")
        boards.append(run.leaderboard().drop(columns=["fit_seconds", "predict_ms_per_1000"]))
        members.append((run.result or {})["members"])
    pd.testing.assert_frame_equal(boards[0], boards[1], check_exact=True)
    assert members[0] == members[1]


def read(cells: list[Any], **kinds: str) -> np.ndarray | None:
    """The weights of a column of a table whose last row has no target."""
    target = [str(i % 2) for i in range(len(cells) - 1)] + [""]
    raw = read_table(pd.DataFrame({"w": cells, "x": range(len(cells)), "y": target}))
    dataset = Schema.infer(raw, kinds=kinds).coerce(raw)
    return read_weights(dataset, "w", raw.frame["w"], "y")


@pytest.mark.parametrize(
    ("bad", "found"),
    [("abc", "'abc'"), ("", "nothing"), ("-1", "'-1'"), ("inf", "'inf'"), ("NA", "'NA'|nothing")],
)
def test_a_weight_that_is_none_is_named(bad: str, found: str) -> None:
    cells = [str(i % 5 + 1.5) for i in range(60)]
    cells[7] = cells[9] = bad
    message = rf"a number of 0 or more in the weights column 'w', found ({found}) in data row 8 \(1 more row"
    with pytest.raises(SettingError, match=message) as error:
        read(cells)
    assert "choose another column" in error.value.fix
    cells[7] = cells[9] = "0"
    cells[-1] = bad  # that row has no target
    weights = read(cells)
    assert weights is not None
    assert (weights == 0).nonzero()[0].tolist() == [7, 9, 59]


@pytest.mark.parametrize(
    "cells", [["0", "1"] * 30, ["3"] * 60, [str(i) for i in range(60)], ["1.5", "2"] * 30]
)
def test_few_or_distinct_numbers_are_weights_as_well(cells: list[str]) -> None:
    weights = read(cells)
    assert weights is not None
    expected = np.array(cells, dtype=float)
    expected[-1] = 0
    np.testing.assert_allclose(weights, expected / expected[expected > 0].mean(), rtol=1e-6)


def test_weights_that_make_no_sense_are_refused() -> None:
    with pytest.raises(SettingError, match="found 0 in every row"):
        read(["0"] * 60)
    with pytest.raises(SettingError, match=r"found 'yes' in data row 1 .*"):
        read(["yes", "no"] * 30)
    table = population(60, seed=0, sampled=True)
    for more in ({"weights": "y"}, {"weights": "kind", "groups": "kind"}, {"weights": "x", "time": "x"}):
        with pytest.raises(SettingError, match="is named as"):
            create_run(table, "y", **more)
    with pytest.raises(SettingError, match="does not read this column"):
        create_run(table, "y", weights="w", monotone={"w": "increasing"})
