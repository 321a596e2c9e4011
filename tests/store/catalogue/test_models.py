"""Models, what is said of them, and aliases that move in one step and back."""

from __future__ import annotations

import subprocess
import sys

import pytest

from automl.errors import CatalogueError, SettingError
from automl.store.catalogue import Catalogue, Place, open_catalogue

from ..conftest import make_model


def test_versions_count_up_and_are_found(catalogue: Catalogue) -> None:
    one = make_model(catalogue, run="r1")
    two = make_model(catalogue, run="r2")
    assert make_model(catalogue, run="r2") == two
    other = make_model(catalogue, "mail@2/day", run="r3")
    assert [each.label for each in catalogue.models.versions("churn")] == ["churn/2", "churn/1"]
    assert catalogue.models.find("churn") == two
    assert catalogue.models.find("churn/1") == one
    assert catalogue.models.find("mail@2/day") == other
    catalogue.aliases.set("champion", one)
    assert catalogue.models.find("churn@champion") == one
    assert catalogue.models.run_of(two).id == "r2"
    with pytest.raises(CatalogueError, match=r"no model 'churn/7'"):
        catalogue.models.find("churn/7")
    with pytest.raises(CatalogueError, match=r"no model 'churn@gone'"):
        catalogue.models.find("churn@gone")


def test_the_last_word_counts_and_all_are_kept(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    model = make_model(catalogue)
    assert catalogue.models.approval(model) is None
    monkeypatch.setenv("GLASSBENCH_USER", "Ada  Lovelace ")
    catalogue.models.say(model, "approved", " It does well. ")
    monkeypatch.setenv("GLASSBENCH_USER", "Grace")
    catalogue.models.say(model, "comment", "Not in May.")
    catalogue.models.say(model, "rejected")
    said = catalogue.models.approval(model)
    assert said is not None
    assert (said.kind, said.who) == ("rejected", "Grace")
    assert [(each.kind, each.who, each.text) for each in catalogue.models.statements(model)] == [
        ("approved", "Ada Lovelace", "It does well."),
        ("comment", "Grace", "Not in May."),
        ("rejected", "Grace", ""),
    ]
    actions = [entry.action for entry in catalogue.audit.entries(subject="churn/1")]
    assert actions == ["model_registered", "model_approved", "model_commented", "model_rejected"]
    with pytest.raises(SettingError, match="approved, rejected"):
        catalogue.models.say(model, "adored")
    with pytest.raises(SettingError, match="found nothing"):
        catalogue.models.say(model, "purpose", "  ")


def test_an_alias_moves_only_from_where_it_is_believed_to_be(catalogue: Catalogue) -> None:
    one, two, three = (make_model(catalogue, run=f"r{number}") for number in range(3))
    aliases = catalogue.aliases
    aliases.set("champion", one, expected=None)
    aliases.set("champion", two, expected=one)
    with pytest.raises(CatalogueError, match=r"to point to churn/1, found churn/2"):
        aliases.set("champion", three, expected=one)
    with pytest.raises(CatalogueError, match=r"to point to nothing, found churn/2"):
        aliases.set("champion", three, expected=None)
    assert aliases.get("churn", "champion") == two
    assert [entry.facts()["details"]["after"] for entry in catalogue.audit.entries(action="alias_set")] == [
        "churn/1",
        "churn/2",
    ]


def test_an_alias_goes_back_step_by_step(catalogue: Catalogue) -> None:
    one, two, three = (make_model(catalogue, run=f"r{number}") for number in range(3))
    aliases = catalogue.aliases
    for model in (one, two, three):
        aliases.set("champion", model)
    aliases.rollback("churn", "champion", reason="It was worse.")
    assert aliases.get("churn", "champion") == two
    aliases.rollback("churn", "champion")
    assert aliases.get("churn", "champion") == one
    aliases.set("champion", three)  # after which going back leads to one again
    aliases.rollback("churn", "champion")
    assert aliases.get("churn", "champion") == one
    aliases.rollback("churn", "champion")
    assert aliases.get("churn", "champion") is None
    with pytest.raises(CatalogueError, match="no earlier version"):
        aliases.rollback("churn", "champion")
    changes = aliases.changes("churn", "champion")
    assert [change.undoes_id is not None for change in changes] == [
        False, False, False, True, True, False, True, True,
    ]  # fmt: skip
    assert changes[3].reason == "It was worse."
    assert catalogue.audit.flaws() == []


def test_an_alias_may_ask_for_an_approval(catalogue: Catalogue) -> None:
    model = make_model(catalogue)
    with pytest.raises(CatalogueError, match="nobody has approved it"):
        catalogue.aliases.set("champion", model, needs_approval=True)
    catalogue.models.say(model, "approved")
    catalogue.models.say(model, "rejected")
    with pytest.raises(CatalogueError, match="has rejected it"):
        catalogue.aliases.set("champion", model, needs_approval=True)
    catalogue.models.say(model, "approved")
    catalogue.aliases.set("champion", model, needs_approval=True)
    assert catalogue.aliases.get("churn", "champion") == model
    catalogue.aliases.remove("churn", "champion")
    assert catalogue.aliases.all() == []
    with pytest.raises(CatalogueError, match="no alias 'champion'"):
        catalogue.aliases.remove("churn", "champion")
    with pytest.raises(SettingError, match="cannot be an alias"):
        catalogue.aliases.set("the best", model)


SWAP = """
import sys
from automl.errors import CatalogueError
from automl.store.catalogue import open_catalogue
with open_catalogue() as catalogue:
    mine = catalogue.models.find(sys.argv[1])
    before = catalogue.models.find("churn/1")
    sys.stdin.readline()
    try:
        catalogue.aliases.set("champion", mine, expected=before)
    except CatalogueError:
        sys.exit(3)
"""


def test_of_several_who_swap_at_once_one_does(place: Place) -> None:
    with open_catalogue() as catalogue:
        models = [make_model(catalogue, run=f"r{number}") for number in range(4)]
        catalogue.aliases.set("champion", models[0])
        children = [
            subprocess.Popen([sys.executable, "-c", SWAP, model.label], stdin=subprocess.PIPE, text=True)
            for model in models[1:]
        ]
        for child in children:
            child.communicate("go\n", timeout=120)
        assert sorted(child.returncode for child in children) == [0, 3, 3]
        winner = next(m for m, child in zip(models[1:], children, strict=True) if child.returncode == 0)
        assert catalogue.aliases.get("churn", "champion") == winner
        assert len(catalogue.aliases.changes("churn")) == 2
