"""Decision paths lead from the average to the predictions."""

from __future__ import annotations

import json

import numpy as np
import pytest
from lightgbm import LGBMClassifier

import explain
from explain import plots
from explain.row.paths import DecisionPaths


@pytest.fixture(scope="module")
def explanation(table, answers, piped, one_hot):
    model = piped(one_hot(), LGBMClassifier(n_estimators=20, verbose=-1), table, answers["binary"])
    return explain.explain(model, table[:40], table[100:130])


@pytest.mark.parametrize("top", [2, 6, 20])
def test_paths_end_at_the_predictions(explanation, top):
    paths = explain.decision_paths(explanation, 3, similar=5, top=top)
    levels = np.array(paths.levels)
    np.testing.assert_allclose(levels[:, 0], explanation.base[1])
    np.testing.assert_allclose(levels[:, -1], explanation.prediction[list(paths.rows), 1], atol=1e-9)
    assert paths.rows[0] == 3
    assert len(set(paths.rows)) == 6
    assert len(paths.columns) + paths.others == len(explanation.columns)
    assert levels.shape[1] == 1 + len(paths.columns) + bool(paths.others)
    assert list(paths.distances) == sorted(paths.distances)
    assert DecisionPaths.from_json(json.loads(json.dumps(paths.to_json()))) == paths
    assert "similar rows end" in paths.sentence()


def test_the_plot_shows_the_row_in_front(explanation):
    paths = explain.decision_paths(explanation, 0, similar=4, top=3)
    theme = plots.Theme(higher="#010203", lower="#040506")
    figure = plots.decision_plot(paths, theme=theme)
    assert len(figure.data) == 5
    np.testing.assert_allclose(np.asarray(figure.data[-1].x), 100 * np.array(paths.levels[0]))
    assert {trace.line.color for trace in figure.data} <= {theme.higher, theme.lower}
    assert "NaN" not in figure.to_json()
    named = plots.decision_plot(paths, rows=[f"row {100 + row}" for row in paths.rows])
    assert named.data[0].hovertext[0].startswith(f"row {100 + paths.rows[-1]}, ends at ")


def test_one_row_alone_and_rows_of_choice(explanation):
    assert "similar" not in explain.decision_paths(explanation.take([4]), 0).sentence()
    assert explain.decision_paths(explanation, -1, rows=[2, 5]).rows == (39, 2, 5)
    with pytest.raises(explain.InputError, match="between 0 and 39"):
        explain.decision_paths(explanation, 0, rows=[40])
