"""Azure ML's inference server calls ``init`` once and ``run`` for each request.

Try it on any machine, in the folder of the unpacked zip:

    pip install -r requirements.txt azureml-inference-server-http
    azmlinfsrv --entry_script deploy/azure/score.py --port 5001

https://learn.microsoft.com/azure/machine-learning/how-to-inference-server-http
"""

import os
import sys
from pathlib import Path
from typing import Any

_model: Any = None


def init() -> None:
    """Load the model: from where Azure ML has put it, at whatever depth, else the bundle around this file."""
    global _model
    root = _bundle()
    sys.path.insert(0, str(root / "code"))
    import glassbench_bundle  # type: ignore[import-not-found]

    _model = glassbench_bundle.load(root)


def run(raw_data: str) -> Any:
    """Predict the rows of a request: JSON (a row, a list of rows, ``input_data``, ``data``), or CSV."""
    try:
        return _model.score(raw_data)
    except ValueError as error:
        if not hasattr(error, "status"):
            raise
        return _refused(error)


def _refused(error: Any) -> Any:
    """What was wrong with the rows, with its own HTTP status: an exception would be the server's fault."""
    from azureml_inference_server_http.api.aml_response import AMLResponse  # type: ignore[import-not-found]

    return AMLResponse({"error": error.sentence(), "code": error.code}, error.status, json_str=True)


def _bundle() -> Path:
    given = os.environ.get("AZUREML_MODEL_DIR")
    if given is None:
        return Path(__file__).resolve().parents[2]
    found = sorted(Path(given).rglob("bundle.json"), key=lambda path: len(path.parts))
    for path in found:
        if (path.parent / "runtime" / "glassbench_runtime").is_dir():
            return path.parent
    raise FileNotFoundError(f"There is no unpacked Glassbench bundle in {given}.")
