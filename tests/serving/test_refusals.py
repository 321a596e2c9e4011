"""What must not be predicted is refused with a reason that helps; whatever is sent, the server stays up."""

from __future__ import annotations

import json
import socket
import struct
from typing import Any

import pytest

from .conftest import Case, Client, Server

NAME = "Customers-friends"


def problems(client: Client, rows: Any) -> list[tuple[Any, ...]]:
    """What is wrong with rows: row, column and code."""
    reply = client.post("/predict", rows)
    assert reply.status == 422, reply.text
    error = reply.json["error"]
    assert error["code"] == "invalid_rows"
    assert error["request"] == reply.headers["x-request-id"]
    return [(each.get("row"), each.get("column"), each["code"]) for each in error["problems"]]


def test_several_problems_are_told_at_once(binary: Case, client: Client) -> None:
    good = binary.rows[0] | {"age": 40.5}
    rows = [
        good,
        good | {"age": "forty", "joined": "2020-13-45"},
        good | {"plan": ["basic"], "price": {"eur": 5}},
        {name: value for name, value in good.items() if name != "flag"},
    ]
    assert sorted(problems(client, rows), key=str) == [
        (1, "age", "not_a_number"),
        (1, "joined", "not_a_date"),
        (2, "plan", "not_a_value"),
        (2, "price", "not_a_value"),
        (3, "flag", "missing_column"),
    ]
    told = client.post("/predict", rows).json["error"]["problems"]
    age = next(each for each in told if each["column"] == "age")
    assert (age["expected"], age["found"]) == ("a number", '"forty"')
    assert age["fix"]
    date = next(each for each in told if each["column"] == "joined")
    assert date["expected"].startswith("a date such as ")


def test_many_problems_are_counted(binary: Case, client: Client) -> None:
    rows = [binary.rows[0] | {"age": "old"}] * 250
    error = client.post("/predict", rows).json["error"]
    assert len(error["problems"]) == 10
    assert error["more_problems"] == 240
    assert error["message"].startswith("250 problems")


def test_a_missing_column_with_its_near_miss(binary: Case, client: Client) -> None:
    row = {("Age" if name == "age" else name): value for name, value in binary.rows[0].items()}
    reply = client.post("/predict", [row, row])
    assert problems(client, [row, row]) == [(None, "age", "missing_column")]
    assert '"Age"' in reply.json["error"]["problems"][0]["fix"]


@pytest.mark.parametrize("value", [True, 1, 0.5, -1e300, "12", " 7 ", None, "", "NA"])
def test_values_that_are_numbers_or_missing(binary: Case, client: Client, value: Any) -> None:
    assert client.post("/predict", binary.rows[0] | {"age": value}).status == 200


@pytest.mark.parametrize(
    "text", ["1e999", "-1e999", '"inf"', '"-Infinity"', "1" + "0" * 400, '"0x10"', '"1,2,3"']
)
def test_numbers_that_are_none(binary: Case, client: Client, text: str) -> None:
    body = json.dumps(binary.rows[0] | {"age": "HERE"}).replace('"HERE"', text).encode()
    reply = client.post("/predict", body, content_type="application/json")
    assert reply.status == 422, reply.text
    assert [each["column"] for each in reply.json["error"]["problems"]] == ["age"]


BODIES = [
    b"",
    b"{",
    b"[1,",
    b"nul",
    b"\xff\xfe{}",
    b"NaN",
    b"[NaN]",
    b'{"a": Infinity}',
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b'"\\ud800"',
    b'{"\\ud800": 1}',
    b"1" * 5000,
    b"[" + b"1" * 5000 + b"]",
    b"1",
    b'"text"',
    b"true",
    b"null",
    b"[]",
    b"{}",
    b"[[]]",
    b"[{}]",
    b"[1, 2]",
    b"[null]",
    b"[{}, []]",
    b'[{"a": 1}, 2]',
    b'{"rows": []}',
    b'{"rows": 5}',
    b'{"rows": [[1]]}',
    b"\x00",
    b" ",
    b"\xef\xbb\xbf",
    b'{"": ""}',
    b'{"instances": 1}',
    b'{"instances": []}',
    b'{"inputs": 1}',
    b'{"inputs": []}',
    b'{"inputs": [1]}',
    b'{"inputs": {"age": []}}',
    b'{"inputs": {"age": [1], "plan": [1, 2]}}',
    b'{"instances": [1], "inputs": [1]}',
    b'{"inputs": [{"name": 1}]}',
    b'{"inputs": [{"name": "age"}]}',
    b'{"inputs": [{"name": "age", "shape": [-1]}]}',
    b'{"inputs": [{"name": "age", "shape": [1], "datatype": "FP64", "data": [[1]]}]}',
    b'{"inputs": [{"name": "age", "shape": [2], "datatype": "FP64", "data": [1]}]}',
    b'{"inputs": [{"name": "age", "shape": [1, 1, 1, 1, 1], "datatype": "FP64", "data": [1]}]}',
    b'{"inputs": [{"name": "age", "shape": [2147483648, 2147483648], "datatype": "FP64", "data": []}]}',
    b'{"inputs": [{"name": "age", "shape": [1], "datatype": "COMPLEX", "data": [1]}]}',
    b'{"inputs": [{"name": "age", "shape": [1], "datatype": "INT8", "data": ["x"]}]}',
    b'{"inputs": [{"name": "age", "shape": [1], "datatype": "INT8", "parameters": {"binary_data_size": 9}}]}',
    b'{"inputs": [{"name": "age", "shape": [1], "datatype": "INT8", "parameters": []}], "outputs": [1]}',
    b'{"dataframe_split": 1}',
    b'{"dataframe_split": {"columns": [1], "data": [[1]]}}',
    b'{"dataframe_split": {"columns": ["a", "a"], "data": [[1, 2]]}}',
    b'{"dataframe_records": [[1]]}',
    b'{"dataframe_split": {"columns": ["a"], "data": [[1, 2]]}}',
    b'{"dataframe_split": {"columns": ["a"], "data": 3}}',
    b'{"data": 1}',
    b'{"data": {"data": {"data": []}}}',
    b'{"input_data": null}',
    b'{"Inputs": {"data": "x"}}',
    b'{"row": {}, "changes": {}}',
    b'{"row": 1, "changes": 2}',
]
POSTS = (
    "/predict", "/explain", "/reasons", "/what-if", "/invocations", "/endpoints/e/invocations", "/score",
    f"/v1/models/{NAME}:predict", f"/v1/models/{NAME}:explain", f"/v2/models/{NAME}/infer",
)  # fmt: skip


