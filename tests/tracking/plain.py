"""The server of `book` from the other side, over HTTP with the standard library alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from automl.tracking.server import Batch, Dataset, RefusedError, State, UnreachableError


class PlainServer:
    """See `automl.tracking.server.Server`."""

    def __init__(self, address: str) -> None:
        self._place = urlsplit(address)

    def experiment(self, name: str) -> str:
        found = self._post("experiments/get", {"experiment_name": name})["experiment_id"]
        return str(found or self._post("experiments/create", {"name": name})["experiment_id"])

    def find(self, experiment: str, run: str) -> dict[str, str]:
        found = self._post("runs/search", {"experiment_ids": [experiment], "run": run})["runs"]
        return {each["tags"]["glassbench.trial"]: each["run_id"] for each in found}

    def create(self, experiment: str, name: str, tags: Mapping[str, str], start: int) -> str:
        made = {"experiment_id": experiment, "run_name": name, "tags": dict(tags), "start_time": start}
        return str(self._post("runs/create", made)["run_id"])

    def log(self, run: str, batch: Batch) -> None:
        metrics = [asdict(metric) for metric in batch.metrics]
        self._post(
            "runs/log-batch",
            {"run_id": run, "metrics": metrics, "params": dict(batch.params), "tags": dict(batch.tags)},
        )

    def log_dataset(self, run: str, dataset: Dataset) -> None:
        self._post("runs/log-inputs", {"run_id": run, "dataset": asdict(dataset)})

    def set_state(self, run: str, state: State, end: int | None) -> None:
        self._post("runs/update", {"run_id": run, "status": state, "end_time": end})

    def upload(self, run: str, path: Path) -> None:
        self._ask("PUT", f"/api/2.0/mlflow-artifacts/artifacts/{run}/{quote(path.name)}", path.read_bytes())

    def registered(self, run: str) -> list[Mapping[str, Any]]:
        return []

    def point(self, alias: str, model: str, version: str) -> None:
        raise RefusedError("There is no registry.")

    def _post(self, path: str, content: Any) -> Any:
        return self._ask("POST", f"/api/2.0/mlflow/{path}", json.dumps(content).encode())

    def _ask(self, method: str, path: str, body: bytes) -> Any:
        connection = HTTPConnection(str(self._place.hostname), self._place.port, timeout=10)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            content = json.loads(answer.read())
        except (OSError, HTTPException) as error:
            raise UnreachableError(f"{type(error).__name__}: {error}") from error
        finally:
            connection.close()
        if answer.status >= 500:
            raise UnreachableError(f"It answers {answer.status}.")
        if answer.status >= 400:
            raise RefusedError(content["message"])
        return content
