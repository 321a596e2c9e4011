"""Where there is no leak, none is found: simulations with fixed seeds, and the sample tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from .conftest import Court, leaks
from .tables import KINDS, codes, honest

SEEDS = range(8)
QUIET = {"dominant_column"}  # no suspicion


@pytest.mark.parametrize("kind", KINDS)
def test_honest_tables_are_acquitted(court: Court, kind: str) -> None:
    for seed in SEEDS:
        findings = court(honest(kind, rows=250, seed=seed), seed=seed)
        assert {each.code for each in findings} <= QUIET, (seed, findings)


def test_many_columns_that_know_nothing(court: Court) -> None:
    for seed in range(2):
        rng = np.random.default_rng(seed)
        frame = pd.DataFrame(rng.normal(size=(60, 100))).add_prefix("x")
        frame["y"] = rng.permutation(np.repeat(["yes", "no"], 30))
        assert not court(frame, seed=seed)


@pytest.mark.parametrize("kind", KINDS)
def test_a_strong_column_is_no_leak(court: Court, kind: str) -> None:
    for seed in range(4):
        frame = honest(kind, seed=seed)
        y = codes(frame)
        blur = 0.3 if kind == "regression" else 0.8  # 90 % explained, or an area under the curve of 0.95
        frame["carat"] = 3 + y / y.std() + blur * np.random.default_rng(100 + seed).normal(size=len(y))
        findings = court(frame, seed=seed)
        assert not leaks(findings), findings


def test_columns_that_agree_are_no_leak(court: Court) -> None:
    # Each tells nearly all, as the sizes of a tumour do; without one the others stay as good.
    for seed in range(4):
        rng = np.random.default_rng(seed)
        size = np.where(rng.random(400) < 0.4, 4.3, 0.0) + rng.normal(size=400)
        frame = pd.DataFrame({f"size_{i}": size + 0.5 * rng.normal(size=400) for i in range(6)})
        frame["y"] = np.where(size + 0.3 * rng.normal(size=400) > 2.1, "m", "b")
        assert not leaks(court(frame, seed=seed))


@pytest.mark.parametrize("kind", ["binary", "regression"])
def test_rows_alike_by_chance_are_no_leak(court: Court, kind: str) -> None:
    for seed in range(4):
        rng = np.random.default_rng(seed)
        parts = {f"answer_{i}": rng.choice(list("abc"), 900) for i in range(4)}
        frame = pd.DataFrame(parts)
        tendency = sum((frame[name] == "a").to_numpy() * 1.0 for name in parts)
        latent = tendency + rng.normal(size=900)
        frame["y"] = latent if kind == "regression" else np.where(latent > 1.4, "yes", "no")
        findings = court(frame, seed=seed)
        (one,) = [each for each in findings if each.code not in QUIET]
        assert (one.code, one.severity) == ("duplicate_rows_across_split", "info"), one
        assert one.evidence["repeated"] > 800


def test_an_identifier_without_a_meaning(court: Court) -> None:
    for seed in range(6):
        frame = honest("binary", seed=seed)
        frame["record_id"] = np.arange(len(frame)) * 3 + np.random.default_rng(seed).integers(
            0, 3, len(frame)
        )
        assert {each.code for each in court(frame, seed=seed)} <= QUIET


def test_a_holdout_drawn_at_random_cannot_be_told(court: Court) -> None:
    for seed in range(3):
        findings = court(honest("regression", rows=2_100, seed=seed), seed=seed)
        assert "holdout_differs" not in {each.code for each in findings}


def test_a_text_is_many_columns_and_may_tell_all(court: Court) -> None:
    rng = np.random.default_rng(0)
    spam = rng.random(300) < 0.4
    words = {
        True: ["win", "a", "free", "prize", "call", "now"],
        False: ["see", "you", "at", "home", "tonight", "love"],
    }
    texts = [" ".join([*rng.choice(words[bool(one)], 6), f"no {i}"]) for i, one in enumerate(spam)]
    frame = pd.DataFrame({"text": texts, "y": np.where(spam, "spam", "ham")})
    assert not leaks(court(frame, kinds={"text": "text"}))


@pytest.mark.parametrize(
    ("table", "target"),
    [
        ("penguins", "species"),
        ("telco_churn", "Churn"),
        ("ames", "Sale_Price"),
    ],
)
def test_sample_tables(court: Court, sample_data: Path, table: str, target: str) -> None:
    findings = court(sample_data / f"{table}.csv", target)
    assert not leaks(findings)
    assert "holdout_differs" not in {each.code for each in findings}
