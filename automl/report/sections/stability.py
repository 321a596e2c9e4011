"""Whether explanations would be others under other circumstances."""

from __future__ import annotations

from collections.abc import Iterator

from explain.judge.stability import Stability
from explain.judge.stability_text import agreement_sentence, deletion_sentence, neighbours_sentence
from explain.report import Block, Figure, Paragraph, Table, colours

from ..inspected import inspected, noted
from ..subject import Subject
from . import section

__all__ = ["stability"]


@section("How stable explanations are", order=47, pages=("report",))
def stability(subject: Subject) -> Iterator[Block]:
    """Each check with its grade, and the range of every column's importance."""
    found = inspected(subject, "stability", Stability)
    if found is None:
        return
    lead = found.verdict().partition(". ")[0].removesuffix(".")
    yield Paragraph(f"{lead}." if found.grade == "unknown" else f"{lead}. Checked on {found.rows:,} rows:")
    yield Table(("Check", "Grade", "What was found"), tuple(_checks(found)))
    yield from noted(subject, "stability")
    parts = [part for part in (found.background, found.models) if part is not None]
    if not parts:
        return
    from explain.plots import stability_ranges

    first = parts[0]
    ends = [
        f"{name} {100 * low:.0f} to {100 * high:.0f} %"
        for name, low, high in zip(
            first.columns[:3], first.low[:3].tolist(), first.high[:3].tolist(), strict=True
        )
    ]
    yield Figure(
        stability_ranges(found, top=10, theme=colours()),
        alt=f"Range of each column's share of all importance: {', '.join(ends)}.",
        caption="Each column's share of all importance: the mean, and a line from the lowest to the highest "
        "explanation. Where lines overlap, the order of two columns is open.",
    )


def _checks(found: Stability) -> Iterator[tuple[str, str, str]]:
    if found.deletion is not None:
        grade = "faithful" if found.deletion.faithful else "unfaithful"
        yield (
            "Does the prediction depend on what is named?",
            grade,
            deletion_sentence(found.deletion, found.scale),
        )
    if found.background is not None:
        yield "Other background rows", found.background.grade, agreement_sentence(found.background)
    if found.models is not None:
        yield "Models learned from other rows", found.models.grade, agreement_sentence(found.models)
    if found.neighbours is not None:
        yield "Rows that are nearly the same", found.neighbours.grade, neighbours_sentence(found.neighbours)
    for text in found.left_out:
        name, _, why = text.partition(": ")
        yield f"{name[0].upper()}{name[1:]}", "not checked", f"{why}."
