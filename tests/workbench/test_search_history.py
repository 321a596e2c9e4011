"""The history of a search: as it was at a moment, and which settings went with good scores."""

from __future__ import annotations

from typing import Any

import numpy as np

from automl.workbench import search_history

from . import folders


def trial(number: int, **params: Any) -> dict[str, Any]:
    made = folders.trial(number) | {"family": "lightgbm", "params": params, "status": "ok"}
    return made


def test_the_leaderboard_of_a_moment_knows_nothing_of_later_trials() -> None:
    records = [folders.trial(number) for number in range(20)]
    seen = search_history.as_of(records, 15.0)
    assert seen
    assert max(record["at"] for record in seen) <= 15.0
    assert len(seen) == sum(record["at"] <= 15.0 for record in records)


def test_each_family_only_gets_better() -> None:
    records = [folders.trial(number) for number in range(40)]
    for steps in search_history.best_by_family(records).values():
        scores = [score for _, score, _ in steps]
        assert scores == sorted(scores)
        assert [at for at, _, _ in steps] == sorted(at for at, _, _ in steps)
    assert "dummy" not in search_history.best_by_family(records)


def test_what_drives_the_score_comes_first_and_chance_counts_for_nothing() -> None:
    rng = np.random.default_rng(0)
    records = []
    for number in range(60):
        rate, leaves = float(rng.uniform(0.001, 0.3)), int(rng.integers(4, 64))
        made = trial(number, rate=rate, leaves=leaves, kind=str(rng.choice(["a", "b"])), fixed=1)
        score = 0.8 - abs(np.log(rate / 0.03)) / 20 + rng.normal(0, 0.002)
        records.append(made | {"score": score, "loss": -score})
    found = search_history.mattering(records, "lightgbm")
    assert next(each.name for each in found) == "rate"
    assert {each.name for each in found} == {"rate", "leaves", "kind"}, "what was not varied is left out"
    shares = {each.name: each.share for each in found}
    assert shares["rate"] > 0.4
    assert shares["leaves"] < 0.2
    assert shares["kind"] < 0.2
    assert next(each for each in found if each.name == "rate").log
    assert not next(each for each in found if each.name == "kind").numeric


def test_chance_alone_explains_nothing_on_average() -> None:
    rng = np.random.default_rng(1)
    shares = []
    for _ in range(200):
        scores, groups = rng.normal(size=24), rng.integers(0, 4, 24)
        shares.append(search_history._epsilon_squared(scores, groups))
    assert np.mean(shares) < 0.1


def test_few_trials_say_nothing() -> None:
    records = [trial(number, rate=0.1 * number) for number in range(7)]
    assert search_history.tunable(records) == []
    assert search_history.mattering(records, "lightgbm") == []
