"""MLflow's servers: the unpacked zip served as it is, and registered with an alias and loaded back."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import KINDS
from .probing import Unpacked, free_port, largest_difference, run_probe, running, tracking_server

pytestmark = pytest.mark.platform


@pytest.fixture(scope="module")
def tracking(environment: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A tracking server with a registry, on SQLite."""
    with tracking_server(environment("mlflow"), tmp_path_factory.mktemp("tracking"), free_port()) as address:
        yield address


@pytest.mark.parametrize("kind", KINDS)
def test_registered_with_an_alias_and_loaded_back(
    kind: str,
    tracking: str,
    environment: Callable[[str], Path],
    unpacked: Callable[[str], Unpacked],
    automl_in: Callable[..., str],
) -> None:
    found = unpacked(kind)
    name = f"customers-{kind}"
    for version in ("1", "2"):
        told = json.loads(
            automl_in(
                "mlflow", "publish", found.case.path, "--to", f"mlflow:{tracking}", "--json",
                "--set", f"name={name}", "--set", "alias=champion",
            )
        )  # fmt: skip
        assert told["done"] is True
        assert told["steps"][2]["result"]["version"] == version
    assert told["steps"][-1]["result"] == {"model": f"models:/{name}@champion"}
    for uri in (f"models:/{name}@champion", f"models:/{name}/1"):
        answer = run_probe(
            environment("mlflow"), "mlflow_registry", found.folder, found.rows, found.table,
            MODEL_URI=uri, MLFLOW_TRACKING_URI=tracking,
        )  # fmt: skip
        assert set(answer["routes"][uri]) == set(found.case.expected)
        assert largest_difference(answer["routes"][uri], found.case.expected) <= 1e-9


def test_what_the_registry_knows(tracking: str, unpacked: Callable[[str], Unpacked], automl_in) -> None:
    found = unpacked("binary")
    automl_in("mlflow", "publish", found.case.path, "--to", f"mlflow:{tracking}", "--set", "name=known")
    versions = _get(f"{tracking}/api/2.0/mlflow/model-versions/search?filter=name%3D%27known%27")
    (version,) = versions["model_versions"]
    tags = {tag["key"]: tag["value"] for tag in version["tags"]}
    assert tags["glassbench_run"] == found.case.bundle.manifest["lineage"]["run"]["id"]
    run = _get(f"{tracking}/api/2.0/mlflow/runs/get?run_id={version['run_id']}")["run"]
    assert run["info"]["status"] == "FINISHED"
    assert {metric["key"]: metric["value"] for metric in run["data"]["metrics"]} == {"roc_auc": 0.75}


@pytest.mark.parametrize("kind", KINDS)
def test_served(
    kind: str, environment: Callable[[str], Path], unpacked: Callable[[str], Unpacked], tmp_path: Path
) -> None:
    found = unpacked(kind)
    address = f"http://127.0.0.1:{free_port()}"
    rows = json.loads(found.rows.read_text())
    split = {"columns": list(rows[0]), "data": [list(row.values()) for row in rows]}
    with running(
        environment("mlflow").parent / "mlflow", "models", "serve", "--model-uri", found.folder,
        "--env-manager", "local", "--host", "127.0.0.1", "--port", address.rpartition(":")[2],
        url=f"{address}/ping", folder=tmp_path,
    ):  # fmt: skip
        for body, content in (
            (json.dumps({"dataframe_records": rows}).encode(), "application/json"),
            (json.dumps({"dataframe_split": split}).encode(), "application/json"),
            (found.table.read_bytes(), "text/csv"),
        ):
            told = _post(f"{address}/invocations", body, content)["predictions"]
            columns = {name: [row[name] for row in told] for name in told[0]}
            assert set(columns) == set(found.case.expected)
            assert largest_difference(columns, found.case.expected) <= 1e-9
        example = (found.folder / "serving_input_example.json").read_bytes()
        assert len(_post(f"{address}/invocations", example, "application/json")["predictions"]) == 1


def _get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return json.loads(answer.read())


def _post(url: str, body: bytes, content: str) -> Any:
    request = urllib.request.Request(url, body, {"Content-Type": content}, method="POST")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())
