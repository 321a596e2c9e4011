"""Figures of global results: their numbers, and that they sit on any page."""

from __future__ import annotations

import json

import numpy as np
import pytest
from lightgbm import LGBMClassifier, LGBMRegressor

import explain
from explain import plots
from explain.whole.accumulated import accumulated_effects
from explain.whole.clusters import cluster_columns
from explain.whole.compare import compare_cohorts
from explain.whole.curves import partial_dependence
from explain.whole.importance import permutation_importance
from explain.whole.interactions import rank_interactions
from explain.whole.surfaces import partial_dependence_pair
from explain.whole.surrogate import fit_surrogate


@pytest.fixture(scope="module", params=["binary", "multiclass", "regression"])
def results(request, table, answers, piped, one_hot):
    task = request.param
    family = LGBMRegressor if task == "regression" else LGBMClassifier
    model = piped(one_hot(), family(n_estimators=8, verbose=-1), table, answers[task])
    found = explain.explain(model, table[:60], table[100:105])
    return {
        "curves": [
            draw(model, table, column, points=6)
            for draw in (partial_dependence, accumulated_effects)
            for column in ("age", "city", "since", "same")
        ],
        "pairs": rank_interactions(model, table[:60], table[:5], method="friedman", pairs=4),
        "surface": partial_dependence_pair(model, table, "age", "city", points=4, rows=30),
        "permutation": permutation_importance(model, table, answers[task], repeats=2),
        "surrogate": fit_surrogate(model, table),
        "compared": compare_cohorts(found, (found.data["plan"] == "plus").to_numpy()),
        "clusters": cluster_columns(table.assign(wage=table.income * 2)),
        "explanation": found,
    }


def figures(results, theme):
    for curve in results["curves"]:
        yield plots.curve(curve, theme=theme)
        yield plots.curve(curve, centred=True, lines=False, theme=theme)
    yield plots.interaction_bar(results["pairs"], theme=theme)
    yield plots.surface(results["surface"], theme=theme)
    yield plots.surface(results["surface"], beyond=True, theme=theme)
    yield plots.permutation_bar(results["permutation"], theme=theme)
    yield plots.surrogate_tree(results["surrogate"], theme=theme)
    yield plots.comparison_bar(results["compared"], theme=theme)
    yield plots.shift(results["compared"], theme=theme)
    yield plots.association_heatmap(results["clusters"], theme=theme)
    for column, colour in (("age", "city"), ("city", "age"), ("since", "auto"), ("plan", "since")):
        yield plots.dependence(results["explanation"], column, colour=colour, theme=theme)


def test_figures_are_transparent_valid_and_in_the_theme(results):
    theme = plots.Theme(text="#0a0b0c", font="Inter")
    for figure in figures(results, theme):
        text = figure.to_json()
        layout = json.loads(text, parse_constant=pytest.fail)["layout"]  # NaN is no JSON
        assert layout["paper_bgcolor"] == layout["plot_bgcolor"] == "rgba(0,0,0,0)"
        assert layout["font"]["color"] == theme.text
        assert layout["font"]["family"] == "Inter"


def test_bars_carry_the_numbers(results):
    importance = results["permutation"]
    bars = plots.permutation_bar(importance, top=3).data[0]
    np.testing.assert_allclose(bars.x, importance.importance[:3])
    np.testing.assert_allclose(bars.error_x.array, (importance.high - importance.importance)[:3])
    compared = results["compared"]
    factor = 100 if compared.scale == "probability" else 1
    x = np.asarray(plots.shift(compared, top=2).data[0].x, dtype=float)
    assert x[:-1].sum() == pytest.approx(factor * compared.means[1, -1], abs=1e-9)


def test_a_surrogate_is_never_drawn_without_its_fidelity(results):
    title = plots.surrogate_tree(results["surrogate"]).layout.title.text
    assert f"{results['surrogate'].held_out_rows} held-out rows" in title
    assert "% of the model's variance" in title


def test_curves_show_levels_or_changes(results):
    for curve in results["curves"]:
        factor = 100 if curve.scale == "probability" else 1
        shown = next(t for t in plots.curve(curve).data if t.mode == "markers" and t.name != "rows")
        wanted = curve.level if len(curve.rows_shown) else curve.effect
        np.testing.assert_allclose(shown.y, factor * wanted[: len(shown.y), -1])


def test_text_from_data_is_no_markup(table, answers):
    X = table[["income"]].assign(**{"<b>k</b>": table["city"].fillna("<i>x</i>")})
    model = LGBMRegressor(n_estimators=3, verbose=-1).fit(X[["income"]], answers["regression"])

    class First:
        def __sklearn_tags__(self):
            return model.__sklearn_tags__()

        def __sklearn_is_fitted__(self):
            return True

        def predict(self, rows):
            return model.predict(rows[["income"]]) + (rows["<b>k</b>"] == "Bonn")

    curve = partial_dependence(First(), X, "<b>k</b>", points=5)
    drawn = [plots.curve(curve), plots.surrogate_tree(fit_surrogate(First(), X))]
    for figure in drawn:
        text = figure.to_json().replace("\\u003c", "<").replace("\\u003e", ">")
        assert "<b>k</b>" not in text
        assert "<i>x</i>" not in text
