from __future__ import annotations

import json
import zlib
from dataclasses import replace

import numpy as np
import pytest

from automl.models import FAMILIES, Context, get_family
from automl.search.portfolio import first_candidates
from automl.search.propose import Proposer
from automl.search.trial import Candidate, Trial

CONTEXT = Context(task="binary", n_rows=500, n_columns=5, n_classes=2, seed=3, metric="roc_auc")
LAG = 4


def result_of(candidate: Candidate) -> Trial:
    """A loss that depends on the parameters alone; some candidates fail."""
    rng = np.random.default_rng(zlib.crc32(repr(sorted(candidate.params.items())).encode()))
    failed = candidate.number % 11 == 10
    return Trial(
        id=candidate.id, number=candidate.number, family=candidate.family, params=candidate.params,
        origin=candidate.origin, status="failed" if failed else "ok", loss=None if failed else
        float(rng.random()),
    )  # fmt: skip


def sequence(length: int, order_seed: int, done: list[Trial] | None = None) -> list[Candidate]:
    """The candidates asked for when results arrive in some random order."""
    rng = np.random.default_rng(order_seed)
    proposer = Proposer(CONTEXT, list(FAMILIES), lag=LAG)
    for trial in done or []:
        proposer.add(trial)
    known = {trial.number for trial in done or []}
    asked: list[Candidate] = []
    under_way: list[Candidate] = []
    number = 0
    while number < length or under_way:
        while number in known:
            number += 1
        if number < length and proposer.can_ask(number) and len(under_way) < LAG - 1:
            candidate = proposer.ask(number)
            asked.append(candidate)
            under_way.append(candidate)
            number += 1
        else:
            proposer.add(result_of(under_way.pop(int(rng.integers(len(under_way))))))
    return asked


def test_the_order_in_which_trials_finish_does_not_change_the_search() -> None:
    first, second = sequence(60, 1), sequence(60, 2)
    assert first == second
    assert {candidate.origin for candidate in first} == {"first", "tpe"}


def test_numbers_are_used_once_and_the_dummy_comes_first() -> None:
    candidates = sequence(50, 1)
    assert [candidate.number for candidate in candidates] == list(range(50))
    assert candidates[0].family == "dummy"


def test_every_first_candidate_is_tried_before_tpe() -> None:
    wanted = len(list(first_candidates(CONTEXT, list(FAMILIES))))
    assert [candidate.origin for candidate in sequence(wanted + 5, 1)] == ["first"] * wanted + ["tpe"] * 5


def test_a_resumed_search_asks_only_for_what_is_missing() -> None:
    earlier = [result_of(candidate) for candidate in sequence(40, 1)]
    lost = {7, 33, 39}
    kept = [trial for trial in earlier if trial.number not in lost]
    again = sequence(50, 2, kept)
    assert [candidate.number for candidate in again] == [7, 33, 39, *range(40, 50)]
    assert again[0].params == earlier[7].params


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_one_family_alone_can_be_searched(name: str) -> None:
    proposer = Proposer(CONTEXT, [name], lag=LAG)
    number = 0
    while proposer.can_ask(number) and number < 12:
        proposer.add(result_of(proposer.ask(number)))
        number += 1
    tunable = bool(get_family(name).distributions(CONTEXT))
    assert number == (12 if tunable else len(list(first_candidates(CONTEXT, [name]))))


def test_every_candidate_says_why_it_is_tried() -> None:
    proposer = Proposer(CONTEXT, list(FAMILIES), lag=1, timed=True)
    listed = len(list(first_candidates(CONTEXT, list(FAMILIES))))
    for number in range(listed + 12):
        candidate = proposer.ask(number)
        why = proposer.why(number)
        json.dumps(why, allow_nan=False)
        if candidate.origin == "first":
            assert why == {"place": number, "of": listed - 1}
        else:
            assert 0 < why["chance"] <= 1
            assert why["seconds"] is None or why["seconds"] > 0
        proposer.add(replace(result_of(candidate), fit_seconds=0.5 + number % 3))
    assert why["tried"] > 0
    assert proposer.why(10_000) == {}


def test_the_kind_that_leads_says_so() -> None:
    proposer = Proposer(CONTEXT, ["dummy", "lightgbm"], lag=1)
    listed = len(list(first_candidates(CONTEXT, ["dummy", "lightgbm"])))
    for number in range(listed):
        proposer.add(result_of(proposer.ask(number)))
    assert proposer.ask(listed).family == "lightgbm"
    why = proposer.why(listed)
    assert why["leads"]
    assert why["chance"] == 1.0
    assert why["seconds"] is None, "where a run is counted in trials, seconds say nothing"
