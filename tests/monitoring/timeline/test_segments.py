"""Segments: those that are predicted worse are found, and no others more often than stated."""

from __future__ import annotations

import numpy as np
import pandas as pd

from automl.data import Kind
from automl.monitoring import Watched
from automl.monitoring.judged import Judged
from automl.monitoring.timeline.pool import Pool, Pooled
from automl.monitoring.timeline.segments import low_cardinality, segments_of
from automl.task import Task

SPEND = Task("regression", "spend", None, "mae")
LEFT = Task("binary", "left", ("no", "yes"), "roc_auc")


def values(rng: np.random.Generator, rows: int, *, worse: float = 1.0) -> Pooled:
    """Predictions of values; those of "west" are so many times as wrong."""
    frame = pd.DataFrame(
        {
            "region": rng.choice(["north", "south", "east", "west"], rows),
            "size": rng.normal(size=rows),
            "rare": np.where(np.arange(rows) < 20, "few", "many"),
        }
    )
    noise = rng.normal(size=rows) * np.where(frame["region"] == "west", worse, 1.0)
    truth = rng.normal(size=rows)
    return Pooled(np.zeros(rows, dtype=np.int64), Judged(truth, truth + noise), frame, 1.0)


def test_the_worst_segment_comes_first_with_its_interval() -> None:
    rows = values(np.random.default_rng(1), 3000, worse=1.6)
    found, notes = segments_of(SPEND, rows, ["region", "size", "rare"])
    worst = found[0]
    assert (worst.column, worst.value, worst.level) == ("region", "west", "look")
    inside = (rows.frame["region"] == "west").to_numpy()
    off = np.abs(rows.judged.truth - rows.judged.predicted)
    assert worst.rows == inside.sum()
    assert worst.score == np.mean(off[inside])
    assert worst.rest == np.mean(off[~inside])
    assert worst.low < worst.score < worst.high
    assert worst.low < 1.6 * np.sqrt(2 / np.pi) < worst.high
    assert [each.level for each in found[1:]] == ["fine"] * (len(found) - 1)
    assert sum(each.column == "size" for each in found) == 4
    assert notes == ["1 segment(s) have fewer than 50 rows with a label and are not judged."] or notes == [
        "2 segment(s) have fewer than 50 rows with a label and are not judged."
    ]


def test_false_alarms_over_all_segments() -> None:
    rng = np.random.default_rng(2)
    sure = 0
    for _ in range(50):
        found, _ = segments_of(SPEND, values(rng, 1200), ["region", "size"])
        sure += any(each.adjusted <= 0.05 for each in found)
    # 5 % at most, within three standard deviations of 50 draws
    assert sure <= 7


def test_an_area_under_the_curve_by_segment() -> None:
    rng = np.random.default_rng(3)
    n = 4000
    frame = pd.DataFrame({"plan": rng.choice(["basic", "pro"], n)})
    signal = rng.normal(size=n)
    clear = np.where(frame["plan"] == "pro", 0.3, 2.0)
    truth = (rng.random(n) < 1 / (1 + np.exp(-clear * signal))).astype(np.int64)
    chance = 1 / (1 + np.exp(-signal))
    judged = Judged(truth, np.column_stack([1 - chance, chance]), (chance > 0.5).astype(np.int64))
    rows = Pooled(np.zeros(n, dtype=np.int64), judged, frame, 1.0)
    found, _ = segments_of(LEFT, rows, ["plan"])
    assert [(each.value, each.level) for each in found] == [("pro", "look"), ("basic", "fine")]
    assert found[0].metric == "roc_auc"
    assert found[0].score < 0.65 < found[0].rest


def test_columns_of_few_labels(binary: Watched) -> None:
    names = low_cardinality(binary.schema)
    assert {"plan", "active"} <= set(names) <= {"plan", "active", "city"}
    assert all(binary.schema[name].kind in (Kind.CATEGORY, Kind.BOOLEAN) for name in names)


def test_a_pool_of_too_many_rows_keeps_the_same_share_of_each_window() -> None:
    pool = Pool(seed=1, most=2000)
    rng = np.random.default_rng(4)
    for _ in range(10):
        for window, rows in ((1, 300), (2, 900)):
            truth = rng.normal(size=rows)
            pool.add(window, Judged(truth, truth * 2), pd.DataFrame({"x": truth}))
    kept = pool.rows()
    assert kept is not None
    assert len(kept.judged) <= 2000
    assert kept.share == 0.125
    counts = np.bincount(kept.window)
    assert abs(counts[2] / counts[1] - 3) < 0.5
    np.testing.assert_array_equal(kept.judged.predicted, 2 * kept.judged.truth)
    np.testing.assert_array_equal(kept.frame["x"], kept.judged.truth)
