"""Counterfactuals: what they promise is what the model says, and no constraint is broken."""

from __future__ import annotations

import json
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from lightgbm import LGBMClassifier
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import FixedThresholdClassifier
from sklearn.svm import LinearSVC

import explain
from explain import plots
from explain.row.counterfactuals import Constraints, CounterfactualFinder, Counterfactuals, Goal
from explain.row.counterfactuals.scorer import RowScorer


@pytest.fixture(scope="module")
def labels(answers):
    return np.where(answers["binary"] == 1, "yes", "no")


@pytest.fixture(scope="module")
def boosted(table, labels, piped, one_hot):
    return piped(one_hot(), LGBMClassifier(n_estimators=30, verbose=-1), table, labels)


@pytest.fixture(scope="module")
def refused(boosted, table):
    return table[boosted.predict(table) == "no"]


def same(before, after):
    return before == after or (pd.isna(before) and pd.isna(after))


def check(result, model, wanted):
    """What is said of each option is so."""
    rows = result.rows
    assert len(rows) == 1 + len(result.options)
    for k, option in enumerate(result.options):
        line = rows.iloc[[1 + k]]
        changed = [c for c in rows if not same(rows[c].iloc[0], line[c].iloc[0])]
        assert tuple(changed) == option.changed
        position = list(model.classes_).index(result.goal.label)
        assert option.output == pytest.approx(model.predict_proba(line)[0, position], abs=1e-9)
        assert option.label == model.predict(line)[0]
        if result.found:
            assert option.label == wanted
        assert option.distance > 0
    sizes = [len(option.changed) for option in result.found]
    clean = [len(o.changed) for o in result.found if not o.never_together]
    assert clean == sorted(clean)
    assert len({option.changed for option in result.found}) == len(sizes)


def test_answers_are_the_models_own(boosted, table, refused):
    finder = CounterfactualFinder(boosted, table)
    found = 0
    for i in range(12):
        shares: list[float] = []
        result = finder.find(refused.iloc[[i]], progress=shares.append)
        assert shares == sorted(shares)
        assert shares[-1] == 1.0
        check(result, boosted, "yes")
        assert result.goal == Goal("yes")
        assert result.label == "no"
        found += bool(result.found)
        json.dumps(result.to_json())
        again = Counterfactuals.from_json(json.loads(json.dumps(result.to_json())))
        assert again.to_json() == result.to_json()
        assert again.sentence() == result.sentence()
    assert found >= 11


def test_one_change_is_as_near_as_an_exhaustive_search_finds(boosted, table, refused):
    finder = CounterfactualFinder(boosted, table)
    distance = finder.plausibility.distance
    for i in range(6):
        row = refused.iloc[[i]]
        result = finder.find(row, k=6, max_changes=1)
        for option, line in zip(result.found, range(1, 9), strict=False):
            (name,) = option.changed
            values = table[name].dropna().drop_duplicates()
            tried = pd.concat([row.drop(columns=name)] * len(values), ignore_index=True)
            tried[name] = values.to_numpy()
            tried = tried[list(table.columns)].astype(row.dtypes)
            good = tried[boosted.predict(tried) == "yes"]
            apart = distance.between(distance.places(row), distance.places(good))[0]
            assert option.distance <= apart.min() * 1.15 + 0.1, (name, result.rows.iloc[line][name])


@pytest.mark.parametrize("max_changes", [1, 2, 3])
def test_constraints_hold(boosted, table, refused, max_changes):
    constraints = Constraints(
        immutable=["age", "since"],
        ranges={"income": (None, 40_000)},
        values={"city": ["Bonn", "Lyon"]},
        direction={"income": "increase"},
    )
    finder = CounterfactualFinder(boosted, table, constraints)
    changes = 0
    for i in range(10):
        result = finder.find(refused.iloc[[i]], max_changes=max_changes)
        for option in result.options:
            line = result.rows.iloc[1 + result.options.index(option)]
            changes += 1
            assert len(option.changed) <= max_changes
            assert not {"age", "since"} & set(option.changed)
            if "income" in option.changed:
                assert refused.iloc[i].income < line.income <= 40_000
            if "city" in option.changed:
                assert line.city in ("Bonn", "Lyon")
    assert changes > 5


def test_a_dear_column_is_avoided(boosted, table, refused):
    cheap, dear = (
        CounterfactualFinder(boosted, table, Constraints(cost={"income": cost})) for cost in (0.2, 50.0)
    )
    first = [finder.find(refused.iloc[[i]]).found[0].changed for finder in (cheap, dear) for i in range(10)]
    assert sum("income" in changed for changed in first[:10]) > sum("income" in c for c in first[10:])


