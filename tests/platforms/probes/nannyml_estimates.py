"""NannyML's estimates of performance without labels: `nannyml_estimates.py KIND REFERENCE.csv ANALYSIS.csv`.

KIND is a folder of that name: binary, multiclass or regression. The reference has `y`, the analysis not; of
classes there are `label` and one `p_<code>` for each, of values `prediction` and the columns. All rows of the
analysis are one chunk. Usage reports are switched off before NannyML is imported.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from pathlib import Path

import pandas as pd

CLASSES = {
    "binary": ["roc_auc", "average_precision", "f1", "accuracy"],
    "multiclass": ["roc_auc", "average_precision", "f1", "accuracy"],
}
VALUES = ["mae", "rmse", "mape", "rmsle"]


def main() -> None:
    os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
    warnings.simplefilter("ignore")
    import nannyml

    kind = Path(sys.argv[1]).name
    known, new = (pd.read_csv(path) for path in sys.argv[2:4])
    told: dict[str, object] = {"version": nannyml.__version__}
    if kind == "regression":
        columns = [name for name in known.columns if name not in ("y", "prediction")]
        estimator = nannyml.DLE(
            feature_column_names=columns, y_pred="prediction", y_true="y", metrics=VALUES,
            chunk_size=len(new),
        )  # fmt: skip
        metrics = VALUES
    else:
        columns = [name for name in known.columns if name.startswith("p_")]
        chances: object = "p_1"
        if kind == "multiclass":
            chances = {name.removeprefix("p_"): name for name in columns}
            known[["y", "label"]] = known[["y", "label"]].astype(str)
            new["label"] = new["label"].astype(str)
        metrics = CLASSES[kind]
        estimator = nannyml.CBPE(
            y_pred_proba=chances, y_pred="label", y_true="y", problem_type=f"classification_{kind}",
            metrics=metrics, chunk_size=len(new),
        )  # fmt: skip
    estimator.fit(known)
    result = estimator.estimate(new).filter(period="analysis").to_df()
    told["estimates"] = {metric: float(result[(metric, "value")].iloc[0]) for metric in metrics}
    if kind == "binary":
        told["calibrated"] = bool(estimator.needs_calibration)
    print(json.dumps(told))  # noqa: T201


if __name__ == "__main__":
    main()
