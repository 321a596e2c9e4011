"""MLflow: the unpacked bundle is a model of its, made without importing it.

Two flavours: ``python_function`` through the carried runtime, with labels as decided and probabilities, for
any rows that Glassbench takes; and ``sklearn``, the pipeline itself, out of the skops file. No pickle.
https://mlflow.org/docs/latest/ml/model/#storage-format
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from ._yaml import to_yaml
from .target import Facts, Step, Target, in_utc

__all__ = ["TARGET"]

#: Whose format of model files this is; any MLflow from 3.4 on, which knows skops, reads it.
FORMAT_VERSION = "3.4.0"
REQUIREMENT = "mlflow-skinny>=3.4"
EXAMPLE, SERVED_EXAMPLE = "input_example.json", "serving_input_example.json"


def _files(facts: Facts) -> dict[str, str | bytes]:
    requirements = [*facts.requirements, REQUIREMENT]
    row = [facts.example[column["name"]] for column in facts.columns]
    split = {"columns": [column["name"] for column in facts.columns], "data": [row]}
    return {
        "MLmodel": to_yaml(_model(facts)),
        "conda.yaml": to_yaml(
            {
                "name": facts.name,
                "channels": ["conda-forge"],
                "dependencies": [f"python={facts.python}", "pip", {"pip": requirements}],
            }
        ),
        "python_env.yaml": to_yaml(
            {"python": facts.python, "build_dependencies": ["pip"], "dependencies": requirements}
        ),
        EXAMPLE: _json(split),
        SERVED_EXAMPLE: _json({"dataframe_split": split}),
    }


def _model(facts: Facts) -> dict[str, Any]:
    """What the file MLmodel says.

    The signature declares outputs only; the columns of the rows are in ``metadata`` and in the example.
    Declared inputs MLflow would enforce before the bundle's own gate sees the rows, and refuse what pandas
    reads from a CSV file: whole numbers for a double, TRUE and FALSE or codes for a string, an empty column.
    And its type ``any``, which refuses nothing, its own server cannot read from CSV (3.17).
    """
    created = in_utc(facts.created)
    flavors: dict[str, Any] = {
        "python_function": {
            "loader_module": "glassbench_bundle",
            "code": "code",
            "env": {"conda": "conda.yaml", "virtualenv": "python_env.yaml"},
            "python_version": facts.python,
        }
    }
    if facts.types:
        flavors["sklearn"] = {
            "pickled_model": "model/model.skops",
            "serialization_format": "skops",
            "skops_trusted_types": list(facts.types),
            "sklearn_version": _version_of("scikit-learn", facts),
        }
    return {
        "flavors": flavors,
        "mlflow_version": FORMAT_VERSION,
        "model_uuid": uuid5(NAMESPACE_URL, f"glassbench:{facts.run}/{facts.trial}/{facts.version}").hex,
        "metadata": {
            "glassbench_run": facts.run,
            "glassbench_model": facts.trial,
            "target": facts.target,
            "task": facts.task,
            "title": facts.title,
            "columns": {column["name"]: column["kind"] for column in facts.columns},
        },
        "saved_input_example_info": {
            "artifact_path": EXAMPLE,
            "pandas_orient": "split",
            "serving_input_path": SERVED_EXAMPLE,
            "type": "dataframe",
        },
        "signature": {
            "inputs": None,
            "outputs": json.dumps(list(_outputs(facts)), ensure_ascii=False),
            "params": None,
        },
        "utc_time_created": created.strftime("%Y-%m-%d %H:%M:%S.%f"),
    }


def _outputs(facts: Facts) -> Iterator[dict[str, Any]]:
    labels = facts.classes
    if labels is None:
        first = "double"
    else:
        first = "long" if all(isinstance(label, int) for label in labels) else "string"
    yield {"type": first, "name": facts.outputs[0], "required": True}
    for name in facts.outputs[1:]:
        yield {"type": "double", "name": name, "required": True}


def _version_of(package: str, facts: Facts) -> str:
    pins = dict(line.split("==", 1) for line in facts.requirements if "==" in line)
    return pins[package]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


TARGET = Target(
    "mlflow",
    "MLflow",
    "The unpacked zip is an MLflow model: load it, serve it, or put it into a registry.",
    _files,
    (
        Step(
            "Into the registry of your tracking server, with an alias:",
            "automl publish {bundle} --to mlflow:http://127.0.0.1:5000 --set alias=champion",
        ),
        Step(
            "From there, in Python:",
            'import mlflow\n\nmlflow.set_tracking_uri("http://127.0.0.1:5000")\n'
            'model = mlflow.pyfunc.load_model("models:/{name}@champion")\nmodel.predict(frame)',
            "python",
        ),
        Step(
            "Or serve the unpacked zip as it is, in the environment that you are in:",
            "unzip {bundle} -d model\npip install mlflow -r model/requirements.txt\n"
            "mlflow models serve -m model --env-manager local --port 5001",
        ),
    ),
    proven=(
        "Tests load it with MLflow 3.17 as a Python function and as a scikit-learn model, serve it "
        "with mlflow models serve, and register it with an alias in a tracking server: the same "
        "predictions within 1e-9."
    ),
)
