"""Requests made up from the server's own description: none breaks it, and all answers are as described."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from .conftest import Server

schemathesis = pytest.importorskip("schemathesis")


def bombard(server: Server, examples: int) -> Counter[int]:
    """Send made-up requests to every route that takes a body; return how often each status came back."""
    from requests import Session
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

    address = f"http://127.0.0.1:{server.port}"
    described = schemathesis.openapi.from_url(f"{address}/openapi.json")
    kinds = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
    strategies = [
        operation.ok().as_strategy(generation_mode=kind)
        for operation in described.get_all_operations()
        if operation.ok().method.upper() == "POST"
        for kind in kinds
    ]
    statuses: Counter[int] = Counter()
    session = Session()
    session.trust_env = False

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of(strategies))
    def send(case: Any) -> None:
        response = case.call(base_url=address, session=session, params={"seconds": "0.05"}, timeout=60)
        statuses[response.status_code] += 1
        case.validate_response(
            response,
            checks=[
                not_a_server_error,
                status_code_conformance,
                content_type_conformance,
                response_schema_conformance,
            ],
        )

    with session:
        send()
    return statuses


def test_made_up_requests(server: Server) -> None:
    statuses = bombard(server, 150)
    assert sum(statuses.values()) >= 150
    assert max(statuses) < 500, statuses
    assert statuses[200], statuses
    assert server.client.get("/health").status == 200


@pytest.mark.slow
def test_ten_thousand_made_up_requests(server: Server) -> None:
    statuses = bombard(server, 10_000)
    assert sum(statuses.values()) >= 10_000
    assert max(statuses) < 500, statuses
    assert server.client.get("/health").status == 200
