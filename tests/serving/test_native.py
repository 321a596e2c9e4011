"""The routes of its own over one binary model: what goes in, what comes out, and that it is the bundle's."""

from __future__ import annotations

import io
import json
import re

import pandas as pd
import pytest

from .conftest import Case, Client, Reply


def flat(reply: Reply) -> list[dict]:
    """Predictions by the names of predict.py."""
    assert reply.status == 200, reply.text
    return [
        {"prediction": each["prediction"]}
        | {f"probability_{label}": value for label, value in each["probabilities"].items()}
        for each in reply.json["predictions"]
    ]


def test_rows_in_every_shape(binary: Case, client: Client) -> None:
    rows = binary.rows
    binary.check(flat(client.post("/predict", rows)))
    binary.check(flat(client.post("/predict", {"rows": rows[:3]})), slice(0, 3))
    binary.check(flat(client.post("/predict", rows[0])), slice(0, 1))
    binary.check(flat(client.post("/predict", [list(row.values()) for row in rows])))
    lines = "\n".join(json.dumps(row) for row in rows).encode()
    binary.check(
        flat(client.post("/predict", lines, content_type="application/x-ndjson", accept="application/json"))
    )
    as_form = json.dumps(rows[:2]).encode()
    binary.check(
        flat(client.post("/predict", as_form, content_type="application/x-www-form-urlencoded")), slice(0, 2)
    )


def test_csv_in_and_out(binary: Case, client: Client) -> None:
    reply = client.post("/predict", binary.table.read_bytes(), content_type="text/csv; charset=utf-8")
    assert reply.status == 200, reply.text
    assert reply.headers["content-type"].startswith("text/csv")
    table = pd.read_csv(io.BytesIO(reply.body))
    assert list(table.columns) == ["id", "prediction", "probability_no", "probability_yes"]
    binary.check(table.to_dict("records"))
    assert table["id"].is_unique
    json_out = client.post(
        "/predict", binary.table.read_bytes(), content_type="text/csv", accept="application/json"
    )
    binary.check(flat(json_out))
    lines = client.post("/predict", binary.rows, accept="application/jsonlines")
    binary.check([json.loads(line) for line in lines.text.splitlines()])


def test_ids_and_warnings(binary: Case, client: Client) -> None:
    reply = client.post("/predict", binary.rows)
    ids = [each["id"] for each in reply.json["predictions"]]
    assert len(set(ids)) == len(binary.rows)
    assert all(name.startswith(reply.headers["x-request-id"]) for name in ids)
    warnings = {warning["code"]: warning for warning in reply.json["warnings"]}
    assert warnings["unseen_category"]["column"] in {"plan", "zip", "city"}
    odd = client.post("/predict", binary.rows[0] | {"age": 4000, "extra": 1}).json["warnings"]
    found = {warning["code"]: warning for warning in odd}
    assert found["outside_range"]["rows"] == [0]
    assert "extra" in found["unknown_columns"]["message"]


def test_intervals(binary: Case, client: Client) -> None:
    reply = client.post("/predict?interval=0.9", binary.rows)
    expected = binary.bundle.predictions(binary.table, interval=0.9)["set"]
    assert [each["set"] for each in reply.json["predictions"]] == [list(labels) for labels in expected]
    refused = client.post("/predict?interval=0.99999", binary.rows)
    assert (refused.status, refused.json["error"]["code"]) == (422, "no_interval")
    assert client.post("/predict?interval=2", binary.rows).status == 400
    assert client.post("/predict?interval=many", binary.rows).status == 400


def test_explain(binary: Case, client: Client) -> None:
    told = client.post("/explain?seconds=2", binary.rows[:2]).json
    assert (told["scale"], told["classes"]) == ("probability", ["no", "yes"])
    for row, expected in zip(told["rows"], binary.expected["probability_yes"], strict=False):
        total = row["base"] + sum(each["contribution"] for each in row["contributions"])
        assert row["prediction"] == pytest.approx(expected, abs=1e-9)
        assert total == pytest.approx(expected, abs=1e-6)
        assert {each["column"] for each in row["contributions"]} == set(binary.trained.schema.names)
    other = client.post("/explain?seconds=2&output=no", binary.rows[:1]).json["rows"][0]
    assert other["prediction"] == pytest.approx(1 - told["rows"][0]["prediction"], abs=1e-9)
    assert client.post("/explain?output=maybe", binary.rows[:1]).json["error"]["code"] == "unknown_class"
    many = client.post("/explain", binary.rows * 3)
    assert (many.status, many.json["error"]["code"]) == (413, "too_many_rows")


def test_reasons(binary: Case, client: Client) -> None:
    told = client.post("/reasons?top=2&seconds=2", binary.rows[:2]).json
    for row in told["rows"]:
        assert row["sentence"].endswith(".")
        assert len(row["reasons"]) <= 2
        sizes = [abs(reason["contribution"]) for reason in row["reasons"]]
        assert sizes == sorted(sizes, reverse=True)
        assert all(reason["sentence"].startswith(reason["column"]) for reason in row["reasons"])
    assert any(row["reasons"] for row in told["rows"])


