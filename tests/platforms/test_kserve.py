"""KServe's own client, and TensorFlow Serving's REST requests, against `serve.py` of the zip."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ..serving.conftest import served
from .conftest import KINDS
from .probing import Unpacked, largest_difference, run_probe

pytestmark = pytest.mark.platform

ROUTES = {
    "V1 predict",
    "V2 infer",
    "V2 infer, binary",
    "TensorFlow Serving, rows",
    "TensorFlow Serving, columns",
}


@pytest.mark.parametrize("kind", KINDS)
def test_predictions_are_the_same(
    kind: str,
    environment: Callable[[str], Path],
    unpacked: Callable[[str], Unpacked],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    python, found = environment("kserve"), unpacked(kind)
    expected = found.case.expected
    with served(found.folder / "serve.py", "--name", "a-model", "--no-log", folder=tmp_path) as server:
        monkeypatch.setenv("SERVED_AT", f"http://127.0.0.1:{server.port}")
        monkeypatch.setenv("SERVED_AS", server.name)
        told = run_probe(python, "kserve_client", found.folder, found.rows, found.table)
    assert set(told["routes"]) == ROUTES
    for route, columns in told["routes"].items():
        assert set(columns) == set(expected), route
        assert largest_difference(columns, expected) <= 1e-9, route
