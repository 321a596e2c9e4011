"""`automl schema`: drafted, edited, in versions, and held against tables."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from automl.cli.command import main

from .conftest import Automl, Done


@pytest.fixture
def automl_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Automl:
    """Run `automl …` in an empty folder, in this process: there are many, and few are long."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> Done:
        capsys.readouterr()
        code = main(list(map(str, arguments)))
        out, err = capsys.readouterr()
        return Done(code, out, err)

    return run


@pytest.fixture
def tables(home: Path, tmp_path: Path) -> Path:
    """A folder with a good table and a bad one."""
    good = pd.DataFrame(
        {"age": list(range(18, 98)), "plan": ["basic", "pro"] * 40, "left": ["no", "yes"] * 40}
    )
    good.to_csv(tmp_path / "customers.csv", index=False)
    good.assign(age=good["age"] + 100).replace({"plan": {"pro": "gold"}}).to_csv(
        tmp_path / "bad.csv", index=False
    )
    return tmp_path


def test_from_a_draft_to_a_verdict(automl_command: Automl, tables: Path) -> None:
    done = automl_command("schema", "infer", "customers.csv", "--target", "left")
    assert done.code == 0, done.err
    assert done.out.startswith("customers/1: 3 columns, from 80 rows")
    assert automl_command("schema", "check", "customers", "customers.csv").code == 0
    bad = automl_command("schema", "check", "customers", "bad.csv", "--json")
    assert bad.code == 2
    found = {(each["column"], each["code"]): each for each in bad.document["anomalies"]}
    assert set(found) == {("age", "INT_TYPE_BIG_INT"), ("plan", "ENUM_TYPE_UNEXPECTED_STRING_VALUES")}
    assert found["plan", "ENUM_TYPE_UNEXPECTED_STRING_VALUES"]["evidence"]["rows"] == list(range(2, 22, 2))
    told = automl_command("schema", "check", "customers", "bad.csv")
    assert "2 anomalies" in told.out
    assert "error: ENUM_TYPE_UNEXPECTED_STRING_VALUES\n  40 value(s) of 'plan' (50 % of the rows)" in told.out
    edited = automl_command(
        "schema", "edit", "customers", "--set", "plan.domain+=gold", "--set", "age.max=200",
        "--reason", "a new plan, and their age in another unit",
    )  # fmt: skip
    assert edited.code == 0, edited.err
    assert edited.out.splitlines() == ["age.max: 105 → 200", "plan.domain: + 'gold'", "customers/2"]
    assert automl_command("schema", "check", "customers", "bad.csv").code == 0
    assert automl_command("schema", "check", "customers/1", "bad.csv").code == 2
    diff = automl_command("schema", "diff", "customers/1", "customers/2")
    assert (diff.code, diff.out) == (0, "age.max: 105 → 200\nplan.domain: + 'gold'\n")
    history = automl_command("schema", "history", "customers", "--json").document["versions"]
    assert [each["label"] for each in history] == ["customers/1", "customers/2"]
    assert history[1]["reason"].startswith("a new plan")
    assert history[1]["changes"][0] == {"column": "age", "name": "max", "before": 105, "after": 200}
    log = automl_command("audit", "show", "--action", "schema_reviewed", "--json").document["entries"]
    assert [each["subject"] for each in log] == ["schema:customers/1", "schema:customers/2"]


