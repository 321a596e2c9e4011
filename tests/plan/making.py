"""Small tables and real fitted pipelines of every family, for tests of plans."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from optuna.distributions import CategoricalDistribution
from sklearn.ensemble import VotingClassifier, VotingRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import LabelEncoder
from sklearn.utils import Bunch

from automl.data import Schema, read_table
from automl.features import build_preprocessor, derived_columns
from automl.models import FAMILIES
from automl.models.base import Context

ROWS = 150
KINDS = ("binary", "multiclass", "regression")
LABELS = {"binary": ("no", "yes"), "multiclass": ("high", "low", "middle")}


@dataclass(frozen=True)
class Table:
    """Canonical rows, their matrix and targets of each kind."""

    frame: pd.DataFrame
    schema: Schema
    prepare: Any
    X: np.ndarray
    context: Context
    signal: np.ndarray

    def target(self, kind: str) -> np.ndarray:
        """Codes or values."""
        if kind == "regression":
            return np.exp(self.signal)
        edges = [0.3] if kind == "binary" else [-0.4, 0.9]
        return np.digitize(self.signal, edges)


def mixed_frame(rows: int = ROWS, seed: int = 5) -> pd.DataFrame:
    """Numbers (one skewed, one of few values), categories, gaps everywhere."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "age": rng.normal(40, 9, rows).round(2),
            "income": np.exp(rng.normal(0, 1.2, rows)).round(3),
            "visits": rng.integers(0, 5, rows).astype(float) * 0.5,
            "city": rng.choice([f"city {i}" for i in range(9)], rows),
            "plan": rng.choice(["basic", "pro", "gold", "none at all"], rows, p=[0.5, 0.3, 0.17, 0.03]),
            "flag": rng.choice(["yes", "no"], rows),
        }
    )
    return frame.mask(rng.random(frame.shape) < 0.05)


def mixed_table(kind: str, *, log: bool = True) -> Table:
    """A table of numbers and categories."""
    frame = mixed_frame()
    raw = read_table(frame)
    schema = Schema.infer(raw, kinds={"visits": "number"})
    canonical = schema.coerce(raw).frame
    prepare = build_preprocessor(schema, schema.names, n_rows=len(canonical), seed=0)
    X = prepare.fit_transform(canonical)
    categorical = tuple(i for i, column in enumerate(derived_columns(prepare)) if column.categorical)
    signal = (
        np.nan_to_num(frame["age"].to_numpy() - 40) / 20
        + np.nan_to_num(np.log(frame["income"].to_numpy())) * (frame["plan"] == "pro").to_numpy()
        + 0.5 * (frame["flag"] == "yes").to_numpy()
        + np.random.default_rng(1).normal(0, 0.3, len(frame))
    )
    classes = {"binary": 2, "multiclass": 3, "regression": 0}[kind]
    metric = "rmse" if kind == "regression" else "log_loss"
    context = Context(kind, len(frame), X.shape[1], classes, categorical, 2, 1, 0, metric)
    if kind == "regression" and log:
        context = replace(context, log_target="log")
    return Table(canonical, schema, prepare, X, context, signal)


def choices(name: str, context: Context) -> Iterator[dict[str, Any]]:
    """A candidate for each setting that is no number and that the search can choose, in some combination."""
    family = FAMILIES[name]
    first = family.first_candidates(context)[0]
    seen = [first]
    for key, space in family.distributions(context).items():
        if isinstance(space, CategoricalDistribution):
            seen += [first | {key: choice} for choice in space.choices]
    if "pairs" in first and "codes" in first:
        seen.append(first | {"pairs": 16, "codes": "crosses"})
    if "scaling" in first and "codes" in first:
        seen.append(first | {"scaling": "quantile", "codes": "crosses"})
    if name == "k_nearest_neighbors":
        seen += [first | {"p": 2, "n_neighbors": 7}]
    distinct = {repr(sorted(one.items())): one for one in seen}
    yield from distinct.values()


def fitted(name: str, params: dict[str, Any], table: Table, kind: str, folds: int = 1) -> list[Any]:
    """Fold models of a candidate."""
    y = table.target(kind)
    fold = np.arange(len(y)) % 3
    return [
        FAMILIES[name]
        .fit(
            params,
            table.context,
            table.X[fold != k],
            y[fold != k],
            X_valid=table.X[fold == k],
            y_valid=y[fold == k],
        )
        .estimator
        for k in range(folds)
    ]


def voting(kind: str, models: Sequence[Any], weights: Sequence[float] | None = None) -> Any:
    """A vote over fitted models, as a run assembles it."""
    members = [(f"m{number}", model) for number, model in enumerate(models)]
    weights = list(weights or [1.0 + number % 3 for number in range(len(members))])
    if kind == "regression":
        vote: Any = VotingRegressor(members, weights=weights)
    else:
        vote = VotingClassifier(members, voting="soft", weights=weights)
        vote.le_ = LabelEncoder().fit(np.asarray(LABELS[kind]))
        vote.classes_ = vote.le_.classes_
    vote.estimators_ = [model for _, model in members]
    vote.named_estimators_ = Bunch(**dict(members))
    return vote


def pipeline(table: Table, model: Any) -> Pipeline:
    """The model behind the preprocessor."""
    return Pipeline([("prep", table.prepare), ("model", model)])


def outputs(model: Any, kind: str, frame: pd.DataFrame) -> np.ndarray:
    """Probabilities, or values in one column."""
    with np.errstate(over="ignore"):
        if kind == "regression":
            return np.asarray(model.predict(frame))[:, None]
        return np.asarray(model.predict_proba(frame))


def odd_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dicts: as they are, with unseen categories, with gaps, with extreme numbers."""
    plain = [
        {name: None if cell != cell else cell for name, cell in row.items()}
        for row in frame.to_dict("records")
    ]
    rows = [dict(row) for row in plain]
    for number, name in enumerate(frame.columns):
        rows.append(plain[number] | {name: None})
        if pd.api.types.is_numeric_dtype(frame[name].dtype):
            ends = (float(frame[name].min()), float(frame[name].max()))
            extremes = (0.0, -1.0, 1e6, -1e9, *ends, np.nextafter(ends[1], np.inf), ends[1] * 2)
            rows += [plain[number + i] | {name: float(extreme)} for i, extreme in enumerate(extremes)]
        else:
            rows += [plain[number + i] | {name: cell} for i, cell in enumerate(("nowhere", "", "NA", "0"))]
    rows.append(dict.fromkeys(frame.columns))
    return rows
