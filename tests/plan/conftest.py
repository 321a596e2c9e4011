"""A small real plan."""

from __future__ import annotations

from typing import Any

import pytest

from automl.plan import Plan, compile_plan

from .making import Table, fitted, mixed_table, pipeline, voting


@pytest.fixture(scope="session")
def plan() -> Plan:
    """The plan of two linear and two boosted models."""
    table = mixed_table("binary")
    models = fitted("linear", _first("linear", table), table, "binary", 2)
    models += fitted("lightgbm", _first("lightgbm", table), table, "binary", 2)
    return Plan(compile_plan(pipeline(table, voting("binary", models)), table.schema))


def _first(name: str, table: Table) -> dict[str, Any]:
    from automl.models import FAMILIES

    return FAMILIES[name].first_candidates(table.context)[0]
