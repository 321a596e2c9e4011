"""Rows with other values than the table has, limits of counterfactuals, and what is made once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from automl.errors import SettingError
from automl.inspection import get_inspection, read_params
from automl.inspection.known import explainer_of, plausibility_of
from automl.run import Run

from .conftest import tied_with_chosen


def test_counterfactuals_keep_ranges_and_count(clients_run: Run) -> None:
    matter = clients_run.matter()
    row = int(matter.honest[:, -1].argmax())
    wide = clients_run.inspect("counterfactuals", row=row)
    few = clients_run.inspect("counterfactuals", row=row, count=1)
    assert len(few.found) == 1 <= len(wide.found)
    age = float(matter.rows["age"].iloc[row])
    limits = {"age": [age - 15, None], "income": [None, None]}
    near = clients_run.inspect("counterfactuals", row=row, ranges=limits)
    assert (near.rows["age"] >= age - 15).all()
    for wrong in ([], {"age": 3}, {"age": [1, 2, 3]}, {"age": [True, 2]}, {"age": [float("inf"), 2]}):
        with pytest.raises(SettingError, match="a least and a highest value"):
            clients_run.inspect("counterfactuals", row=row, ranges=wrong)
    with pytest.raises(SettingError, match="There is no column 'sex'"):
        clients_run.inspect("counterfactuals", row=row, ranges={"sex": [1, 2]})
    with pytest.raises(SettingError, match="city holds labels"):
        clients_run.inspect("counterfactuals", row=row, ranges={"city": [1, 2]})


@pytest.mark.parametrize("name", ["counterfactuals", "neighbours", "contested"])
def test_a_row_can_be_asked_about_as_it_was_edited(clients_run: Run, name: str) -> None:
    what = get_inspection(name)
    matter = clients_run.matter()
    edited = matter.rows.iloc[[5]].assign(age=79.0, city="Zug")
    asked = replace(matter, edits={5: edited}, notes=[])
    read: dict[str, Any] = read_params(what, {"row": 5}, clients_run.scope())
    result = what.make(asked, time_budget=None, progress=None, **read)
    if name == "contested":
        assert result.prediction["this model"] == pytest.approx(
            clients_run.model.predict_proba(edited)[0, -1], abs=1e-9
        )
    else:
        assert result.rows["age"].iloc[0] == 79


def test_what_questions_share_is_made_once(clients_run: Run) -> None:
    matter = clients_run.matter()
    again = replace(matter, notes=[])
    assert plausibility_of(matter) is plausibility_of(again)
    assert explainer_of(matter) is explainer_of(again)
    assert plausibility_of(matter) is not plausibility_of(clients_run.matter())
    made = [matter.once("number", lambda: object(), of=of) for of in (1, 1, 2)]
    assert made[0] is made[1] is not made[2]


def test_tied_models_are_loaded_when_they_are_asked_for(clients_run: Run) -> None:
    tied = clients_run.matter().others()
    assert list(tied) == tied_with_chosen(clients_run)
    assert all(hasattr(model, "predict") for model in tied.values())
    with pytest.raises(KeyError):
        tied["t0001"]


def test_rows_of_one_group_count_for_less(flats_run: Run, clients_run: Run) -> None:
    for run, grouped in ((flats_run, True), (clients_run, False)):
        matter = run.matter()
        scored = matter.scored(rows=matter.judged(most=1000))
        assert any("of one group are alike" in note for note in matter.notes) is grouped
        assert (scored.inflation > 1) is grouped or scored.inflation == 1
