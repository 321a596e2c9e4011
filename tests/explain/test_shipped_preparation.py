"""The preparation that models are shipped with is traced to raw columns, without slow hybrids."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

import explain
from automl.data import Schema, read_table
from automl.features import build_preprocessor, common_in
from explain.introspect import resolve
from explain.space import FrameSpace, MatrixSpace


def test_every_kind_of_column_is_traced():
    rng = np.random.default_rng(0)
    n = 240
    words = np.array(["late", "cheap", "good", "slow", "again", "never", "room", "staff"])
    raw = pd.DataFrame(
        {
            "rooms": rng.integers(1, 9, n),
            "price": [f"{value:,.2f} €" for value in rng.lognormal(7, 1, n)],
            "city": rng.choice(["Bonn", "Lyon", "Turin"], n),
            "zip": [f"{code:05d}" for code in rng.integers(0, 30, n)],
            "booked": (
                pd.Timestamp("2021-01-01") + pd.to_timedelta(rng.integers(0, 700, n), unit="D")
            ).astype(str),
            "review": [" ".join(rng.choice(words, 6)) + f" {i}" for i in range(n)],
            "room": [f"{'ABC'[number % 3]}{number}" for number in rng.integers(100, 140, n)],
        }
    )
    raw.loc[::9, "city"] = np.nan
    table = read_table(raw)
    schema = Schema.infer(table)
    frame = schema.coerce(table).frame
    common = common_in(frame, schema, np.arange(n))
    assert set(common) == {"review", "room"}
    preprocessor = build_preprocessor(schema, list(frame.columns), n_rows=n, seed=0, common=common)
    y = (frame["rooms"] > 4).astype(int)
    model = make_pipeline(preprocessor, make_pipeline(_filled(), LogisticRegression(max_iter=2000))).fit(
        frame, y
    )

    _, space = resolve(model, FrameSpace(frame))
    assert isinstance(space, MatrixSpace)
    explanation = explain.explain(model, frame[:5], frame[100:140])
    assert explanation.additivity_error <= 1e-9
    assert explanation.global_().columns[0] == "rooms"


def _filled():
    from sklearn.impute import SimpleImputer
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(SimpleImputer(), StandardScaler())
