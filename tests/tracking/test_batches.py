"""Requests keep within a server's limits, and nothing gets lost between them."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from automl.tracking.server import MOST_IN_ALL, MOST_METRICS, MOST_PARAMS, Metric, batches


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 3_500), st.integers(0, 350), st.integers(0, 350))
def test_limits_are_kept_and_all_is_there_in_its_order(n_metrics: int, n_params: int, n_tags: int) -> None:
    metrics = [Metric("m", float(i), i) for i in range(n_metrics)]
    params = {f"p{i}": str(i) for i in range(n_params)}
    tags = {f"t{i}": str(i) for i in range(n_tags)}
    made = list(batches(metrics, params, tags))
    for batch in made:
        sizes = len(batch.metrics), len(batch.params), len(batch.tags)
        assert 0 < sum(sizes) <= MOST_IN_ALL
        assert sizes[0] <= MOST_METRICS
        assert max(sizes[1:]) <= MOST_PARAMS
    assert [metric for batch in made for metric in batch.metrics] == metrics
    assert {name: value for batch in made for name, value in batch.params.items()} == params
    assert {name: value for batch in made for name, value in batch.tags.items()} == tags


def test_no_request_is_made_for_nothing() -> None:
    assert list(batches()) == []
    assert len(list(batches([Metric("m", 1.0, 1)] * 900, {str(i): "" for i in range(100)}))) == 1
