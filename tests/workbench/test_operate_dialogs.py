"""What is decided in the registry: asked first, done in one step, in the name of whoever is there.

The test runner draws a dialog only in the run that opens it, so each is drawn here by a script of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from automl.store.catalogue import Catalogue, ModelVersion, open_catalogue

from . import catalogues


@pytest.fixture
def catalogue(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Catalogue]:
    """A catalogue with two versions."""
    monkeypatch.setenv("GLASSBENCH_USER", "server")
    with open_catalogue(home) as opened:
        catalogues.versions(opened, 2)
        yield opened


@pytest.fixture
def first(catalogue: Catalogue) -> ModelVersion:
    return catalogue.models.find("churn/1")


@pytest.fixture
def second(catalogue: Catalogue) -> ModelVersion:
    return catalogue.models.find("churn/2")


def _say(catalogue, model, kind):  # annotations would be read where these names are not known
    from automl.workbench.views.registry import saying

    saying._ask(catalogue, model, kind)


def _move(catalogue, model, pointing):
    from automl.workbench.views.registry import moving

    moving.move(catalogue, model, pointing, catalogue.models.approval(model))


def _undo(catalogue, now):
    from automl.workbench.views.registry import moving

    by_id = {each.id: each for each in catalogue.models.versions("churn")}
    moving.undo(catalogue, "churn", "champion", now, by_id)


def _remove(catalogue, now):
    from automl.workbench.views.registry import moving

    moving.remove(catalogue, "churn", "champion", now)


def drawn(script: object, *given: object) -> AppTest:
    page = AppTest.from_function(script, args=given).run()  # type: ignore[arg-type]
    assert not page.exception
    return page


def press(page: AppTest, key: str) -> None:
    page.button(key).click().run()
    assert not page.exception


def text(page: AppTest) -> str:
    kinds = ("markdown", "caption", "warning", "error")
    parts = [str(each.value) for kind in kinds for each in page.get(kind)]
    return " ".join([*parts, *(each.proto.body for each in page.get("html"))]).replace("\\", "")


def test_a_version_is_approved(catalogue: Catalogue, second: ModelVersion) -> None:
    page = drawn(_say, catalogue, second, "approved")
    assert "in the name of **server**" in text(page)
    assert "unless the server asks them to log in" in text(page)
    page.text_area("text-approved").input("Looked at it.").run()
    press(page, "confirm-approved")
    said = catalogue.models.approval(second)
    assert said is not None
    assert (said.kind, said.who, said.text) == ("approved", "server", "Looked at it.")


def test_a_purpose_needs_words(catalogue: Catalogue, second: ModelVersion) -> None:
    page = drawn(_say, catalogue, second, "purpose")
    assert page.button("confirm-purpose").disabled
    page.text_area("text-purpose").input("To call those who may leave.").run()
    press(page, "confirm-purpose")
    (said,) = catalogue.models.statements(second)
    assert (said.kind, said.text) == ("purpose", "To call those who may leave.")


def test_whoever_has_logged_in_is_on_record(catalogue: Catalogue, second: ModelVersion) -> None:
    page = AppTest.from_function(_say, args=(catalogue, second, "rejected"))
    page.user = {"is_logged_in": True, "email": "ada@example.org"}
    page.run()
    assert "in the name of **ada@example.org**" in text(page)
    assert "unless the server" not in text(page)
    press(page, "confirm-rejected")
    page = AppTest.from_function(_say, args=(catalogue, second, "rejected"))
    page.user = {"email": "mallory@example.org"}  # nobody has vouched for it
    press(page.run(), "confirm-rejected")
    assert [each.who for each in catalogue.models.statements(second)] == ["ada@example.org", "server"]


def test_an_alias_is_set_and_moved(catalogue: Catalogue, first: ModelVersion, second: ModelVersion) -> None:
    page = drawn(_move, catalogue, first, {})
    assert "Nobody has approved churn/1 yet" in text(page)
    page.text_input("alias-reason").input("The first one.").run()
    assert page.button("alias-confirm").label == "Set it"
    press(page, "alias-confirm")
    assert catalogue.aliases.get("churn", "champion") == first
    catalogue.models.say(second, "approved")
    page = drawn(_move, catalogue, second, {"champion": first})
    assert "Nobody has approved" not in text(page)
    assert "<b>churn/1</b>" in text(page)
    assert "<b>churn/2</b>" in text(page)
    press(page, "alias-confirm")
    assert catalogue.aliases.get("churn", "champion") == second
    assert [(each.who, each.reason) for each in catalogue.aliases.changes("churn")] == [
        ("server", "The first one."),
        ("server", ""),
    ]
    page = drawn(_move, catalogue, second, {"champion": second})
    assert page.button("alias-confirm").disabled, "it points there already"


def test_a_name_of_ones_own_must_be_a_name(catalogue: Catalogue, second: ModelVersion) -> None:
    page = drawn(_move, catalogue, second, {})
    page.selectbox("alias").set_value("Another name …").run()
    assert page.button("alias-confirm").disabled
    page.text_input("alias-name").input("the best").run()
    press(page, "alias-confirm")
    assert "cannot be an alias" in text(page)
    page.text_input("alias-name").input("spring-sale").run()
    press(page, "alias-confirm")
    assert catalogue.aliases.get("churn", "spring-sale") == second


def test_what_somebody_else_has_moved_is_not_moved(
    catalogue: Catalogue, first: ModelVersion, second: ModelVersion
) -> None:
    catalogue.aliases.set("champion", first)
    page = drawn(_move, catalogue, second, {"champion": first})
    catalogue.aliases.remove("churn", "champion")
    press(page, "alias-confirm")
    assert "somebody else has moved it" in text(page)
    assert catalogue.aliases.get("churn", "champion") is None


def test_a_change_is_undone_with_a_reason(
    catalogue: Catalogue, first: ModelVersion, second: ModelVersion
) -> None:
    catalogue.aliases.set("champion", first)
    catalogue.aliases.set("champion", second)
    page = drawn(_undo, catalogue, second)
    assert "<b>churn/1</b>" in text(page)
    page.text_input("undo-reason").input("Worse in May.").run()
    press(page, "undo-confirm")
    assert catalogue.aliases.get("churn", "champion") == first
    assert catalogue.aliases.changes("churn")[-1].reason == "Worse in May."
    press(drawn(_remove, catalogue, first), "remove-confirm")
    assert catalogue.aliases.get("churn", "champion") is None
    assert "nothing" in text(drawn(_undo, catalogue, None))
