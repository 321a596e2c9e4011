"""``POST /invocations`` of SageMaker and MLflow, and ``/ping``, ``/version``.

JSON as MLflow's scoring server takes it (``dataframe_split``, ``dataframe_records``, ``instances``,
``inputs``), one row or a list of rows, JSON lines, and CSV with a line of names or, as SageMaker's own
algorithms have it, without. Answers are ``{"predictions": [...]}``, or CSV or JSON lines where Accept asks
for them; CSV in without names gives CSV out without names.
https://mlflow.org/docs/latest/ml/deployment/deploy-model-locally/
https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
"""

from __future__ import annotations

from typing import Any

from ..answer import json_records, tabular
from ..http import JSON, Request, Response
from ..problems import RequestError, bad_request
from ..sent import Sent, from_body, from_columns, from_rows, from_value
from ..service import Service

__all__ = ["failed", "invoke", "ping", "rows_of", "sent_as_mlflow", "version"]

_KEYS = ("dataframe_split", "dataframe_records", "instances", "inputs")


def failed(error: RequestError, request_id: str) -> Any:
    """An error as MLflow's scoring server tells it."""
    code = "BAD_REQUEST" if error.status < 500 else "TEMPORARILY_UNAVAILABLE"
    return {"error_code": code, "message": error.sentence(), "reason": error.code, "request": request_id}


def ping(service: Service, request: Request) -> Response:
    """That the container is up: 200 with nothing in it."""
    return Response(b"\n", 200 if service.ready else 503)


def version(service: Service, request: Request) -> Response:
    """The Glassbench that wrote the bundle."""
    return Response(f"{service.manifest.get('glassbench')}\n".encode(), 200, "text/plain; charset=utf-8")


def invoke(service: Service, request: Request) -> Response:
    """Predict rows."""
    sent = rows_of(service, request)
    answer = service.predict(sent, request, "/invocations")
    kind = request.wants()
    if kind == JSON:
        return json_records(answer, "predictions")
    return tabular(answer, kind, names=not sent.headless)


def rows_of(service: Service, request: Request) -> Sent:
    """The rows of a request."""
    schema = service.scorer.schema
    if request.content != JSON:
        return from_body(request, schema)
    body = request.json()
    found = sent_as_mlflow(service, body) if isinstance(body, dict) else None
    return from_value(body, schema) if found is None else found


def sent_as_mlflow(service: Service, body: dict[str, Any]) -> Sent | None:
    """Rows under one of MLflow's names; None where there is none of them."""
    schema = service.scorer.schema
    given = [name for name in _KEYS if name in body and name not in schema]
    if not given:
        return None
    if len(given) > 1:
        raise bad_request(f"Expected one of {', '.join(_KEYS)}, found {' and '.join(given)}.")
    value = body[given[0]]
    if given[0] == "dataframe_split":
        return split_frame(value)
    if given[0] == "inputs" and isinstance(value, dict):
        return from_columns(value)
    if given[0] == "dataframe_records" and not (
        isinstance(value, list) and all(isinstance(row, dict) for row in value)
    ):
        raise bad_request('Expected "dataframe_records" to be a list of objects.')
    return from_value(value, schema)


def split_frame(value: Any) -> Sent:
    """Rows as pandas writes a DataFrame with ``orient="split"``."""
    if not isinstance(value, dict) or not isinstance(value.get("columns"), list) or "data" not in value:
        raise bad_request('Expected {"columns": [names], "data": [rows]}.')
    return from_rows(value["columns"], value["data"])
