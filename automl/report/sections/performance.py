"""How good it is beyond one number: what probabilities mean, which errors happen, how large they are."""

from __future__ import annotations

from collections.abc import Iterator

from explain.formats import number
from explain.intervals import Estimate
from explain.judge.calibration import Calibration
from explain.judge.confusion import WORDS, Confusion
from explain.judge.performance import Performance
from explain.judge.ranking import Ranking
from explain.judge.residuals import LEVELS, Residuals
from explain.report import Block, Figure, Paragraph, Part, Table, colours

from ..inspected import inspected, noted, percent
from ..subject import Subject
from . import section

__all__ = ["performance"]

_DRAWN = 4  # classes with curves of their own
_MATRIX = 12  # classes of which a matrix can be read


@section("What errors it makes", order=22, pages=("report",))
def performance(subject: Subject) -> Iterator[Block]:
    """Calibration, order and decisions of a classifier; residuals of a regression."""
    found = inspected(subject, "performance", Performance)
    if found is None:
        return
    yield from noted(subject, "performance")
    yield Paragraph(
        f"Measured on {found.rows:,} rows that the models had not learned from. Intervals are of 95 %: so "
        "far other rows like these would move a figure."
    )
    if found.residuals is not None:
        yield from _numbers(found.residuals)
        return
    if found.kind == "binary":
        yield from _two(found)
    else:
        yield from _several(found)
    if found.confusion is not None:
        yield from _scores(found.confusion)


def _two(found: Performance) -> Iterator[Block]:
    from explain.plots import gain_curve, roc_curve

    theme = colours()
    for told in found.calibration:
        yield Part("Do probabilities mean what they say?", (_calibration(told),), half=True)
    if found.confusion is not None:
        yield Part("Which errors happen?", (_matrix(found.confusion),), half=True)
    for order in found.ranking:
        yield Part(
            "Does it put the right rows first?",
            (
                Figure(
                    gain_curve(order, theme=theme),
                    alt=f"Cumulative gain curve. {_gain(order)}",
                    caption=f"{_gain(order)} The dotted lines are chance, and the best there could be.",
                ),
            ),
            half=True,
        )
        yield Part(
            "Does it tell the two apart?",
            (
                Figure(
                    roc_curve(order, theme=theme),
                    alt=f"ROC curve. {_pairs(order)}",
                    caption=f"{_pairs(order)} The dotted line is chance.",
                ),
            ),
            half=True,
        )


def _several(found: Performance) -> Iterator[Block]:
    if found.confusion is not None and len(found.confusion.classes) <= _MATRIX:
        yield Part("Which errors happen?", (_matrix(found.confusion),), half=True)
    for told in found.calibration[:_DRAWN]:
        title = f"Do probabilities of “{told.output}” mean what they say?"
        yield Part(title, (_calibration(told),), half=True)
    rows = tuple(
        (
            order.output,
            f"{order.positives:,}",
            _range(order.roc_auc),
            f"{percent(told.ece, 2)} ({percent(told.ece_bound, 2)})",
            "yes" if told.shown else "not shown",
        )
        for told, order in zip(found.calibration, found.ranking, strict=True)
    )
    if rows:
        yield Part(
            "Class by class",
            (
                Table(
                    ("Class", "Rows", "ROC AUC", "Probabilities off by", "More than chance"),
                    rows,
                    numeric=(1, 2, 3),
                    caption="Each class against all others. In brackets: by how much the probabilities of a "
                    "perfectly calibrated model would seem off at most.",
                ),
            ),
        )
    if found.left_out:
        yield Paragraph(f"Not measured: {', '.join(f'“{name}”' for name in found.left_out[:8])}.")


def _calibration(told: Calibration) -> Figure:
    from explain.plots import calibration_curve

    words = told.sentence()
    return Figure(
        calibration_curve(told, theme=colours()),
        alt=f"Calibration curve: how often “{told.output}” happened against its predicted probability. "
        f"{words}",
        caption=f"{words} On the dotted line, a probability of 30 % happens in 30 % of the rows.",
    )


def _matrix(confusion: Confusion) -> Figure:
    from explain.plots import confusion_matrix

    words = confusion.sentence()
    return Figure(
        confusion_matrix(confusion, theme=colours()),
        alt=f"Confusion matrix: what was true in rows, what the model decided in columns. {words}",
        caption=f"{words} Shares are of the rows of each true class.",
    )


def _gain(order: Ranking) -> str:
    import numpy as np

    at = {share: float(np.interp(share, order.gain.x, order.gain.y)) for share in (0.1, 0.3)}
    found = " and ".join(f"the first {percent(share)} hold {percent(value)}" for share, value in at.items())
    return f"With the rows in the order of their scores, {found} of all “{order.output}”."


def _pairs(order: Ranking) -> str:
    auc = order.roc_auc
    return (
        f"Of a row with “{order.output}” and one without, the first gets the higher score in "
        f"{percent(auc.value)} of such pairs ({percent(auc.low)} to {percent(auc.high)}; 50 % is chance)."
    )


def _range(estimate: Estimate) -> str:
    return f"{number(estimate.value)} ({number(estimate.low)} to {number(estimate.high)})"


def _scores(confusion: Confusion) -> Iterator[Block]:
    about = f" of “{confusion.classes[-1]}”" if len(confusion.classes) == 2 else ""
    of_one = {"precision", "recall", "specificity", "f1"}
    words = {
        "precision": "the share that is right of those it names",
        "recall": "the share that it names of those there are",
        "specificity": "the share of the others that it leaves alone",
    }
    rows = []
    for score in confusion.scores:
        name, value = WORDS[score.name], score.estimate
        shown = (number(value.value), f"{number(value.low)} to {number(value.high)}")
        if score.name != "mcc":
            shown = (percent(value.value), f"{percent(value.low)} to {percent(value.high)}")
        title = f"{name[0].upper()}{name[1:]}{about if score.name in of_one else ''}"
        rows.append((title, *shown, words.get(score.name, "")))
    header = ("Measure", "Value", "95 % interval", "In words")[: 4 if about else 3]
    table = Table(header, tuple(row[: len(header)] for row in rows), numeric=(1, 2))
    yield Part("Its decisions in figures", (table,))


def _numbers(found: Residuals) -> Iterator[Block]:
    from explain.plots import residual_plot

    words = found.sentence()
    yield Figure(
        residual_plot(found, theme=colours()),
        alt=f"Scatter plot of the errors against the predictions. {words}",
        caption=f"{words} Each dot is a row: above the line it was predicted too low. The shade holds four "
        "of five rows; the large dots are means, with their intervals.",
    )
    at = dict(zip(LEVELS, found.quantiles.tolist(), strict=True))
    rows = (
        ("Mean absolute error", number(found.mean_absolute.value), _ends(found.mean_absolute)),
        ("Root mean square error", number(found.root_mean_square.value), _ends(found.root_mean_square)),
        ("Mean error (truth less prediction)", number(found.mean.value), _ends(found.mean)),
        ("R², the share of the variance explained", number(found.r2), ""),
        ("Half of the errors lie between", f"{number(at[0.25])} and {number(at[0.75])}", ""),
        ("Nine of ten lie between", f"{number(at[0.05])} and {number(at[0.95])}", ""),
    )
    yield Part(
        "The errors in figures",
        (Table(("Measure", "Value", "95 % interval"), rows, numeric=(1, 2)),),
    )


def _ends(estimate: Estimate) -> str:
    return f"{number(estimate.low)} to {number(estimate.high)}"
