"""Versions of datasets: one for each content, in order, with what changed on record."""

from __future__ import annotations

import pytest

from automl.errors import CatalogueError, SettingError
from automl.store.catalogue import Catalogue
from automl.store.catalogue.datasets import schema_changes


def schema(**kinds: str) -> dict[str, object]:
    """A schema with columns of these kinds."""
    return {"columns": [{"name": name, "kind": kind} for name, kind in kinds.items()]}


def test_one_content_is_one_version(catalogue: Catalogue) -> None:
    first = catalogue.datasets.add("sales", "a" * 64, rows=10, columns=2, source="/tmp/sales.csv", size=99)
    again = catalogue.datasets.add("sales", "a" * 64, rows=10, columns=2, source="/elsewhere/sales.csv")
    second = catalogue.datasets.add("sales", "b" * 64, rows=12, columns=2)
    other = catalogue.datasets.add("prices", "a" * 64, rows=10, columns=2)
    assert again == first
    assert [each.label for each in (first, second, other)] == ["sales/1", "sales/2", "prices/1"]
    assert second.parent_id == first.id
    assert first.parent_id is other.parent_id is None
    assert [each.label for each in catalogue.datasets.versions()] == ["prices/1", "sales/1", "sales/2"]
    told = [(entry.action, entry.subject) for entry in catalogue.audit.entries()]
    assert told == [("data_registered", f"data:{label}") for label in ("sales/1", "sales/2", "prices/1")]


def test_a_version_is_found_by_number_name_and_digest(catalogue: Catalogue) -> None:
    catalogue.datasets.add("a/b@c", "1" * 64, rows=1, columns=1)
    catalogue.datasets.add("sales", "2" * 64, rows=1, columns=1)
    catalogue.datasets.add("sales", "3" * 64, rows=1, columns=1)
    assert catalogue.datasets.find("sales").number == 2
    assert catalogue.datasets.find("sales/1").digest == "2" * 64
    assert catalogue.datasets.find("33333333").label == "sales/2"
    for unknown in ("sales/9", "sale", "3333", "________"):
        with pytest.raises(CatalogueError, match="no dataset") as caught:
            catalogue.datasets.find(unknown)
        assert "sales" in caught.value.fix


def test_a_change_of_the_schema_is_on_record(catalogue: Catalogue) -> None:
    before = schema(a="number", b="number", c="category")
    after = schema(a="number", b="category", d="text")
    changes = schema_changes(before, after)
    assert changes is not None
    assert (changes["added"], changes["removed"]) == (["d"], ["c"])
    assert changes["retyped"] == [["b", "number", "category"]]
    catalogue.datasets.add("t", "1" * 64, rows=1, columns=3, schema=before)
    catalogue.datasets.add("t", "2" * 64, rows=2, columns=3, schema=before)
    catalogue.datasets.add("t", "3" * 64, rows=3, columns=3, schema=after)
    (entry,) = catalogue.audit.entries(action="schema_changed")
    told = entry.facts()
    assert told["details"]["before"] == "t/2"
    assert told["details"]["removed"] == ["c"]
    assert told["objects"] == {"before": "2" * 64, "data": "3" * 64}


def test_another_table_of_the_same_name_does_not_come_after(catalogue: Catalogue) -> None:
    catalogue.datasets.add("train", "1" * 64, rows=1, columns=2, schema=schema(a="number", b="number"))
    other = catalogue.datasets.add("train", "2" * 64, rows=1, columns=1, schema=schema(x="number"))
    assert (other.number, other.parent_id) == (2, None)
    assert catalogue.audit.entries(action="schema_changed") == []


def test_a_name_must_be_one(catalogue: Catalogue) -> None:
    with pytest.raises(SettingError, match="found nothing"):
        catalogue.datasets.add("  ", "1" * 64, rows=1, columns=1)
    with pytest.raises(SettingError, match="at most 200"):
        catalogue.datasets.add("x" * 201, "1" * 64, rows=1, columns=1)
