"""How many refused rows counterfactuals turn within two changes, and how long a row takes.

python tests/benchmarks/bench_counterfactuals.py DATA
python tests/benchmarks/bench_counterfactuals.py DATA --run german_credit=RUN_FOLDER

DATA is a folder with german_credit.csv and adult.csv; RUN_FOLDER one that automl.fit made of the same table.
Each half of a table is predicted by a model of the other half (a run's model has seen both); rows are those
predicted as bad, or of low income. Sex, race and age stay as they are. Every answer is scored again here, by
the model itself, from its raw columns.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from explain.row.counterfactuals import Constraints, CounterfactualFinder, Goal

TABLES: dict[str, tuple[str, Any, tuple[str, ...]]] = {
    # In german_credit sex is part of personal_status.
    "german_credit": ("default", 1, ("personal_status", "age", "foreign_worker")),
    "adult": ("class", ">50K", ("sex", "race", "age", "native_country")),
}


def lightgbm(X: pd.DataFrame, y: pd.Series) -> Any:
    """A pipeline of ordinal codes and LightGBM."""
    labels = [name for name in X if not pd.api.types.is_numeric_dtype(X[name])]
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
    prepare = ColumnTransformer([("labels", codes, labels)], remainder="passthrough")
    return make_pipeline(prepare, LGBMClassifier(n_estimators=150, verbose=-1, n_jobs=1)).fit(X, y)


def measure(name: str, models: list[tuple[Any, pd.DataFrame, pd.DataFrame]], rows: int) -> None:
    """Find, score again, and print; each model comes with its training rows and others."""
    _, wanted, immutable = TABLES[name]
    goal = Goal(wanted)
    seconds, processor, within, found, seen, broken, kept = [], [], 0, 0, 0, 0, 0
    cases = []
    for model, training, test in models:
        started = time.perf_counter()
        finder = CounterfactualFinder(model, training, Constraints(immutable))
        prepared = time.perf_counter() - started
        refused = test[model.predict(test) != wanted]
        cases += [(model, finder, refused.iloc[[i]]) for i in range(min(len(refused), rows - len(cases)))]
    for model, finder, row in cases:
        wall, cpu = time.perf_counter(), time.process_time()
        result = finder.find(row, goal)
        seconds.append(time.perf_counter() - wall)
        processor.append(time.process_time() - cpu)
        found += bool(result.found)
        few = [option for option in result.found if len(option.changed) <= 2]
        within += bool(few)
        seen += any(not option.never_together for option in few)
        if result.found:
            after = result.rows.iloc[1:]
            broken += int((model.predict(after) != wanted).sum())
            kept += all(
                after[column].isin(row[column]).all()
                for column in immutable  # isin: missing equals missing
            )
    n = len(cases)
    yard_wall, yard_processor = yardstick(model, row)
    lines = [
        f"{name}: {n} refused rows, {len(training):,} training rows, {training.shape[1]} columns",
        f"  turned within two changes: {within} ({100 * within / n:.1f} %)",
        f"  the same without values never seen together: {seen} ({100 * seen / n:.1f} %)",
        f"  turned within three changes: {found} ({100 * found / n:.1f} %)",
        f"  answers that the model does not confirm: {broken}",
        f"  rows with all immutable columns kept: {kept} of {found}",
        f"  preparation: {prepared:.2f} s",
    ]
    # On a machine with other work, times mean little: one answer of the model for one row is the yardstick.
    for label, taken, one in (("wall", seconds, yard_wall), ("processor", processor, yard_processor)):
        milliseconds = 1000 * np.array(taken)
        lines.append(
            f"  {label}: median {np.median(milliseconds):.0f} ms a row, 90 % within "
            f"{np.quantile(milliseconds, 0.9):.0f} ms; {np.median(milliseconds) / one:.1f} times one "
            f"prediction of one row ({one:.1f} ms)"
        )
    print("\n".join(lines))  # noqa: T201


def yardstick(model: Any, row: pd.DataFrame) -> tuple[float, float]:
    """Median wall and processor milliseconds of one prediction."""
    wall, cpu = [], []
    for _ in range(11):
        started, processor = time.perf_counter(), time.process_time()
        model.predict_proba(row)
        wall.append(time.perf_counter() - started)
        cpu.append(time.process_time() - processor)
    return 1000 * float(np.median(wall)), 1000 * float(np.median(cpu))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--run", action="append", default=[], metavar="TABLE=RUN_FOLDER")
    parser.add_argument("--only", choices=sorted(TABLES))
    arguments = parser.parse_args()
    runs = dict(item.split("=", 1) for item in arguments.run)
    for name, (target, _, _) in TABLES.items():
        if arguments.only not in (None, name) or (runs and name not in runs):
            continue
        table = pd.read_csv(arguments.data / f"{name}.csv")
        training = table.sample(frac=0.5, random_state=0)
        halves = [training, table.drop(training.index)]
        models = []
        for first, second in (halves, halves[::-1]):
            X, held = first.drop(columns=target), second.drop(columns=target)
            if name in runs:
                import automl

                run = automl.load_run(runs[name])
                X, held = run.schema.coerce(X).frame, run.schema.coerce(held).frame
                model = run.model
                print(f"{name}: {model.steps[-1][1]}"[:90])  # noqa: T201
            else:
                model = lightgbm(X, first[target])
            models.append((model, X, held))
        measure(name, models, arguments.rows)


if __name__ == "__main__":
    main()
