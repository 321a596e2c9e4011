"""KServe V1 and the REST protocol of TensorFlow Serving: ``instances`` and ``inputs``.

Row format: ``{"instances": [...]}`` → ``{"predictions": [...]}``; columnar: ``{"inputs": {...}}`` →
``{"outputs": {...}}``. Content-Type is not looked at, as their servers do not.
https://kserve.github.io/website/docs/concepts/architecture/data-plane/v1-protocol
https://www.tensorflow.org/tfx/serving/api_rest
"""

from __future__ import annotations

from typing import Any

from ..answer import Answer
from ..http import Request, Response, json_response
from ..problems import RequestError, bad_request
from ..sent import Sent, from_columns, from_value
from ..service import Service

__all__ = ["explain", "failed", "metadata", "models", "predict", "status"]


def failed(error: RequestError, request_id: str) -> Any:
    """An error as this protocol tells it: one text."""
    return {"error": error.sentence(), "code": error.code, "request": request_id}


def models(service: Service, request: Request) -> Response:
    """The names of all models."""
    return json_response({"models": [service.name]})


def status(service: Service, request: Request) -> Response:
    """Whether the model is there: KServe's ``ready`` and TensorFlow Serving's version status."""
    check_name(service, request)
    state = {
        "version": service.version,
        "state": "AVAILABLE" if service.ready else "UNLOADING",
        "status": {"error_code": "OK", "error_message": ""},
    }
    return json_response(
        {"name": service.name, "ready": service.ready, "model_version_status": [state]},
    )


def metadata(service: Service, request: Request) -> Response:
    """What goes in and what comes out, as TensorFlow Serving describes a signature."""
    check_name(service, request)
    schema = service.scorer.schema

    def tensor(name: str, number: bool) -> dict[str, Any]:
        kind = "DT_DOUBLE" if number else "DT_STRING"
        return {"name": name, "dtype": kind, "tensor_shape": {"dim": [{"size": "-1", "name": ""}]}}

    numeric = {name for name in schema.names if schema[name].kind.value == "number"}
    outputs = {name: tensor(name, not isinstance(value, str)) for name, value in service.outputs.items()}
    signature = {
        "inputs": {name: tensor(name, name in numeric) for name in schema.names},
        "outputs": outputs,
        "method_name": "tensorflow/serving/predict",
    }
    return json_response(
        {
            "model_spec": {"name": service.name, "signature_name": "", "version": service.version},
            "metadata": {"signature_def": {"signature_def": {"serving_default": signature}}},
        }
    )


def predict(service: Service, request: Request) -> Response:
    """Rows or columns in, rows or columns out."""
    check_name(service, request)
    sent, columnar = _sent(service, request)
    answer = service.predict(sent, request, "/v1/models/{name}:predict")
    return json_response(_told(answer, columnar), 200, answer.headers)


def explain(service: Service, request: Request) -> Response:
    """What each column contributes, a document a row (KServe's ``:explain``)."""
    check_name(service, request)
    sent, _ = _sent(service, request)
    gated = service.admit(sent, most=service.settings.max_explained)
    explanation = service.explain(gated.frame, service.settings.explain_seconds)
    return json_response({"explanations": service.document(explanation, None)["rows"]})


def check_name(service: Service, request: Request) -> None:
    """Refuse models and versions that are not served here."""
    name, version = request.params.get("name"), request.params.get("version")
    if name is not None and name != service.name:
        raise RequestError(
            404, "unknown_model", "There is no such model here.", fix=f"The model is {service.name!r}."
        )
    if version is not None and version != service.version:
        raise RequestError(
            404, "unknown_version", "There is no such version here.", fix=f"It is {service.version}."
        )


def _sent(service: Service, request: Request) -> tuple[Sent, bool]:
    body = request.json()
    if not isinstance(body, dict) or ("instances" in body) == ("inputs" in body):
        raise bad_request('Expected an object with either "instances" (rows) or "inputs" (columns).')
    schema = service.scorer.schema
    if "instances" in body:
        instances = body["instances"]
        if not isinstance(instances, list):
            raise bad_request('Expected "instances" to be a list of rows.')
        return from_value(instances, schema), False
    inputs = body["inputs"]
    return (from_columns(inputs) if isinstance(inputs, dict) else from_value(inputs, schema)), True


def _told(answer: Answer, columnar: bool) -> dict[str, Any]:
    """Several named outputs: an object of names a row, or of lists."""
    return {"outputs": answer.columns} if columnar else {"predictions": answer.records}
