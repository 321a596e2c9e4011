"""Bundles, deployments, verdicts and alerts."""

from __future__ import annotations

import pytest

from automl.errors import CatalogueError
from automl.store.catalogue import Catalogue

from ..conftest import make_model


def test_a_bundle_is_known_by_its_hash(catalogue: Catalogue) -> None:
    model = make_model(catalogue)
    facts = {"digest": "a" * 64, "path": "/tmp/churn.zip", "size": 7}
    made = catalogue.life.add_bundle(model, **facts)
    assert catalogue.life.add_bundle(model, **facts) == made
    assert catalogue.life.bundle("a" * 64) == (made, model)
    assert catalogue.life.bundle("b" * 64) is None
    assert catalogue.life.bundles(model) == [made]
    assert len(catalogue.audit.entries(action="exported")) == 1


def test_a_deployment_begins_and_ends(catalogue: Catalogue) -> None:
    model = make_model(catalogue)
    made = catalogue.life.deploy(model, "http://127.0.0.1:8080", bundle_digest="a" * 64)
    assert catalogue.life.deployments(running=True) == [made]
    for _ in range(2):
        catalogue.life.end_deployment(made)
    assert catalogue.life.deployments(running=True) == []
    (ended,) = catalogue.life.deployments(model)
    assert ended.ended is not None
    assert [e.action for e in catalogue.audit.entries(subject="churn/1")][1:] == [
        "deployed",
        "deployment_ended",
    ]


def test_a_verdict_is_told_once(catalogue: Catalogue) -> None:
    model = make_model(catalogue)
    facts = {
        "model": model, "run_id": "run-1", "table": "march.csv", "digest": "c" * 64, "rows": 90,
        "level": "look", "headline": "Prices are higher.", "columns": ["price"], "at": 5.0,
        "objects": {"predictions": "d" * 64},
    }  # fmt: skip
    made = catalogue.life.add_check("run-1:5.0", **facts)
    assert catalogue.life.add_check("run-1:5.0", **facts) == made
    assert catalogue.life.checks(model) == [made]
    assert list(made.columns) == ["price"]
    (entry,) = catalogue.audit.entries(action="batch_predicted")
    assert entry.facts()["objects"]["predictions"] == "d" * 64


def test_an_alert_is_opened_once_until_it_is_closed(catalogue: Catalogue) -> None:
    model = make_model(catalogue)
    alert = catalogue.life.open_alert("drift", "act", "Prices have moved.", columns=["price"], model=model)
    assert catalogue.life.open_alert("drift", "act", "Still so.", model=model) == alert
    assert catalogue.life.open_alert("drift", "act", "Of none.") != alert
    catalogue.life.close_alert(alert, reason="New prices.")
    with pytest.raises(CatalogueError, match="closed already"):
        catalogue.life.close_alert(alert)
    assert [each.message for each in catalogue.life.alerts(only_open=True)] == ["Of none."]
    (closed,) = catalogue.life.alerts(model)
    assert (closed.reason, closed.closed is not None) == ("New prices.", True)
    assert catalogue.life.open_alert("drift", "act", "Again.", model=model).id != alert.id
