"""A widget for every kind of column: what it shows, and what an edit of it puts into the address."""

from __future__ import annotations

import datetime
import json
from typing import Any

from streamlit.testing.v1 import AppTest

Values = dict[str, Any]


def _script() -> None:

    import streamlit as st

    from automl.workbench.views.what_if import state
    from automl.workbench.views.what_if.widgets import Form

    def column(name: str, kind: str, **more: object) -> dict[str, object]:
        usual = {
            "low": None, "high": None, "whole": False, "missing": False, "dated": False, "labels": None,
            "all_labels": False, "usual": None,
        }  # fmt: skip
        return {"name": name, "kind": kind} | usual | more

    facts = {
        "rows": 10,
        "starts": {"typical": 2},
        "columns": [
            column("months", "number", low=0.0, high=72.0, whole=True, usual="12"),
            column("fee *a*", "number", low=18.25, high=118.75),
            column("joined", "datetime", low="2020-01-01T00:00:00", high="2024-05-31T00:00:00", dated=True),
            column("called", "datetime", low="2024-01-01T08:00:00", high="2024-05-31T17:30:00"),
            column("plan", "category", labels=["a", "b"], all_labels=True),
            column("senior", "boolean", labels=["no", "yes"], all_labels=True, missing=True),
            column("note", "text"),
            column("code", "identifier"),
        ],
    }
    base = {
        "months": 12, "fee *a*": 70.35, "joined": "2023-02-01T00:00:00", "called": "2024-02-03T09:30:00",
        "plan": "a", "senior": None, "note": "hello", "code": "x1",
    }  # fmt: skip
    Form(facts, base, state.read(facts), "form").show()
    st.write(state.read(facts).now.row)


def edits_of(page: AppTest) -> Values:
    found = page.query_params.get("edits")
    text = found[0] if isinstance(found, list) else found
    return dict(json.loads(text)) if text else {}


def opened(**edits: Any) -> AppTest:
    page = AppTest.from_function(_script)
    if edits:
        page.query_params["edits"] = json.dumps(edits)
    page.run()
    assert not page.exception, page.exception
    return page


def test_widgets_show_the_row_and_change_nothing_by_themselves() -> None:
    page = opened()
    assert [each.value for each in page.number_input] == [12.0, 70.35]
    assert page.date_input[0].value == datetime.date(2023, 2, 1)
    assert [each.value for each in page.selectbox] == ["a", "\0"]
    assert [each.value for each in page.text_area] == ["hello"]
    assert [each.value for each in page.text_input] == ["x1"]
    assert edits_of(page) == {}
    assert page.number_input[1].label == r"fee \*a\*"
    assert page.number_input[0].step == 1.0
    assert page.number_input[1].step == 1.0
    assert "between 0 and 72, usually 12; never missing" in (page.number_input[0].help or "")
    page.run()
    assert edits_of(page) == {}


def test_edits_of_every_kind() -> None:
    page = opened()
    page.number_input[0].set_value(13.0).run()
    page.number_input[1].set_value(70.5).run()
    page.date_input[0].set_value(datetime.date(2030, 1, 2)).run()
    page.selectbox[0].select("b").run()
    page.selectbox[1].select("yes").run()
    page.text_area[0].set_value("").run()
    page.text_input[0].set_value("y2").run()
    expected = {
        "months": 13, "fee *a*": 70.5, "joined": "2030-01-02", "plan": "b", "senior": "yes", "note": None,
        "code": "y2",
    }  # fmt: skip
    assert edits_of(page) == expected
    assert not page.exception
    assert page.number_input[0].label == r"**months** :gray[· was 12]"

    # The same address shows the same widgets in another window, and back at its value an edit is none.
    again = opened(**expected)
    assert again.date_input[0].value == datetime.date(2030, 1, 2)
    assert again.text_area[0].value == ""
    assert edits_of(again) == expected
    again.date_input[0].set_value(datetime.date(2023, 2, 1)).run()
    again.number_input[0].set_value(12.0).run()
    assert set(edits_of(again)) == set(expected) - {"joined", "months"}
    next(each for each in again.button if each.help == "Back to hello.").click().run()
    assert again.text_area[0].value == "hello"
    assert "note" not in edits_of(again)


def test_two_changes_at_once_are_both_kept() -> None:
    page = opened()
    page.number_input[0].set_value(13.0)
    page.selectbox[0].select("b")
    page.run()
    assert edits_of(page) == {"months": 13, "plan": "b"}


def test_a_value_that_is_not_among_the_known_ones_stays_visible() -> None:
    page = opened(plan="z")
    assert page.selectbox[0].value == "z"
    assert edits_of(page) == {"plan": "z"}
