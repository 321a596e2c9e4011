"""How the most important columns move the prediction, value by value."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from explain import formats
from explain.explanation import Explanation
from explain.reference import as_numbers
from explain.report import Block, Figure, Paragraph, Part, colours

from ..subject import Subject
from . import section

__all__ = ["dependence"]

_TOP = 6


@section("How the columns work", order=43, pages=("report",))
def dependence(subject: Subject) -> Iterator[Block]:
    """Contributions of each of the most important columns against its values."""
    explanation = subject.explanation
    if explanation is None or explanation.rows < 5:
        return
    from explain.plots import dependence as drawn

    theme, ranking = colours(), explanation.global_()
    columns = [
        name
        for name, size in zip(ranking.columns, ranking.importance.tolist(), strict=True)
        if size > 0.005 * float(ranking.importance[0])
    ][:_TOP]
    if not columns:
        return
    yield Paragraph(
        "Each dot is one row. Where dots over the same value lie apart, the column works differently with "
        "different values of the others."
    )
    for name in columns:
        output = _most_moved(explanation, name)
        about = f", for “{output}”" if output is not None and explanation.outputs > 2 else ""
        words = _words(explanation, name, output)
        figure = Figure(drawn(explanation, name, output=output, theme=theme), alt=words, caption=words)
        yield Part(f"{name}{about}", (figure,), half=True)


def _most_moved(explanation: Explanation, column: str) -> object:
    """The output to show: of several classes the one that the column moves most."""
    if explanation.classes is None:
        return None
    if explanation.outputs == 2:
        return explanation.classes[-1]
    moved = np.abs(explanation.values[:, explanation.column_index(column)]).mean(axis=0)
    return explanation.classes[int(moved.argmax())]


def _words(explanation: Explanation, column: str, output: object) -> str:
    """Mean contributions at low and high values, or of the labels that move most."""
    j, position = explanation.column_index(column), explanation.output_index(output)
    moved, reference = explanation.values[:, j, position], explanation.reference[j]
    series = explanation.data.iloc[:, j]
    if reference.kind == "label":
        labels = series.astype(object).where(series.notna(), "missing").astype(str)
        means = {label: float(moved[(labels == label).to_numpy()].mean()) for label in labels.unique()}
        least, most = min(means, key=lambda k: means[k]), max(means, key=lambda k: means[k])
        if least == most:
            return f"All rows have the value {formats.cell(most, reference)}."
        shown = [
            f"{formats.change(means[label], explanation.scale)} with “{formats.cell(label, reference)}”"
            for label in (least, most)
        ]
        return f"In the mean {shown[0]} and {shown[1]}."
    values = as_numbers(series)
    present = np.isfinite(values)
    if present.sum() < 5:
        return "Almost all values are missing."
    low, high = np.quantile(values[present], [0.25, 0.75])
    below, above = present & (values <= low), present & (values >= high)
    lowest, highest = (
        formats.change(float(moved[rows].mean()), explanation.scale) for rows in (below, above)
    )
    return (
        f"In the mean {lowest} where values are lowest (a quarter of rows, up to "
        f"{_value(float(low), reference.kind)}) and {highest} where they are highest (from "
        f"{_value(float(high), reference.kind)})."
    )


def _value(value: float, kind: str) -> str:
    import pandas as pd

    return f"{pd.Timestamp(value, unit='s'):%Y-%m-%d}" if kind == "date" else formats.plain(value)
