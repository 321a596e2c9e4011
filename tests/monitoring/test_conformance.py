"""New rows held against the reviewed schema of the model under watch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from automl.data import read_table
from automl.data.review import codes, distribution_of, edited, infer_reviewed
from automl.data.review.distribution import jensen_shannon
from automl.monitoring import Watched, score
from automl.monitoring.conformance import distribution
from automl.monitoring.counts import count

from ..customers import FEATURES, KINDS, customers


@pytest.fixture(scope="module")
def watched(binary: Watched) -> Watched:
    """A classifier under watch whose rows were reviewed."""
    table = read_table(customers(3000, 1)[[*FEATURES, "left"]])
    drafted = infer_reviewed(table, target="left", kinds=KINDS)
    reviewed = edited(drafted, ["age.max=80", "note.max_length=", "joined.min="])
    return replace(binary, reviewed=reviewed.read_by(binary.schema))


def found(watched: Watched, frame: pd.DataFrame, **settings: object) -> dict[tuple[str | None, str], str]:
    """Severities by column and code."""
    report = score(watched, frame, time_budget=None, **settings).report  # type: ignore[arg-type]
    return {(each.column, each.code): each.severity for each in report.findings}


def test_rows_like_those_learned_from_break_nothing(watched: Watched) -> None:
    for seed in range(20, 26):
        told = found(watched, customers(400, seed).drop(columns=["spend"]))
        assert not {key for key in told if key[1].isupper()}, seed


def test_anomalies_are_findings_and_count_in_the_verdict(watched: Watched) -> None:
    new = customers(500, 12).drop(columns=["left", "spend"])
    new.loc[:4, "age"] = 200.0
    new.loc[5:9, "plan"] = "gold"
    new.loc[10:12, "visits"] = None
    report = score(watched, new, time_budget=None).report
    told = {(each.column, each.code): each for each in report.findings}
    assert told["age", "FLOAT_TYPE_BIG_FLOAT"].evidence["rows"] == [1, 2, 3, 4, 5]
    assert told["plan", codes.DOMAIN].evidence["examples"] == ["gold"]
    assert told["visits", codes.MISSING].evidence["count"] == 3
    assert not {("age", "out_of_range"), ("plan", "unseen_category"), ("visits", "new_missing")} & set(told)
    assert report.level == "act"
    assert {"age", "plan", "visits"} <= set(report.concerned())


def test_a_column_that_is_gone_is_told_though_nothing_is_scored(watched: Watched) -> None:
    told = found(watched, customers(200, 13).drop(columns=["plan", "left"]))
    assert told["plan", codes.MISSING_COLUMN] == "error"
    assert ("plan", "missing_column") not in told
    told = found(
        watched, customers(200, 13).drop(columns=["plan"]).assign(wage=1.5), missing_columns="missing"
    )
    assert told["plan", codes.MISSING_COLUMN] == "error"
    assert told["wage", codes.NEW_COLUMN] == "warning"


def test_skew_is_measured_against_the_rows_learned_from(watched: Watched) -> None:
    new = customers(800, 14).drop(columns=["spend"])
    moved = new.assign(plan="pro", fee=new["fee"] * 5)
    told = found(watched, moved)
    assert told["plan", codes.SHARES] == "warning"
    assert told["fee", codes.DIVERGED] == "warning"
    assert ("visits", codes.DIVERGED) not in told


@pytest.mark.parametrize("name", ["age", "fee", "visits"])
def test_counts_give_nearly_the_distribution_of_the_values(watched: Watched, name: str) -> None:
    """Read on straight lines between the cuts, it is as far from another as the values themselves are."""
    assert watched.reviewed is not None
    profile = next(each for each in watched.reference.columns if each.name == name)
    column, constraints = watched.schema[name], watched.reviewed[name]
    kind = watched.reviewed.cell_type(name)
    frames = [watched.schema.coerce(customers(3000, seed)).frame for seed in (1, 15)]
    frames[1][name] = frames[1][name] + 6
    counted = [
        distribution(profile.grid, count(profile.grid, column, each[name]), column, kind) for each in frames
    ]
    exact = [distribution_of(constraints, kind, each[name]) for each in frames]
    assert exact[0] is not None
    assert exact[1] is not None
    assert sum(counted[0].masses) == pytest.approx(1)
    assert jensen_shannon(*counted) == pytest.approx(jensen_shannon(exact[0], exact[1]), abs=0.03)


def test_labels_keep_their_shares(watched: Watched) -> None:
    assert watched.reviewed is not None
    profile = next(each for each in watched.reference.columns if each.name == "plan")
    frame = watched.schema.coerce(customers(1000, 16).replace({"plan": {"pro": "gold"}})).frame
    counted = count(profile.grid, watched.schema["plan"], frame["plan"])
    made = distribution(profile.grid, counted, watched.schema["plan"], "BYTES")
    shares = frame["plan"].value_counts(normalize=True)
    assert made.shares["basic"] == pytest.approx(shares["basic"])
    np.testing.assert_allclose(sum(made.shares.values()), 1)
    assert "pro" not in made.shares
