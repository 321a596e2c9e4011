"""The same predictions to 1e-9 by every route of MLflow's loaders, Azure's server and AWS's toolkit."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .conftest import KINDS
from .probing import Asked, Unpacked, largest_difference

pytestmark = pytest.mark.platform

ROUTES = {
    ("mlflow", "mlflow_loaders"): {
        "pyfunc.load_model, records",
        "pyfunc.load_model, a CSV file",
        "sklearn.load_model, a CSV file",
    },
    ("azureml", "azure_server"): {
        "POST /score, a list",
        "POST /score, input_data",
        "POST /score, data",
        "POST /score, CSV",
    },
    ("sagemaker", "sagemaker_toolkit"): {"CSV", "CSV without names", "JSON", "JSON lines"},
    ("sagemaker", "sagemaker_server"): {"POST /invocations, CSV", "POST /invocations, JSON"},
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("name", "program"), ROUTES)
def test_predictions_are_the_same(
    name: str, program: str, kind: str, asked: Asked, unpacked: Callable[[str], Unpacked]
) -> None:
    expected = unpacked(kind).case.expected
    routes = asked(name, program, kind)
    assert set(routes) == ROUTES[name, program]
    for route, found in routes.items():
        whole = [column for column in expected if column not in found]
        assert not whole or route.startswith("sklearn"), whole
        assert largest_difference(found, expected) <= 1e-9, route
