"""Azure Machine Learning: ``POST /score``.

``{"input_data": ...}`` as its MLflow deployments take it (a split frame, or rows), ``{"data": ...}`` as most
scoring scripts do, ``{"Inputs": {"data": ...}}`` as the designer does, or rows as they are. The answer is a
list of one object a row.
https://learn.microsoft.com/azure/machine-learning/how-to-deploy-mlflow-models-online-endpoints
"""

from __future__ import annotations

from typing import Any

from ..answer import json_records
from ..http import JSON, Request, Response
from ..problems import RequestError
from ..sent import Sent, from_body, from_value
from ..service import Service
from .invocations import sent_as_mlflow, split_frame

__all__ = ["failed", "score"]


def failed(error: RequestError, request_id: str) -> Any:
    """An error as one text and its details."""
    return {"error": error.sentence(), "code": error.code, "request": request_id}


def score(service: Service, request: Request) -> Response:
    """Predict rows."""
    schema = service.scorer.schema
    sent = _sent(service, request.json()) if request.content == JSON else from_body(request, schema)
    return json_records(service.predict(sent, request, "/score"), None)


def _sent(service: Service, body: Any) -> Sent:
    schema = service.scorer.schema
    if isinstance(body, dict):
        for name in ("input_data", "Inputs", "data"):
            if name in body and name not in schema:
                return _inner(service, body[name])
        found = sent_as_mlflow(service, body)
        if found is not None:
            return found
    return from_value(body, schema)


def _inner(service: Service, value: Any) -> Sent:
    schema = service.scorer.schema
    if isinstance(value, dict):
        if isinstance(value.get("columns"), list) and "data" in value:
            return split_frame(value)
        if set(value) <= {"data", "input_data"} and len(value) == 1:
            return from_value(next(iter(value.values())), schema)
    return from_value(value, schema)
