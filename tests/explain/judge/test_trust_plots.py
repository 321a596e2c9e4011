"""Figures of fairness, failures, performance and stability show the results' numbers and sit on any page."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from explain import plots
from explain.judge.failures import find_failures
from explain.judge.fairness import group_fairness
from explain.judge.performance import measure_performance
from explain.judge.scored import Scored
from explain.judge.stability import check_stability

MARKUP = "<b>a</b>"


@pytest.fixture(scope="module")
def results():
    rng = np.random.default_rng(0)
    n = 600
    X = pd.DataFrame({MARKUP: rng.normal(size=n), "b": rng.normal(size=n)})
    group = np.where(rng.random(n) < 0.5, MARKUP, "other")
    group[:5] = "few"
    value = X[MARKUP] + rng.normal(size=n) * np.where(X.b > 0.5, 2, 0.5)
    label = np.where(value > 0, MARKUP, "no")
    tree = DecisionTreeClassifier(max_depth=3).fit(X[:300], label[:300])
    line = DecisionTreeRegressor(max_depth=3).fit(X[:300], value[:300])
    seen = X.assign(group=pd.Series(group, dtype="str"))
    binary = Scored.of_predictions(
        seen, label, probability=tree.predict_proba(X), classes=tuple(tree.classes_)
    )
    numbers = Scored.of_predictions(seen, value, prediction=line.predict(X))
    return {
        "fairness": group_fairness(binary, "group"),
        "fairness of numbers": group_fairness(numbers, "group"),
        "failures": find_failures(numbers, prune=False),
        "performance": measure_performance(binary),
        "residuals": measure_performance(numbers).residuals,
        "stability": check_stability(line, X, X[:50], models=[line, line], rows=10, redraws=3),
    }


def figures(results, **options):
    calibration, ranking = results["performance"].calibration[0], results["performance"].ranking[0]
    yield plots.group_dots(results["fairness"], **options)
    yield plots.group_dots(results["fairness of numbers"], **options)
    yield plots.error_tree(results["failures"], **options)
    yield plots.calibration_curve(calibration, **options)
    yield plots.roc_curve(ranking, **options)
    yield plots.precision_recall_curve(ranking, **options)
    yield plots.gain_curve(ranking, **options)
    yield plots.lift_curve(ranking, **options)
    yield plots.confusion_matrix(results["performance"].confusion, **options)
    yield plots.residual_plot(results["residuals"], **options)
    yield plots.stability_ranges(results["stability"], **options)
    yield plots.deletion_bars(results["stability"].deletion, **options)


def test_figures_are_transparent_valid_and_without_foreign_markup(results):
    for figure in figures(results):
        text = figure.to_json()
        data = json.loads(text)
        assert data["layout"]["paper_bgcolor"] == data["layout"]["plot_bgcolor"] == "rgba(0,0,0,0)"
        assert "NaN" not in text
        assert MARKUP not in text.replace("\\u003c", "<").replace("\\u003e", ">")


def test_residuals_name_their_rows(results):
    found = results["residuals"]
    dots = next(trace for trace in plots.residual_plot(found).data if trace.customdata is not None)
    assert list(dots.text) == [f"row {row}" for row in found.shown_row.tolist()]
    names = [f"row {row + 1:,}" for row in found.shown_row.tolist()]
    dots = next(
        trace for trace in plots.residual_plot(found, rows=names).data if trace.customdata is not None
    )
    assert list(dots.text) == names


def test_theme_colours_are_used(results):
    theme = plots.Theme(accent="#070809", higher="#010203", missing="#0d0e0f", text="#0a0b0c", font="Inter")
    for figure in figures(results, theme=theme):
        text = figure.to_json()
        assert "#2b83c6" not in text.replace(theme.lower, "")
        assert figure.layout.font.color == theme.text
        assert figure.layout.font.family == "Inter"


def test_dots_are_the_groups_values(results):
    fairness = results["fairness"]
    figure = plots.group_dots(fairness, ("accuracy",))
    measure = fairness.measure("accuracy")
    dots = figure.data[0]
    np.testing.assert_allclose(dots.x, 100 * measure.values)
    np.testing.assert_allclose(dots.x - np.asarray(dots.error_x.arrayminus), 100 * measure.low)
    assert dots.marker.symbol == tuple("circle" if known else "circle-open" for known in measure.ranked)
    assert "circle-open" in dots.marker.symbol


def test_the_tree_lists_every_cohort_below_its_parent(results):
    failures = results["failures"]
    figure = plots.error_tree(failures)
    assert len(figure.data) == len(figure.layout.annotations) == len(failures.cohorts) > 3
    depths = [text.text.count("\u2003") for text in figure.layout.annotations]
    assert depths[0] == 0
    assert all(after <= before + 1 for before, after in pairwise(depths))


def test_confusion_cells_are_the_shares(results):
    confusion = results["performance"].confusion
    figure = plots.confusion_matrix(confusion)
    np.testing.assert_allclose(figure.data[0].z, 100 * confusion.share)
    assert len(figure.layout.annotations) == 4
