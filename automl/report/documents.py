"""The two documents about a model: the card that travels in its bundle, and the report."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from automl.metrics import get_metric
from automl.task import Task
from explain.report import Document, Fact, Section

from .score import score_of
from .sections import Page, sections
from .subject import Subject
from .words import date, figure, interval

__all__ = ["build_card", "build_report"]

Progress = Callable[[float], None]


def build_card(subject: Subject) -> Document:
    """The card: what somebody who uses the model has to know."""
    return _document(subject, "card", "Model card")


def build_report(subject: Subject, *, progress: Progress | None = None) -> Document:
    """The report: what was found out about the model, with figures.

    Parameters
    ----------
    subject : Subject
    progress : callable, optional
        Called with the share done, 0 to 1.
    """
    return _document(subject, "report", "Model report", progress)


def _document(subject: Subject, page: Page, kind: str, progress: Progress | None = None) -> Document:
    made, wanted = [], list(sections(page))
    for position, each in enumerate(wanted):
        blocks = tuple(each.blocks(subject))
        if blocks:
            made.append(Section(each.title, blocks))
        if progress is not None:
            progress((position + 1) / len(wanted))
    facts = subject.facts
    return Document(
        kind=kind,
        title=facts.name,
        summary=_summary(subject.task),
        facts=tuple(_facts(subject)),
        sections=tuple(made),
        footer=f"Written by Glassbench {facts.glassbench} on {date(facts.created)}.",
        contents=page == "report",
    )


def _summary(task: Task) -> str:
    if task.kind == "regression":
        return f"Predicts the number “{task.target}”."
    labels = ", ".join(f"“{label}”" for label in (task.classes or ())[:6])
    more = task.n_classes - 6
    return f"Predicts “{task.target}”: {labels}{f' and {more} more' if more > 0 else ''}."


def _facts(subject: Subject) -> Iterator[Fact]:
    task, facts = subject.task, subject.facts
    score = score_of(subject)
    metric = get_metric(task.metric)
    spread = interval(score.interval)
    yield Fact(metric.label, figure(score.value), f"90 % interval {spread}" if spread else "")
    dummy = facts.result.get("dummy")
    if dummy is not None:
        always = "always the prior" if task.kind != "regression" else "always the mean"
        yield Fact("Without a model", figure(dummy), always)
    yield Fact("Estimated on", "holdout" if score.holdout else "training folds", "see How good it is")
    yield Fact("Rows", f"{facts.rows:,}", facts.source or "")