@pytest.mark.parametrize("path", POSTS)
def test_bodies_that_make_no_sense(client: Client, path: str) -> None:
    kinds = ("application/json", "text/csv", "application/jsonlines", "")
    for body in BODIES:
        for kind in kinds:
            reply = client.post(path, body, content_type=kind)
            assert 400 <= reply.status < 500, (path, kind, body[:60], reply.status, reply.text[:200])
            assert reply.json.get("error") or reply.json.get("message")
            assert "Traceback" not in reply.text
            assert "site-packages" not in reply.text
            assert len(reply.body) < 20_000
    assert client.get("/health").status == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content_type": "application/xml"}, 415),
        ({"content_type": "multipart/form-data; boundary=x"}, 415),
        ({"content_encoding": "gzip"}, 415),
        ({"content_type": "application/json; charset=nonsense"}, 422),
        ({"content_type": "text/csv", "accept": "image/png"}, 400),
    ],
)
def test_other_content(client: Client, headers: dict[str, str], status: int) -> None:
    assert client.post("/predict", b"{}", **headers).status == status


@pytest.mark.parametrize("length", ["-1", "abc", "99999999", "1" * 5000, "0", "²"])
def test_lengths_of_binary_requests(client: Client, length: str) -> None:
    body = b'{"inputs": []}'
    reply = client.ask("POST", f"/v2/models/{NAME}/infer", body, inference_header_content_length=length)
    assert reply.status == 400


def test_binary_tensors_that_end_too_early(binary: Case, client: Client) -> None:
    def send(kind: str, data: bytes) -> int:
        tensor = {
            "name": "plan",
            "shape": [1],
            "datatype": kind,
            "parameters": {"binary_data_size": len(data)},
        }
        head = json.dumps({"inputs": [tensor]}).encode()
        reply = client.post(
            f"/v2/models/{NAME}/infer", head + data, inference_header_content_length=str(len(head))
        )
        return reply.status

    assert send("BYTES", b"\x01\x00") == 400
    assert send("BYTES", struct.pack("<I", 4_000_000_000) + b"abc") == 400
    assert send("BYTES", struct.pack("<I", 1) + b"\xff") == 400
    assert send("FP64", b"1234567") == 400
    assert send("FP64", b"\x00" * 16) == 400


def test_addresses_and_methods(client: Client) -> None:
    for path in (
        "/nothing",
        "/predict/",
        "//predict",
        "/v1/models/a/b:predict",
        "/%2e%2e/etc/passwd",
        "/v1/models/%00",
    ):
        assert client.get(path).status == 404, path
    reply = client.get("/predict")
    assert (reply.status, reply.headers["allow"]) == (405, "POST")
    assert client.ask("DELETE", "/health").status == 405
    assert client.ask("PROPFIND", "/").status == 405
    assert client.post("/predict?" + "a=1&" * 500, b"{}").status == 400
    assert client.post("/predict?interval=%ff", b"{}").status == 400


def test_csv_that_is_none(binary: Case, client: Client) -> None:
    def send(body: bytes) -> tuple[int, str]:
        reply = client.post("/predict", body, content_type="text/csv")
        return reply.status, reply.json["error"]["code"]

    names = ",".join(binary.trained.schema.names).encode()
    assert send(b"\xff\xff") == (400, "invalid_csv")
    assert send(names) == (400, "no_rows")
    assert send(names + b"\n1,2") == (400, "invalid_csv")
    assert send(b'age,plan\n"1,2') == (400, "invalid_csv")
    assert send(b"age,age\n1,2") == (400, "bad_request")
    assert send(b"age\n" + b"x" * 200_000) == (400, "invalid_csv")
    assert send(names + b"\n" + b"," * (len(binary.trained.schema) - 2) + b"\x00\n")[0] in (400, 422)


def test_bytes_that_are_no_http(server: Server) -> None:
    for data in (
        b"\x16\x03\x01\x02\x00\x01",
        b"GET\r\n\r\n",
        b"POST /predict HTTP/9.9\r\n\r\n",
        b"\r\n" * 50,
        b"GET / HTTP/1.1\r\nA: " + b"x" * 200_000 + b"\r\n\r\n",
        b"POST /predict HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        b"POST /predict HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc",
    ):
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as raw:
            raw.settimeout(2)
            try:
                raw.sendall(data)
                raw.shutdown(socket.SHUT_WR)
                while raw.recv(65536):
                    pass
            except (OSError, TimeoutError):
                pass
    with Client(server.port) as client:
        assert client.get("/health").status == 200
    assert "Traceback" not in "\n".join(server.said)
