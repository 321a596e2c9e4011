"""The family of the next candidate."""

from __future__ import annotations

import numpy as np
import pytest

from automl.search.gain import FamilyCost, chances


def spent(*trials: tuple[float, float | None]) -> FamilyCost:
    cost = FamilyCost()
    for seconds, loss in trials:
        cost.add(seconds, loss)
    return cost


def test_an_untried_family_comes_first_and_a_failing_one_never() -> None:
    tried, failing = spent((1, 0.5)), spent((1, None))
    assert chances([tried, FamilyCost(), failing]).tolist() == [0, 1, 0]
    assert chances([tried, failing]).tolist() == [1, 0]
    assert chances([failing, failing]).tolist() == [0.5, 0.5]


def test_of_equal_families_the_cheaper_one_gets_more_in_proportion() -> None:
    cheap, dear = spent((1, 0.5), (1, 0.4)), spent((4, 0.5), (4, 0.4))
    np.testing.assert_allclose(chances([cheap, dear]), [0.8, 0.2])


def test_a_family_that_has_stopped_improving_loses_its_turn() -> None:
    fresh, stale = spent((1, 0.5), (1, 0.4)), spent((1, 0.5), (1, 0.4), *[(1, 0.6)] * 9)
    np.testing.assert_allclose(chances([fresh, stale]), [0.9, 0.1])


def test_a_family_behind_must_catch_up_at_its_own_speed() -> None:
    leader = spent((1, 0.5), (1, 0.3))
    follower = spent((1, 0.6), (1, 0.5))
    # It gained 0.1 in its last second: the 0.2 that it is behind take two, and twice that at half the speed.
    assert follower.until_better(0.3) == pytest.approx(4)
    assert leader.until_better(0.3) == 1
