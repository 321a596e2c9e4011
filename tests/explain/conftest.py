"""Tables, models and the brute-force oracle for the tests of explain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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

Predict = Callable[[pd.DataFrame], Any]
Players = Sequence[Sequence[str]]
Worths = Callable[..., dict[frozenset[int], np.ndarray]]
Oracle = Callable[..., np.ndarray]


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
def worths() -> Worths:
    """What all coalitions of players are worth for one row, by the definition and through the whole model:
    the mean output over the background rows with the players' columns as in the row."""

    def of(
        predict: Predict, row: pd.DataFrame, background: pd.DataFrame, players: Players | None = None
    ) -> dict[frozenset[int], np.ndarray]:
        players = players or [[name] for name in row.columns]
        subsets = [
            frozenset(c) for size in range(len(players) + 1) for c in combinations(range(len(players)), size)
        ]
        frames = []
        for subset in subsets:
            hybrid = background.copy()
            for name in [name for player in subset for name in players[player]]:
                hybrid[name] = pd.Series([row[name].iloc[0]] * len(hybrid), dtype=row[name].dtype).array
            frames.append(hybrid)
        outputs = np.asarray(predict(pd.concat(frames, ignore_index=True)), dtype=float)
        outputs = outputs.reshape(len(subsets), len(background), -1).mean(axis=1)
        return dict(zip(subsets, outputs, strict=True))

    return of


@pytest.fixture(scope="session")
def brute_force(worths: Worths) -> Oracle:
    """Shapley values of the interventional game by its definition, shape (n, players, K)."""

    def values(
        predict: Predict, X: pd.DataFrame, background: pd.DataFrame, players: Players | None = None
    ) -> np.ndarray:
        m = len(players or X.columns)
        result = []
        for i in range(len(X)):
            worth = worths(predict, X.iloc[[i]], background, players)
            weights = [factorial(size) * factorial(m - size - 1) / factorial(m) for size in range(m)]
            result.append(
                [
                    sum(weights[len(s)] * (worth[s | {player}] - worth[s]) for s in worth if player not in s)
                    for player in range(m)
                ]
            )
        return np.asarray(result)

    return values


@pytest.fixture(scope="session")
def piped() -> Callable[..., Pipeline]:
    """A fitted pipeline of a preprocessor and a model."""

    def build(preprocessor: Any, model: Any, X: pd.DataFrame, y: Any, **options: Any) -> Pipeline:
        return Pipeline([("prep", preprocessor), ("model", model)]).fit(X, y, **options)

    return build
