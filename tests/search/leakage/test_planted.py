"""Planted leaks are found, with the score that is lost without them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl.data import Finding

from .conftest import Court, leaks
from .tables import KINDS, codes, honest


def found(findings: list[Finding], column: str | None) -> Finding:
    (one,) = [each for each in findings if each.column == column and each.code.startswith("leak_")]
    return one


def twins(findings: list[Finding]) -> Finding:
    (one,) = [each for each in findings if each.code == "duplicate_rows_across_split"]
    return one


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("noise", [0.02, 0.1])
def test_a_noisy_copy_of_the_target(court: Court, kind: str, noise: float) -> None:
    frame = honest(kind)
    y = codes(frame)
    frame["copy"] = y + noise * y.std() * np.random.default_rng(1).normal(size=len(y))
    findings = court(frame)
    assert leaks(findings) == {("leak_copy", "copy")}
    one = found(findings, "copy")
    assert one.severity == "warning"
    assert one.evidence["alone"] > 0.95
    assert one.evidence["without"]["loss"] > 0
    low, high = one.evidence["without"]["interval"]
    assert 0 < low < one.evidence["without"]["loss"] < high
    assert "--exclude copy" in one.fix


@pytest.mark.parametrize("kind", ["binary", "multiclass"])
def test_labels_written_down_again_with_errors(court: Court, kind: str) -> None:
    frame = honest(kind)
    rng = np.random.default_rng(2)
    words = frame["y"].str.upper().to_numpy(dtype=object)
    wrong = rng.random(len(frame)) < 0.05
    words[wrong] = rng.permutation(words[wrong])
    frame["status"] = words
    assert leaks(court(frame)) == {("leak_copy", "status")}


@pytest.mark.parametrize("kind", KINDS)
def test_another_scale_does_not_hide_it(court: Court, kind: str) -> None:
    frame = honest(kind)
    y = codes(frame)
    frame["fee"] = 40 - 7 * y + 0.3 * y.std() * np.random.default_rng(3).normal(size=len(y))
    assert leaks(court(frame)) == {("leak_alone", "fee")}


def test_bands_of_the_target(court: Court) -> None:
    frame = honest("regression")
    frame["band"] = pd.cut(frame["y"], [0, 40, 70, 100, 150, 220, 400, 1e9]).astype(str)
    assert leaks(court(frame)) == {("leak_copy", "band")}


def test_several_leaks_do_not_hide_each_other(court: Court) -> None:
    frame = honest("binary")
    rng, y = np.random.default_rng(4), codes(frame)
    frame["paid"] = np.where(y > 0, "p", "q")
    frame["amount"] = 500 * y + 40 * rng.normal(size=len(y))
    findings = court(frame)
    assert leaks(findings) == {("leak_copy", "paid"), ("leak_alone", "amount")}
    one = found(findings, "amount")
    assert one.evidence["without"]["loss"] == pytest.approx(0, abs=0.01)  # the other one stays
    assert one.evidence["without_all"]["loss"] > 0.1


@pytest.mark.parametrize("shuffled", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_an_identifier_that_grows_as_the_target_does(court: Court, kind: str, shuffled: bool) -> None:
    frame = honest(kind, noise=1.5)
    rng = np.random.default_rng(5)
    y = codes(frame)
    frame = frame.iloc[np.argsort(y + 0.7 * y.std() * rng.normal(size=len(y)))].reset_index(drop=True)
    frame["ticket_id"] = 10_000 + np.cumsum(rng.integers(1, 40, len(frame)))
    if shuffled:
        frame = frame.sample(frac=1, random_state=0)
    findings = court(frame, kinds={"ticket_id": "number"})
    assert leaks(findings) == {("leak_order", "ticket_id")}
    one = found(findings, "ticket_id")
    assert one.severity == "warning"
    assert one.evidence["without"]["interval"][0] > 0


def test_an_identifier_that_is_left_out_is_heard_as_well(court: Court) -> None:
    frame = honest("binary").sort_values("y")
    frame["order_id"] = [f"A-{number:05d}" for number in range(len(frame))]
    one = found(court(frame), "order_id")
    assert (one.code, one.severity) == ("leak_order", "info")
    assert "left out" in one.message
    assert not one.evidence["used"]


@pytest.mark.parametrize("kind", KINDS)
def test_rows_that_were_copied(court: Court, kind: str) -> None:
    frame = honest(kind, rows=500, noise=2.0)
    copied = pd.concat([frame, frame.sample(frac=0.4, random_state=0)]).sample(frac=1, random_state=1)
    one = twins(court(copied))
    assert one.severity == "warning"
    assert one.evidence["flattered"]
    assert one.evidence["repeated"] == 400
    assert one.evidence["apart"]["interval"][0] > 0


def test_rows_of_the_holdout_that_were_copied_are_counted(court: Court) -> None:
    frame = honest("binary", rows=1_500, noise=2.0)
    copied = pd.concat([frame, frame]).sample(frac=1, random_state=1)
    one = twins(court(copied))
    assert 300 < one.evidence["holdout_known"] < 600


def test_a_world_that_changes_is_judged_on_later_rows(court: Court) -> None:
    rng = np.random.default_rng(6)
    rows = 1_200
    when = pd.Timestamp("2022-01-01") + pd.to_timedelta(rng.integers(0, 700, rows), unit="D")
    season = np.sin((when - when.min()).days.to_numpy() / 35)
    a = rng.normal(size=rows)
    frame = pd.DataFrame({"when": when, "a": a, "y": np.where(a + 3 * season > 0, "yes", "no")})
    findings = court(frame)
    (one,) = [each for each in findings if each.code == "later_rows_harder"]
    assert one.column == "when"
    assert one.evidence["loss"] > 0.02
    assert not leaks(findings)
    # Judged along time, there is nothing more to say about it.
    assert not [each for each in court(frame, time="when") if each.code == "later_rows_harder"]


def test_a_column_that_tells_the_holdout(court: Court) -> None:
    frame = honest("binary", rows=2_500)
    frame["when"] = pd.Timestamp("2022-01-01") + pd.to_timedelta(np.arange(2_500), unit="h")
    frame["reading"] = np.arange(2_500) + 30 * np.random.default_rng(7).normal(size=2_500)
    (one,) = [each for each in court(frame, time="when") if each.code == "holdout_differs"]
    assert one.column == "reading"
    assert one.evidence["column_auc"] > 0.95
