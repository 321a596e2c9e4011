"""Few rows by the plan: the same answers, messages and log as by the gate and the pipeline."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from automl.bundle.single import FAST_ROWS
from automl.serving.http import Request
from automl.serving.log import LOG
from automl.serving.problems import RequestError
from automl.serving.sent import Sent, from_csv, from_value
from automl.serving.server import load
from automl.serving.service import Service
from automl.serving.settings import Settings

from ..tasks import BINARY_FIRST
from .conftest import Case

WANTED = ("prediction", "probabilities")


@dataclass
class Ways:
    """One bundle, asked with its plan and without."""

    quick: Service
    slow: Service

    def ask(self, sent: Sent) -> tuple[dict[str, Any], bool]:
        """What both say, which is the same; and whether the plan has said it."""
        by_plan = self.quick.quick is not None and self.quick.quick.answer(sent) is not None
        told = [_told(service, sent) for service in (self.quick, self.slow)]
        for key in ("ids", "warnings", "problems"):
            assert told[0].get(key) == told[1].get(key), key
        assert list(told[0].get("columns", ())) == list(told[1].get("columns", ()))
        for name, values in told[0].get("columns", {}).items():
            if isinstance(values[0], float):
                np.testing.assert_allclose(values, told[1]["columns"][name], rtol=1e-12, atol=1e-12)
            else:
                assert values == told[1]["columns"][name]
            assert [type(value) for value in values] == [type(value) for value in told[1]["columns"][name]]
        return told[0], by_plan

    def logs(self) -> list[list[dict[str, Any]]]:
        """The lines of both logs, which are closed."""
        found = []
        for service in (self.quick, self.slow):
            assert service.log is not None
            service.log.close()
            lines = (service.log.path.parent / LOG).read_text(encoding="utf-8").splitlines()
            found.append([json.loads(line) for line in lines])
        return found


def _told(service: Service, sent: Sent) -> dict[str, Any]:
    request = Request("POST", "/predict", id="r")
    try:
        answer = service.predict(sent, request, "/predict")
    except RequestError as error:
        return {"problems": error.to_json()}
    return {"ids": answer.ids, "columns": dict(answer.columns), "warnings": list(answer.warnings)}


@pytest.fixture
def ways(case: Callable[[str], Case], tmp_path: Path) -> Iterator[Callable[..., Ways]]:
    """Return a function: kind of task, settings → both ways."""
    made: list[Ways] = []

    def make(kind: str, **settings: Any) -> Ways:
        services = [
            load(case(kind).path, Settings(log=tmp_path / f"{kind}-{name}", **settings))
            for name in ("quick", "slow")
        ]
        assert services[0].quick is not None
        services[1].quick = None
        made.append(Ways(*services))
        return made[-1]

    yield make
    for each in made:
        for service in (each.quick, each.slow):
            if service.log is not None:
                service.log.close()


@pytest.mark.parametrize("kind", BINARY_FIRST)
def test_both_ways_say_the_same(ways: Callable[..., Ways], case: Callable[[str], Case], kind: str) -> None:
    both, rows, schema = ways(kind), case(kind).rows, case(kind).trained.schema
    counted = [both.ask(from_value(row, schema))[1] for row in rows]
    assert sum(counted) > len(rows) / 4, "many rows hold nothing odd"
    together = [row for row, quick in zip(rows, counted, strict=True) if quick][:FAST_ROWS]
    assert both.ask(from_value(together, schema))[1]
    many = rows * (FAST_ROWS // len(rows) + 1)
    assert not both.ask(from_value(many, schema))[1], "many rows are read as one frame"
    first, second = both.logs()
    assert len(first) == len(second) > 3 * len(rows)
    for one, other in zip(first, second, strict=True):
        assert {name: one[name] for name in one if name not in (*WANTED, "time")} == {
            name: other[name] for name in other if name not in (*WANTED, "time")
        }


def plain_row(both: Ways, case: Case) -> dict[str, Any]:
    """A row with nothing odd about it."""
    return next(row for row in case.rows if both.ask(from_value(row, case.trained.schema))[1])


def odd_cells(name: str) -> list[Any]:
    """What clients send for a column, rightly or not."""
    common = [None, "", "  ", "NA", 0, 1, -3, 2.5, 1e300, 2**70, True, False, "1", " 12 ", "x", "Ä" * 50]
    own: dict[str, list[Any]] = {
        "age": ["12,5", "12.5", "1e3", "0x10", math.nan, math.inf, 4000, 0.1 + 0.2, "0.30000000000000004"],
        "joined": ["31.05.2024", "2024-05-31", "2024-05-31T10:00:00", "31.02.2024", 20240531, "today"],
        "zip": [1067, "01067", "1067", 1067.0, "99999999"],
    }  # fmt: skip
    return common + own.get(name, []) + [["a list"], {"an": "object"}]


@pytest.mark.slow
def test_odd_cells(ways: Callable[..., Ways], binary: Case) -> None:
    """Whatever stands in a cell: the same answer, warning or refusal, alone or beside plain rows, in turn."""
    both, schema = ways("binary"), binary.trained.schema
    plain = plain_row(both, binary)
    quick = 0
    for name in schema.names:
        for number, cell in enumerate(odd_cells(name)):
            odd = plain | {name: cell}
            quick += both.ask(from_value(odd if number % 2 else [plain, odd, plain], schema))[1]
    assert quick > 20


def test_columns_too_many_and_too_few(ways: Callable[..., Ways], binary: Case) -> None:
    both, schema = ways("binary"), binary.trained.schema
    row = plain_row(both, binary)
    told, quick = both.ask(from_value({"extra": 1, **row, "more": [1, 2]}, schema))
    assert quick
    assert [warning["code"] for warning in told["warnings"]] == ["unknown_columns"]
    told, quick = both.ask(from_value(row | {"age": 4000}, schema))
    assert quick
    assert [warning["code"] for warning in told["warnings"]] == ["outside_range"]
    lacking = {name: cell for name, cell in row.items() if name != "age"}
    told, quick = both.ask(from_value(lacking, schema))
    assert not quick
    assert "problems" in told
    told, quick = both.ask(from_value([row, lacking], schema))
    assert not quick
    assert "problems" in told
    told, quick = both.ask(from_csv(binary.table.read_bytes(), schema))
    assert "warnings" in told


def test_policies(ways: Callable[..., Ways], binary: Case) -> None:
    both, schema = (
        ways("binary", unknown_columns="error", missing_columns="missing", redact=("age",)),
        binary.trained.schema,
    )
    row = plain_row(both, binary)
    told, quick = both.ask(from_value(row | {"extra": 1}, schema))
    assert not quick
    assert "problems" in told
    lacking = {name: cell for name, cell in row.items() if name != "age"}
    told, _ = both.ask(from_value(lacking, schema))
    assert "missing_column" in [warning["code"] for warning in told["warnings"]]
    assert both.ask(from_value(row, schema))[1]
    for lines in both.logs():
        assert all("age" not in line["row"] and line["redacted"] == ["age"] for line in lines)
