"""KServe's client in both protocols, TensorFlow Serving's REST requests, against a server that runs already.

The server is at $SERVED_AT and calls its model $SERVED_AS.
"""

from __future__ import annotations

import asyncio
import os
from importlib import metadata
from pathlib import Path
from typing import Any

import httpx
from asked import Routes, Rows, columns, probe
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig

AT, NAME = os.environ["SERVED_AT"], os.environ["SERVED_AS"]


def ask(bundle: Path, rows: Rows, table: Path) -> tuple[str, Routes]:
    """Ask by every route."""
    routes = asyncio.run(_by_kserve(rows))
    return metadata.version("kserve"), routes | _by_tensorflow_serving(rows)


async def _by_kserve(rows: Rows) -> Routes:
    routes: Routes = {}
    async with InferenceRESTClient(RESTConfig(protocol="v1", timeout=60)) as client:
        assert await client.is_model_ready(AT, NAME)
        told = await client.infer(AT, {"instances": rows}, model_name=NAME)
        routes["V1 predict"] = columns(told["predictions"])
        assert len(await _explained(client, rows[:2])) == 2
    async with InferenceRESTClient(RESTConfig(protocol="v2", timeout=60)) as client:
        assert await client.is_server_live(AT)
        assert await client.is_server_ready(AT)
        assert await client.is_model_ready(AT, NAME)
        for route, binary in (("V2 infer", False), ("V2 infer, binary", True)):
            told = await client.infer(AT, _tensors(rows, binary=binary), model_name=NAME)
            routes[route] = {output.name: _values(output) for output in told.outputs}
    return routes


async def _explained(client: Any, rows: Rows) -> list[Any]:
    """Explanations, as soon as the server has compiled what makes them."""
    for _ in range(60):
        try:
            return list((await client.explain(AT, NAME, {"instances": rows}))["explanations"])
        except httpx.HTTPStatusError as error:
            if error.response.status_code != 503:
                raise
        await asyncio.sleep(2)
    raise TimeoutError("the server does not explain")


def _tensors(rows: Rows, *, binary: bool) -> InferRequest:
    """A tensor a column: numbers where all cells are, texts otherwise, an empty one for a missing cell."""
    inputs = []
    for name in rows[0]:
        cells = [row[name] for row in rows]
        numeric = all(isinstance(cell, int | float) or cell is None for cell in cells)
        if numeric:
            cells = [float("nan") if cell is None and binary else cell for cell in cells]
        else:
            cells = ["" if cell is None else str(cell) for cell in cells]
        tensor = InferInput(name, [len(cells)], "FP64" if numeric else "BYTES")
        if binary:
            import numpy as np

            tensor.set_data_from_numpy(np.array(cells, dtype=np.float64 if numeric else object), True)
        else:
            tensor.data = cells
        inputs.append(tensor)
    return InferRequest(NAME, inputs)


def _values(output: Any) -> list[Any]:
    values = output.as_numpy().reshape(-1).tolist()
    return [value.decode() if isinstance(value, bytes) else value for value in values]


def _by_tensorflow_serving(rows: Rows) -> Routes:
    """As https://www.tensorflow.org/tfx/serving/api_rest describes: rows, then columns; and a version."""
    address = f"{AT}/v1/models/{NAME}"
    state = httpx.get(address).json()["model_version_status"][0]
    assert state["state"] == "AVAILABLE"
    assert state["status"]["error_code"] == "OK"
    by_row = httpx.post(
        f"{address}/versions/{state['version']}:predict",
        json={"signature_name": "serving_default", "instances": rows},
        timeout=60,
    )
    by_row.raise_for_status()
    inputs = {name: [row[name] for row in rows] for name in rows[0]}
    by_column = httpx.post(f"{address}:predict", json={"inputs": inputs}, timeout=60)
    by_column.raise_for_status()
    return {
        "TensorFlow Serving, rows": columns(by_row.json()["predictions"]),
        "TensorFlow Serving, columns": by_column.json()["outputs"],
    }


if __name__ == "__main__":
    probe("KServe", ask)
