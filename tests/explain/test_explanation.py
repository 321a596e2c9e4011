"""The Explanation as data: shapes, JSON, views, shap."""

from __future__ import annotations

import json
import warnings
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pandas as pd
import pytest
from lightgbm import LGBMClassifier
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

import explain
from explain import Explanation, InputError
from explain.frames import frame_from_json, frame_to_json


@pytest.fixture(scope="module")
def explanations(table, answers, piped, one_hot) -> dict[str, Explanation]:
    models = {
        "binary": LGBMClassifier(n_estimators=10, verbose=-1),
        "multiclass": RandomForestClassifier(10, random_state=0),
        "regression": RandomForestRegressor(10, random_state=0),
    }
    frame = table.assign(other=np.arange(300) % 5)
    preprocessor = one_hot()
    preprocessor.transformers.append(("other", "passthrough", ["other"]))
    return {
        task: explain.explain(piped(preprocessor, model, frame, answers[task]), frame[:20], frame[100:130])
        for task, model in models.items()
    }


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_json_round_trip(task, explanations):
    explanation = explanations[task]
    text = json.dumps(explanation.to_json(), allow_nan=False)
    again = Explanation.from_json(json.loads(text))
    pd.testing.assert_frame_equal(again.data, explanation.data)
    for name in ("values", "base", "prediction"):
        np.testing.assert_array_equal(getattr(again, name), getattr(explanation, name))
    assert (again.stderr is None) == (explanation.stderr is None)
    assert again.to_json() == explanation.to_json()
    assert again.reference == explanation.reference


def test_json_of_other_formats_is_refused(explanations):
    data = {**explanations["binary"].to_json(), "format": 99}
    with pytest.raises(InputError, match="format 1, found 99"):
        Explanation.from_json(data)


def test_frames_in_json_keep_dtypes_and_odd_values():
    frame = pd.DataFrame(
        {
            "float": [1.5, np.nan, np.inf],
            "int": [1, 2, 3],
            "nullable": pd.array([1, None, 3], dtype="Int64"),
            "bool": [True, False, True],
            "text": pd.Series(["a", None, "NA"], dtype="str"),
            "when": pd.to_datetime(["2020-01-01", None, "2021-05-06 07:08:09"], format="ISO8601"),
            "zoned": pd.to_datetime(["2020-01-01", None, "2021-05-06"]).tz_localize("Europe/Berlin"),
            "mixed": pd.Series(["a", 1, None], dtype=object),
        }
    )
    again = frame_from_json(json.loads(json.dumps(frame_to_json(frame), allow_nan=False)))
    pd.testing.assert_frame_equal(again, frame)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_to_shap(task, explanations):
    explanation = explanations[task]
    with warnings.catch_warnings():  # shap warns while it is imported
        warnings.simplefilter("ignore")
        import shap

    converted = explanation.to_shap()
    assert isinstance(converted, shap.Explanation)
    assert list(converted.feature_names) == list(explanation.columns)
    total = converted.values.sum(axis=1) + converted.base_values
    expected = explanation.prediction[:, 0] if explanation.outputs == 1 else explanation.prediction
    np.testing.assert_allclose(total, expected, atol=1e-9)


def test_global_importance_is_sorted_mean_size(explanations):
    explanation = explanations["multiclass"]
    importance = explanation.global_()
    assert (np.diff(importance.importance) <= 0).all()
    position = explanation.columns.index(importance.columns[0])
    assert importance.importance[0] == pytest.approx(np.abs(explanation.values[:, position]).mean())
    assert importance.by_output.shape == (7, 3)
    assert importance.to_frame().columns.tolist() == ["column", "importance", "stderr"]
    assert set(importance.columns) == set(explanation.columns)


def test_local_leaves_out_what_is_not_clear_of_zero(explanations):
    explanation = explanations["binary"]
    local = explanation.local(3)
    assert local.row["plan"] == explanation.data["plan"].iloc[3]
    names = [name for name, _ in local.top(10)]
    assert "same" not in names
    noisy = replace(explanation, stderr=np.full_like(explanation.values, 10.0))
    assert noisy.local(3).top(10) == []
    sizes = [abs(value) for _, value in local.top(10)]
    assert sizes == sorted(sizes, reverse=True)


def test_outputs_by_label_and_position(explanations):
    explanation = explanations["multiclass"]
    assert explanation.output_index() == 2
    assert explanation.output_index("1") == 1
    with pytest.raises(InputError, match="out of 0, 1, 2, found 'x'"):
        explanation.output_index("x")
    with pytest.raises(InputError, match="found 'nope'"):
        explanation.column_index("nope")
    with pytest.raises(InputError, match="between 0 and 19, found 20"):
        explanation.local(20)


def test_frozen_and_checked(explanations):
    explanation = explanations["regression"]
    with pytest.raises(FrozenInstanceError):
        explanation.seed = 3  # type: ignore[misc]
    with pytest.raises(InputError, match=r"base of shape \(1,\), found \(2,\)"):
        replace(explanation, base=np.zeros(2))


def test_take_keeps_rows_together(explanations):
    explanation = explanations["binary"]
    mask = (explanation.data["plan"] == "plus").to_numpy()
    part = explanation.take(mask)
    assert part.rows == mask.sum()
    assert (part.data["plan"] == "plus").all()
    np.testing.assert_array_equal(part.values, explanation.values[mask])
