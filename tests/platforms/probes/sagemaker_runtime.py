"""AWS's client asks an endpoint: the one at $AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME."""

from __future__ import annotations

import json
from pathlib import Path

import boto3
from asked import Routes, Rows, columns, probe


def ask(bundle: Path, rows: Rows, table: Path) -> tuple[str, Routes]:
    """Send the rows as CSV and as JSON."""
    client = boto3.client("sagemaker-runtime")

    def send(body: bytes, kind: str) -> dict[str, list[object]]:
        answer = client.invoke_endpoint(
            EndpointName="churn", Body=body, ContentType=kind, Accept="application/json"
        )
        return columns(json.loads(answer["Body"].read())["predictions"])

    return boto3.__version__, {
        "invoke_endpoint, CSV": send(table.read_bytes(), "text/csv"),
        "invoke_endpoint, JSON": send(json.dumps({"instances": rows}).encode(), "application/json"),
    }


if __name__ == "__main__":
    probe("SageMaker runtime client", ask)
