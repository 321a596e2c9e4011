"""What is odd about a new table's columns, with rows and values, and told from what is to be expected."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from automl.data import Finding, read_table
from automl.monitoring import Watched
from automl.monitoring.differences import Differences

from ..customers import FEATURES, customers


def found(watched: Watched, frame: pd.DataFrame, *, pieces: int = 1) -> dict[tuple[str, str | None], Finding]:
    differences = Differences(watched.schema, watched.reference, watched.task.target)
    for part in np.array_split(np.arange(len(frame)), pieces):
        table = read_table(frame.iloc[part].reset_index(drop=True))
        differences.add(table, watched.schema.coerce(table, missing_columns="missing"))
    return {(finding.code, finding.column): finding for finding in differences.findings()}


def test_new_rows_of_the_same_kind_raise_no_warning(binary: Watched) -> None:
    for seed in range(20, 40):
        told = found(binary, customers(400, seed)[list(FEATURES)])
        assert all(each.severity == "info" for each in told.values()), told


def test_a_missing_column_is_an_error_and_a_renamed_one_is_recognised(binary: Watched) -> None:
    frame = customers(100, 5)[list(FEATURES)].drop(columns="age")
    frame = frame.rename(columns={"plan": "Plan ", "active": "is_member"})
    told = found(binary, frame)
    assert told["missing_column", "age"].severity == "error"
    assert told["renamed_column", "plan"].evidence["like"] == "Plan "
    assert told["renamed_column", "active"].evidence["like"] == "is_member", "by its labels"
    assert ("extra_columns", None) not in told, "what may be a renamed column is no new one"


def test_the_target_is_no_new_column(binary: Watched) -> None:
    told = found(binary, customers(100, 5).drop(columns="spend").assign(comment="x"))
    assert told["extra_columns", None].evidence["columns"] == ["comment"]


def test_numbers_that_are_texts_now_are_another_kind(binary: Watched) -> None:
    frame = customers(200, 5)[list(FEATURES)]
    frame["age"] = "about " + frame["age"].astype(str)
    few = customers(200, 5)[list(FEATURES)].astype({"visits": object})
    few.loc[[3, 9], "visits"] = "many"
    changed = found(binary, frame)["changed_kind", "age"]
    assert changed.severity == "error"
    assert "first in data row 1" in changed.message
    odd = found(binary, few)["unreadable_values", "visits"]
    assert odd.severity == "warning"
    assert (odd.evidence["count"], odd.evidence["rows"]) == (2, [4, 10])
    assert ("new_missing", "visits") not in found(binary, few), "it is told once"


def test_unseen_labels_are_a_warning_where_they_are_no_chance(binary: Watched) -> None:
    frame = customers(300, 5)[list(FEATURES)]
    frame.loc[:29, "plan"] = "gold"
    told = found(binary, frame)["unseen_category", "plan"]
    assert told.severity == "warning"
    assert told.evidence["examples"] == ["gold"]
    assert told.evidence["rows"] == list(range(1, 11))
    frame["plan"] = "basic"
    frame.loc[7, "city"] = "city 99"
    one = found(binary, frame)["unseen_category", "city"]
    assert one.severity == "info", "of thirty cities, a new one is no surprise"


def test_values_out_of_range(binary: Watched) -> None:
    frame = customers(300, 5)[list(FEATURES)]
    frame.loc[:9, "age"] = 900.0
    told = found(binary, frame)["out_of_range", "age"]
    assert told.severity == "warning"
    assert told.evidence["examples"] == ["900"]
    frame["joined"] = frame["joined"] + pd.Timedelta(days=2000)
    assert found(binary, frame)["out_of_range", "joined"].severity == "info"


def test_values_that_are_missing_for_the_first_time(binary: Watched) -> None:
    frame = customers(300, 5)[list(FEATURES)]
    frame.loc[10:40, "age"] = np.nan
    told = found(binary, frame)["new_missing", "age"]
    assert told.severity == "warning"
    assert told.evidence["rows"][0] == 11
    assert ("new_missing", "fee") not in found(binary, frame), "some were missing before"


@pytest.mark.parametrize("damage", [lambda f: f.loc[150:, "plan"].map(lambda _: "gold")])
def test_pieces_tell_the_same_as_the_whole(
    binary: Watched, damage: Callable[[pd.DataFrame], pd.Series]
) -> None:
    frame = customers(400, 5)[list(FEATURES)]
    frame.loc[150:, "plan"] = damage(frame)
    frame.loc[350, "age"] = -5.0
    frame.loc[[20, 380], "age"] = np.nan
    assert found(binary, frame) == found(binary, frame, pieces=3)
