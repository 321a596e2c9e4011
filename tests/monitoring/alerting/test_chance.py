"""How often chance opens an alert: as computed, as counted, and on tables without any change."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.stats import norm

from automl.data import read_table
from automl.monitoring import Watched
from automl.monitoring.alerting.chance import checks_between, false_alarms, level_of, opens_within
from automl.monitoring.alerting.machine import Seen, State, step
from automl.monitoring.alerting.observing import by_columns
from automl.monitoring.alerting.rule import Rule, default_rules
from automl.monitoring.alerting.simulated import simulate
from automl.monitoring.counts import count, count_numbers
from automl.monitoring.drift import drift_of
from automl.monitoring.reference import outputs_of

from ...customers import customers


def opens(rule: Rule, over: tuple[int, ...]) -> bool:
    """Whether the state machine opens an alert in checks of which some are over the limit."""
    state = State()
    for at, one in enumerate(over):
        names = ("",) if one else ()
        state, events = step(rule, state, Seen(float(at), names, names))
        if events:
            return True
    return False


@pytest.mark.parametrize(("times", "of"), [(1, 1), (2, 2), (2, 3), (3, 4), (1, 4), (4, 4)])
def test_it_is_what_the_machine_does_in_all_possible_histories(times: int, of: int) -> None:
    rule = Rule("any", "drift", opens_at=0.1, closes_at=0.1, opens_after=times, of=of)
    level, checks = 0.3, 9
    exact = sum(
        level ** sum(over) * (1 - level) ** (checks - sum(over))
        for over in product((0, 1), repeat=checks)
        if opens(rule, over)
    )
    assert opens_within(level, times, of, checks) == pytest.approx(exact, abs=1e-12)


def test_the_mean_time_to_a_false_alarm_is_that_of_many_series() -> None:
    rng = np.random.default_rng(5)
    rule = Rule("any", "drift", opens_at=0.1, closes_at=0.1, opens_after=2, of=3)
    waits = []
    for _ in range(1500):
        state, at, events = State(), 0, ()
        while not events:
            names = ("",) if rng.random() < 0.2 else ()
            state, events = step(rule, state, Seen(float(at), names, names))
            at += 1
        waits.append(at)
    error = np.std(waits) / np.sqrt(len(waits))
    assert abs(np.mean(waits) - checks_between(0.2, 2, 3)) < 4 * error
    assert checks_between(0.05, 1, 1) == pytest.approx(20)
    assert checks_between(0.0, 1, 1) == float("inf")


@pytest.mark.parametrize("shared", [0.0, 0.3, 0.9, 0.999])
def test_what_is_common_to_all_checks_makes_false_alarms_come_together(shared: float) -> None:
    """Against normal variables of which a part is the same in all checks."""
    rng = np.random.default_rng(8)
    level, series, checks = 0.1, 40_000, 5
    common = rng.standard_normal((series, 1))
    values = np.sqrt(shared) * common + np.sqrt(1 - shared) * rng.standard_normal((series, checks))
    over = values > norm.isf(level)
    came = float(
        (over[:, :-1] & over[:, 1:] | np.pad(over[:, :-2] & over[:, 2:], ((0, 0), (0, 1)))).any(1).mean()
    )
    exact = opens_within(level, 2, 3, checks, shared)
    assert abs(came - exact) < 4 * np.sqrt(exact / series)
    assert exact >= opens_within(level, 2, 3, checks) or shared > 0.99


def test_a_table_larger_than_the_old_rows_is_told_to_be_odd_again_and_again(binary: Watched) -> None:
    """Independent checks would open one of two in three in 0.7 % of all cases."""
    tests_alone = Rule("drift", "drift", opens_at=1e-9, closes_at=0.0, opens_after=2, of=3)
    rows, series, tables = 300_000, 60, 3
    found = simulate(
        binary.reference, binary.schema, [tests_alone], rows, series=series, tables=tables, seed=2
    )["drift"]
    promised = false_alarms(tests_alone, tables, rows / (rows + binary.reference.rows)).chance
    assert promised is not None
    assert promised > 5 * opens_within(0.05, 2, 3, tables)
    assert found.opened / series <= promised + 3 * np.sqrt(promised / series)


def test_facts_are_not_a_matter_of_chance() -> None:
    told = {rule.name: false_alarms(rule, 10) for rule in default_rules()}
    assert told["unreadable"].words == "Not a matter of chance."
    assert told["columns"].chance is None
    assert told["drift"].level == 0.05
    assert told["drift"].chance == pytest.approx(opens_within(0.05, 2, 3, 10))
    assert told["worse"].level == pytest.approx(0.0228, abs=1e-4)
    assert "at most" in told["drift"].words
    look, act = (
        level_of(Rule.from_json({"name": "v", "what": "verdict", "severity": each}))
        for each in ("look", "act")
    )
    assert look is not None
    assert act is not None
    assert 0.1 < act < look < 0.16


def test_simulated_tables_without_a_change_are_rarely_over_a_limit(binary: Watched) -> None:
    rules = default_rules()
    one, again = (
        simulate(binary.reference, binary.schema, rules, 300, series=6, tables=5, seed=1) for _ in range(2)
    )
    assert one == again
    assert set(one) == {"drift", "missing", "predictions"}
    for found in one.values():
        assert found.tables == 30
        assert found.low <= found.share <= found.high
        assert found.over <= 6  # 5 % at most, of 30
    assert simulate(binary.reference, binary.schema, rules, 0) == {}


def test_simulated_tables_tell_a_limit_that_chance_passes(binary: Watched) -> None:
    """Without regard to what is sure, small tables move by chance: the simulation has to see that."""
    touchy = Rule("touchy", "drift", opens_at=0.0, closes_at=0.0, opens_after=1, of=1)
    found = simulate(binary.reference, binary.schema, [touchy], 50, series=2, tables=5)["touchy"]
    assert found.over == found.tables


def _false_alarms(watched: Watched, rule: Rule, series: int, tables: int, rows: int, seed: int) -> list[bool]:
    """Whether a rule was opened in series of real tables like those that a model was learned from."""
    came = []
    for number in range(series):
        state, has_opened = State(), False
        for table in range(tables):
            frame = customers(rows, seed=seed + 1000 * number + table)
            dataset = watched.schema.coerce(read_table(frame))
            columns = [
                count(p.grid, watched.schema[p.name], dataset.frame[p.name])
                for p in watched.reference.columns
            ]
            predicted = watched.scorer.predict_proba(dataset.frame)
            outputs = [
                count_numbers(p.grid, values)
                for p, (_, values) in zip(
                    watched.reference.outputs, outputs_of(watched.task, predicted), strict=True
                )
            ]
            found = drift_of(watched.reference, watched.schema, columns, outputs)
            observed = by_columns(rule, float(table), *found[:2])
            assert observed is not None
            state, events = step(rule, state, observed.seen)
            has_opened |= any(event.kind == "opened" for event in events)
        came.append(has_opened)
    return came


@pytest.mark.slow
@pytest.mark.parametrize(("opens_after", "of"), [(1, 1), (2, 3)])
def test_real_tables_without_a_change_open_no_more_than_promised(
    binary: Watched, opens_after: int, of: int
) -> None:
    """With the smallest effect taken for one, so that the tests alone decide."""
    rule = Rule("drift", "drift", opens_at=1e-9, closes_at=0.0, opens_after=opens_after, of=of)
    series, tables = 120, 10
    came = sum(_false_alarms(binary, rule, series, tables, 400, seed=77_000))
    promised = false_alarms(rule, tables, 400 / (400 + binary.reference.rows)).chance
    assert promised is not None
    error = (promised * (1 - promised) / series) ** 0.5
    assert came / series <= promised + 3 * error, (came, series, promised)
