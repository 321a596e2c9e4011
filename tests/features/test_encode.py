"""Encoding in blocks gives what encoding in one piece gives."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl.data import Schema, read_table
from automl.features import build_preprocessor, encode, encode_blocks


def make_table(rows: int) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    days = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 40, rows), unit="D")
    seconds = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 10**7, rows), unit="s")
    frame = pd.DataFrame(
        {
            "number": rng.normal(size=rows).round(4).astype(str),
            "percent": [f"{value:.1f} %" for value in rng.uniform(0, 100, rows)],
            "flag": rng.choice(["yes", "no"], rows),
            "code": rng.choice(["1", "2", "5"], rows),
            "colour": rng.choice(["red", "green", "blue", "TRUE"], rows),
            "many": [f"place {value}" for value in rng.zipf(1.6, rows) % 700],
            "day": days.strftime("%d.%m.%Y"),
            "moment": seconds.strftime("%Y-%m-%d %H:%M:%S"),
            "empty_day": pd.NaT,
            "note": [
                " ".join(rng.choice(["late", "broken", "fine", "again"], 5)) + f" {i}" for i in range(rows)
            ],
        }
    )
    return frame.mask(pd.DataFrame(rng.random(frame.shape) < 0.07, columns=frame.columns))


def test_blocks_are_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encode, "_ROWS", 97)
    table = read_table(make_table(900))
    schema = Schema.infer(table, kinds={"code": "category", "empty_day": "datetime"})
    frame = schema.coerce(table).frame
    preprocessor = build_preprocessor(schema, list(schema.names), n_rows=900, seed=0)
    preprocessor.fit(frame)
    rows = np.random.default_rng(1).permutation(900)[:800]
    blocks = list(encode_blocks(preprocessor, frame, rows))
    assert max(map(len, blocks)) == 97
    np.testing.assert_allclose(np.concatenate(blocks), preprocessor.transform(frame.iloc[rows]), rtol=1e-12)