def test_dates_and_missing_values_may_change(table, piped, one_hot):
    y = np.where((table.since.dt.year == 2021) | table.age.isna(), "yes", "no")
    model = piped(one_hot(), RandomForestClassifier(20, random_state=0), table, y)
    row = table[(y == "no") & (model.predict(table) == "no")].iloc[[0]]
    result = CounterfactualFinder(model, table).find(row)
    check(result, model, "yes")
    assert result.found[0].changed == ("since",)
    assert result.rows.since.iloc[1].year == 2021
    missing = CounterfactualFinder(model, table).find(
        table[table.age.isna() & (table.since.dt.year == 2020)].iloc[[0]]
    )
    assert missing.found[0].changed == ("age",)
    assert missing.changes(0)[0][1] == "missing"


def test_a_probability_and_a_class_of_three(table, answers, piped, one_hot):
    model = piped(one_hot(), RandomForestClassifier(20, random_state=0), table, answers["multiclass"])
    finder = CounterfactualFinder(model, table)
    result = finder.find(table.iloc[[3]], Goal(2, low=0.6))
    assert result.found
    assert all(option.output >= 0.6 for option in result.found)
    assert "probability of “2” of at least 60 %" in result.sentence()
    for wanted in (0, 1, 2):
        check(finder.find(table.iloc[[3]], Goal(str(wanted))), model, wanted)
    with pytest.raises(explain.InputError, match="Expected a goal"):
        finder.find(table.iloc[[3]])


def test_a_range_of_predictions(table, answers, piped, one_hot):
    model = piped(one_hot(), RandomForestRegressor(20, random_state=0), table, answers["regression"])
    low, high = np.quantile(answers["regression"], [0.7, 0.8])
    row = table.iloc[[int(model.predict(table).argmin())]]
    result = CounterfactualFinder(model, table).find(row, Goal(low=low, high=high))
    assert result.found
    predicted = model.predict(result.rows.iloc[1:])
    assert ((predicted >= low) & (predicted <= high)).all()
    np.testing.assert_allclose(predicted, [option.output for option in result.found])
    assert result.sentence().startswith("The row would be predicted between ")


def test_the_models_own_threshold_decides(table, labels, piped, one_hot):
    for threshold in (0.25, 0.8):
        inner = FixedThresholdClassifier(
            LogisticRegression(max_iter=500), threshold=threshold, pos_label="yes"
        )
        model = piped(one_hot(), inner, table, labels)
        row = table[model.predict(table) == "no"].iloc[[0]]
        result = CounterfactualFinder(model, table).find(row)
        check(result, model, "yes")
        assert all(option.output >= threshold for option in result.found)


def test_labels_by_rule_are_the_models_labels(table, labels, piped, one_hot):
    vote = VotingClassifier(
        [("a", RandomForestClassifier(4, random_state=0)), ("b", LogisticRegression(max_iter=500))],
        voting="soft",
    )
    for final in (vote, FixedThresholdClassifier(vote, threshold=0.3, pos_label="no")):
        model = piped(one_hot(), final, table, labels)
        outputs, found = RowScorer(model).answers(table)
        np.testing.assert_array_equal(found, model.predict(table))
        np.testing.assert_allclose(outputs, model.predict_proba(table))


def test_margins_where_there_are_no_probabilities(table, labels, piped, one_hot):
    model = piped(one_hot(), LinearSVC(random_state=0), table, labels)
    row = table[model.predict(table) == "no"].iloc[[0]]
    result = CounterfactualFinder(model, table).find(row)
    assert result.scale == "margin"
    assert (model.predict(result.rows.iloc[1:]) == "yes").all()
    assert result.found


def test_none_found_is_an_answer(boosted, table, refused, labels):
    row = refused.iloc[[0]]
    nothing = CounterfactualFinder(boosted, table, Constraints(immutable=list(table.columns))).find(row)
    assert (nothing.found, nothing.closest, nothing.changeable) == ((), None, 0)
    assert "nothing to change" in nothing.sentence()
    high = CounterfactualFinder(boosted, table).find(row, Goal("yes", low=1.0), max_changes=2)
    assert not high.found
    assert high.closest is not None
    assert high.closest.output > high.output
    assert "None found" in high.sentence() or "No row" in high.sentence()
    check(high, boosted, "yes")
    constant = DummyClassifier(strategy="constant", constant="no").fit(table, labels)
    stuck = CounterfactualFinder(constant, table).find(row, Goal("yes"))
    assert (stuck.found, stuck.closest) == ((), None)
    assert "moves the model towards it" in stuck.sentence()
    for result in (nothing, high, stuck):
        assert (
            Counterfactuals.from_json(json.loads(json.dumps(result.to_json()))).to_json() == result.to_json()
        )
        assert "NaN" not in plots.counterfactual_table(result).to_json()


def test_a_row_that_is_there_already(boosted, table):
    row = table[boosted.predict(table) == "yes"].iloc[[0]]
    result = CounterfactualFinder(boosted, table).find(row, Goal("yes"))
    assert result.already
    assert "already" in result.sentence()
    assert result.found == ()


