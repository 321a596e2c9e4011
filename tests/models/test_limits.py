"""Tables that a family refuses before it has seen a row, and says why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from automl.models import FAMILIES, Context, get_family

from ..families import installed_families


def table(rows: int, columns: int, *, coded: int = 0, classes: int = 0) -> Context:
    task = {0: "regression", 2: "binary"}.get(classes, "multiclass")
    return Context(
        task=task, n_rows=rows, n_columns=columns, n_classes=classes, categorical=tuple(range(coded))
    )


@pytest.mark.parametrize(
    ("name", "context"),
    [
        ("linear", table(1_000_000, 20)),
        ("linear", table(100_000, 50, coded=50)),  # one-hot: two thousand columns
        ("linear", table(50_000, 100, classes=100)),
        ("extra_trees", table(1_000_000, 50)),
        ("random_forest", table(1_000_000, 50)),
        ("k_nearest_neighbors", table(20_000, 5)),
        ("k_nearest_neighbors", table(1000, 200)),
        ("mlp", table(200_000, 60)),
        ("mlp", table(20_000, 20, coded=20)),
    ],
)
def test_too_large_is_said_with_numbers(name: str, context: Context) -> None:
    reason = get_family(name).unavailable(context)
    assert reason is not None
    assert any(character.isdigit() for character in reason)
    assert reason.endswith(".")


@pytest.mark.parametrize(
    "context",
    [
        table(7_000, 19, coded=16, classes=2),  # telco churn
        table(5_000, 11, classes=7),  # wine quality
        table(300, 6, coded=2, classes=3),  # penguins
        table(5_600, 60, classes=2),  # text as components
    ],
)
def test_small_tables_are_tried_by_all(context: Context) -> None:
    reasons = {
        name: family.unavailable(replace(context, interpretable=name == "decision_tree"))
        for name, family in FAMILIES.items()
        if name in installed_families()
    }
    assert reasons == dict.fromkeys(reasons)


def test_a_single_tree_is_tried_only_where_it_must_be_read() -> None:
    assert "only where a person" in str(get_family("decision_tree").unavailable(table(7_000, 19)))


def test_any_table_is_tried_by_boosting_and_the_dummy() -> None:
    for name in ("dummy", "lightgbm", "hist_gradient_boosting"):
        assert get_family(name).unavailable(table(10_000_000, 5_000, classes=2)) is None


def test_larger_tables_start_with_larger_learning_rates() -> None:
    family = get_family("lightgbm")
    tables = [table(1000, 9), table(50_000, 9), table(50_000, 9, classes=10), table(10**7, 9)]
    hurried = [[family.hurried(each, on) for each in family.first_candidates(on)] for on in tables]
    rates = [candidates[0]["learning_rate"] for candidates in hurried]
    assert rates == sorted(rates)
    assert rates[0] == family.first_candidates(tables[0])[0]["learning_rate"] < rates[1] < rates[2]
    most = family.distributions(tables[-1])["learning_rate"].high
    assert all(each["learning_rate"] <= most for each in hurried[-1])
