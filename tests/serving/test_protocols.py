"""What platforms' clients send and expect back, for every kind of task: the same predictions each time."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

from .conftest import Case, Client, Server, served

NAME = "Customers-friends"
KINDS = ("binary", "multiclass", "regression")


@pytest.fixture(scope="module")
def servers(
    case: Callable[[str], Case], server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Client]]:
    """A client for each kind of task."""
    folder = tmp_path_factory.mktemp("servers")
    start = ("-m", "automl", "serve")
    with (
        served(*start, case("multiclass").path, "--no-log", folder=folder) as several,
        served(*start, case("regression").path, "--no-log", folder=folder) as values,
    ):
        yield {"binary": server.client, "multiclass": several.client, "regression": values.client}


@pytest.fixture(params=KINDS)
def asked(request: pytest.FixtureRequest, case: Callable[[str], Case], servers) -> tuple[Case, Client]:
    """A model of each kind and its server."""
    return case(request.param), servers[request.param]


def columns(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """Rows column by column."""
    return {name: [row[name] for row in rows] for name in rows[0]}


def rows_of(outputs: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """Columns row by row."""
    return [dict(zip(outputs, values, strict=True)) for values in zip(*outputs.values(), strict=True)]


def tensors(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows as tensors of the Open Inference Protocol, a column each."""
    return [
        {"name": name, "shape": [len(cells)], "datatype": "FP64" if name == "age" else "BYTES", "data": cells}
        for name, cells in columns(rows).items()
    ]


def test_kserve_v1_and_tensorflow_serving(asked: tuple[Case, Client]) -> None:
    case, client = asked
    assert client.get("/v1/models").json == {"models": [NAME]}
    for base in (f"/v1/models/{NAME}", f"/v1/models/{NAME}/versions/1"):
        status = client.get(base).json
        assert (status["name"], status["ready"]) == (NAME, True)
        assert status["model_version_status"][0]["state"] == "AVAILABLE"
        # TensorFlow Serving's clients name no type.
        body = json.dumps({"signature_name": "serving_default", "instances": case.rows}).encode()
        case.check(client.post(f"{base}:predict", body).json["predictions"])
        by_position = {"instances": [list(row.values()) for row in case.rows]}
        case.check(client.post(f"{base}:predict", by_position).json["predictions"])
        case.check(rows_of(client.post(f"{base}:predict", {"inputs": columns(case.rows)}).json["outputs"]))
        metadata = client.get(f"{base}/metadata").json
        signature = metadata["metadata"]["signature_def"]["signature_def"]["serving_default"]
        assert list(signature["inputs"]) == list(case.trained.schema.names)
        assert list(signature["outputs"]) == list(case.expected.columns)
    explained = client.post(f"/v1/models/{NAME}:explain", {"instances": case.rows[:1]}).json["explanations"]
    total = explained[0]["base"] + sum(each["contribution"] for each in explained[0]["contributions"])
    assert total == pytest.approx(explained[0]["prediction"], rel=1e-6, abs=1e-6)
    for path in ("/v1/models/other:predict", f"/v1/models/{NAME}/versions/2:predict"):
        reply = client.post(path, {"instances": case.rows[:1]})
        assert (reply.status, type(reply.json["error"])) == (404, str)


def test_open_inference(asked: tuple[Case, Client]) -> None:
    case, client = asked
    assert client.get("/v2").json["extensions"] == ["binary_tensor_data"]
    assert client.get("/v2/health/live").json == {"live": True}
    assert client.get("/v2/health/ready").json == {"ready": True}
    metadata = client.get(f"/v2/models/{NAME}").json
    kinds = {each["name"]: each["datatype"] for each in metadata["inputs"]}
    assert list(kinds) == list(case.trained.schema.names)
    assert (kinds["age"], kinds["plan"]) == ("FP64", "BYTES")
    for base in (f"/v2/models/{NAME}", f"/v2/models/{NAME}/versions/1"):
        assert client.get(f"{base}/ready").json["ready"] is True
        reply = client.post(f"{base}/infer", {"id": "mine", "inputs": tensors(case.rows)})
        assert reply.status == 200, reply.text
        assert (reply.json["id"], reply.json["model_name"]) == ("mine", NAME)
        assert [(each["name"], each["datatype"]) for each in reply.json["outputs"]] == [
            (each["name"], each["datatype"]) for each in metadata["outputs"]
        ]
        assert all(each["shape"] == [40] for each in reply.json["outputs"])
        case.check(rows_of({each["name"]: each["data"] for each in reply.json["outputs"]}))
    one = {"name": "all", "shape": [40, len(kinds)], "datatype": "BYTES"}
    texts = [[None if cell is None else str(cell) for cell in row.values()] for row in case.rows]
    whole = client.post(f"/v2/models/{NAME}/infer", {"inputs": [one | {"data": texts}]})
    case.check(rows_of({each["name"]: each["data"] for each in whole.json["outputs"]}))
    only = {"inputs": tensors(case.rows), "outputs": [{"name": "prediction"}]}
    assert [each["name"] for each in client.post(f"/v2/models/{NAME}/infer", only).json["outputs"]] == [
        "prediction"
    ]


