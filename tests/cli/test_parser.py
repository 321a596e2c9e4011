from __future__ import annotations

import subprocess
import sys

import pytest

from automl.cli.parser import build_parser
from automl.cli.values import DIRECTIONS, KINDS
from automl.data import Kind
from automl.search import constraints

from .conftest import Automl

VERBS = (
    "fit", "resume", "track", "runs", "leaderboard", "front", "compare", "pick", "threshold", "explain",
    "export", "predict", "serve", "app", "data", "models", "alias", "approve", "audit", "catalogue",
    "schema",
)  # fmt: skip


def test_kinds_are_those_of_the_data_package() -> None:
    assert set(KINDS) == {kind.value for kind in Kind}


def test_directions_are_those_of_the_search() -> None:
    assert set(DIRECTIONS) == set(constraints.DIRECTIONS)


def test_all_settings_of_fit_arrive() -> None:
    line = (
        "fit t.csv --target y --budget 5 --out r --task binary --metric f1 --seed 3 --n-jobs 2 --max-trials 7"
    )
    line += " --groups g --monotone u=increasing --monotone v=w=decreasing --interpretable"
    line += " --max-latency-ms 8 --max-size-mb 0.5"
    line += " --exclude a --exclude b --kind c=text --kind d=e=number --name n --home h --json --quiet"
    line += " --memory 8GB --no-calibration --costs false_negative=5,false_positive=0.5 --weights w"
    line += " --with catboost --drop-duplicates --sql shop --query q --sql-rows 9"
    line += " --schema shop/2 --schema-check warn"
    line += " --track http://h --track-experiment e --track-alias challenger --no-track-model"
    options = vars(build_parser().parse_args(line.split()))
    assert {name: str(value) for name, value in options.items()} == {
        "version": "False",
        "command": "fit",
        "table": "t.csv",
        "sql": "shop",
        "query": "q",
        "sql_rows": "9",
        "drop_duplicates": "True",
        "target": "y",
        "budget": "5.0",
        "out": "r",
        "task": "binary",
        "metric": "f1",
        "seed": "3",
        "n_jobs": "2",
        "max_trials": "7",
        "exclude": "['a', 'b']",
        "groups": "g",
        "time": "None",
        "weights": "w",
        "executor": "None",
        "extra_families": "['catboost']",
        "warm_start": "None",
        "monotone": "[('u', 'increasing'), ('v=w', 'decreasing')]",
        "interpretable": "True",
        "max_latency_ms": "8.0",
        "max_size_mb": "0.5",
        "no_calibration": "True",
        "memory": "8GB",
        "costs": "{'false_negative': 5.0, 'false_positive': 0.5}",
        "schema": "shop/2",
        "schema_check": "warn",
        "kind": "[('c', 'text'), ('d=e', 'number')]",
        "track": "http://h",
        "track_experiment": "e",
        "track_alias": "challenger",
        "track_model": "False",
        "name": "n",
        "home": "h",
        "json": "True",
        "quiet": "True",
    }


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("fit t.csv", "--target"),
        ("fit t.csv --target y --budget 0", "positive"),
        ("fit t.csv --target y --budget nan", "positive"),
        ("fit t.csv --target y --budget soon", "invalid seconds value"),
        ("fit t.csv --target y --n-jobs 0", "1 or more"),
        ("fit t.csv --target y --kind a", "COLUMN=KIND"),
        ("fit t.csv --target y --kind a=colour", "expected one of number"),
        ("fit t.csv --target y --monotone a", "COLUMN=DIRECTION"),
        ("fit t.csv --target y --monotone a=sideways", "increasing, decreasing"),
        ("fit t.csv --target y --max-latency-ms 0", "positive number of milliseconds"),
        ("fit t.csv --target y --max-size-mb few", "invalid megabytes value"),
        ("fit t.csv --target y --task guess", "invalid choice"),
        ("fit t.csv --target y --costs 5", "false_negative=5,false_positive=1 or JSON"),
        ("fit t.csv --target y --costs {a", "expected JSON"),
        ("threshold", "RUN"),
        ("explain r --row 0", "1 or more"),
        ("app --port 70000", "between 1 and 65535"),
        ("dance", "invalid choice"),
    ],
)
def test_wrong_usage_is_code_2_and_says_what_was_expected(
    automl_command: Automl, line: str, says: str
) -> None:
    done = automl_command(*line.split())
    assert done.code == 2
    assert says in done.err
    assert done.out == ""


def test_no_command_shows_the_help_and_is_wrong_usage(automl_command: Automl) -> None:
    done = automl_command()
    assert done.code == 2
    assert all(verb in done.err for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_every_verb(automl_command: Automl, verb: str) -> None:
    done = automl_command(verb, "--help")
    assert done.code == 0
    assert verb in done.out


def test_version(automl_command: Automl) -> None:
    done = automl_command("--version")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("glassbench ")


def test_help_imports_nothing_heavy() -> None:
    heavy = ["sklearn", "numpy", "pandas", "lightgbm", "optuna", "shap", "streamlit", "rich"]
    code = f"""
import sys
from automl.cli import main
main(["--help"])
print([name for name in {heavy} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
