"""Customers by the thousand, and a small linear model of them under watch: quick, and explained exactly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder

from automl.bundle.scoring import Scorer
from automl.data import Dataset, Schema, read_table
from automl.metrics import METRICS
from automl.monitoring import Watched, make_reference
from automl.monitoring.estimate import make_estimator
from automl.task import Task

KINDS = {
    "age": "number", "fee": "number", "visits": "number", "plan": "category", "city": "category",
    "active": "boolean", "joined": "datetime", "note": "text",
}  # fmt: skip
FEATURES = tuple(KINDS)
_WORDS = np.array(
    ["cheap", "rooms", "by", "the", "sea", "call", "now", "good", "slow", "fast", "red", "blue"]
)


def customers(rows: int, seed: int = 0) -> pd.DataFrame:
    """Rows of one distribution; `left` and `spend` follow from them."""
    rng = np.random.default_rng(seed)
    age = rng.normal(40, 9, rows).round(1)
    fee = np.exp(rng.normal(3, 0.6, rows)).round(2)
    visits = rng.poisson(3, rows)
    plan = rng.choice(["basic", "plus", "pro"], rows, p=[0.5, 0.3, 0.2])
    city = [f"city {min(int(rng.geometric(0.12)), 30)}" for _ in range(rows)]
    signal = (age - 40) / 9 + 0.5 * (plan == "pro") + 0.1 * (visits - 3)
    frame = pd.DataFrame(
        {
            "age": age,
            "fee": np.where(rng.random(rows) < 0.1, np.nan, fee),
            "visits": visits,
            "plan": plan,
            "city": city,
            "active": rng.choice(["yes", "no"], rows, p=[0.7, 0.3]),
            "joined": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, rows), unit="D"),
            "note": [" ".join(rng.choice(_WORDS, rng.integers(3, 9))) for _ in range(rows)],
            "left": np.where(rng.random(rows) < 1 / (1 + np.exp(-1.5 * signal)), "yes", "no"),
            "spend": (100 + 20 * signal + rng.normal(0, 5, rows)).round(3),
        }
    )
    return frame


def schema_of(frame: pd.DataFrame) -> Schema:
    """The schema of the columns that the model reads."""
    return Schema.infer(read_table(frame[list(FEATURES)]), kinds=KINDS)


def dataset_of(frame: pd.DataFrame) -> Dataset:
    """The rows behind the gate of a schema of their own."""
    return schema_of(frame).coerce(read_table(frame))


def fitted(frame: pd.DataFrame, kind: str) -> tuple[Pipeline, Dataset, Task]:
    """A linear model of numbers and labels."""
    dataset = dataset_of(frame)
    target = "spend" if kind == "regression" else "left"
    classes = None if kind == "regression" else ("no", "yes")
    task = Task(kind, target, classes, "rmse" if classes is None else "roc_auc")  # type: ignore[arg-type]
    encode = ColumnTransformer(
        [
            ("numbers", SimpleImputer(), ["age", "fee", "visits"]),
            ("labels", OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["plan", "active"]),
        ]
    )
    model = LinearRegression() if classes is None else LogisticRegression(max_iter=2000)
    pipeline = make_pipeline(encode, model)
    y = frame[target].to_numpy() if classes is None else frame[target].astype(object).to_numpy()
    return pipeline.fit(dataset.frame, y), dataset, task


def watched(frame: pd.DataFrame, fresh: pd.DataFrame, kind: str = "binary") -> Watched:
    """A model of `frame` under watch; `fresh` rows say what it predicts for rows that it has not seen."""
    model, dataset, task = fitted(frame, kind)
    scorer = Scorer(dataset.schema, task.classes, model=model)
    rows = dataset.schema.coerce(read_table(fresh)).frame
    prediction = scorer.predict(rows) if task.classes is None else scorer.predict_proba(rows)
    truth = task.encode(fresh[task.target])
    metric = METRICS[task.metric]
    score = metric.score(truth, prediction)
    return Watched(
        name="Customers",
        scorer=scorer,
        task=task,
        reference=make_reference(dataset.frame, dataset.schema, task, prediction, predicted="fresh rows"),
        known=dataset.frame.head(2000),
        background=dataset.frame.head(100),
        promised={task.metric: {"score": score, "interval": [score - 0.03, score + 0.03]}},
    )


def with_estimator(model: Watched, fresh: pd.DataFrame) -> Watched:
    """The same model with what tells performance without labels, made from rows that it has not seen."""
    frame = model.schema.coerce(read_table(fresh)).frame
    truth = model.task.encode(fresh[model.task.target]).astype(np.float64)
    if model.task.classes is None:
        told, decided = model.scorer.predict(frame).reshape(-1, 1), None
    else:
        told = model.scorer.predict_proba(frame)
        decided = told.argmax(axis=1)
    made = make_estimator(
        model.task, model.schema, frame, truth, told, decided, np.zeros(len(fresh), dtype=bool),
        ("the sealed holdout", "rows predicted out of fold"),
    )  # fmt: skip
    return replace(model, estimator=made)
