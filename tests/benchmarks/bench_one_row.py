"""One row from a dict to a probability, and many rows, beside the pipeline and the boosters in the same run.

    python tests/benchmarks/bench_one_row.py              # telco churn
    python tests/benchmarks/bench_one_row.py --rows 20000 # fewer rows in the batch part

Prints medians; the targets are 0.1 ms for one family (LightGBM), 1 ms for a vote of many members, and 1.3
times the boosters' own time for 100,000 rows.
"""

from __future__ import annotations

import argparse
import statistics
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import VotingClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import LabelEncoder
from sklearn.utils import Bunch

from automl.data import Schema, read_table
from automl.features import build_preprocessor, derived_columns
from automl.models import FAMILIES
from automl.models.base import Context
from automl.plan import Plan, compile_plan

TABLE = Path(__file__).parents[2] / "sample_data" / "telco_churn.csv"
FOLDS = 8
clock = time.perf_counter
ENSEMBLE = ("lightgbm", "hist_gradient_boosting", "random_forest", "extra_trees", "linear", "mlp")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the batch part")
    parser.add_argument("--calls", type=int, default=2000, help="single rows that are timed")
    parser.add_argument("--cpu", action="store_true", help="count the time of this process alone")
    options = parser.parse_args()
    global clock
    clock = time.process_time if options.cpu else time.perf_counter
    warnings.simplefilter("ignore")
    table = read_table(TABLE)
    whole = Schema.infer(table)
    frame = whole.coerce(table).frame
    y = (frame["Churn"] == "Yes").to_numpy().astype(int)
    names = [column.name for column in whole if column.name != "Churn" and str(column.kind) != "identifier"]
    schema = whole.select(names)
    prepare = build_preprocessor(schema, names, n_rows=len(frame), seed=0)
    X = prepare.fit_transform(frame[names])
    categorical = tuple(i for i, column in enumerate(derived_columns(prepare)) if column.categorical)
    context = Context("binary", len(y), X.shape[1], 2, categorical, FOLDS, 1, 0, "roc_auc")
    rows = [
        {name: None if cell != cell else cell for name, cell in row.items()}
        for row in frame[names].head(options.calls).to_dict("records")
    ]
    for title, families in (("LightGBM", ("lightgbm",)), ("a vote of six families", ENSEMBLE)):
        models = [model for name in families for model in fold_models(name, context, X, y)]
        model = Pipeline([("prep", prepare), ("model", vote(models))])
        plan = Plan.from_files(*Plan(compile_plan(model, schema)).to_files())
        own = [plan.predict_row(row) for row in rows[:200]]
        pipeline = model.predict_proba(frame[names].head(200))
        gap = float(np.abs(np.array(own) - pipeline).max())
        single = median(plan.predict_row, rows)
        slow = median(model.predict_proba, [frame[names].iloc[[i]] for i in range(60)])
        print(  # noqa: T201
            f"{title}, {len(models)} models: {1e3 * single:.3f} ms a row; the pipeline {1e3 * slow:.2f} ms "
            f"({slow / single:.0f} times); largest difference {gap:.1e}"
        )
        if families == ("lightgbm",):
            batch(plan, models, schema, frame[names], prepare, options.rows)
            crossover(plan, model, frame[names], rows)


def fold_models(name: str, context: Context, X: Any, y: Any) -> list[Any]:
    params = FAMILIES[name].first_candidates(context)[0]
    fold = np.arange(len(y)) % FOLDS
    return [
        FAMILIES[name]
        .fit(params, context, X[fold != k], y[fold != k], X_valid=X[fold == k], y_valid=y[fold == k])
        .estimator
        for k in range(FOLDS)
    ]


def vote(models: Sequence[Any]) -> VotingClassifier:
    members = [(str(number), model) for number, model in enumerate(models)]
    made = VotingClassifier(members, voting="soft", weights=[1.0] * len(members))
    made.le_ = LabelEncoder().fit(np.array(["No", "Yes"]))
    made.classes_, made.estimators_ = made.le_.classes_, list(models)
    made.named_estimators_ = Bunch(**dict(members))
    return made


def median(call: Callable[[Any], Any], inputs: Sequence[Any]) -> float:
    call(inputs[0])
    seconds = []
    for one in inputs:
        start = clock()
        call(one)
        seconds.append(clock() - start)
    return statistics.median(seconds)


def batch(plan: Plan, models: Sequence[Any], schema: Schema, frame: Any, prepare: Any, count: int) -> None:
    """Many rows: columns of cells to probabilities, beside the boosters on a matrix that is there already."""
    many = frame.iloc[np.random.default_rng(0).integers(0, len(frame), count)].reset_index(drop=True)
    X = prepare.transform(many)
    columns = {name: many[name].tolist() for name in many.columns}
    boosters = best(lambda: [model.booster_.predict(X, num_threads=1) for model in models])
    whole = best(lambda: plan.predict(columns))
    encoded = best(lambda: plan.matrix(columns))
    print(  # noqa: T201
        f"{count:,} rows: boosters alone {boosters:.2f} s; from cells to probabilities {whole:.2f} s "
        f"({whole / boosters:.2f} times), of which reading and encoding {encoded:.2f} s"
    )


def crossover(plan: Plan, model: Any, frame: Any, rows: Sequence[Any]) -> None:
    """Dicts read cell by cell and predicted together, beside the same as one frame."""
    for size in (1, 10, 50, 100, 200, 500, 1000):
        some = rows[:size]
        planned = best(
            lambda some=some: plan.predict_encoded([plan.encode(plan.read(row)[0]) for row in some])
        )
        framed = best(lambda some=some: model.predict_proba(pd.DataFrame(some)))
        print(f"  {size:5,} dicts: by the plan {1e3 * planned:8.2f} ms, as a frame {1e3 * framed:8.2f} ms")  # noqa: T201


def best(call: Callable[[], Any], times: int = 3) -> float:
    seconds = []
    for _ in range(times):
        start = clock()
        call()
        seconds.append(clock() - start)
    return min(seconds)


if __name__ == "__main__":
    main()
