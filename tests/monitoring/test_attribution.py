"""The shift of the mean prediction in columns: exact where explanations are, and the culprit first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from lightgbm import LGBMRegressor
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import ExtraTreesRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.tree import DecisionTreeRegressor

from automl.monitoring.parts import clear_parts, main_output, split_shift

NAMES = [f"x{i}" for i in range(6)]
PLANS = np.array(["basic", "plus", "pro"])
MODELS: dict[str, Callable[[], Any]] = {
    "linear": lambda: Ridge(),
    "tree": lambda: DecisionTreeRegressor(max_leaf_nodes=12, random_state=0),
    "forest": lambda: RandomForestRegressor(8, min_samples_leaf=5, random_state=0),
    "extra trees": lambda: ExtraTreesRegressor(8, max_leaf_nodes=12, random_state=0),
    "LightGBM": lambda: LGBMRegressor(n_estimators=25, num_leaves=8, random_state=0, verbose=-1, n_jobs=1),
    "probabilities of a forest": lambda: RandomForestClassifier(8, max_leaf_nodes=12, random_state=0),
}


def rows(
    rng: np.random.Generator, number: int, *, shifted: str | None = None, by: float = 0.0
) -> pd.DataFrame:
    """Six numbers and a label; a column of numbers may be shifted, or `plan` become `pro` more often."""
    frame = pd.DataFrame(rng.normal(size=(number, len(NAMES))), columns=NAMES)
    shares = np.array([0.5, 0.3, 0.2])
    if shifted == "plan":
        shares = (1 - by) * shares + by * np.eye(3)[2]
    elif shifted is not None:
        frame[shifted] += by
    return frame.assign(plan=pd.Series(rng.choice(PLANS, number, p=shares), dtype="str"))


def truth(frame: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Bent, with an interaction, and with columns of unequal weight."""
    x = frame[NAMES].to_numpy()
    signal = 1.5 * x[:, 0] + np.abs(x[:, 1]) + x[:, 2] * (x[:, 3] > 0) + 0.5 * x[:, 3]
    return np.asarray(signal + 1.2 * (frame["plan"] == "pro") + rng.normal(0, 0.7, len(frame)))


def fitted(name: str, rng: np.random.Generator, number: int = 800) -> Any:
    frame = rows(rng, number)
    y = truth(frame, rng)
    encode = ColumnTransformer(
        [("plan", OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["plan"])],
        remainder="passthrough",
    )
    target = np.where(y > 1, "high", "low") if "probabilities" in name else y
    return make_pipeline(encode, MODELS[name]()).fit(frame, target)


@pytest.mark.parametrize("name", list(MODELS))
def test_parts_of_exact_engines_add_up_to_the_shift(name: str) -> None:
    rng = np.random.default_rng(3)
    model = fitted(name, rng)
    known, new = rows(rng, 150), rows(rng, 120, shifted="x0", by=0.8)
    shift, note = split_shift(model, known, new, rows(rng, 30))
    assert note == ""
    assert shift is not None
    predicted = [
        model.predict_proba(each) if shift.classes is not None else model.predict(each)[:, None]
        for each in (known, new)
    ]
    means = np.array([each.mean(axis=0) for each in predicted])
    k = main_output(shift)
    classes = list(model.classes_) if shift.classes is not None else [None]
    place = classes.index(shift.classes[k]) if shift.classes is not None else 0
    np.testing.assert_allclose(shift.means[:, k], means[:, place], atol=1e-9)
    assert shift.difference[:, k].sum() == pytest.approx(means[1, place] - means[0, place], abs=1e-9)
    parts = clear_parts(shift)
    assert max(parts, key=lambda column: abs(parts[column])) == "x0"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["linear", "forest", "LightGBM"])
def test_the_column_that_was_shifted_comes_first(name: str) -> None:
    """In 100 trials of 300 rows: half a standard deviation of the column of most weight, a whole one of a
    column of a third of its weight, or two fifths of all other rows that change their label.
    """
    rng = np.random.default_rng(4)
    model = fitted(name, rng, 2000)
    first = 0
    for trial in range(100):
        shifted, by = (("x0", 0.5), ("x3", 1.0), ("plan", 0.4))[trial % 3]
        known, new = rows(rng, 300), rows(rng, 300, shifted=shifted, by=by)
        shift, _ = split_shift(model, known, new, rows(rng, 40), seed=trial)
        assert shift is not None
        size = shift.difference[:, main_output(shift)]
        first += shift.columns[int(np.abs(size).argmax())] == shifted
    assert first >= 95
