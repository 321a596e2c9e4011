"""Requests held against the reviewed schema of the bundle: counted, or refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from automl.data import read_table
from automl.data.review import codes, edited, infer_reviewed
from automl.errors import SettingError
from automl.serving.described import described
from automl.serving.http import Request
from automl.serving.problems import RequestError
from automl.serving.sent import from_value
from automl.serving.server import load
from automl.serving.service import Service
from automl.serving.settings import Settings

from .conftest import Case

Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def path(binary: Case, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with a reviewed schema."""
    reviewed = edited(
        infer_reviewed(read_table(binary.trained.path), target="left"),
        ["age.max=90", "age.min_present=1", "plan.domain=basic,pro", "joined.min=2010-01-01"],
    )
    folder = tmp_path_factory.mktemp("reviewed")
    return binary.trained.write(folder / "binary.zip", reviewed=reviewed.read_by(binary.trained.schema))


@pytest.fixture
def service(path: Path) -> Callable[..., Service]:
    """Return a function: settings → a service without a log."""

    def made(**settings: Any) -> Service:
        return load(path, Settings(keep_log=False, **settings))

    return made


def plain(case: Case) -> dict[str, Any]:
    """A row with nothing odd about it, of those learned from."""
    rows = Case(case.trained, case.path, case.trained.path).rows
    whole = [row for row in rows if all(value is not None for value in row.values())]
    return next(row for row in whole if row["plan"] in ("basic", "pro"))


def ask(service: Service, rows: list[dict[str, Any]]) -> Any:
    """An answer."""
    return service.predict(
        from_value(rows, service.scorer.schema), Request("POST", "/predict", id="r"), "/predict"
    )


def test_rows_that_break_it_are_counted_and_answered(service: Callable[..., Service], binary: Case) -> None:
    served, row = service(), plain(binary)
    rows = [row, row | {"age": 99.5}, row | {"age": None, "plan": "NA"}]
    for copies in (1, 30):  # few rows go another way than many
        answer = ask(served, rows * copies)
        assert len(answer.ids) == 3 * copies
        told = {(each.get("column"), each["code"]): each for each in answer.warnings}
        assert told["age", "FLOAT_TYPE_BIG_FLOAT"]["rows"][0] == 1
        assert told["age", codes.MISSING]["rows"][0] == 2
        assert told["plan", codes.DOMAIN]["rows"][0] == 2
    lines = served.metrics.render({}).splitlines()
    count = 'glassbench_anomalies_total{code="FLOAT_TYPE_BIG_FLOAT",column="age"} 31'
    assert count in lines
    assert not ask(served, [row]).warnings


def test_the_quick_way_tells_what_the_other_does(service: Callable[..., Service], binary: Case) -> None:
    quick, slow = service(), service()
    slow.quick = None
    assert quick.quick is not None
    row = plain(binary)
    odd = [
        row | change for change in ({"age": 99.5}, {"age": None}, {"plan": "NA"}, {"joined": "03.04.1999"})
    ]
    for each in (*odd, row):
        assert ask(quick, [each]).warnings == ask(slow, [each]).warnings


def test_rows_that_break_it_are_refused_where_that_is_wanted(
    service: Callable[..., Service], binary: Case
) -> None:
    served, row = service(anomalies="refuse"), plain(binary)
    assert len(ask(served, [row]).ids) == 1
    for copies in (1, 40):
        with pytest.raises(RequestError) as caught:
            ask(served, [row] * copies + [row | {"age": 99.5}, row | {"plan": "NA"}])
        assert caught.value.status == 422
        problems = {each.column: each for each in caught.value.problems}
        assert problems["age"].row == copies
        assert problems["age"].code == "FLOAT_TYPE_BIG_FLOAT"
        assert problems["age"].found == "99.5"
        assert problems["plan"].expected == 'one of "basic", "pro"'
    text = served.metrics.render({})
    assert 'glassbench_anomalies_total{code="ENUM_TYPE_UNEXPECTED_STRING_VALUES",column="plan"} 2' in text


def test_the_schema_is_told(service: Callable[..., Service]) -> None:
    told = described(service(anomalies="refuse"))
    assert told["anomalies"] == "refuse"
    columns = {each["name"]: each for each in told["columns"]}
    assert columns["plan"]["constraints"]["domain"] == ["basic", "pro"]
    assert columns["age"]["constraints"]["max"] == 90
    assert columns["age"]["allowed"] == "a number from 6 to 90"


def test_without_a_reviewed_schema_nothing_can_be_refused(binary: Case) -> None:
    with pytest.raises(SettingError, match="no reviewed schema"):
        load(binary.path, Settings(keep_log=False, anomalies="refuse"))
    told = described(load(binary.path, Settings(keep_log=False)))
    assert told["anomalies"] is None
    assert "constraints" not in told["columns"][0]