def test_what_if(binary: Case, client: Client) -> None:
    row = binary.rows[1] | {"age": 30.0}
    changes = {"age": 55, "joined": "01.02.2020"}
    told = client.post("/what-if?seconds=2", {"row": row, "changes": changes}).json
    before, after = (client.post("/predict", each).json["predictions"][0] for each in (row, row | changes))
    assert told["before"]["prediction"] == pytest.approx(before["probabilities"]["yes"], abs=1e-9)
    assert told["after"]["prediction"] == pytest.approx(after["probabilities"]["yes"], abs=1e-9)
    assert told["after"]["label"] == after["prediction"]
    assert set(told["edited"]) == {"age", "joined"}
    total = sum(each["change"] for each in told["contributions"])
    assert total == pytest.approx(told["change"], abs=1e-6)
    assert "age" in told["sentence"]
    wrong = client.post("/what-if", {"row": row, "changes": {"agee": 1}})
    assert (wrong.status, wrong.json["error"]["code"]) == (422, "unknown_column")
    assert client.post("/what-if", {"row": row}).status == 400
    problem = client.post("/what-if", {"row": row, "changes": {"age": "old"}}).json["error"]["problems"][0]
    assert (problem["row"], problem["column"]) == (1, "age")


def test_schema(binary: Case, client: Client) -> None:
    told = client.get("/schema").json
    assert (told["target"], told["task"], told["classes"]) == ("left", "binary", ["no", "yes"])
    columns = {column["name"]: column for column in told["columns"]}
    assert list(columns) == list(binary.trained.schema.names)
    assert columns["age"]["minimum"] < columns["age"]["maximum"]
    assert "basic" in columns["plan"]["values"]
    assert re.fullmatch(r"\d\d\.\d\d\.\d{4}", columns["joined"]["like"])
    first = client.post("/predict", told["example"]).json["predictions"][0]
    expected = binary.bundle.predictions(binary.bundle.sample().head(1)).iloc[0]
    assert first["probabilities"]["yes"] == pytest.approx(expected["probability_yes"], abs=1e-9)


def test_health(client: Client) -> None:
    assert client.get("/health").json == {"status": "ok", "ready": True}
    assert client.get("/health/live").status == 200
    assert client.get("/health/ready").status == 200
    assert client.ask("HEAD", "/health").body == b""


def metric(text: str, line: str) -> float:
    """The value of one time series."""
    return float(
        next((each.rpartition(" ")[2] for each in text.splitlines() if each.startswith(f"{line} ")), 0)
    )


def test_metrics(binary: Case, client: Client) -> None:
    names = {
        "rows": 'glassbench_rows_total{route="/predict"}',
        "requests": 'glassbench_requests_total{route="/predict",method="POST",status="200"}',
        "refused": 'glassbench_errors_total{kind="invalid_rows"}',
        "count": 'glassbench_request_seconds_count{route="/predict"}',
        "yes": 'glassbench_predictions_total{class="yes"}',
    }
    before = client.get("/metrics").text
    client.post("/predict", binary.rows)
    client.post("/predict", [{}])
    reply = client.get("/metrics")
    assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
    moved = {key: metric(reply.text, name) - metric(before, name) for key, name in names.items()}
    yes = int((binary.expected["prediction"] == "yes").sum())
    assert moved == {"rows": 40, "requests": 1, "refused": 1, "count": 2, "yes": yes}
    buckets = [
        float(line.rpartition(" ")[2])
        for line in reply.text.splitlines()
        if line.startswith('glassbench_request_seconds_bucket{route="/predict"')
    ]
    assert buckets == sorted(buckets)
    assert buckets[-1] == metric(reply.text, names["count"])
    label = r'[a-z_0-9]+="[^"]*"'
    pattern = rf"(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{{{label}(,{label})*\}})? -?[0-9.e+-]+)"
    assert [line for line in reply.text.splitlines() if not re.fullmatch(pattern, line)] == []


def test_openapi_is_of_this_model(binary: Case, client: Client) -> None:
    told = client.get("/openapi.json").json
    row = told["components"]["schemas"]["Row"]
    assert list(row["properties"]) == list(binary.trained.schema.names)
    assert row["required"] == list(binary.trained.schema.names)
    assert row["properties"]["age"]["type"] == ["number", "null"]
    assert client.post("/predict", row["example"]).status == 200
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            filled = path.replace("{name}", "Customers-friends").replace("{version}", "1")
            filled = filled.replace("{endpoint}", "any")
            content = operation.get("requestBody", {}).get("content", {})
            body = content["application/json"]["example"] if content else None
            reply = client.ask(method.upper(), filled, body)
            assert reply.status == 200, (method, path, reply.text)


def test_the_page_loads_nothing_from_elsewhere(client: Client) -> None:
    for path in ("/", "/docs"):
        reply = client.get(path)
        assert reply.headers["content-type"] == "text/html; charset=utf-8"
        policy = reply.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert not re.findall(r"(?:src|href)=\"(?!data:|openapi\.json)", reply.text)
        assert "http" not in reply.text.replace("HTTP", "").replace("href", "")


def test_a_number_that_is_none_is_an_unknown_category(client: Client, binary: Case) -> None:
    """Where the pipeline answers as where the plan does."""
    row = binary.rows[0] | {"flag": "INF"}
    for path, body in (("/predict", [row, row]), ("/what-if", {"row": row, "changes": {}})):
        reply = client.post(path, body)
        assert reply.status == 200, reply.text
