"""MLflow's loaders: the Python function, on records and a CSV file as pandas reads it; the sklearn one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mlflow
import mlflow.pyfunc
import mlflow.sklearn
import pandas as pd
from asked import Routes, Rows, probe


def ask(bundle: Path, rows: Rows, table: Path) -> tuple[str, Routes]:
    """Load the unpacked bundle in each way."""
    model = mlflow.pyfunc.load_model(str(bundle))
    read = pd.read_csv(table)
    told = {
        "pyfunc.load_model, records": _columns(model.predict(pd.DataFrame(rows))),
        "pyfunc.load_model, a CSV file": _columns(model.predict(read)),
    }
    pipeline = mlflow.sklearn.load_model(str(bundle))
    table_read = read[list(model.metadata.metadata["columns"])]
    names = list(model.metadata.get_output_schema().input_names())
    if len(names) > 1:
        values = pipeline.predict_proba(table_read)
        found = {name: values[:, place].tolist() for place, name in enumerate(names[1:])}
    else:
        found = {names[0]: pipeline.predict(table_read).tolist()}
    told["sklearn.load_model, a CSV file"] = found
    return mlflow.__version__, told


def _columns(frame: Any) -> dict[str, list[Any]]:
    return {str(name): values.tolist() for name, values in frame.items()}


if __name__ == "__main__":
    probe("MLflow", ask)