def test_values_never_seen_together_come_last():
    rng = np.random.default_rng(0)
    n = 1000
    level = rng.integers(0, 4, n)
    names = np.array(["none", "school", "college", "doctor"])
    frame = pd.DataFrame(
        {"degree": pd.Series(names[level], dtype="str"), "years": 8.0 + 4 * level, "pay": rng.normal(0, 1, n)}
    )
    y = np.where(level + frame.pay > 2, "yes", "no")
    from sklearn.compose import ColumnTransformer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OrdinalEncoder

    prepare = ColumnTransformer(
        [("d", OrdinalEncoder(categories=[list(names)]), ["degree"])], remainder="passthrough"
    )
    model = make_pipeline(prepare, LGBMClassifier(n_estimators=40, colsample_bytree=0.4, verbose=-1)).fit(
        frame, y
    )
    row = frame[(level == 1) & (model.predict(frame) == "no")].iloc[[0]]
    result = CounterfactualFinder(model, frame).find(row, k=6)
    clash = [bool(option.never_together) for option in result.found]
    assert clash == sorted(clash)
    assert not clash[0]
    lone = CounterfactualFinder(model, frame, Constraints(["pay", "years"])).find(row)
    assert all(o.never_together == (("degree", "years"),) for o in lone.options)
    assert "no training row combines" in lone.words(0)


def test_little_time_gives_fewer_combinations(boosted, table, refused):
    finder = CounterfactualFinder(boosted, table)
    hard = Goal("yes", low=1.0)
    short, full = (finder.find(refused.iloc[[0]], hard, time_budget=t) for t in (1e-6, None))
    assert not short.complete
    assert full.complete
    assert short.tried < full.tried
    assert "in the time given" in short.sentence()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"immutable": ["shoe"]}, "found: shoe"),
        ({"immutable": "age"}, "as a list"),
        ({"direction": {"city": "increase"}}, "no order"),
        ({"direction": {"age": "up"}}, "increase or decrease"),
        ({"ranges": {"age": (50, 20)}}, "as \\(low, high\\)"),
        ({"ranges": {"age": ("old", None)}}, "Expected a number for age"),
        ({"cost": {"age": 0}}, "above 0"),
    ],
)
def test_constraints_that_cannot_be_kept_are_refused(boosted, table, options, words):
    with pytest.raises(explain.InputError, match=words):
        CounterfactualFinder(boosted, table, Constraints(**options))


@pytest.mark.parametrize(
    ("goal", "words"),
    [
        (Goal("maybe"), "class out of no, yes"),
        (Goal(low=0.5), "class to reach"),
        (Goal("yes", low=50), "between 0 and 1"),
        (Goal("yes", low=0.9, high=0.1), "at most high"),
    ],
)
def test_goals_that_cannot_be_reached_are_refused(boosted, table, goal, words):
    with pytest.raises(explain.InputError, match=words):
        CounterfactualFinder(boosted, table).find(table.iloc[[0]], goal)


def test_what_adds_nothing_is_not_offered(boosted, table, refused):
    for i in range(10):
        found = CounterfactualFinder(boosted, table).find(refused.iloc[[i]], k=8).found
        for first, second in combinations(found, 2):
            if set(first.changed) < set(second.changed):
                assert second.cost < first.cost


def test_odd_rows_and_tables(table, labels, piped, one_hot):
    """Unseen labels, missing values everywhere, constant and all-missing columns, names."""
    frame = table.assign(
        empty=np.nan,
        name=pd.Series([f"n{i}" for i in range(len(table))], dtype="str"),
        flag=np.arange(300) % 2 == 0,
    )
    model = piped(one_hot(), RandomForestClassifier(10, random_state=0), frame, labels)
    refused = frame[model.predict(frame) == "no"]
    finder = CounterfactualFinder(model, frame, Constraints(ranges={"income": (41_234.5, 41_234.5)}))
    row = {**refused.iloc[0].to_dict(), "city": "Atlantis"}
    result = finder.find(row)
    assert not {"empty", "name", "same"} & {name for option in result.options for name in option.changed}
    blank = dict.fromkeys(frame.columns)
    finder.find(blank, Goal("no" if model.predict(explain_row(blank, frame))[0] == "yes" else "yes"))
    only = CounterfactualFinder(
        model,
        frame,
        Constraints([c for c in frame if c != "income"], ranges={"income": (41_234.5, 41_234.5)}),
    ).find(refused.iloc[[0]], Goal("yes", low=0.0, high=1.0))
    assert only.already
    for a, b in combinations(result.found, 2):
        assert a.changed != b.changed


def explain_row(row, frame):
    from explain.row.rows import as_row

    return as_row(row, frame)


def test_the_table_shows_what_changes(boosted, table, refused):
    result = CounterfactualFinder(boosted, table).find(refused.iloc[[1]])
    figure = plots.counterfactual_table(result)
    data = json.loads(figure.to_json())["data"][0]
    assert len(data["header"]["values"]) == len(data["columnwidth"]) == 2 + len(result.found)
    assert data["columnwidth"][0] > len("training rows as unusual")  # else it takes a second line
    for k, option in enumerate(result.found):
        bold = [cell for cell in data["cells"]["values"][2 + k] if "<b>" in cell]
        assert len(bold) == len(option.changed) + 2  # and the output and the label
