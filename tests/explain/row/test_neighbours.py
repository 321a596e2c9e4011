"""Neighbours with their outcomes; prototypes and criticisms."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

import explain
from explain.row.neighbours import NeighbourFinder, Neighbours
from explain.row.prototypes import Prototypes, find_prototypes


def test_the_nearest_rows_come_with_what_became_of_them(table, answers, piped, one_hot):
    y = np.where(answers["binary"] == 1, "yes", "no")
    model = piped(one_hot(), RandomForestClassifier(5, random_state=0), table, y)
    finder = NeighbourFinder(table, y, model)
    found = finder.find(table.iloc[[8]], k=6)
    assert found.positions[0] == 8
    assert found.distances[0] == 0
    assert found.differ[0] == ()
    assert list(found.distances) == sorted(found.distances)
    assert found.outcomes == tuple(y[list(found.positions)])
    assert found.predictions == (
        *model.predict(table.iloc[[8]]),
        *model.predict(table.iloc[list(found.positions)]),
    )
    for position, names in zip(found.positions, found.differ, strict=True):
        row, other = table.iloc[8], table.iloc[position]
        assert set(names) == {
            c for c in table if row[c] != other[c] and not (pd.isna(row[c]) and pd.isna(other[c]))
        }
    counts = pd.Series(found.outcomes).value_counts()
    assert f"{counts.iloc[0]} had the outcome “{counts.index[0]}”" in found.sentence()
    again = Neighbours.from_json(json.loads(json.dumps(found.to_json())))
    assert again.to_json() == found.to_json()


def test_numbers_as_outcomes_and_rows_far_away(table, answers, piped, one_hot):
    model = piped(one_hot(), RandomForestRegressor(3, random_state=0), table, answers["regression"])
    finder = explain.NeighbourFinder(table, answers["regression"], model)
    assert "the outcomes lie between" in finder.find(table.iloc[5]).sentence()
    far = {**table.iloc[5].to_dict(), "income": 1e8, "city": "nowhere"}
    assert "they say little" in finder.find(far).sentence()
    assert "no outcome is known" in NeighbourFinder(table).find(far).sentence()
    with pytest.raises(explain.InputError, match="one outcome for each"):
        NeighbourFinder(table, [1, 2])


def test_prototypes_stand_for_the_kinds_of_rows():
    rng = np.random.default_rng(0)
    kind = rng.permutation(np.repeat([0, 1, 2], [150, 100, 50]))
    frame = pd.DataFrame({"x": 10.0 * kind + rng.normal(0, 0.3, 300), "c": np.array(["a", "b", "c"])[kind]})
    odd = pd.DataFrame({"x": [-40.0, 60.0], "c": ["a", "c"]})
    frame = pd.concat([frame, odd], ignore_index=True)
    found = find_prototypes(frame, k=3, criticisms=2)
    assert sorted(kind[list(found.prototypes)]) == [0, 1, 2]
    np.testing.assert_allclose(sorted(found.stands_for), [51 / 302, 100 / 302, 151 / 302])
    assert sum(found.stands_for) == pytest.approx(1)
    assert not set(found.prototypes) & set(found.criticisms)
    assert len(found.criticisms) == 2
    assert Prototypes.from_json(json.loads(json.dumps(found.to_json()))) == found
    assert found.sentence().startswith("3 rows stand for the table")


def test_more_prototypes_are_closer_to_the_table_than_rows_at_random(table):
    few, many = (find_prototypes(table, k=k, criticisms=0) for k in (2, 12))
    assert many.mmd < few.mmd
    from explain.row.distance import Distance

    distance = Distance.of(table)
    places = distance.places(table)
    apart = distance.between(places, places).astype(float)
    kernel = np.exp(-apart / np.median(apart))
    rng = np.random.default_rng(0)
    chance = []
    for _ in range(50):
        rows = rng.choice(len(table), 12, replace=False)
        chance.append(kernel.mean() - 2 * kernel[rows].mean() + kernel[np.ix_(rows, rows)].mean())
    assert many.mmd < min(chance)


def test_small_and_equal_tables():
    same = pd.DataFrame({"x": [1.0] * 4})
    found = find_prototypes(same, k=9, criticisms=3)
    assert len(found.prototypes) == 4
    assert find_prototypes(same, k=1, criticisms=2).mmd == pytest.approx(0)
    assert find_prototypes(same[:1]).prototypes == (0,)
    with pytest.raises(explain.InputError, match="at least one row"):
        find_prototypes(same[:0])
