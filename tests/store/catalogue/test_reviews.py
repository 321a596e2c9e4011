"""Reviewed schemas in versions, with who, when and why."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from automl.errors import CatalogueError, SettingError
from automl.store.catalogue import Catalogue

FIRST = {"columns": [{"name": "b", "max": 1.5}, {"name": "a"}], "min_rows": None}
SECOND = {"columns": [{"name": "b", "max": 2.5}, {"name": "a"}], "min_rows": None}


def test_each_change_is_a_version_on_record(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLASSBENCH_USER", "ada")
    first = catalogue.reviews.add("sales", FIRST, reason="drafted")
    monkeypatch.setenv("GLASSBENCH_USER", "bob")
    second = catalogue.reviews.add(
        "sales", SECOND, reason="as agreed", changes=["b.max: 1.5 → 2.5"], expected=1
    )
    again = catalogue.reviews.add("sales", SECOND)
    back = catalogue.reviews.add("sales", FIRST, reason="taken back")
    assert again == second
    assert [(each.label, each.who, each.reason) for each in catalogue.reviews.history("sales")] == [
        ("sales/1", "ada", "drafted"), ("sales/2", "bob", "as agreed"), ("sales/3", "bob", "taken back"),
    ]  # fmt: skip
    assert list(back.schema["columns"][0]) == ["name", "max"], "in the order in which it was written"
    assert back.digest == first.digest
    assert catalogue.reviews.current("sales") == back
    assert catalogue.reviews.find("sales/2").schema == SECOND
    told = catalogue.audit.entries(action="schema_reviewed")
    assert [(entry.subject, entry.who) for entry in told] == [
        ("schema:sales/1", "ada"), ("schema:sales/2", "bob"), ("schema:sales/3", "bob"),
    ]  # fmt: skip
    assert "1.5 → 2.5" in told[1].details
    assert first.digest in told[1].objects
    assert catalogue.audit.flaws() == []


def test_whoever_was_slower_is_told(catalogue: Catalogue) -> None:
    catalogue.reviews.add("sales", FIRST, expected=0)
    with pytest.raises(CatalogueError, match="somebody else has changed it"):
        catalogue.reviews.add("sales", SECOND, expected=0)
    assert len(catalogue.reviews.history()) == 1


def test_writers_at_the_same_time_get_a_number_each(catalogue: Catalogue) -> None:
    with ThreadPoolExecutor(4) as writers:
        list(writers.map(lambda n: catalogue.reviews.add("sales", {"min_rows": n}), range(12)))
    assert [each.number for each in catalogue.reviews.history("sales")] == list(range(1, 13))
    assert len(catalogue.audit.entries(action="schema_reviewed")) == 12


def test_what_is_not_there_is_named(catalogue: Catalogue) -> None:
    assert catalogue.reviews.current("sales") is None
    catalogue.reviews.add("prices", FIRST)
    for label in ("sales", "prices/2"):
        with pytest.raises(CatalogueError, match="no reviewed schema") as caught:
            catalogue.reviews.find(label)
        assert "prices" in caught.value.fix
    with pytest.raises(SettingError):
        catalogue.reviews.add(" ", FIRST)
