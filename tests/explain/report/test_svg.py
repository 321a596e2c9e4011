"""Plotly figures as SVG: where the marks are, what they say, and that nothing in them is markup."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from plotly.subplots import make_subplots

from explain import InputError
from explain.plots.figure import faded
from explain.report import colours
from explain.report.colours import variable
from explain.report.svg import draw
from explain.report.svg.scales import Axis
from explain.report.svg.text import width


def drawn(figure: go.Figure, wide: float = 600) -> ElementTree.Element:
    """The figure, as a parser of XML reads it."""
    return ElementTree.fromstring(draw(figure, width=wide, alt="a <figure>"))


def boxes(svg: ElementTree.Element) -> np.ndarray:
    """x, y, width and height of the rectangles."""
    names = ("x", "y", "width", "height")
    return np.array([[float(rect.get(name, "nan")) for name in names] for rect in svg.iter("rect")])


def texts(svg: ElementTree.Element) -> list[str]:
    return [str(text.text) for text in svg.iter("text")]


def test_bars_are_as_long_as_their_values() -> None:
    svg = drawn(go.Figure(go.Bar(x=[1.0, 2.0, 4.0], y=[0, 1, 2], orientation="h")))
    assert svg.get("aria-label") == "a <figure>"
    lengths = boxes(svg)[:, 2]
    np.testing.assert_allclose(lengths / lengths[0], [1, 2, 4], rtol=0.01)
    upright = boxes(drawn(go.Figure(go.Bar(x=["a", "b"], y=[3.0, -1.5]))))
    assert upright[0, 3] == pytest.approx(2 * upright[1, 3], rel=0.01)
    assert upright[0, 1] + upright[0, 3] == pytest.approx(upright[1, 1], abs=0.3), "both begin at zero"


def test_bars_beside_and_upon_each_other() -> None:
    pair = [go.Bar(x=["a"], y=[1.0], name="one"), go.Bar(x=["a"], y=[2.0], name="two")]
    beside = boxes(drawn(go.Figure(pair, layout={"barmode": "group"})))
    assert beside[0, 0] + beside[0, 2] <= beside[1, 0] + 0.2
    upon = boxes(drawn(go.Figure(pair, layout={"barmode": "stack"})))
    assert upon[0, 0] == upon[1, 0]
    assert upon[1, 1] + upon[1, 3] == pytest.approx(upon[0, 1], abs=0.2)


def test_a_waterfall_ends_where_its_steps_lead() -> None:
    trace = go.Waterfall(
        orientation="h",
        x=[10, 5, -3, 12],
        y=[0, 1, 2, 3],
        measure=["absolute", "relative", "relative", "total"],
    )
    found = boxes(drawn(go.Figure(trace)))
    ends = found[:, 0] + found[:, 2]
    assert found[1, 0] == pytest.approx(ends[0], abs=0.2)
    assert found[2, 0] == pytest.approx(ends[3], abs=0.2), "after +5 and −3 at 12"
    assert found[1, 2] / found[2, 2] == pytest.approx(5 / 3, rel=0.02)


def test_lines_keep_gaps_and_bands_close() -> None:
    figure = go.Figure(
        [
            go.Scatter(x=[0, 1, 2], y=[0.0, 1.0, 0.0], mode="lines"),
            go.Scatter(x=[0, 1, 2], y=[1.0, 2.0, 1.0], mode="lines", fill="tonexty"),
            go.Scatter(x=[0, 1, 2, 3], y=[0.0, None, 2.0, 3.0], mode="lines"),
        ]
    )
    paths = [str(path.get("d")) for path in drawn(figure).iter("path")]
    assert any(path.endswith("Z") and path.count("L") == 5 for path in paths), "there and back"
    assert any(path.count("M") == 2 and path.count("L") == 1 for path in paths), "a missing value is a gap"


def test_many_dots_weigh_little_and_few_have_titles() -> None:
    rng = np.random.default_rng(0)
    many = draw(
        go.Figure(go.Scatter(x=rng.normal(size=2000), y=rng.normal(size=2000), mode="markers")),
        width=600,
        alt="a",
    )
    assert many.count("h0") == 2000
    assert len(many) < 40_000
    few = drawn(go.Figure(go.Scatter(x=[1, 2], y=[1, 2], mode="markers", hovertext=["<b>one</b>", "two"])))
    assert [title.text for title in few.iter("title")] == ["one", "two"]


def test_colours_of_values_mix_what_the_page_defines() -> None:
    scale = [[0, "var(--lower)"], [1, "var(--higher)"]]
    marker = {"color": [0.0, 0.5, 1.0], "colorscale": scale, "showscale": True}
    svg = draw(
        go.Figure(go.Scatter(x=[1, 2, 3], y=[1, 2, 3], mode="markers", marker=marker)), width=400, alt="a"
    )
    assert "fill:color-mix(in srgb, var(--higher) 50%, var(--lower))" in svg
    assert svg.count("<rect") == 12, "the key of colours"


def test_categories_dates_and_logarithms() -> None:
    dates = pd.to_datetime(["2020-01-01", "2021-01-01", "2022-01-01", "2024-01-01"])
    shown = texts(drawn(go.Figure(go.Scatter(x=dates, y=[1, 2, 3, 4], mode="markers"))))
    assert {"2021", "2023"} <= set(shown)
    log = go.Figure(go.Scatter(x=[1, 1000], y=[1, 2], mode="lines"), layout={"xaxis": {"type": "log"}})
    assert {"1", "10", "100", "1,000"} <= set(texts(drawn(log)))
    box = go.Figure(go.Box(x=["a", "a", "b", "b"], y=[1.0, 2.0, 5.0, 6.0]))
    box.update_xaxes(categoryorder="median descending")
    ordered = [text for text in texts(drawn(box)) if text in "ab"]
    assert ordered == ["b", "a"]


@pytest.mark.parametrize("span", [3e-5, 0.7, 1.0, 37.0, 9e5, 4e9])
def test_ticks_are_round_and_inside(span: float) -> None:
    axis = Axis("linear", 0.0, span, 0.0, 600.0)
    ticks = axis.ticks(75)
    assert 3 <= len(ticks) <= 10
    assert all(-0.5 <= pixel <= 600.5 for pixel, _ in ticks)
    assert len({text for _, text in ticks}) == len(ticks)
    assert np.ptp(np.diff([pixel for pixel, _ in ticks])) < 1e-6


def test_labels_never_become_markup_and_never_run_out_of_the_figure() -> None:
    name = "<script>alert(1)</script> & a very long name of a column that nobody would want to read in full"
    figure = go.Figure(go.Bar(x=[1.0], y=[0], orientation="h", hovertext=[name]))
    figure.update_yaxes(tickvals=[0], ticktext=[name.replace("<", "&lt;").replace(">", "&gt;")])
    for wide in (340, 800):
        svg = draw(figure, width=wide, alt=name)
        assert "<script" not in svg
        first, *_ = boxes(ElementTree.fromstring(svg))
        assert 40 < first[0] < 0.55 * wide
    evil = go.Figure(go.Bar(x=[1], y=[1])).to_plotly_json()
    evil["data"][0]["marker"] = {"color": 'red"/><script>'}
    assert "<script" not in draw(evil, width=400, alt="")


def test_subplots_lines_boxes_and_notes() -> None:
    figure = make_subplots(rows=1, cols=2, subplot_titles=("left", "right"))
    figure.add_trace(go.Scatter(x=[0, 1], y=[0, 1], mode="lines"), row=1, col=1)
    figure.add_trace(go.Heatmap(z=[[1, 2], [3, 4]], texttemplate="%{z}", showscale=False), row=1, col=2)
    figure.add_hline(y=0.5, annotation_text="half", row=1, col=1)
    figure.add_vrect(x0=0.2, x1=0.4, fillcolor="red", opacity=0.2, row=1, col=1)
    svg = drawn(figure)
    assert {"left", "right", "half", "4"} <= set(texts(svg))
    fields = boxes(svg)
    assert (fields[:4, 0] > 300).all(), "the matrix is on the right"
    assert fields[4, 0] < 300
    assert re.search(r"M[\d. ]+L[\d. ]+", str([path.get("d") for path in svg.iter("path")]))


def test_what_cannot_be_drawn_is_refused_by_name() -> None:
    with pytest.raises(InputError, match=r"found a trace of type 'pie'"):
        draw(go.Figure(go.Pie(values=[1])), width=400, alt="a")


def test_the_theme_s_colours_become_those_of_the_page() -> None:
    theme = colours()
    assert variable(theme.accent) == "var(--bar)"
    assert variable(faded(theme.accent, 0.25)) == "color-mix(in srgb, var(--bar) 25%, transparent)"
    assert variable("#123456") == "#123456"
    assert variable(faded("#123456", 0.5)) == faded("#123456", 0.5)
    figure = go.Figure(
        go.Heatmap(
            z=[[0.0, 1.0, 0.51]],
            zmin=0,
            zmax=1,
            showscale=False,
            colorscale=[
                [0, faded(theme.accent, 0.1)],
                [0.5, faded(theme.accent, 0.2)],
                [0.5, theme.accent],
                [1, theme.accent],
            ],
        )
    )
    fills = [str(rect.get("style")) for rect in drawn(figure).iter("rect")]
    assert fills[0] == "fill:color-mix(in srgb, var(--bar) 10%, transparent)"
    assert fills[1] == fills[2] == "fill:var(--bar)", "a step in the scale is not blurred"


def test_symbols_and_texts_beside_dots() -> None:
    hollow = {"size": 10, "symbol": ["circle", "diamond-open"]}
    svg = drawn(go.Figure(go.Scatter(x=[1, 2], y=[1, 2], mode="markers", marker=hollow)))
    assert len(list(svg.iter("circle"))) == 1
    assert [path for path in svg.iter("path") if "fill:none;stroke" in str(path.get("style"))]
    ticks = {"size": 10, "symbol": "line-ns", "line": {"width": 2}}
    svg = drawn(go.Figure(go.Scatter(x=[1, 2], y=[1, 2], mode="markers", marker=ticks)))
    assert [path for path in svg.iter("path") if str(path.get("d")).count("v10") == 2]
    text = "a leaf: 25 % of the rows"
    figure = go.Figure(
        go.Scatter(x=[0, 1], y=[0, 1], mode="markers+text", text=["", text], textposition="middle right")
    )
    figure.data[0].cliponaxis = False
    figure.update_xaxes(range=[0, 1.05])
    label = next(each for each in drawn(figure, 400).iter("text") if each.text == text)
    assert float(label.get("x", "nan")) + width(text) < 400, "it is not cut off"


def test_notes_left_of_the_axes_keep_out_of_them() -> None:
    figure = go.Figure(go.Scatter(x=[1, 2], y=[0, 1], mode="markers"))
    figure.update_xaxes(domain=[0.5, 1.0])
    note = "\u2003a condition that is far too long to stand beside the dots that it belongs to"
    figure.add_annotation(x=0, xref="paper", xanchor="left", y=0, text=note, showarrow=False)
    shown = next(text for text in texts(drawn(figure, 400)) if "condition" in text)
    assert shown.startswith("\u2003"), "indented"
    assert shown.endswith("…")
    assert width(shown) < 200


def test_long_names_of_positions_are_turned() -> None:
    figure = go.Figure(go.Heatmap(z=[[1, 2, 3, 4]], showscale=False))
    names = ["a_name_without_spaces_that_is_long"] * 4
    figure.update_xaxes(tickvals=[0, 1, 2, 3], ticktext=names)
    assert "rotate(-38" in draw(figure, width=300, alt="a")
