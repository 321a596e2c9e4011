"""What to mind."""

from __future__ import annotations

from collections.abc import Iterator

from automl.store import calibration_words, headline
from explain.report import Block, Items

from ..subject import Subject
from . import section

__all__ = ["caveats"]


@section("What to mind", order=80)
def caveats(subject: Subject) -> Iterator[Block]:
    """What the figures do not say."""
    task, facts, explanation = subject.task, subject.facts, subject.explanation
    texts = [
        "It learnt from the rows of one table. Elsewhere or later it may be worse than stated.",
        "Outside of the ranges listed under Columns it extrapolates; nothing here measures how well.",
    ]
    if not facts.is_chosen or headline(facts.result).optimistic:
        texts.append("The score comes from rows that also chose the model, so it is slightly too good.")
    if task.kind != "regression":
        told = facts.result.get("calibration") if facts.is_chosen else None
        words = calibration_words(told) if told else "as trained"
        texts.append(f"Probabilities are {words}. Check their calibration before basing costs on them.")
    if explanation is not None and not explanation.exact:
        texts.append("The explanation is sampled: differences within two standard errors mean nothing.")
    texts += [f"Not in this report: {name}. {why}" for name, why in subject.not_inspected.items()]
    if subject.background_rows:
        texts.append(
            "The bundle carries some training rows (sample_input.csv, background.csv, explanation.json, "
            "report.html). Treat it as confidentially as the data."
        )
    elif explanation is not None:
        texts.append("Values of single rows are shown here. Treat this as confidentially as the data.")
    yield Items(tuple(texts))
