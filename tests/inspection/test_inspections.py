"""Every inspection once on a real run, and where each of them is judged."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import log_loss

import automl
from automl.errors import RunError, SettingError
from automl.inspection import fingerprint_now, get_inspection, inspections
from automl.inspection.kinds.importance import pooled
from automl.run import Run
from explain import InputError
from explain.whole.importance import PermutationImportance

from .conftest import clients, matter_of, tied_with_chosen

ASKED: dict[str, dict[str, Any]] = {
    "fairness": {"column": "sex"},
    "curve": {"column": "age", "kind": "ale"},
    "counterfactuals": {"row": 3, "immutable": ["city"]},
    "what_if": {"row": 3, "changes": {"age": 70, "city": "Zug"}},
    "neighbours": {"row": 3, "count": 4},
    "contested": {"row": 3},
    "difference": {"other": "t0002"},
    "cohorts": {"column": "city"},
    "thresholds": {"column": "sex"},
}


@pytest.mark.parametrize("name", sorted(inspections()))
def test_is_made_stored_and_read_back(clients_run: Run, name: str) -> None:
    params = ASKED.get(name, {})
    told: list[float] = []
    made = clients_run.inspected(name, params=params, time_budget=6, progress=told.append)
    assert all(0 <= share <= 1 for share in told)
    assert type(made.result).__name__ == get_inspection(name).kind.rpartition(":")[2]
    words = made.told()
    assert words.sentences
    assert all(sentence.strip() for sentence in words.sentences)
    assert all(len(row) == len(words.headers) for row in words.rows)
    again = automl.load_run(clients_run.folder.path).inspected(name, params=params)
    assert again.seconds == made.seconds  # read, not made
    assert again.to_json() == made.to_json()
    kept = (clients_run.folder.path / "inspections" / made.model).glob(f"{name}*.json")
    assert [json.loads(path.read_text())["params"] for path in kept].count(made.params) == 1


@pytest.mark.parametrize("run_name", ["clients_run", "flats_run"])
def test_fold_models_give_the_out_of_fold_predictions(run_name: str, request: pytest.FixtureRequest) -> None:
    run = request.getfixturevalue(run_name)
    matter = matter_of(run)
    seen = np.zeros(len(matter.rows), dtype=int)
    for fold in matter.folds():
        rows = matter.rows.iloc[fold.unseen]
        if matter.task.classes is None:
            given = fold.model.predict(rows)[:, None]
        else:
            given = fold.model.predict_proba(rows)
        np.testing.assert_allclose(given, matter.honest[fold.unseen], rtol=1e-6)
        seen[fold.unseen] += 1
    assert (seen == np.isfinite(matter.honest).all(axis=1)).all()


def test_importance_is_of_rows_that_were_not_learned_from(clients_run: Run) -> None:
    matter = matter_of(clients_run)
    result = clients_run.inspect("importance")
    out_of_fold = log_loss(matter.truth, matter.honest)
    assert result.level == pytest.approx(out_of_fold, rel=1e-6)
    in_sample = log_loss(matter.truth, matter.model.predict_proba(matter.rows))
    assert in_sample < 0.98 * out_of_fold  # so the two can be told apart
    assert result.columns[0] == "age"
    assert result.low[0] > 0


def test_groups_may_be_of_a_column_that_the_model_does_not_read(clients_run: Run) -> None:
    made = clients_run.inspected("fairness", params={"column": "sex"})
    assert made.result.groups == ("f", "m")
    assert "The model does not read sex." in made.notes
    table = clients()
    base = made.result.measure("base_rate", "yes").values
    expected = (table["left"] == "yes").groupby(table["sex"]).mean()
    np.testing.assert_allclose(base, expected.to_numpy())


def test_decisions_are_the_models_own_and_other_costs_make_results_stale(
    clients_run: Run, tmp_path: Path
) -> None:
    before = clients_run.inspect("performance").confusion.counts
    shutil.copytree(clients_run.folder.path, tmp_path / "copy")
    run = automl.load_run(tmp_path / "copy")
    run.threshold(costs={"false_negative": 9, "false_positive": 1}, keep=True)
    after = run.inspect("performance").confusion.counts
    matter = matter_of(run)
    assert run.result is not None
    threshold = run.result["decision"]["threshold"]
    assert threshold < 0.4
    assert after[:, 1].sum() == (matter.honest[:, 1] >= threshold).sum() > before[:, 1].sum()
    assert (matter.model.predict_proba(matter.rows)[:, 1] >= threshold).sum() == (
        matter.model.predict(matter.rows) == "yes"
    ).sum()


def test_weights_count_and_rows_are_named(flats_run: Run) -> None:
    matter = matter_of(flats_run)
    made = flats_run.inspected("performance")
    assert matter.weight is not None
    off = np.abs(matter.truth - matter.honest[:, 0])
    expected = float(np.average(off, weights=matter.weight))
    assert made.result.residuals.mean_absolute.value == pytest.approx(expected)
    assert expected != pytest.approx(float(off.mean()), rel=1e-3)
    assert made.notes[0].startswith("Judged on predictions of 90 rows (90 out of fold)")
    assert "Each row counts by its weight." in made.notes


def test_numbers_have_a_usual_goal_and_neighbours_leave_the_row_out(flats_run: Run) -> None:
    matter = matter_of(flats_run)
    middle = float(np.median(matter.truth))
    row = int(np.argmin(matter.truth))
    assert flats_run.inspect("counterfactuals", row=row).goal.low == middle
    found = flats_run.inspect("neighbours", row=row, count=6)
    assert row not in found.positions
    assert found.outcomes == tuple(matter.truth[list(found.positions)])
    assert found.predictions[1:] == pytest.approx(matter.honest[list(found.positions), 0])


def test_a_sample_is_drawn_by_the_seed_and_said(clients_run: Run) -> None:
    matter = matter_of(clients_run)
    scored = matter.scored(rows=matter.judged(most=150))
    assert scored.rows == 150
    assert matter.notes[1] == "Made on 150 of 320 such rows, drawn at random."
    again = matter_of(clients_run)
    assert (again.scored(rows=again.judged(most=150)).truth == scored.truth).all()


@pytest.mark.parametrize(
    ("name", "params", "said"),
    [
        ("horoscope", {}, "There is no inspection 'horoscope'. There is clusters, cohorts,"),
        ("curve", {}, "The inspection curve needs a column"),
        ("curve", {"column": "height"}, "There is no column 'height' to be the column. The model reads age,"),
        ("curve", {"column": "sex"}, "There is no column 'sex'"),
        ("curve", {"column": "age", "kind": "spline"}, "Expected kind as pdp or ale, found 'spline'"),
        ("curve", {"column": "age", "colour": 1}, "takes no 'colour'. It takes column, kind."),
        ("fairness", {"column": "left"}, "There is no column 'left'"),
        ("neighbours", {"row": 320}, "There is no row 320. Here rows are counted from 0 to 319."),
        ("neighbours", {"row": True}, "There is no row True"),
        ("what_if", {"row": 0, "changes": {}}, "Name at least one column"),
        ("what_if", {"row": 0, "changes": {"age": "old"}}, "old"),
        ("counterfactuals", {"row": 0, "goal": "maybe"}, "There is no class 'maybe'. 'left' has no, yes."),
        ("counterfactuals", {"row": 0, "immutable": "age"}, "Expected immutable as a list"),
        ("counterfactuals", {"row": 0, "direction": {"age": 1}}, "with increase or decrease"),
        ("surrogate", {"depth": 9}, "Expected depth as a whole number from 1 to 6, found 9"),
    ],
)
def test_what_makes_no_sense_is_said(clients_run: Run, name: str, params: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingError) as error:
        clients_run.inspect(name, **params)
    assert said in str(error.value)


def test_reasons_are_contested_by_near_tied_models_only(clients_run: Run) -> None:
    made = clients_run.inspected("contested", params={"row": 5})
    tied = tied_with_chosen(clients_run)
    assert made.result.models == ("this model", *tied)
    assert made.result.row == 5
    assert made.notes == (f"Compared with {', '.join(tied)}.",)
    with pytest.raises(SettingError, match="cannot tell from this one, found none"):
        clients_run.inspect("contested", model="t0001", row=5)


def test_a_model_that_is_not_there_and_no_time_at_all(clients_run: Run) -> None:
    with pytest.raises(RunError, match="has no model 't9999'"):
        clients_run.inspect("performance", model="t9999")
    with pytest.raises(SettingError, match="time budget is 0"):
        clients_run.inspect("performance", time_budget=0)


def test_parts_are_pooled_by_their_rows() -> None:
    def part(rows: int, importance: list[float], names: tuple[str, ...]) -> PermutationImportance:
        size = len(importance)
        return PermutationImportance(
            names, np.array(importance), np.full(size, 0.5), np.full(size, 0.3), np.full(size, 0.4), 1.96,
            1.0, "log loss", np.full(size, 3), rows, {}, (),
        )  # fmt: skip

    found = pooled([part(30, [4.0, 1.0], ("a", "b")), part(10, [9.0, 0.0, 7.0], ("b", "a", "c"))])
    assert found.columns == ("a", "b")
    np.testing.assert_allclose(found.importance, [3.0, 3.0])
    np.testing.assert_allclose(found.stderr_rows, np.hypot(0.75, 0.25) * 0.3)
    np.testing.assert_allclose(found.stderr, np.hypot(0.75, 0.25) * 0.5)
    assert (found.rows, found.skipped) == (40, ("c",))


def test_the_light_fingerprint_is_the_one_that_results_are_stored_with(clients_run: Run) -> None:
    chosen = (clients_run.result or {})["chosen"]
    for model in {chosen, "t0001", "t0002"}:
        assert fingerprint_now(clients_run.folder, model) == clients_run.fingerprint(model)
    joint = clients_run.fingerprint("t0001", "t0002")
    assert fingerprint_now(clients_run.folder, "t0001", "t0002") == joint
    assert joint not in {clients_run.fingerprint("t0001"), clients_run.fingerprint("t0002", "t0001")}


def test_two_models_differ_by_what_their_predictions_differ(clients_run: Run) -> None:
    made = clients_run.inspected("difference", model="t0001", params={"other": "t0002"})
    found = made.result
    np.testing.assert_allclose(found.base + found.values.sum(axis=1), found.prediction, atol=1e-6)
    rows = found.data
    one, two = (clients_run.model_for(name).predict_proba(rows) for name in ("t0001", "t0002"))
    np.testing.assert_allclose(found.prediction, one - two, atol=1e-9)
    assert made.told().rows[0][0] in made.told().sentences[0]
    with pytest.raises(SettingError, match="is not the id of a model to be the other"):
        clients_run.inspect("difference", other="../t0001")
    with pytest.raises(RunError, match="has no model 't9999'"):
        clients_run.inspect("difference", other="t9999")


def test_groups_are_explained_alike_and_compared_in_both_directions(clients_run: Run) -> None:
    found = clients_run.inspect("cohorts", column="sex")
    assert found.groups == ("f", "m")
    there, back = found.between("f", "m"), found.between("m", "f")
    counts = clients()["sex"].value_counts()
    assert there.rows == back.rows[::-1] == (min(150, counts["f"]), min(150, counts["m"]))
    np.testing.assert_allclose(there.difference, -back.difference)
    np.testing.assert_allclose(there.means, back.means[::-1])
    np.testing.assert_allclose(there.low, -back.high)
    low, high = found.widest()
    assert found.between(low, high).total[-1] > 0
    with pytest.raises(InputError, match="two groups out of f, m"):
        found.between("f", "x")


def test_thresholds_bring_rates_together_and_say_what_it_costs(clients_run: Run) -> None:
    made = clients_run.inspected("thresholds", params={"column": "sex"})
    before, after = made.result.equalised()
    assert after.difference.value < before.difference.value
    assert "They are not applied" in made.told().sentences[0]
    parity = clients_run.inspect("thresholds", column="sex", rate="true_positive_rate")
    assert parity.rate == "true_positive_rate"


def test_columns_that_tell_the_same_are_shuffled_together(tmp_path: Path) -> None:
    table = clients(200)
    table["age_in_months"] = table["age"] * 12 + np.arange(len(table)) % 12
    run = automl.fit(table, "left", budget=1200, max_trials=2, n_jobs=1, out=tmp_path / "run")
    alone = run.inspect("importance")
    together = run.inspected("importance", params={"players": "clusters"})
    assert "Columns that tell the same are shuffled together." in together.notes
    (group,) = together.result.groups
    assert set(together.result.groups[group]) == {"age", "age_in_months"}
    assert set(together.result.columns) == {group, "city", "income", "sex"}
    assert together.result.low[together.result.columns.index(group)] > 0
    assert alone.groups == {}
    assert set(alone.columns) == {"age", "age_in_months", "city", "income", "sex"}


def test_residuals_name_rows_of_the_table(flats_run: Run) -> None:
    residuals = flats_run.inspect("performance").residuals
    matter = matter_of(flats_run)
    off = matter.truth - matter.honest[:, 0]
    np.testing.assert_allclose(residuals.shown_residual, off[residuals.shown_row])
    np.testing.assert_allclose(residuals.worst_truth, matter.truth[residuals.worst_row])
