"""Why this model and not another that is as good."""

from __future__ import annotations

from collections.abc import Iterator

from automl.store import decided_words
from explain.report import Block, Items, Paragraph

from ..subject import Subject
from . import section

__all__ = ["choice"]


@section("Why this model", order=15)
def choice(subject: Subject) -> Iterator[Block]:
    """Who picked it, when and why; nothing where the search's choice was left as it is."""
    facts = subject.facts
    taken = facts.picked
    if taken is None:
        return
    names = {
        str(row.get("id")): _name(str(row.get("id")), str(row.get("family"))) for row in facts.leaderboard
    }
    names["ensemble"] = "the ensemble"
    if taken["model"] != facts.exported:
        yield Paragraph(
            "This is not the model that is used for this run: "
            f"{names.get(taken['model'], taken['model'])} was picked."
        )
        return
    first, *rest = decided_words(taken, names)
    yield Paragraph(first)
    if rest:
        yield Items(tuple(rest))


def _name(model: str, family: str) -> str:
    return f"{family.replace('_', ' ')} {model}"
