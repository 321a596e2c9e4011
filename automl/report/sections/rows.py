"""Why some rows are predicted as they are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from explain import sentence
from explain.explanation import Explanation
from explain.formats import level, plain
from explain.report import Block, Figure, Paragraph, Part, colours

from ..examples import Example, examples
from ..subject import Subject
from . import section

__all__ = ["rows"]


@section("Single predictions", order=50, pages=("report",))
def rows(subject: Subject) -> Iterator[Block]:
    """Well-chosen rows with their contributions."""
    explanation = subject.explanation
    if explanation is None or not explanation.rows:
        return
    evidence = subject.evidence
    if evidence is not None and np.isfinite(evidence.honest).any():
        yield Paragraph(
            "Right and wrong go by what was predicted for a row by models that had not learned from it. The "
            "model explained here may have learned from it since, and then comes closer to the truth."
        )
    for example in examples(subject.task, explanation, evidence):
        yield Part(_title(subject, example), tuple(_blocks(subject, explanation, example)))


def _title(subject: Subject, example: Example) -> str:
    if subject.evidence is None:
        return example.why
    return f"{example.why} (row {subject.evidence.rows[example.position] + 1:,} of the table)"


def _blocks(subject: Subject, explanation: Explanation, example: Example) -> Iterator[Block]:
    from explain.plots import waterfall

    i = example.position
    output = None
    if explanation.classes is not None:
        several = explanation.outputs > 2
        output = (
            explanation.classes[int(explanation.prediction[i].argmax())]
            if several
            else explanation.classes[-1]
        )
    words = sentence(explanation, i, output)
    known = _known(subject, explanation, i, output)
    if known:
        yield Paragraph(known)
    about = "" if output is None else f" of “{output}”"
    unit = f"the probability{about}" if explanation.scale == "probability" else "the prediction"
    yield Figure(
        waterfall(explanation, i, top=7, output=output, theme=colours()),
        alt=f"Waterfall from the average to the prediction. {words}",
        caption=f"From the average over {explanation.background_rows:,} training rows to {unit} of this row. "
        f"{words}",
    )


def _known(subject: Subject, explanation: Explanation, i: int, output: object) -> str:
    """The truth, and what models said that did not know it."""
    evidence, task = subject.evidence, subject.task
    if evidence is None or not np.isfinite(evidence.truth[i]):
        return ""
    scale = explanation.scale
    if task.kind == "regression":
        truth = f"In truth {plain(float(evidence.truth[i]))}."
        honest = float(evidence.honest.reshape(-1)[i])
        if not np.isfinite(honest):
            return truth
        return f"{truth} Models that had not learned from this row said {level(honest, scale)}."
    code = int(evidence.truth[i])
    truth = f"In truth “{(task.classes or ())[code]}”."
    if not np.isfinite(evidence.honest[i]).all() or explanation.classes is None:
        return truth
    position = explanation.output_index(output)
    said = level(float(evidence.honest[i, position]), "probability")
    return f"{truth} Models that had not learned from this row gave “{output}” a probability of {said}."
