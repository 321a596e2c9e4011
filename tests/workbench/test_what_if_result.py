"""Predictions and contributions before and after, for numbers and for several classes."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.tree import DecisionTreeClassifier
from streamlit.testing.v1 import AppTest

import explain
from automl.run import Run
from automl.store import RunFolder
from automl.workbench.views.what_if.decided import decider_of


def _draw(row, what_if, output, decider):  # type: ignore[no-untyped-def]  # its source runs alone
    from automl.workbench.views.what_if import result
    from explain.explanation import Explanation
    from explain.row.whatif import WhatIf

    if row is not None:
        found = Explanation.from_json(row["explanation"])
        result.as_it_is(row, found, "kind", output, decider)
    if what_if is not None:
        result.with_edits(WhatIf.from_json(what_if), output, decider)


def drawn(**given: Any) -> str:
    asked = {"row": None, "what_if": None, "output": None, "decider": None} | given
    page = AppTest.from_function(_draw, kwargs=asked).run()
    assert not page.exception, page.exception
    return "\n".join(element.proto.body for element in page.get("html"))


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame({"a": rng.normal(size=300), "b": rng.normal(size=300), "<i>c": rng.normal(size=300)})


def test_of_several_classes_the_one_that_is_said_is_explained_unless_another_is_asked_for(
    table: pd.DataFrame,
) -> None:
    kind = np.where(table.a > 0.5, "x", np.where(table.b > 0, "y", "z"))
    model = DecisionTreeClassifier(max_depth=4, random_state=0).fit(table, kind)
    row = table[(table.a > 1)][:1].reset_index(drop=True)
    made = explain.explain(model, row, table[:50])
    answer = {"explanation": made.to_json(), "label": "x", "outcome": "x"}
    text = drawn(row=answer)
    assert "probability of “x”; says “x”" in text
    assert "&lt;i&gt;c" in text
    assert "<i>c" not in text
    assert "probability of “y”; says “x”" in drawn(row=answer, output="y")
    found = explain.what_if(model, row, {"a": -2, "b": 2}, table[:50])
    text = drawn(what_if=found.to_json())
    assert "probability of “y”; says “x”" in text
    assert "probability of “y”; says “y”" in text
    assert "Difference" in text


def test_what_errors_cost_decides_what_is_said(
    table: pd.DataFrame, penguins_run: Run, tmp_path: Path
) -> None:
    folder = RunFolder(shutil.copytree(penguins_run.folder.path, tmp_path / "run"))
    assert decider_of(folder) is None
    task = folder.read("task.json")
    costs = [[0, 1, 1], [1, 0, 1], [90, 90, 0]]
    folder.write("task.json", {**task, "classes": ["x", "y", "z"], "costs": costs})
    decider = decider_of(folder)
    assert decider is not None
    assert decider.labels([[0.6, 0.399, 0.001], [0.02, 0.5, 0.48]], ["x", "y", "z"]) == ["x", "z"]
    assert decider.labels([[0.001, 0.399, 0.6]], ["z", "y", "x"]) == ["x"], "by name, whatever their order"

    kind = np.where(table.a > 0.5, "x", np.where(table.b > -0.3, "y", "z"))
    model = DecisionTreeClassifier(max_depth=1, random_state=0).fit(table, kind)
    row = table[(table.a < 0) & (table.b > 0)][:1].reset_index(drop=True)
    assert model.predict(row)[0] == "y", "the bare model knows of no costs"
    made = explain.explain(model, row, table[:50])
    answer = {"explanation": made.to_json(), "label": "y", "outcome": "y"}
    assert "probability of “z”; says “z”" in drawn(row=answer, decider=decider)
    assert "probability of “y”; says “z”" in drawn(row=answer, output="y", decider=decider)
    found = explain.what_if(model, row, {"a": 3.0}, table[:50])
    text = drawn(what_if=found.to_json(), decider=decider)
    assert "says “z”" in text
    assert "says “x”" in text, "where z cannot be, it costs nothing to leave it out"


def test_numbers_have_their_own_units(table: pd.DataFrame) -> None:
    model = LinearRegression().fit(table, 1000 + 50 * table.a - 20 * table.b)
    row = pd.DataFrame({"a": [1.0], "b": [1.0], "<i>c": [0.0]})
    found = explain.what_if(model, row, {"a": 2.0}, table[:50])
    text = drawn(what_if=found.to_json())
    assert "1,030" in text
    assert "1,080" in text
    assert "+50" in text
    assert "points" not in text
    assert "±" not in text, "it is exact"
    made = explain.explain(model, row, table[:50])
    text = drawn(row={"explanation": made.to_json(), "label": None, "outcome": 1012.5})
    assert "1,012.5" in text
    assert "Prediction" in text
