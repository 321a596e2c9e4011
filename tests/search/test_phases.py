from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

import automl
from automl.search.clock import Clock
from automl.search.phases import Phases


def test_phases_add_up_to_what_was_spent_over_all_sessions() -> None:
    clock = Clock(60, spent=10.0, started=time.monotonic() - 2.0)
    phases = Phases(clock, {"reading": 1.0, "searching": 9.0}, spent=10.0)
    phases.enter("reading")
    phases.enter("searching")
    time.sleep(0.05)
    took = phases.took()
    assert phases.now == "searching"
    assert took["starting"] == pytest.approx(2.0, abs=0.05), "what went by before the search could begin"
    assert took["searching"] >= 9.05
    assert list(took) == ["starting", "reading", "searching"]
    assert sum(took.values()) == pytest.approx(clock.spent(), abs=0.05)


def test_a_search_writes_what_is_at_work_why_and_what_each_phase_took(
    sample_data: Path, tmp_path: Path
) -> None:
    seen: list[dict[str, Any]] = []
    run = automl.create_run(
        sample_data / "penguins.csv", target="species", budget=300, max_trials=4, home=tmp_path, n_jobs=2
    )
    run.search(progress=lambda status: seen.append(dict(status)))
    at_work = [each for status in seen for each in status["running"]]
    assert at_work
    for each in at_work:
        assert each["origin"] == "first"
        assert each["why"]["place"] == each["number"] > 0
        assert time.time() - 300 < each["since"] <= time.time()
    assert all(status["running"] == [] for status in seen if status["state"] != "searching")
    assert any(len(status["running"]) == 2 for status in seen), "both workers are seen at work"
    last = seen[-1]
    assert {"reading", "preparing", "searching", "choosing"} <= last["phases"].keys()
    assert sum(last["phases"].values()) == pytest.approx(last["seconds"], abs=0.2)
    assert next(status["phase"] for status in seen if status["state"] == "finishing") == "choosing"
    assert last["slower"] >= 1.0
    assert set(last["memory"]) == {"now", "peak", "limit"}