def test_a_file_is_edited_by_hand(automl_command: Automl, tables: Path) -> None:
    assert automl_command("schema", "infer", "customers.csv", "--out", "rules.json").code == 0
    rules = json.loads((tables / "rules.json").read_text())
    rules["columns"][0]["max"] = 90
    (tables / "rules.json").write_text(json.dumps(rules))
    done = automl_command("schema", "check", "rules.json", "customers.csv", "--json")
    assert [each["evidence"]["count"] for each in done.document["anomalies"]] == [7]
    assert automl_command("schema", "edit", "rules.json", "--set", "age.max=97").code == 0
    assert automl_command("schema", "check", "rules.json", "customers.csv").code == 0
    automl_command("schema", "infer", "customers.csv", "--name", "people")
    taken = automl_command("schema", "edit", "people", "--from", "rules.json", "--json")
    assert taken.document["changes"] == ["age.max: 105 → 97"]
    shown = automl_command("schema", "show", "people/2")
    assert "10 to 97" in shown.out
    tensorflow = automl_command("schema", "show", "people", "--tfx", "schema.pbtxt")
    assert tensorflow.code == 0
    assert 'string_domain {\n    name: "plan"' in (tables / "schema.pbtxt").read_text()


def test_another_table_beside_it(automl_command: Automl, tables: Path) -> None:
    automl_command("schema", "infer", "customers.csv", "--out", "rules.json")
    table = pd.read_csv(tables / "customers.csv")
    table.assign(plan="pro").to_csv(tables / "moved.csv", index=False)
    for option in ("--previous", "--training"):
        done = automl_command("schema", "check", "rules.json", "moved.csv", option, "customers.csv", "--json")
        assert done.code == 2
        (found,) = done.document["anomalies"]
        assert (found["column"], found["code"]) == ("plan", "COMPARATOR_L_INFTY_HIGH")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("check", "nothing", "customers.csv"), "no reviewed schema 'nothing'"),
        (("check", "customers.csv", "customers.csv"), "no valid JSON"),
        (("infer", "nowhere.csv"), "no file"),
        (("edit", "nothing"), "nothing to change"),
    ],
)
def test_what_cannot_be_done_says_so(
    automl_command: Automl, tables: Path, arguments: tuple[str, ...], problem: str
) -> None:
    done = automl_command("schema", *arguments)
    assert done.code == 1
    assert problem in done.err


def test_wrong_usage_is_no_verdict(automl_command: Automl, home: Path) -> None:
    assert automl_command("schema", "check", "only-one").code == 1


@pytest.mark.slow
def test_fit_refuses_a_table_that_breaks_it(automl_command: Automl, tables: Path) -> None:
    automl_command("schema", "infer", "customers.csv", "--target", "left")
    search = ("--target", "left", "--budget", 60, "--max-trials", 1, "--n-jobs", 1, "--schema", "customers")
    refused = automl_command("fit", "bad.csv", *search, "--out", "bad")
    assert refused.code == 1
    assert "The table breaks its reviewed schema: 2 anomalies" in refused.err
    assert "INT_TYPE_BIG_INT: 80 value(s) of 'age'" in refused.err
    warned = automl_command("fit", "bad.csv", *search, "--schema-check", "warn", "--out", "warned", "--json")
    assert warned.code == 0, warned.err
    assert {"INT_TYPE_BIG_INT", "ENUM_TYPE_UNEXPECTED_STRING_VALUES"} <= {
        each["code"] for each in warned.document["findings"]
    }
    bundle = automl_command("export", "warned", "bundle.zip")
    assert bundle.code == 0, bundle.err
    pd.read_csv(tables / "bad.csv").drop(columns="left").to_csv(tables / "new.csv", index=False)
    predicted = automl_command("predict", "bundle.zip", "new.csv", "-o", "out.csv", "--json")
    assert predicted.code == 0, predicted.err
    assert {"INT_TYPE_BIG_INT", "ENUM_TYPE_UNEXPECTED_STRING_VALUES"} <= {
        each["code"] for each in predicted.document["findings"]
    }
    watched = automl_command("monitor", "bundle.zip", "new.csv", "--no-split", "--json")
    assert watched.code == 2
    said = {(each["column"], each["code"]): each["severity"] for each in watched.document["findings"]}
    assert said["age", "INT_TYPE_BIG_INT"] == "error"
    assert said["plan", "ENUM_TYPE_UNEXPECTED_STRING_VALUES"] == "error"
