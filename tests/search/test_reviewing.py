"""A run keeps to the reviewed schema that it was started with."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from automl.data import Kind, read_table
from automl.data.review import ReviewedSchema, codes, edited, infer_reviewed
from automl.errors import SchemaError, SettingError
from automl.run import Run, create_run
from automl.run.watching import reviewed_columns
from automl.search.prepare import prepare
from automl.search.reviewing import held_against, kinds_of

GOOD = pd.DataFrame(
    {
        "code": [str(i % 7) for i in range(140)],
        "age": [20 + i % 50 for i in range(140)],
        "left": ["no", "yes"] * 70,
    }
)


@pytest.fixture
def reviewed() -> ReviewedSchema:
    """Codes are labels here, though they look like numbers."""
    return infer_reviewed(read_table(GOOD), target="left", kinds={"code": "category"})


def run_of(table: pd.DataFrame, folder: Path, reviewed: ReviewedSchema | Path, **settings: object) -> Run:
    """A run that is not started."""
    table.to_csv(folder / "table.csv", index=False)
    return create_run(folder / "table.csv", "left", out=folder / "run", reviewed=reviewed, **settings)  # type: ignore[arg-type]


def test_the_reviewed_schema_decides_what_columns_are(
    reviewed: ReviewedSchema, home: Path, tmp_path: Path
) -> None:
    (tmp_path / "schema.json").write_text(json.dumps(reviewed.to_json()))
    run = run_of(GOOD, tmp_path, tmp_path / "schema.json")
    prepared = prepare(run.folder, None)
    assert prepared.schema["code"].kind is Kind.CATEGORY
    carried = reviewed_columns(run.folder, run.schema)
    assert carried is not None
    assert carried["code"] == reviewed["code"]
    assert carried["left"].domain is None
    assert "schema_check" in run.folder.spec


def test_a_table_that_breaks_it_is_refused_with_the_list(
    reviewed: ReviewedSchema, home: Path, tmp_path: Path
) -> None:
    bad = GOOD.assign(age=GOOD["age"] + 1000, code="9")
    run = run_of(bad, tmp_path, reviewed)
    with pytest.raises(SchemaError, match=r"2 anomalies\.\n") as caught:
        prepare(run.folder, None)
    assert "INT_TYPE_BIG_INT: 140 value(s) of 'age' (100 % of the rows) are above" in caught.value.message
    assert not run.folder.has("prepared.json")


def test_it_may_go_on_with_findings(reviewed: ReviewedSchema, home: Path, tmp_path: Path) -> None:
    bad = GOOD.assign(age=GOOD["age"] + 1000)
    run = run_of(bad, tmp_path, reviewed, schema_check="warn")
    prepare(run.folder, None)
    found = {(each["column"], each["code"]) for each in run.folder.read("findings.json")}
    assert ("age", "INT_TYPE_BIG_INT") in found


def test_warnings_do_not_refuse(reviewed: ReviewedSchema) -> None:
    lenient = edited(reviewed, ["age.severity=warning"])
    table = read_table(GOOD.assign(age=GOOD["age"] + 1000, extra="x"))
    found = held_against(lenient, table, refuse=True)
    assert {each.code for each in found} == {"INT_TYPE_BIG_INT", codes.NEW_COLUMN}
    assert held_against(None, table, refuse=True) == ()


def test_a_chosen_kind_must_not_contradict_it(reviewed: ReviewedSchema) -> None:
    table = read_table(GOOD)
    assert kinds_of(reviewed, table, {"age": "number"}) == {"code": Kind.CATEGORY, "age": "number"}
    with pytest.raises(SettingError, match="'code', which the reviewed schema has as category"):
        kinds_of(reviewed, table, {"code": "number"})


def test_settings_are_checked(reviewed: ReviewedSchema, home: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="no file"):
        run_of(GOOD, tmp_path, tmp_path / "nowhere.json")
    with pytest.raises(SettingError, match="schema_check is 'maybe'"):
        run_of(GOOD, tmp_path, reviewed, schema_check="maybe")
    assert not (tmp_path / "run").exists()
