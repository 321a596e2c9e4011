"""What was inspected of a model, by name and kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from explain.report import Block, Paragraph

from .subject import Subject

__all__ = ["every", "inspected", "noted", "percent"]

Result = TypeVar("Result")


def inspected(subject: Subject, name: str, kind: type[Result]) -> Result | None:
    """The result of an inspection; None where there is none of this kind."""
    found = subject.inspections.get(name)
    return found if isinstance(found, kind) else None


def every(subject: Subject, name: str, kind: type[Result]) -> Iterator[tuple[str, Result]]:
    """All results of an inspection that was made of several columns or rows, each with which it is of."""
    for key, found in subject.inspections.items():
        first, _, rest = key.partition(":")
        if first == name and isinstance(found, kind):
            yield rest, found


def noted(subject: Subject, name: str) -> Iterator[Block]:
    """On what the results of an inspection were made, each sentence once."""
    sentences = dict.fromkeys(
        note
        for key, notes in subject.inspection_notes.items()
        if key.partition(":")[0] == name
        for note in notes
    )
    if sentences:
        yield Paragraph(" ".join(sentences))


def percent(value: float, digits: int = 3) -> str:
    """A share of 1 in per cent; a dash where it is not known."""
    from explain import formats

    return "–" if value != value else f"{formats.number(100 * value, digits)} %"
