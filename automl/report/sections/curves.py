"""How the prediction goes along one column."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from explain.report import Block, Figure, Paragraph, Part, colours
from explain.whole.curves import ACCUMULATED, Curve

from ..inspected import every, noted
from ..subject import Subject
from . import section

__all__ = ["curves"]

_SIDE_BY_SIDE = 8  # labels; more do not fit into half a page
_FLAT = 1e-9  # of the level: rounding
_KINDS = {
    False: "Where nothing else is said, a curve is the mean prediction if all rows had the same value in the "
    "column (partial dependence); grey lines are single rows. Where columns hang together it also asks for "
    "rows that do not exist.",
    True: "Accumulated local effects move each row only to the values next to its own, so they ask for no "
    "rows that do not exist; they show changes from the mean.",
}


@section("Along one column", order=44, pages=("report",))
def curves(subject: Subject) -> Iterator[Block]:
    """Partial dependence or accumulated effects of the most important columns."""
    found = [curve for _, curve in every(subject, "curve", Curve)]
    if not found:
        return
    kinds = sorted({curve.method == ACCUMULATED for curve in found})
    yield Paragraph(
        " ".join(_KINDS[kind] for kind in kinds)
        + " The shade is the 95 % interval for other rows like these, the grey bars below say where rows "
        "are; dotted, or hollow, there are too few of them."
    )
    yield from noted(subject, "curve")
    for curve in found:
        yield _part(curve)


def _part(curve: Curve) -> Part:
    from explain.plots import curve as drawn

    output = _most_moved(curve)
    name = curve.output_name(output)
    about = f", for “{name}”" if curve.classes is not None and len(curve.classes) > 2 else ""
    words = curve.sentence(output)
    kind = f"Accumulated local effects of {curve.column}" if curve.method == ACCUMULATED else "Curve"
    title = f"{curve.column}{about}"
    if float(np.ptp(curve.effect)) <= _FLAT * float(np.abs(curve.level).max()):
        return Part(title, (Paragraph(words),), half=True)
    figure = Figure(drawn(curve, output=output, theme=colours()), alt=f"{kind}. {words}", caption=words)
    return Part(title, (figure,), half=curve.kind != "label" or len(curve.at) <= _SIDE_BY_SIDE)


def _most_moved(curve: Curve) -> object:
    """The output to show: of several classes the one whose curve has the largest range."""
    if curve.classes is None or len(curve.classes) <= 2:
        return None
    return curve.classes[int(np.ptp(curve.effect, axis=0).argmax())]
