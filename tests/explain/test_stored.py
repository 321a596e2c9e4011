"""Results to JSON and back."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from explain import Explanation, InputError
from explain.stored import Stored


@dataclass(frozen=True)
class Part:
    name: str
    weight: float


@dataclass(frozen=True, eq=False)
class Whole(Stored):
    kind: Literal["one", "other"]
    count: int
    numbers: tuple[float, ...]
    at: tuple[float | str | None, ...]
    grid: NDArray[np.float64]
    empty: NDArray[np.int64]
    part: Part | None
    parts: dict[str, tuple[Part, ...]]
    table: pd.DataFrame
    label: Any


WHOLE = Whole(
    kind="one",
    count=3,
    numbers=(1.0, math.inf, -math.inf),
    at=(0.1, "NaN", None),
    grid=np.array([[1 / 3, np.nan], [np.inf, -0.0]]),
    empty=np.zeros((0, 4), dtype=np.int64),
    part=None,
    parts={"all": (Part("a", 1.0), Part("b", math.nan))},
    table=pd.DataFrame({"x": [1.5, None], "day": pd.to_datetime(["2024-05-31", None])}),
    label=np.int64(7),
)


def test_every_kind_of_field_comes_back_as_it_was() -> None:
    text = json.dumps(WHOLE.to_json(), allow_nan=False)
    again = Whole.from_json(json.loads(text))
    assert json.dumps(again.to_json(), allow_nan=False) == text
    assert (again.numbers, again.at) == (WHOLE.numbers, WHOLE.at)
    np.testing.assert_array_equal(again.grid, WHOLE.grid)
    assert np.signbit(again.grid[1, 1])
    assert (again.empty.shape, again.empty.dtype) == ((0, 4), np.dtype(np.int64))
    assert again.parts["all"][0] == Part("a", 1.0)
    pd.testing.assert_frame_equal(again.table, WHOLE.table)
    assert type(again.label) is int


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": 2}, "format 1, found 2"),
        ({"count": 1.5}, r"Whole\.count"),
        ({"count": True}, r"Whole\.count"),
        ({"kind": "third"}, r"Whole\.kind"),
        ({"numbers": ["one"]}, r"Whole\.numbers"),
        ({"grid": [[1.0], [1.0, 2.0]]}, r"Whole\.grid"),
        ({"part": {"name": "a"}}, "Part with the fields name, weight; missing: weight"),
        ({"more": 1}, "unknown: more"),
        ({"parts": None}, r"Whole\.parts"),
    ],
)
def test_what_does_not_fit_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        Whole.from_json({**WHOLE.to_json(), **change})


def test_what_json_cannot_hold_is_not_written() -> None:
    @dataclass(frozen=True)
    class Odd(Stored):
        what: Any

    with pytest.raises(TypeError, match="complex"):
        Odd(1j).to_json()


def test_explanations_of_no_rows_as_they_were_first_written_are_read() -> None:
    data = {
        "format": 1, "values": [], "base": [0.5, 0.5], "prediction": [], "columns": ["a"],
        "data": {"rows": 0, "columns": [{"name": "a", "dtype": "float64", "values": []}]},
        "classes": ["no", "yes"], "scale": "probability", "method": "m", "exact": True, "stderr": None,
        "additivity_error": 0.0, "background_rows": 9, "background_hash": "b", "model_hash": "m", "seed": 0,
        "milliseconds": 1.0,
        "reference": [
            {"kind": "number", "quantiles": [0.0], "top": None, "top_share": 0.0, "missing_share": 0.0}
        ],
    }  # fmt: skip
    again = Explanation.from_json(data)
    assert (again.values.shape, again.prediction.shape) == ((0, 1, 2), (0, 2))
    assert Explanation.from_json(json.loads(json.dumps(again.to_json()))).values.shape == (0, 1, 2)
