"""A model out of MLflow's registry, by the address in $MODEL_URI, from the server in $MLFLOW_TRACKING_URI."""

from __future__ import annotations

import os
from pathlib import Path

import mlflow
import pandas as pd
from asked import Routes, Rows, probe


def ask(bundle: Path, rows: Rows, table: Path) -> tuple[str, Routes]:
    """Load it and predict the rows."""
    uri = os.environ["MODEL_URI"]
    model = mlflow.pyfunc.load_model(uri)
    if model.metadata.signature is None or model.input_example is None:
        raise SystemExit("the registered model has no signature or no example")
    model.predict(model.input_example)
    predicted = model.predict(pd.DataFrame(rows))
    return mlflow.__version__, {uri: {str(name): cells.tolist() for name, cells in predicted.items()}}


if __name__ == "__main__":
    probe("MLflow", ask)
