"""The limit of memory: what is measured, and what a candidate that would need more becomes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import automl
from automl.errors import SettingError
from automl.search.memory import MemoryLimit, MemoryMeter, available_memory, default_limit, tree_memory

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="measured through /proc")


@linux
def test_memory_of_children_counts() -> None:
    before = tree_memory()
    assert before is not None
    code = "held = bytearray(b'x') * 200_000_000; print('held', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        with MemoryMeter() as meter:
            during = meter.look()
        child.communicate("\n")
    assert during is not None
    assert meter.peak is not None
    assert 195e6 < during - before < 260e6
    assert meter.peak >= during
    after = tree_memory()
    assert after is not None
    assert after < during - 150e6


@linux
def test_the_default_is_a_share_of_what_is_available() -> None:
    available, limit = available_memory(), default_limit()
    assert available is not None
    assert limit is not None
    assert limit == pytest.approx(0.8 * available, rel=0.1)


def test_an_allowance_counts_what_runs_and_refuses_what_never_fits() -> None:
    allowance = MemoryLimit(1_000)
    allowance.base = 400
    assert allowance.refusal(600) is None
    assert "limit" in (allowance.refusal(601) or "")
    assert allowance.has_room(300, [300])
    assert not allowance.has_room(301, [300])
    assert not allowance.is_exceeded(None)
    assert allowance.is_exceeded(1_001)
    assert MemoryLimit(None).refusal(10**15) is None


@linux
def test_candidates_that_would_exceed_the_limit_are_skipped_with_their_reason(
    sample_data: Path, tmp_path: Path
) -> None:
    run = automl.fit(
        sample_data / "penguins.csv", target="species", budget=60, max_trials=5, memory="100 MB",
        home=tmp_path, n_jobs=1,
    )  # fmt: skip
    trials = list(run.folder.trials())
    assert [trial["status"] for trial in trials] == ["ok", "skipped", "skipped", "skipped", "skipped"]
    assert "more than the limit of 100 MB" in trials[1]["reason"]
    result = run.result
    assert result is not None
    assert result["chosen"] == "t0000"
    assert result["memory"]["limit"] == 100_000_000
    assert result["memory"]["peak"] > 100_000_000  # this process alone has more


@pytest.mark.parametrize(
    ("size", "number"), [("8GB", 8 * 10**9), ("1.5 GiB", 1.5 * 2**30), ("500mb", 5 * 10**8), (2e9, 2 * 10**9)]
)
def test_sizes(size: str | float, number: float, sample_data: Path, tmp_path: Path) -> None:
    run = automl.create_run(sample_data / "penguins.csv", "species", memory=size, home=tmp_path)
    assert run.folder.spec["memory"] == number


@pytest.mark.parametrize("size", ["much", "8", "-1GB", 0, float("inf"), "1 MB"])
def test_sizes_that_make_no_sense(size: str | float, sample_data: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="at least 100 MB"):
        automl.create_run(sample_data / "penguins.csv", "species", memory=size, home=tmp_path)