def as_bytes(cells: list[Any], kind: str) -> bytes:
    """Cells as the binary extension has them; a missing text is an empty one."""
    if kind == "FP64":
        return np.array([np.nan if cell is None else cell for cell in cells], "<f8").tobytes()
    texts = [("" if cell is None else cell).encode() for cell in cells]
    return b"".join(struct.pack("<I", len(text)) + text for text in texts)


def test_open_inference_in_binary(asked: tuple[Case, Client]) -> None:
    case, client = asked
    inputs, parts = [], []
    for tensor in tensors(case.rows):
        parts.append(as_bytes(tensor.pop("data"), tensor["datatype"]))
        inputs.append(tensor | {"parameters": {"binary_data_size": len(parts[-1])}})
    head = json.dumps({"inputs": inputs, "parameters": {"binary_data_output": True}}).encode()
    reply = client.post(
        f"/v2/models/{NAME}/infer",
        b"".join((head, *parts)),
        content_type="application/octet-stream",
        inference_header_content_length=str(len(head)),
    )
    assert reply.status == 200, reply.text
    length = int(reply.headers["inference-header-content-length"])
    told, rest = json.loads(reply.body[:length]), reply.body[length:]
    outputs = {}
    for tensor in told["outputs"]:
        size = tensor["parameters"]["binary_data_size"]
        data, rest = rest[:size], rest[size:]
        if tensor["datatype"] == "BYTES":
            values, at = [], 0
            while at < len(data):
                (width,) = struct.unpack_from("<I", data, at)
                values.append(data[at + 4 : at + 4 + width].decode())
                at += 4 + width
            outputs[tensor["name"]] = values
        else:
            kind = {"FP64": "<f8", "INT64": "<i8"}[tensor["datatype"]]
            outputs[tensor["name"]] = np.frombuffer(data, kind).tolist()
    assert rest == b""
    case.check(rows_of(outputs))


def test_mlflow(asked: tuple[Case, Client]) -> None:
    case, client = asked
    names = list(case.trained.schema.names)
    split = {"columns": names, "index": [3], "data": [list(row.values()) for row in case.rows]}
    for body in (
        {"dataframe_split": split},
        {"dataframe_records": case.rows},
        {"instances": case.rows},
        {"inputs": case.rows},
        {"inputs": columns(case.rows)},
    ):
        reply = client.post("/invocations", body)
        assert reply.status == 200, reply.text
        case.check(reply.json["predictions"])
    csv = pd.DataFrame(case.rows, dtype=object).to_csv(index=False).encode()
    case.check(client.post("/invocations", csv, content_type="text/csv").json["predictions"])
    error = client.post("/invocations", {"dataframe_split": {"columns": ["a"]}})
    assert (error.status, error.json["error_code"]) == (400, "BAD_REQUEST")
    assert client.get("/version").status == 200


def test_sagemaker(asked: tuple[Case, Client]) -> None:
    case, client = asked
    assert client.get("/ping").status == 200
    headless = pd.DataFrame(case.rows, dtype=object).to_csv(index=False, header=False).encode()
    for path in ("/invocations", "/endpoints/churn-production/invocations"):
        reply = client.post(path, headless, content_type="text/csv", accept="text/csv")
        assert reply.status == 200, reply.text
        table = pd.read_csv(io.BytesIO(reply.body), header=None, names=list(case.expected.columns))
        case.check(table.to_dict("records"))
    lines = "\n".join(json.dumps(row) for row in case.rows).encode()
    reply = client.post(
        "/invocations", lines, content_type="application/jsonlines", accept="application/jsonlines"
    )
    case.check([json.loads(line) for line in reply.text.splitlines()])


def test_azure(asked: tuple[Case, Client]) -> None:
    case, client = asked
    names = list(case.trained.schema.names)
    data = [list(row.values()) for row in case.rows]
    for body in (
        {"input_data": {"columns": names, "index": list(range(40)), "data": data}},
        {"input_data": case.rows},
        {"data": case.rows},
        {"data": data},
        {"Inputs": {"data": case.rows}},
        case.rows,
    ):
        reply = client.post("/score", body)
        assert reply.status == 200, reply.text
        case.check(reply.json)
    assert client.get("/").status == 200
    assert client.get("/swagger.json").json == client.get("/openapi.json").json
    assert isinstance(client.post("/score", {"data": [{}]}).json["error"], str)
