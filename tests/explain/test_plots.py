"""Figures show the explanation's numbers and sit on any page."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from lightgbm import LGBMClassifier
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

import explain
from explain import plots
from explain.plots.figure import Z95


@pytest.fixture(scope="module", params=["binary", "multiclass", "regression"])
def explanation(request, table, answers, piped, one_hot):
    frame = table.assign(other=np.arange(300) % 5)
    preprocessor = one_hot()
    preprocessor.transformers.append(("other", "passthrough", ["other"]))
    model = {
        "binary": LGBMClassifier(n_estimators=10, verbose=-1),
        "multiclass": RandomForestClassifier(10, random_state=0),
        "regression": RandomForestRegressor(10, random_state=0),
    }[request.param]
    fitted = piped(preprocessor, model, frame, answers[request.param])
    return explain.explain(fitted, frame[:40], frame[100:130])


def figures(explanation, **options):
    yield plots.importance_bar(explanation, **options)
    yield plots.beeswarm(explanation, **options)
    yield plots.waterfall(explanation, 3, **options)
    for column in explanation.columns:
        yield plots.dependence(explanation, column, **options)


def test_figures_are_transparent_and_valid_json(explanation):
    for figure in figures(explanation):
        data = json.loads(figure.to_json())
        assert data["layout"]["paper_bgcolor"] == data["layout"]["plot_bgcolor"] == "rgba(0,0,0,0)"
        json.loads(figure.to_json(), parse_constant=pytest.fail)  # NaN is no JSON


def test_theme_colours_are_used(explanation):
    theme = plots.Theme(higher="#010203", lower="#040506", accent="#070809", text="#0a0b0c", font="Inter")
    bar, swarm, fall, *dependences = figures(explanation, theme=theme)
    assert bar.data[0].marker.color == theme.accent
    assert fall.data[0].increasing.marker.color == theme.higher
    assert fall.data[0].decreasing.marker.color == theme.lower
    for figure in (bar, swarm, fall, *dependences):
        assert figure.layout.font.color == theme.text
        assert figure.layout.font.family == "Inter"


def test_bars_are_the_global_importance(explanation):
    figure = plots.importance_bar(explanation, top=3)
    importance = explanation.global_()
    factor = 100 if explanation.scale == "probability" else 1
    np.testing.assert_allclose(figure.data[0].x, importance.importance[:3] * factor)
    np.testing.assert_allclose(figure.data[0].error_x.array, Z95 * importance.stderr[:3] * factor)
    assert (np.asarray(figure.data[0].error_x.arrayminus) <= np.asarray(figure.data[0].x)).all()


def test_waterfall_ends_at_the_prediction(explanation):
    figure = plots.waterfall(explanation, 3, top=3)
    x = np.asarray(figure.data[0].x, dtype=float)
    factor = 100 if explanation.scale == "probability" else 1
    assert x[0] == pytest.approx(explanation.base[-1] * factor)
    assert x[:-1].sum() == pytest.approx(explanation.prediction[3, -1] * factor)
    assert len(x) == 6  # average, three columns, the others, prediction
    low, high = figure.layout.xaxis.range
    assert low < min(np.cumsum(x[:-1])) <= max(np.cumsum(x[:-1])) < high
    assert figure.data[0].hovertext[-1] == "prediction for row 3"
    named = plots.waterfall(explanation, 3, called="row <7>")
    assert named.data[0].hovertext[-1] == "prediction for row &lt;7&gt;"


def test_steps_of_a_waterfall_are_written_to_the_same_place(explanation):
    factor = 100 if explanation.scale == "probability" else 1
    values = np.zeros_like(explanation.values)
    values[3, :4, -1] = np.array([20.31, 9.86, -3.824, -0.0154]) / factor
    figure = plots.waterfall(replace(explanation, values=values), 3, top=4)
    assert list(figure.data[0].text[1:5]) == ["+20.3", "+9.9", "−3.8", "0.0"]


def test_beeswarm_shows_every_row(explanation):
    figure = plots.beeswarm(explanation, top=4)
    dots = sum(len(trace.x) for trace in figure.data[:-1])
    assert dots == 4 * explanation.rows
    assert figure.to_json() == plots.beeswarm(explanation, top=4).to_json()


def test_text_from_data_is_no_markup(table, answers):
    X = table[["income"]].rename(columns={"income": "<b>in</b>"})
    model = RandomForestRegressor(5, random_state=0).fit(X, answers["regression"])
    result = explain.explain(model, X[:5], X[50:60])
    for figure in figures(result):
        assert "<b>in</b>" not in figure.to_json().replace("\\u003c", "<").replace("\\u003e", ">")


def test_columns_with_the_same_beginning_stay_apart(table, answers):
    name = "a very long column name that goes on and on "
    X = table[["income", "age"]].fillna(0).set_axis([name + "1", name + "2"], axis=1)
    model = RandomForestRegressor(5, random_state=0).fit(X, answers["regression"])
    result = explain.explain(model, X[:5], X[50:60])
    for figure in (plots.importance_bar(result), plots.waterfall(result, 0)):
        assert len(set(figure.data[0].y)) == len(figure.data[0].y)


def test_bars_carry_their_column_and_dots_their_row(explanation):
    bar, swarm, _, *dependences = figures(explanation)
    assert tuple(bar.data[0].customdata) == explanation.global_().columns[:15]
    names = [f"client {i}" for i in range(explanation.rows)]
    swarm = plots.beeswarm(explanation, rows=names)
    for trace in swarm.data[:-1]:  # the last one is the colour bar
        assert [text.rpartition("<br>")[2] for text in trace.hovertext] == [
            names[i] for i in trace.customdata
        ]
    for figure in (*dependences, plots.dependence(explanation, explanation.columns[0], rows=names)):
        for trace in figure.data:
            assert len(trace.customdata) == len(trace.hovertext)
            for row, text in zip(trace.customdata, trace.hovertext, strict=True):
                assert text.endswith((f"row {row}", f"client {row}"))
    with pytest.raises(explain.InputError, match="names of 40 rows, found 1"):
        plots.beeswarm(explanation, rows=["one"])
    strange = plots.dependence(explanation, explanation.columns[0], rows=["<b>"] * explanation.rows)
    assert "<b><br>" not in strange.data[0].hovertext[0] + "<br>"
