"""The Open Inference Protocol, version 2 (KServe V2), with the extension for binary tensors.

A tensor a column, of shape [n] or [n, 1]; or one tensor of shape [n, columns] in the order of the schema.
https://github.com/kserve/open-inference-protocol
https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md
"""

from __future__ import annotations

from typing import Any

from ...data import Kind
from ..answer import Answer
from ..http import Request, Response, json_response, parse_json, to_json
from ..problems import bad_request
from ..sent import Sent
from ..service import Service
from ..wording import shown
from .tensorflow import check_name, failed
from .tensors import BYTES, checked_shape, checked_type, flatten, from_bytes, to_bytes

__all__ = ["failed", "infer", "live", "model", "model_ready", "ready", "server"]

_LENGTH = "inference-header-content-length"


def server(service: Service, request: Request) -> Response:
    """What this server is."""
    return json_response(
        {
            "name": "glassbench",
            "version": str(service.manifest.get("glassbench")),
            "extensions": ["binary_tensor_data"],
        }
    )


def live(service: Service, request: Request) -> Response:
    """That the server is there."""
    return json_response({"live": True})


def ready(service: Service, request: Request) -> Response:
    """Whether all models are ready."""
    return json_response({"ready": service.ready}, 200 if service.ready else 503)


def model_ready(service: Service, request: Request) -> Response:
    """Whether the model is ready."""
    check_name(service, request)
    told = {"name": service.name, "ready": service.ready}
    return json_response(told, 200 if service.ready else 503)


def model(service: Service, request: Request) -> Response:
    """The tensors that go in and come out."""
    check_name(service, request)
    return json_response(
        {
            "name": service.name,
            "versions": [service.version],
            "platform": "glassbench_bundle",
            "inputs": [
                {
                    "name": column.name,
                    "datatype": "FP64" if column.kind is Kind.NUMBER else BYTES,
                    "shape": [-1],
                }
                for column in service.scorer.schema
            ],
            "outputs": [
                {"name": name, "datatype": _output_type(value), "shape": [-1]}
                for name, value in service.outputs.items()
            ],
        }
    )


def infer(service: Service, request: Request) -> Response:
    """Predict the rows of some tensors."""
    check_name(service, request)
    body, rest = _parts(request)
    sent = _sent(service, body, rest)
    answer = service.predict(sent, request, "/v2/models/{name}/infer")
    return _told(service, answer, body)


def _parts(request: Request) -> tuple[dict[str, Any], bytes]:
    """The JSON part and the binary part behind it."""
    data, rest = request.body, b""
    length = request.headers.get(_LENGTH)
    if length is not None:
        if not length.isascii() or not length.isdecimal() or len(length) > 12 or int(length) > len(data):
            raise bad_request("Expected Inference-Header-Content-Length to be the length of the JSON part.")
        data, rest = data[: int(length)], data[int(length) :]
    body = parse_json(data)
    if not isinstance(body, dict) or not isinstance(body.get("inputs"), list):
        raise bad_request('Expected {"inputs": [{"name", "shape", "datatype", "data"}, …]}.')
    return body, rest


def _sent(service: Service, body: dict[str, Any], rest: bytes) -> Sent:
    schema = service.scorer.schema
    columns: dict[str, list[Any]] = {}
    for tensor in body["inputs"]:
        if not isinstance(tensor, dict) or not isinstance(tensor.get("name"), str):
            raise bad_request("Expected every input to be an object with a name.")
        name = tensor["name"]
        if name in columns:
            raise bad_request(f"The input {shown(name)} is given twice.")
        shape = checked_shape(tensor.get("shape"), name)
        kind = checked_type(tensor.get("datatype"), name)
        size = _parameters(tensor).get("binary_data_size")
        if size is None:
            values = flatten(tensor.get("data"), shape, kind, name)
        elif type(size) is not int or not 0 <= size <= len(rest):
            raise bad_request(f"The binary data of {shown(name)} is not there.")
        else:
            values, rest = from_bytes(rest[:size], shape, kind, name), rest[size:]
        if len(shape) == 1 or (len(shape) == 2 and shape[1] == 1 and (name in schema or len(schema) > 1)):
            columns[name] = values
        elif len(shape) == 2 and shape[1] == len(schema) and len(body["inputs"]) == 1:
            width = len(schema)
            columns = {other: values[j::width] for j, other in enumerate(schema.names)}
        else:
            raise bad_request(
                f"Expected {shown(name)} to be a column of shape [n] or [n, 1], found {list(shape)}.",
                f"Or send all in one tensor of shape [n, {len(schema)}].",
            )
    if rest:
        raise bad_request(f"{len(rest):,} byte(s) are left over behind the last input.")
    lengths = {len(values) for values in columns.values()}
    if len(lengths) > 1:
        raise bad_request("Expected inputs of one length.")
    return Sent(columns, lengths.pop() if lengths else 0)


def _told(service: Service, answer: Answer, body: dict[str, Any]) -> Response:
    wanted = body.get("outputs")
    binary_all = _parameters(body).get("binary_data_output") is True
    asked: dict[str, bool] = dict.fromkeys(answer.columns, binary_all)
    if wanted is not None:
        if not isinstance(wanted, list) or not all(
            isinstance(each, dict) and isinstance(each.get("name"), str) for each in wanted
        ):
            raise bad_request('Expected "outputs" as a list of objects with names.')
        unknown = next((each["name"] for each in wanted if each["name"] not in answer.columns), None)
        if unknown is not None:
            raise bad_request(
                f"There is no output {shown(unknown)}.", f"Outputs are: {', '.join(answer.columns)}."
            )
        if wanted:
            asked = {each["name"]: bool(_parameters(each).get("binary_data", binary_all)) for each in wanted}
    outputs, rest = [], []
    for name, binary in asked.items():
        values = answer.columns[name]
        kind = _output_type(values[0])
        tensor: dict[str, Any] = {"name": name, "datatype": kind, "shape": [len(values)]}
        if binary:
            rest.append(to_bytes(values, kind))
            tensor["parameters"] = {"binary_data_size": len(rest[-1])}
        else:
            tensor["data"] = values
        outputs.append(tensor)
    told: dict[str, Any] = {"model_name": service.name, "model_version": service.version, "outputs": outputs}
    if isinstance(body.get("id"), str):
        told["id"] = body["id"]
    if not rest:
        return json_response(told, 200, answer.headers)
    head = to_json(told)
    length = ("inference-header-content-length", str(len(head)))
    return Response(b"".join((head, *rest)), 200, "application/octet-stream", (length, *answer.headers))


def _output_type(value: Any) -> str:
    if isinstance(value, bool | str):
        return BYTES
    return "INT64" if isinstance(value, int) else "FP64"


def _parameters(thing: dict[str, Any]) -> dict[str, Any]:
    found = thing.get("parameters")
    return found if isinstance(found, dict) else {}
