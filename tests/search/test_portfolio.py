"""The learned portfolio: what is in it, and what becomes of it on a given table."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace
from importlib.resources import files

import pytest

from automl.models import FAMILIES, Context, get_family
from automl.search.portfolio import Portfolio, first_candidates, portfolio

PLAIN = Context(task="regression", n_rows=500, n_columns=1, n_classes=0, metric="rmse")
FULL = Context(task="binary", n_rows=40_000, n_columns=20, n_classes=2, categorical=(0, 1), metric="roc_auc")
SKEWED = Context(task="regression", n_rows=900, n_columns=9, n_classes=0, metric="rmse", log_target="log")


def test_the_file_says_when_and_from_what_it_was_learned() -> None:
    content = json.loads(files("automl.search").joinpath("portfolio.json").read_text(encoding="utf-8"))
    datetime.date.fromisoformat(content["learned"])
    assert len(content["tables"]) > 20
    assert {"scikit-learn", "lightgbm"} <= set(content["versions"])


def test_it_holds_only_families_that_are_searched_without_being_asked_for() -> None:
    usual = {name for name, each in FAMILIES.items() if not each.extra and each.unavailable(SKEWED) is None}
    assert (
        {"lightgbm"}
        < {family for family, _ in portfolio().candidates}
        <= portfolio().judged
        <= usual - {"dummy"}
    )


@pytest.mark.parametrize("context", [PLAIN, FULL, SKEWED], ids=["plain", "full", "skewed"])
def test_candidates_are_within_the_space_of_the_table_and_not_repeated(context: Context) -> None:
    names = [name for name in FAMILIES if get_family(name).unavailable(context) is None]
    found = list(first_candidates(context, names))
    assert found[0][0] == "dummy"
    assert {name for name, _ in found} == set(names)
    assert all(found.count(each) == 1 for each in found)
    for name, params in found:
        kinds = get_family(name).distributions(context)
        assert set(params) == set(kinds)
        assert all(kinds[key]._contains(kinds[key].to_internal_repr(value)) for key, value in params.items())


def test_larger_tables_are_learned_faster() -> None:
    def slowest(context: Context) -> float:
        return min(params["learning_rate"] for _, params in first_candidates(context, ["lightgbm"]))

    assert slowest(FULL) > slowest(replace(FULL, n_rows=400))


def test_models_to_be_read_are_not_from_the_portfolio() -> None:
    context = replace(SKEWED, interpretable=True)
    found = list(first_candidates(context, ["linear", "decision_tree"]))
    assert {name for name, _ in found} == {"linear", "decision_tree"}
    assert all(params["scaling"] == "standard" for name, params in found if name == "linear")


def test_families_that_were_judged_and_left_out_come_last_and_unknown_ones_early(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    boosted = [each for each in portfolio().candidates if each[0] == "lightgbm"][:5]
    known = Portfolio(tuple(boosted), frozenset({"lightgbm", "linear"}))
    monkeypatch.setattr("automl.search.portfolio.portfolio", lambda: known)
    found = [name for name, _ in first_candidates(SKEWED, ["dummy", "catboost", "lightgbm", "linear"])]
    own = len(get_family("linear").first_candidates(SKEWED))
    assert found[:5] == ["dummy", "lightgbm", "lightgbm", "lightgbm", "catboost"]
    assert found[-own:] == ["linear"] * own


def test_a_family_outside_the_portfolio_tries_its_own_first_candidates() -> None:
    found = [params for _, params in first_candidates(SKEWED, ["dummy", "decision_tree"])]
    assert found[1:] == get_family("decision_tree").first_candidates(SKEWED)
