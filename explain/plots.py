"""Plotly figures of explanations: one code path for the app and for offline reports.

Backgrounds are transparent and all colours come from a :class:`Theme`, so that a figure sits on light and
dark pages. The default pair of colours (orange for higher, blue for lower) is told apart in all common
forms of colour blindness (Okabe and Ito, 2008).
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from . import formats
from .explanation import Explanation
from .reference import as_numbers

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Theme:
    """Colours and font of the figures; the defaults are readable on white and on near-black.

    Attributes
    ----------
    higher, lower : str
        Attributions that raise and lower the output; large and small values in a beeswarm.
    accent : str
        Bars without direction.
    missing : str
        Missing values and labels in a beeswarm, totals in a waterfall.
    text, grid : str
    font : str or None
        Font family; None leaves Plotly's.
    """

    higher: str = "#e07b00"
    lower: str = "#2b83c6"
    accent: str = "#2b83c6"
    missing: str = "#8a8f98"
    text: str = "#7d828c"
    grid: str = "rgba(128,132,140,0.25)"
    font: str | None = None


_DEFAULT = Theme()
_ROW_HEIGHT = 30
_Z95 = 1.96


def importance_bar(
    explanation: Explanation, *, top: int = 15, output: Any = None, theme: Theme = _DEFAULT
) -> go.Figure:
    """Mean |attribution| by column with 95 % intervals.

    With three or more classes the mean over the classes, unless ``output`` names one.
    """
    importance = explanation.global_()
    sizes, errors, names = importance.importance, importance.stderr, importance.columns
    if output is not None:
        position = explanation.output_index(output)
        per_row = np.abs(explanation.values[:, :, position])
        mean = per_row.mean(axis=0)
        order = np.argsort(-mean, kind="stable")
        names = tuple(explanation.columns[j] for j in order)
        sizes = mean[order]
        spread = per_row.std(axis=0, ddof=1) if explanation.rows > 1 else np.full(len(names), np.nan)
        errors = spread[order] / np.sqrt(explanation.rows)
    sizes, names = sizes[:top], names[:top]
    intervals = _Z95 * np.nan_to_num(errors[:top])
    factor = _factor(explanation)
    hover = [
        f"<b>{_escaped(name)}</b><br>{formats.number(size * factor, 3)}{_unit(explanation)}"
        f" ± {formats.number(interval * factor, 2)}"
        for name, size, interval in zip(names, sizes.tolist(), intervals.tolist(), strict=True)
    ]
    figure = go.Figure(
        go.Bar(
            x=sizes * factor,
            y=list(range(len(names))),
            orientation="h",
            marker={"color": theme.accent},
            error_x={
                "type": "data",
                "array": intervals * factor,
                "arrayminus": np.minimum(intervals, sizes) * factor,
                "color": theme.text,
                "thickness": 1.2,
                "width": 3,
            },
            hovertext=hover,
            hoverinfo="text",
        )
    )
    figure.update_xaxes(title_text=f"mean change of the {_quantity(explanation, output)}", rangemode="tozero")
    return _finished(figure, theme, rows=len(names), labels=[_short(name) for name in names])


def beeswarm(
    explanation: Explanation, *, top: int = 12, output: Any = None, seed: int = 0, theme: Theme = _DEFAULT
) -> go.Figure:
    """One dot per row and column: how far the column moves the output, coloured by its value."""
    position = explanation.output_index(output)
    factor = _factor(explanation)
    mean = np.abs(explanation.values[:, :, position]).mean(axis=0)
    chosen = np.argsort(-mean, kind="stable")[:top]
    rng = np.random.default_rng(seed)
    figure = go.Figure()
    for place, j in enumerate(chosen.tolist()):
        name, reference = explanation.columns[j], explanation.reference[j]
        moved = explanation.values[:, j, position] * factor
        cells = explanation.data.iloc[:, j].tolist()
        ranks = _ranks(explanation, j)
        plain = np.isnan(ranks)
        hover = [
            f"<b>{_escaped(name)}</b> = {_escaped(formats.cell(value, reference))}"
            f"<br>{_signed(step)}{_unit(explanation)}<br>row {row}"
            for row, (value, step) in enumerate(zip(cells, moved.tolist(), strict=True))
        ]
        height = -place + _spread(moved, rng)
        for mask, marker in (
            (plain, {"color": theme.missing}),
            (~plain, {"color": ranks[~plain], "colorscale": _scale(theme), "cmin": 0.0, "cmax": 1.0}),
        ):
            if mask.any():
                figure.add_trace(
                    go.Scatter(
                        x=moved[mask],
                        y=height[mask],
                        mode="markers",
                        marker={"size": 6, "opacity": 0.8, **marker},
                        hovertext=[text for text, keep in zip(hover, mask.tolist(), strict=True) if keep],
                        hoverinfo="text",
                        showlegend=False,
                    )
                )
    figure.add_trace(_colour_key(theme))
    figure.update_yaxes(
        tickvals=[-place for place in range(len(chosen))],
        ticktext=[_short(explanation.columns[j]) for j in chosen],
        range=[-len(chosen) + 0.4, 0.6],
        showgrid=False,
    )
    figure.update_xaxes(title_text=f"change of the {_quantity(explanation, output)}")
    figure.add_vline(x=0, line_width=1, line_color=theme.text)
    return _finished(figure, theme, rows=len(chosen))


def dependence(
    explanation: Explanation, column: str, *, output: Any = None, theme: Theme = _DEFAULT
) -> go.Figure:
    """How far one column moves the output, against its value, with 95 % intervals where sampled."""
    j = explanation.column_index(column)
    position = explanation.output_index(output)
    factor, reference = _factor(explanation), explanation.reference[j]
    moved = explanation.values[:, j, position] * factor
    series = explanation.data.iloc[:, j]
    shown = [formats.cell(value, reference) for value in series.tolist()]
    missing = series.isna().to_numpy(dtype=bool)
    hover = [
        f"<b>{_escaped(column)}</b> = {_escaped(text)}<br>{_signed(step)}{_unit(explanation)}<br>row {row}"
        for row, (text, step) in enumerate(zip(shown, moved.tolist(), strict=True))
    ]
    marker = {"color": theme.accent, "size": 7, "opacity": 0.7}
    error: dict[str, Any] | None = None
    if explanation.stderr is not None:
        error = {
            "type": "data",
            "array": _Z95 * explanation.stderr[:, j, position] * factor,
            "color": theme.grid,
            "thickness": 1,
            "width": 0,
        }
    figure = go.Figure()
    if reference.kind == "label":
        figure.add_trace(
            go.Box(
                x=[_short(text) for text in shown],
                y=moved,
                boxpoints="all",
                jitter=0.4,
                pointpos=0,
                marker={**marker, "size": 5},
                line={"color": theme.text, "width": 1},
                fillcolor="rgba(0,0,0,0)",
                hovertext=hover,
                hoverinfo="text",
                showlegend=False,
            )
        )
        figure.update_xaxes(type="category", categoryorder="median descending")
    else:
        x: Any = series if reference.kind == "date" else as_numbers(series)
        figure.add_trace(
            go.Scatter(
                x=np.asarray(x)[~missing],
                y=moved[~missing],
                error_y=None if error is None else {**error, "array": error["array"][~missing]},
                mode="markers",
                marker=marker,
                hovertext=[text for text, gone in zip(hover, missing.tolist(), strict=True) if not gone],
                hoverinfo="text",
                showlegend=False,
            )
        )
        if missing.any():
            figure.add_hline(
                y=float(moved[missing].mean()),
                line_dash="dot",
                line_color=theme.missing,
                annotation_text="missing (mean)",
                annotation_font_color=theme.text,
            )
    figure.update_xaxes(title_text=_short(column, 60))
    figure.update_yaxes(title_text=f"change of the {_quantity(explanation, output)}")
    figure.add_hline(y=0, line_width=1, line_color=theme.text)
    return _finished(figure, theme, rows=12)


def waterfall(
    explanation: Explanation, i: int, *, top: int = 10, output: Any = None, theme: Theme = _DEFAULT
) -> go.Figure:
    """From the average over the background to the prediction of row ``i``, column by column."""
    position = explanation.output_index(output)
    local = explanation.local(i)
    factor = _factor(explanation)
    moved = local.values[:, position] * factor
    order = np.argsort(-np.abs(moved), kind="stable")
    shown, others = order[:top], order[top:]
    labels = [_cell_label(explanation, i, int(j)) for j in shown]
    steps = moved[shown].tolist()
    errors: list[float] = []
    if local.stderr is not None:
        errors = (_Z95 * local.stderr[shown, position] * factor).tolist()
    if len(others):
        labels.append(f"{len(others)} other columns" if len(others) > 1 else "1 other column")
        steps.append(float(moved[others].sum()))
    base = float(local.base[position]) * factor
    prediction = float(local.prediction[position]) * factor
    hover = [
        f"<b>{label}</b><br>{_signed(step)}{_unit(explanation)}"
        for label, step in zip(labels, steps, strict=True)
    ]
    for k, error in enumerate(errors):
        hover[k] += f" ± {formats.number(error, 2)}"
    figure = go.Figure(
        go.Waterfall(
            orientation="h",
            measure=["absolute", *["relative"] * len(steps), "total"],
            y=list(range(len(labels) + 2)),
            x=[base, *steps, prediction],
            text=[
                formats.level(base / factor, explanation.scale),
                *[_signed(step) for step in steps],
                formats.level(prediction / factor, explanation.scale),
            ],
            textposition="outside",
            textfont={"color": theme.text},
            hovertext=[
                f"average over {explanation.background_rows:,} background rows",
                *hover,
                f"prediction for row {i}",
            ],
            hoverinfo="text",
            increasing={"marker": {"color": theme.higher}},
            decreasing={"marker": {"color": theme.lower}},
            totals={"marker": {"color": theme.missing}},
            connector={"line": {"color": theme.grid, "width": 1}},
            cliponaxis=False,
        )
    )
    levels = np.cumsum([base, *steps])
    low, high = float(levels.min()), float(levels.max())
    room = 0.18 * ((high - low) or 1.0)
    figure.update_xaxes(title_text=_quantity(explanation, output), range=[low - room, high + room])
    return _finished(figure, theme, rows=len(labels) + 2, labels=["average", *labels, "prediction"])


def _finished(figure: go.Figure, theme: Theme, *, rows: int, labels: list[str] | None = None) -> go.Figure:
    font: dict[str, Any] = {"color": theme.text, "size": 13}
    if theme.font is not None:
        font["family"] = theme.font
    figure.update_layout(
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        template="none",
        font=font,
        margin={"l": 8, "r": 24, "t": 16, "b": 8},
        height=90 + _ROW_HEIGHT * max(rows, 3),
        showlegend=False,
        hoverlabel={"align": "left"},
        bargap=0.3,
        separators=".,",
    )
    figure.update_xaxes(gridcolor=theme.grid, zeroline=False, automargin=True)
    figure.update_yaxes(gridcolor=theme.grid, zeroline=False, automargin=True)
    if labels is not None:  # positions, not names: two shortened names may be equal
        figure.update_yaxes(
            tickvals=list(range(len(labels))),
            ticktext=labels,
            range=[len(labels) - 0.4, -0.6],
            showgrid=False,
        )
    return figure


def _factor(explanation: Explanation) -> float:
    """Probabilities are drawn in percentage points."""
    return 100.0 if explanation.scale == "probability" else 1.0


def _unit(explanation: Explanation) -> str:
    return " points" if explanation.scale == "probability" else ""


def _quantity(explanation: Explanation, output: Any) -> str:
    if explanation.scale == "target":
        return "prediction"
    noun = "probability (percentage points)" if explanation.scale == "probability" else "margin (log-odds)"
    if output is None and explanation.outputs > 2:
        return noun
    name = _escaped(str(explanation.output_name(output)))
    return (
        f"probability of “{name}” (percentage points)"
        if explanation.scale == "probability"
        else f"margin of “{name}”"
    )


def _signed(value: float) -> str:
    return ("+" if value > 0 else "") + formats.number(value, 3)


def _escaped(text: str) -> str:
    """Raw text must not become markup: Plotly renders a subset of HTML in labels and hovers."""
    return html.escape(text, quote=False)


def _short(text: str, length: int = 32) -> str:
    return _escaped(text if len(text) <= length else text[: length - 1] + "…")


def _cell_label(explanation: Explanation, i: int, j: int) -> str:
    value = formats.cell(explanation.data.iloc[i, j], explanation.reference[j])
    return f"{_short(explanation.columns[j], 28)} = {_short(value, 20)}"


def _ranks(explanation: Explanation, j: int) -> Floats:
    """Values of a column as ranks 0..1; NaN for missing values and labels."""
    series = explanation.data.iloc[:, j]
    if explanation.reference[j].kind == "label" or series.dtype == object:
        return np.full(len(series), np.nan)
    ranks = pd.Series(as_numbers(series)).rank(pct=True)
    return np.asarray(ranks, dtype=np.float64)


def _spread(moved: Floats, rng: np.random.Generator) -> Floats:
    """Vertical offsets that grow with how crowded a dot's place is."""
    if len(moved) < 2 or np.ptp(moved) == 0:
        return rng.uniform(-0.15, 0.15, len(moved)) if len(moved) > 1 else np.zeros(len(moved))
    counts, edges = np.histogram(moved, bins=40)
    crowd = counts[np.clip(np.digitize(moved, edges[1:-1]), 0, 39)] / counts.max()
    return np.asarray(rng.uniform(-1, 1, len(moved)) * (0.04 + 0.32 * crowd), dtype=np.float64)


def _scale(theme: Theme) -> list[list[Any]]:
    return [[0.0, theme.lower], [0.5, "#a9a9ad"], [1.0, theme.higher]]


def _colour_key(theme: Theme) -> go.Scatter:
    """An invisible trace that carries the colour bar from low to high values."""
    return go.Scatter(
        x=[None],
        y=[None],
        mode="markers",
        hoverinfo="skip",
        showlegend=False,
        marker={
            "color": [0.0],
            "colorscale": _scale(theme),
            "cmin": 0.0,
            "cmax": 1.0,
            "showscale": True,
            "colorbar": {
                "tickvals": [0.02, 0.98],
                "ticktext": ["low", "high"],
                "title": {"text": "value", "side": "right"},
                "thickness": 8,
                "len": 0.6,
                "outlinewidth": 0,
            },
        },
    )
