"""Champion and challenger on the same rows."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from automl.bundle import Bundle, read_bundle
from automl.errors import SettingError
from automl.metrics import get_metric
from automl.monitoring.blessing import BLESSED, NOT_BLESSED, bless, write_blessing

from ..bundle.conftest import rows_as_csv, train

Made = Callable[..., Bundle]
GOOD = ("age", "price", "flag", "active", "plan", "zip")
WEAK = ("price", "zip")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Return a function: kind of task, and columns that the model reads → its bundle."""
    folder = tmp_path_factory.mktemp("contestants")

    @lru_cache
    def one(kind: str, *columns: str) -> Bundle:
        table = folder / "learned.csv"
        table.write_text(rows_as_csv(rows=400), encoding="utf-8")
        trained = train(table, kind, ["linear"], columns=columns or GOOD)
        return read_bundle(trained.write(folder / f"{kind}-{len(columns)}.zip"))

    return one


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """Labelled rows that no model has seen."""
    path = tmp_path / "rows.csv"
    path.write_text(rows_as_csv(rows=400, seed=9), encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", ["binary", pytest.param("regression", marks=pytest.mark.slow)])
def test_the_better_one_is_blessed(made: Made, rows: Path, kind: str) -> None:
    good, weak = made(kind), made(kind, *WEAK)
    found = bless(good, rows, champion=weak)
    assert found.blessed
    assert found.exit_code == 0
    assert found.champion is not None
    assert found.gain is not None
    assert found.gain > 0
    metric = get_metric(found.metric)
    assert metric.better(found.challenger.score, found.champion.score)
    assert found.gain == pytest.approx(
        metric.distance(found.champion.score) - metric.distance(found.challenger.score)
    )
    assert found.gain_low is not None
    assert found.gain_high is not None
    assert found.gain_low < found.gain < found.gain_high
    other = bless(weak, rows, champion=good)
    assert not other.blessed
    assert other.exit_code == 2
    assert other.gain == pytest.approx(-found.gain)
    assert "worse" in other.reasons[0]


def test_scores_are_those_of_the_rows(made: Made, rows: Path) -> None:
    bundle = made("binary")
    found = bless(bundle, rows, threshold=0.5)
    truth = (pd.read_csv(rows, sep=";", dtype=str)["left"] == "yes").to_numpy()
    expected = get_metric("roc_auc").score(truth.astype(int), bundle.predict_proba(rows))
    assert found.challenger.score == pytest.approx(expected, abs=1e-12)
    assert (found.rows, found.unlabelled) == (len(truth), 0)


def test_the_same_model_is_no_better_and_no_worse(made: Made, rows: Path) -> None:
    one = made("binary")
    found = bless(one, rows, champion=one)
    assert (found.blessed, found.gain, found.probability) == (False, 0.0, 0.5)
    # "Not worse by a hundredth" is what a renewed model is asked for.
    assert bless(one, rows, champion=one, better_by=-0.01).blessed


def test_a_threshold_counts_beside_the_champion(made: Made, rows: Path) -> None:
    good, weak = made("binary"), made("binary", *WEAK)
    assert not bless(good, rows, champion=weak, threshold=0.999).blessed
    assert bless(good, rows, threshold=0.6).blessed
    loss = bless(good, rows, threshold=0.6, metric="log_loss")  # below it: lower is better
    assert loss.blessed
    assert not bless(good, rows, threshold=0.01, metric="log_loss").blessed


def test_it_is_as_sure_as_was_asked_for(made: Made, rows: Path) -> None:
    """Asked for as much as is gained on average, it is a coin."""
    good, weak = made("binary"), made("binary", *WEAK)
    gain = bless(good, rows, champion=weak).gain
    assert gain is not None
    coin = bless(good, rows, champion=weak, better_by=gain)
    assert coin.probability is not None
    assert 0.4 < coin.probability < 0.6
    assert not coin.blessed
    assert bless(good, rows, champion=weak, better_by=gain, sure=0.3).blessed
    assert not bless(good, rows, champion=weak, better_by=gain, sure=0.7).blessed


@pytest.mark.slow
def test_false_blessings_are_as_rare_as_promised(made: Made, tmp_path: Path) -> None:
    """Of two equally good models, each is blessed against the other in at most one of ten tables."""
    bundle = made("binary")
    folder = tmp_path / "noise"
    folder.mkdir()
    rng = np.random.default_rng(0)
    blessed = 0
    for seed in range(40):
        path = folder / f"{seed}.csv"
        path.write_text(rows_as_csv(rows=120, seed=100 + seed), encoding="utf-8")
        table = pd.read_csv(path, sep=";", dtype=str, keep_default_na=False)
        # The label is a coin: nothing can be told, so both are equally good.
        table["left"] = rng.choice(["yes", "no"], len(table))
        table.to_csv(path, sep=";", index=False)
        blessed += bless(bundle, path, champion=made("binary", *WEAK)).blessed
    assert blessed <= 10  # 4 expected; 10 or more of 40 have a probability of 0.005


def test_what_cannot_be_judged_is_told(made: Made, rows: Path, tmp_path: Path) -> None:
    good = made("binary")
    with pytest.raises(SettingError, match="nothing to judge"):
        bless(good, rows)
    with pytest.raises(SettingError, match="target"):
        bless(good, rows, champion=made("multiclass"))
    with pytest.raises(SettingError, match="between 0 and 1"):
        bless(good, rows, threshold=0.5, sure=1.0)
    few = tmp_path / "few.csv"
    few.write_text(rows_as_csv(rows=10), encoding="utf-8")
    with pytest.raises(SettingError, match="at least 20 rows"):
        bless(good, few, threshold=0.5)
    bare = tmp_path / "bare.csv"
    pd.read_csv(rows, sep=";", dtype=str).drop(columns="left").to_csv(bare, index=False, sep=";")
    with pytest.raises(SettingError, match="no column 'left'"):
        bless(good, bare, threshold=0.5)
    one = tmp_path / "one.csv"
    pd.read_csv(rows, sep=";", dtype=str).query("left == 'yes'").to_csv(one, index=False, sep=";")
    with pytest.raises(SettingError, match="not defined"):
        bless(good, one, threshold=0.5)


def test_it_is_written_as_other_tools_read_it(made: Made, rows: Path, tmp_path: Path) -> None:
    good, weak = made("binary"), made("binary", *WEAK)
    folder = tmp_path / "new" / "blessing"
    for challenger, champion, name, other in (
        (good, weak, BLESSED, NOT_BLESSED),
        (weak, good, NOT_BLESSED, BLESSED),
    ):
        found = bless(challenger, rows, champion=champion)
        assert write_blessing(found, folder) == folder / name
        assert (folder / name).read_bytes() == b""
        assert not (folder / other).exists()
        assert type(found).from_json(json.loads((folder / "blessing.json").read_text())) == found
