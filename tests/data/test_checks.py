"""Each check fires on the case it is for, and stays silent on a sound table."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest

from automl.data import Finding, Schema, check_dataset, read_table
from automl.data.checks import checks


@dataclass(frozen=True)
class Task:
    kind: str
    target: str


def sound(rows: int = 200) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "size": rng.normal(50, 10, rows).round(2),
            "rooms": rng.integers(1, 6, rows),
            "town": rng.choice(["Ulm", "Bonn", "Kiel"], rows),
            "sold": rng.choice(["yes", "no"], rows),
            "price": rng.lognormal(5, 1, rows).round(2),
        }
    )


def findings(frame: pd.DataFrame, task: Task | None = None, **kinds: str) -> list[Finding]:
    table = read_table(frame.astype(object).where(frame.notna(), None))
    return check_dataset(Schema.infer(table, kinds=kinds).coerce(table), task)


def only(frame: pd.DataFrame, code: str, task: Task | None = None, **kinds: str) -> Finding:
    found = [finding for finding in findings(frame, task, **kinds) if finding.code == code]
    assert len(found) == 1, f"{code}: {[f.code for f in findings(frame, task, **kinds)]}"
    assert Finding.from_json(json.loads(json.dumps(found[0].to_json(), allow_nan=False))) == found[0]
    return found[0]


@pytest.mark.parametrize(
    "task", [None, Task("binary", "sold"), Task("multiclass", "town"), Task("regression", "price")]
)
def test_a_sound_table_has_no_findings(task: Task | None) -> None:
    assert findings(sound(), task) == []


CASES: list[tuple[str, str, str | None, dict[str, Any]]] = [
    ("constant", "info", "new", {"new": "x"}),
    ("all_missing", "warning", "new", {"new": None}),
    ("identifier", "info", "new_id", {"new_id": [f"K{i:05d}" for i in range(200)]}),
    ("mostly_missing", "warning", "new", {"new": [1.5, 2.5, 3.5, 4.5] * 10 + [None] * 160}),
    ("nearly_constant", "info", "new", {"new": ["a"] * 199 + ["b"]}),
    ("high_cardinality", "warning", "new", {"new": [f"w{i % 100}" for i in range(200)]}),
    ("similar_categories", "warning", "new", {"new": ["Red", "red ", "blue", "green"] * 50}),
    ("sentinel", "warning", "new", {"new": [*np.arange(190) / 7, *[-999] * 10]}),
    ("sentinel", "warning", "new", {"new": [*np.arange(190) / 7, *[9999] * 10]}),
    ("hidden_numbers", "info", "new", {"new": [f"{i},{i % 90 + 10} €" for i in range(100)] * 2}),
    ("ambiguous_numbers", "warning", "new", {"new": [f"{i % 9 + 1},{i + 100}" for i in range(200)]}),
    ("missing_tokens", "info", "new", {"new": [*map(str, np.arange(199) / 7), "?"]}),
    ("kept_as_value", "info", "new", {"new": ["NA", "DE", "FR", "IT"] * 50}),
    ("ambiguous_dates", "warning", "new", {"new": [f"{i % 12 + 1}/{i % 11 + 1}/2024" for i in range(200)]}),
    ("duplicate_column", "info", "new", {"new": sound()["size"]}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "severity", "column", "new"), CASES, ids=[f"{c[0]}-{i}" for i, c in enumerate(CASES)]
)
def test_each_check_fires_on_its_case(
    code: str, severity: str, column: str | None, new: dict[str, Any]
) -> None:
    found = only(sound().assign(**new), code)
    assert (found.severity, found.column) == (severity, column)
    assert found.message
    assert found.fix


def test_negative_numbers_around_a_code_are_no_sentinel() -> None:
    values = np.linspace(-1500, 1500, 200).round(1)
    values[:5] = -999
    assert "sentinel" not in {f.code for f in findings(sound().assign(new=values))}


def test_rows() -> None:
    assert only(sound(30), "few_rows").severity == "warning"
    wide = pd.DataFrame(np.random.default_rng(0).normal(size=(60, 70)), columns=[f"c{i}" for i in range(70)])
    assert only(wide, "more_columns_than_rows").evidence == {"rows": 60, "columns": 70}
    twice = pd.concat([sound(), sound().iloc[:40]]).assign(key_id=[f"K{i:05d}" for i in range(240)])
    found = only(twice, "duplicate_rows")
    assert (found.severity, found.evidence["count"]) == ("warning", 40)


@pytest.mark.parametrize(
    ("code", "target", "task"),
    [
        ("target_all_missing", [None] * 200, "binary"),
        ("target_one_class", ["a"] * 200, "binary"),
        ("target_one_class", ["a"] * 150 + [None] * 50, "binary"),
        ("target_date", pd.date_range("2024-01-01", periods=200).astype(str), "regression"),
        ("target_identifier", [f"K{i:05d}" for i in range(200)], "multiclass"),
        ("target_too_many_classes", [f"w{i // 2 if i < 80 else i}x" for i in range(200)], "multiclass"),
    ],
)
def test_target_gates_are_errors(code: str, target: Any, task: str) -> None:
    assert only(sound().assign(goal=list(target)), code, Task(task, "goal")).severity == "error"


def test_target_warnings() -> None:
    rare = ["a"] * 150 + ["b"] * 45 + ["c"] * 4 + ["d"]
    task = Task("multiclass", "goal")
    assert only(sound().assign(goal=rare), "target_single_row_class", task).evidence == {"classes": ["d"]}
    assert only(sound().assign(goal=rare), "target_rare_class", task).evidence == {"classes": {"c": 4}}
    gaps = ["a", "b"] * 90 + [None] * 20
    assert only(sound().assign(goal=gaps), "target_missing", Task("binary", "goal")).evidence["missing"] == 20
    lopsided = np.where(np.arange(1000) % 50 == 0, "b", "a")
    assert (
        only(sound(1000).assign(goal=lopsided), "target_imbalanced", Task("binary", "goal")).severity
        == "info"
    )


def test_leaks() -> None:
    frame = sound(400)
    task = Task("binary", "sold")
    given = frame.assign(status=frame["sold"].map({"yes": "closed", "no": "open"}))
    assert only(given, "target_leak", task).column == "status"
    doubled = frame.assign(net=frame["price"] * 0.81 + 3)
    assert only(doubled, "target_leak", Task("regression", "price")).column == "net"
    half = frame.assign(status=np.where(np.arange(400) % 2, frame["sold"], "open"))
    assert "target_leak" not in {f.code for f in findings(half, task)}
    gone = frame.assign(paid=np.where(frame["sold"] == "yes", frame["size"].round(), np.nan))
    assert only(gone, "target_leak", task).column == "paid"
    rare = sound(4000).assign(goal=np.where(np.arange(4000) == 7, "b", "a"))
    assert "target_leak" not in {f.code for f in findings(rare, Task("binary", "goal"))}


def test_gravest_first() -> None:
    frame = sound().assign(goal="a", new=[f"w{i % 100}" for i in range(200)], same="x")
    order = [finding.severity for finding in findings(frame, Task("binary", "goal"))]
    assert order == sorted(order, key=["error", "warning", "info"].index)
    assert set(order) == {"error", "warning", "info"}


def test_every_check_is_found_and_described() -> None:
    found = checks()
    assert {"target_gates", "constant_columns", "duplicate_rows", "hidden_numbers"} <= set(found)
    assert all(function.__doc__ for function in found.values())


def test_finding_severity_is_checked() -> None:
    with pytest.raises(ValueError, match="severity"):
        Finding("x", "fatal", None, "")  # type: ignore[arg-type]
