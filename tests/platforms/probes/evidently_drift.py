"""What Evidently's defaults call drifted; `bench_alarms.py` runs it in Evidently's own environment.

Reads lines of JSON, each with the paths of two tables (`before`, `after`: NumPy archives of `numbers` and
`labels`), and answers each with a line: the columns that are called drifted, those that its report of the
whole table calls drifted (`asked` for with `report`), and whether it calls the table drifted.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from evidently import DataDefinition, Dataset, Report
from evidently.legacy.calculations.stattests import get_stattest
from evidently.legacy.core import ColumnType
from evidently.presets import DataDriftPreset

DRIFT_SHARE = 0.5  # the preset's default: of the columns, for a table to be called drifted


def table(path: str) -> pd.DataFrame:
    with np.load(Path(path)) as stored:
        frame = pd.DataFrame(stored["numbers"], columns=[f"n{i}" for i in range(stored["numbers"].shape[1])])
        for i, labels in enumerate(stored["labels"].T):
            frame[f"l{i}"] = np.array([f"label {code}" for code in range(labels.max() + 1)])[labels]
    return frame


def drifted(before: pd.DataFrame, after: pd.DataFrame) -> list[str]:
    """By the test that is the default for each column, as the report chooses it, at its default threshold."""
    found = []
    for name in before:
        kind = ColumnType.Numerical if name.startswith("n") else ColumnType.Categorical
        one, two = before[name].dropna(), after[name].dropna()
        test = get_stattest(one, two, kind, None)
        if test(one, two, kind, None).drifted:
            found.append(name)
    return found


def reported(before: pd.DataFrame, after: pd.DataFrame) -> list[str]:
    """The same by the report itself, which also draws and so takes far longer."""
    numbers, labels = ([n for n in before if n.startswith(kind)] for kind in "nl")
    definition = DataDefinition(numerical_columns=numbers, categorical_columns=labels)
    one, two = (Dataset.from_pandas(frame, data_definition=definition) for frame in (before, after))
    snapshot = Report([DataDriftPreset()]).run(two, one).dict()
    found, counted = [], None
    for metric in snapshot["metrics"]:
        config = metric["config"]
        if "column" not in config:
            counted = metric["value"]["count"]
        elif (metric["value"] < config["threshold"]) == ("p_value" in config["method"]):
            found.append(config["column"])
    if counted != len(found):
        raise SystemExit(f"Evidently counts {counted} drifted columns, and names {len(found)}.")
    return found


def main() -> None:
    warnings.simplefilter("ignore")  # cells without any expected row, divided by
    for line in sys.stdin:
        asked = json.loads(line)
        before, after = table(asked["before"]), table(asked["after"])
        found = drifted(before, after)
        answer = {"drifted": found, "table": len(found) >= DRIFT_SHARE * before.shape[1]}
        if asked.get("report"):
            answer["reported"] = reported(before, after)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
