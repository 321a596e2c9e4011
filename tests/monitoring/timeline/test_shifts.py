"""Changes of a level: false alarms at the stated rate, power as stated, and where the change is."""

from __future__ import annotations

import numpy as np
import pytest

from automl.monitoring.timeline import shifts
from automl.monitoring.timeline.shifts import find_shifts


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer simulations for each test: many tests tell as much."""
    monkeypatch.setattr(shifts, "_DRAWS", 300)


@pytest.mark.parametrize("between", [0.0, 1.0, 5.0], ids=["of rows alone", "half of each", "of windows"])
@pytest.mark.parametrize("windows", [6, pytest.param(12, marks=pytest.mark.slow)])
def test_false_alarms_are_as_frequent_as_stated(quick: None, between: float, windows: int) -> None:
    """Windows of unequal size, with and without a variation of their own."""
    rng = np.random.default_rng([windows, int(between)])
    alarms, repeats = 0, 250
    for repeat in range(repeats):
        errors = rng.uniform(0.5, 1.5, windows)
        values = rng.normal(0, np.sqrt(errors**2 + between**2))
        alarms += bool(find_shifts(values, errors, seed=repeat).found)
    # 5 %, within three standard deviations of 250 draws
    assert alarms / repeats <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / repeats)


def test_a_change_of_the_stated_size_is_found_in_eighty_of_a_hundred(quick: None) -> None:
    rng = np.random.default_rng(5)
    errors = rng.uniform(0.5, 1.5, 16)
    size = np.mean([find_shifts(rng.normal(0, errors), errors, seed=i).detectable for i in range(40)])
    level = np.repeat([0.0, size], 8)
    found = [find_shifts(level + rng.normal(0, errors), errors, seed=i).found for i in range(150)]
    assert 0.7 <= np.mean([len(each) > 0 for each in found]) <= 0.95


def test_the_place_lies_in_its_interval(quick: None) -> None:
    rng = np.random.default_rng(6)
    held = named = 0
    for repeat in range(150):
        errors = rng.uniform(0.5, 1.5, 20)
        values = np.repeat([0.0, 2.5], [13, 7]) + rng.normal(0, errors)
        found = find_shifts(values, errors, seed=repeat).found
        near = [each for each in found if each.low <= 13 <= each.high]
        held += bool(near)
        named += any(each.at == 13 for each in found)
        assert all(each.low <= each.at <= each.high for each in found)
    assert held >= 0.9 * 150
    assert named >= 0.6 * 150


def test_several_changes_and_their_levels() -> None:
    rng = np.random.default_rng(7)
    level = np.repeat([1.0, 4.0, 2.0], [10, 8, 12])
    found = find_shifts(level + rng.normal(0, 0.3, 30), np.full(30, 0.3)).found
    assert [each.at for each in found] == [10, 18]
    assert [each.after for each in found] == pytest.approx([4.0, 2.0], abs=0.3)
    assert found[0].after == found[1].before
    assert max(each.p for each in found) <= 0.05


def test_a_single_odd_window_is_no_change() -> None:
    errors = np.full(16, 0.3)
    values = np.random.default_rng(8).normal(0, errors)
    values[7] += 6
    assert find_shifts(values, errors).found == ()


def test_the_same_series_gives_the_same_answer() -> None:
    values = np.random.default_rng(9).normal(size=12)
    assert find_shifts(values, np.ones(12), seed=3) == find_shifts(values, np.ones(12), seed=3)


def test_the_very_units_do_not_matter() -> None:
    rng = np.random.default_rng(10)
    values = np.repeat([0.0, 2.0], 8) + rng.normal(size=16)
    one, other = (find_shifts(scale * values, np.full(16, scale), seed=1) for scale in (1.0, 1e-6))
    assert one.p == pytest.approx(other.p)
    assert [each.at for each in one.found] == [each.at for each in other.found]
