"""Tables, models and the brute-force oracle for the tests of explain."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from math import factorial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler

Oracle = Callable[[Callable[[pd.DataFrame], np.ndarray], pd.DataFrame, pd.DataFrame], np.ndarray]


@pytest.fixture(scope="session")
def table() -> pd.DataFrame:
    """300 rows of numbers, strings and dates with missing values, and a constant column."""
    rng = np.random.default_rng(0)
    n = 300
    frame = pd.DataFrame(
        {
            "income": rng.lognormal(10, 0.5, n),
            "age": rng.integers(18, 80, n).astype(float),
            "city": pd.Series(rng.choice(["Bonn", "Lyon", "Turin", "Graz"], n), dtype="str"),
            "plan": pd.Series(rng.choice(["basic", "plus"], n), dtype="str"),
            "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, n), unit="D"),
            "same": pd.Series(["k"] * n, dtype="str"),
        }
    )
    frame.loc[::7, "age"] = np.nan
    frame.loc[::11, "city"] = np.nan
    return frame


@pytest.fixture(scope="session")
def answers(table: pd.DataFrame) -> dict[str, np.ndarray]:
    """Targets by kind of task."""
    rng = np.random.default_rng(1)
    value = (
        np.log(table.income)
        - 10
        + 0.03 * (table.age.fillna(60) - 40)
        + (table.city == "Bonn") * (table.plan == "plus")
        + (table.since.dt.year == 2021) * 0.5
        + rng.normal(0, 0.3, len(table))
    ).to_numpy()
    return {
        "regression": value,
        "binary": (value > np.median(value)).astype(int),
        "multiclass": np.digitize(value, np.quantile(value, [0.33, 0.67])),
    }


def _days(frame: pd.DataFrame) -> np.ndarray:
    return (frame - pd.Timestamp("2020-01-01")).apply(lambda column: column.dt.days).to_numpy(dtype=float)


@pytest.fixture(scope="session")
def one_hot() -> Callable[[], ColumnTransformer]:
    """Several encoded columns for some raw columns: indicators and one-hot codes."""

    def build() -> ColumnTransformer:
        return ColumnTransformer(
            [
                (
                    "number",
                    make_pipeline(SimpleImputer(add_indicator=True), StandardScaler()),
                    ["income", "age"],
                ),
                ("label", OneHotEncoder(handle_unknown="ignore"), ["city", "plan", "same"]),
                ("date", make_pipeline(FunctionTransformer(_days), StandardScaler()), ["since"]),
            ],
            sparse_threshold=0,
        )

    return build


@pytest.fixture(scope="session")
def coded() -> Callable[[], ColumnTransformer]:
    """One encoded column per raw column, labels as ordinal codes with NaN for missing and unseen ones."""

    def build() -> ColumnTransformer:
        codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
        return ColumnTransformer(
            [
                ("label", codes, ["city", "plan", "same"]),
                ("number", "passthrough", ["income", "age"]),
                ("date", FunctionTransformer(_days), ["since"]),
            ]
        )

    return build


@pytest.fixture(scope="session")
def brute_force() -> Oracle:
    """Shapley values of the interventional game by its definition, through the whole model."""

    def values(
        predict: Callable[[pd.DataFrame], np.ndarray], X: pd.DataFrame, background: pd.DataFrame
    ) -> np.ndarray:
        columns = list(X.columns)
        m = len(columns)
        result = []
        for i in range(len(X)):
            worth: dict[frozenset[int], Any] = {}
            subsets = [frozenset(c) for size in range(m + 1) for c in combinations(range(m), size)]
            frames = []
            for subset in subsets:
                hybrid = background.copy()
                for j in subset:
                    hybrid[columns[j]] = pd.Series([X.iloc[i, j]] * len(hybrid), dtype=X.dtypes.iloc[j]).array
                frames.append(hybrid)
            outputs = np.asarray(predict(pd.concat(frames, ignore_index=True)), dtype=float)
            outputs = outputs.reshape(len(subsets), len(background), -1).mean(axis=1)
            worth = dict(zip(subsets, outputs, strict=True))
            row = []
            for j in range(m):
                total = 0.0
                for subset in subsets:
                    if j not in subset:
                        size = len(subset)
                        weight = factorial(size) * factorial(m - size - 1) / factorial(m)
                        total = total + weight * (worth[subset | {j}] - worth[subset])
                row.append(total)
            result.append(row)
        return np.asarray(result)

    return values


@pytest.fixture(scope="session")
def piped() -> Callable[..., Pipeline]:
    """A fitted pipeline of a preprocessor and a model."""

    def build(preprocessor: Any, model: Any, X: pd.DataFrame, y: Any, **options: Any) -> Pipeline:
        return Pipeline([("prep", preprocessor), ("model", model)]).fit(X, y, **options)

    return build
