"""What the model looks at, over many rows."""

from __future__ import annotations

from collections.abc import Iterator

from explain import formats, global_sentence
from explain.explanation import Explanation
from explain.formats import number
from explain.report import Block, Figure, Paragraph, Part, Table, colours

from ..subject import Subject
from . import section

__all__ = ["importance"]

_TOP = 15
_TABLE = 40
_MOST_CLASSES = 4
_UNITS = formats.UNITS | {"probability": "percentage points"}


@section("What it looks at", order=40, pages=("report",))
def importance(subject: Subject) -> Iterator[Block]:
    """Mean contributions with intervals, and every explained row as a dot."""
    explanation = subject.explanation
    if explanation is None or not explanation.rows:
        return
    from explain.plots import beeswarm, importance_bar

    theme = colours()
    words = global_sentence(explanation)
    yield Paragraph(f"{words} This is what the model uses, and not what causes the outcome.")
    percent = explanation.scale == "probability"
    unit = (
        "percentage points"
        if percent
        else "units of the target"
        if explanation.scale == "target"
        else "margin"
    )
    yield Figure(
        importance_bar(explanation, top=_TOP, theme=theme),
        alt=f"Bar chart of the mean size of each column's contribution, largest first. {words}",
        caption=f"Mean size of a column's contribution to a prediction, in {unit}, with 95 % intervals, over "
        f"{explanation.rows:,} rows.",
    )
    classes = explanation.classes or (None,)
    outputs = classes[-1:] if len(classes) <= 2 else classes[:_MOST_CLASSES]
    for output in outputs:
        name = None if output is None else str(output)
        figure = Figure(
            beeswarm(explanation, top=12, output=output, theme=theme),
            alt=_beeswarm_words(explanation, output),
            caption="Each dot is one row: where it stands says how far the column moved the prediction, its "
            "colour whether the row's value is low or high (grey: labels and missing values).",
        )
        title = "Row by row" if name is None or len(outputs) == 1 else f"Row by row, for “{name}”"
        yield Part(title, (figure,))
    yield from _table(explanation, unit)


def _table(explanation: Explanation, unit: str) -> Iterator[Block]:
    ranking = explanation.global_()
    factor, total = (
        (100.0 if explanation.scale == "probability" else 1.0),
        float(ranking.importance.sum()) or 1.0,
    )
    rows = tuple(
        (
            name,
            number(factor * size, 3),
            f"± {number(1.96 * factor * error, 2)}" if error == error else "–",
            f"{100 * size / total:.1f} %",
        )
        for name, size, error in zip(
            ranking.columns[:_TABLE],
            ranking.importance[:_TABLE].tolist(),
            ranking.stderr[:_TABLE].tolist(),
            strict=True,
        )
    )
    yield Part(
        "The same in figures",
        (
            Table(
                ("Column", "Mean contribution", "95 % interval", "Share"),
                rows,
                numeric=(1, 2, 3),
                caption=f"Mean size of the contributions, in {unit}.",
            ),
            *(
                (Paragraph(f"{len(ranking.columns) - _TABLE:,} further columns matter less."),)
                if len(ranking.columns) > _TABLE
                else ()
            ),
        ),
    )


def _beeswarm_words(explanation: Explanation, output: object) -> str:
    position = explanation.output_index(output)
    moved = explanation.values[:, :, position]
    order = abs(moved).mean(axis=0).argsort()[::-1][:3]
    factor = 100.0 if explanation.scale == "probability" else 1.0
    parts = [
        f"{explanation.columns[j]} from {number(factor * float(moved[:, j].min()), 2)} to "
        f"{number(factor * float(moved[:, j].max()), 2)}"
        for j in order
    ]
    about = "" if output is None else f" of “{output}”"
    return f"One dot per row and column: contributions to the prediction{about} range for {', '.join(parts)}."
