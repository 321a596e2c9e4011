"""Charts of a model over time: what is drawn, and what is said of it."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from automl.workbench import effect_charts, theme, timeline_charts
from automl.workbench.effects import effects_of, ranked, shown_part, verdict

from .made_timelines import made

COLORS = theme._LIGHT


def drawn(**changes: Any) -> dict[str, Any]:
    figure = timeline_charts.overview(made(12, **changes), chosen=11, colors=COLORS)
    json.dumps(figure)  # as the browser gets it
    return figure


def test_every_window_has_a_verdict_by_shape_and_colour() -> None:
    marks = {
        trace["name"]: trace for trace in drawn()["data"] if trace["name"] in ("Fine", "Have a look", "Act")
    }
    assert {name: len(trace["x"]) for name, trace in marks.items()} == {"Fine": 8, "Have a look": 2, "Act": 2}
    assert len({trace["marker"]["symbol"] for trace in marks.values()}) == 3
    assert len({trace["marker"]["color"] for trace in marks.values()}) == 3


def test_panels_do_not_overlap_and_fill_the_chart() -> None:
    figure_layout = drawn()["layout"]
    domains = [figure_layout[name]["domain"] for name in ("yaxis", "yaxis2", "yaxis3", "yaxis4")]
    assert domains[0][1] <= 1
    assert domains[-1][0] == pytest.approx(0, abs=0.01)
    assert all(low < high for low, high in domains)
    assert all(upper[0] > lower[1] for upper, lower in pairwise(domains))


def test_the_score_has_its_interval_and_the_promise_its_band() -> None:
    figure = drawn()
    score = next(trace for trace in figure["data"] if trace["name"] == "ROC AUC")
    assert score["x"] == list(range(10)), "the last two have no labels yet"
    assert score["error_y"]["array"] == pytest.approx([0.02] * 10)
    bands = [shape for shape in figure["layout"]["shapes"] if shape.get("yref") == "y2"]
    assert {(shape["y0"], shape["y1"]) for shape in bands} == {(0.81, 0.87), (0.84, 0.84)}


def test_a_change_is_a_line_with_the_stretch_where_it_may_be() -> None:
    shapes = [shape for shape in drawn()["layout"]["shapes"] if shape.get("yref") == "y2 domain"]
    assert {(shape["x0"], shape["x1"]) for shape in shapes} == {(6.5, 8.5), (7.5, 7.5)}
    assert not [
        shape for shape in drawn(changes=())["layout"]["shapes"] if "domain" in str(shape.get("yref"))
    ]


def test_without_labels_there_is_no_panel_for_them() -> None:
    names = {trace["name"] for trace in drawn(labels=False)["data"]}
    assert not names & {"ROC AUC", "With a label"}
    assert "Mean prediction" in names


def test_few_windows_are_named_on_the_axis_and_the_last_one_always() -> None:
    axis = timeline_charts.ticks([f"w{i}" for i in range(120)])
    assert len(axis["tickvals"]) <= 8
    assert axis["ticktext"][-1] == "w119"
    assert timeline_charts.ticks(["a"])["ticktext"] == ["a"]


def test_what_the_chart_shows_is_said() -> None:
    said = timeline_charts.told(made(12))
    assert "12 windows" in said
    assert "8 fine, 2 have a look, 2 act" in said.replace("; ", ", ")
    assert "promised 0.8400" in said
    assert "ROC AUC changed in 2020-09" in said


def test_columns_are_ordered_by_effect_and_not_by_size() -> None:
    timeline = made(12)
    found = effects_of(timeline)
    assert found.split
    assert found.columns[:2] == ("c0", "c1")
    assert found.values[0, -1] == pytest.approx(10.0), "in points"
    assert found.drifted[0].sum() == 4
    last = timeline.windows[-1]
    far = replace(last.columns[5], moved=0.9, level="look", adjusted=0.0)
    again = replace(last, columns=(*last.columns[:5], far, *last.columns[6:]))
    assert [each.name for each in ranked(again)][:3] == ["c0", "c1", "c5"]


def test_where_nothing_was_split_the_grid_is_of_what_moved() -> None:
    timeline = made(6)
    windows = tuple(
        replace(each, columns=tuple(replace(column, part=None) for column in each.columns))
        for each in timeline.windows
    )
    found = effects_of(replace(timeline, windows=windows))
    assert not found.split
    assert found.unit == "% of the rows"
    assert found.values[:, 0].max() == 0, "what is chance is left blank"


def test_the_heat_map_has_all_that_is_asked_for() -> None:
    found = effects_of(made(12, 30))
    figure = effect_charts.heat(found, most=15, chosen=3, colors=COLORS)
    json.dumps(figure)
    cells, rings = figure["data"]
    assert np.array(cells["z"], dtype=float).shape == (15, 12)
    assert len(rings["x"]) == int(found.drifted[:15].sum())
    assert "c0 most in 2020-12 (+10 points)" in effect_charts.told(found, 15)
    assert figure["layout"]["shapes"][0]["x0"] == 2.5
    json.dumps(effect_charts.column(made(12), "c0", chosen=3, colors=COLORS))


def test_parts_and_verdicts_in_words() -> None:
    column = made(12).windows[-1].columns[0]
    assert shown_part(column.part, "yes") == "+10 points"
    assert shown_part(0.0, "yes") == "may be chance"
    assert shown_part(None, None) == "–"
    assert verdict(column) == "drifted"
    assert verdict(replace(column, level="fine")) == "differs a little"


def test_estimates_without_labels_stand_beside_the_score() -> None:
    guessed = next(trace for trace in drawn()["data"] if trace["name"] == "ROC AUC, estimated")
    assert len(guessed["x"]) == 12, "also where no labels have come"
    assert guessed["line"]["dash"] == "dash"
    assert guessed["marker"]["symbol"].endswith("open")
    alone = timeline_charts.overview(made(12, labels=False), chosen=0, colors=COLORS)
    titles = [note["text"] for note in alone["layout"]["annotations"]]
    assert any(title.startswith("ROC AUC, estimated without labels") for title in titles)
