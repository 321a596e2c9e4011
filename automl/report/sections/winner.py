"""What the model consists of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from explain.report import Block, Paragraph, Table

from ..subject import Subject
from ..words import figure, share
from . import section

__all__ = ["winner"]


@section("What it is made of", order=33, pages=("report",))
def winner(subject: Subject) -> Iterator[Block]:
    """The members of the vote and their weights."""
    facts = subject.facts
    board = {str(row.get("id")): row for row in facts.leaderboard}
    members: list[dict[str, Any]] = [{"id": facts.exported, "weight": 1.0}]
    if facts.is_chosen:
        members = list(facts.result.get("members") or ())
    if not members:
        return
    total = sum(member["weight"] for member in members)
    if len(members) > 1:
        yield Paragraph(
            f"It is a vote of {len(members)} models, each of them an average of models that learned from "
            "different parts of the rows. The weights were chosen for the vote's score on rows that its "
            "members had not learned from."
        )
    else:
        family = _family(board, members[0]["id"])
        yield Paragraph(
            f"It is one model of the family {family}, averaged over models that learned from different rows."
        )
        return
    rows = tuple(
        (
            str(member["id"]),
            _family(board, member["id"]),
            share(member["weight"] / total),
            figure((board.get(str(member["id"])) or {}).get("score")),
        )
        for member in sorted(members, key=lambda member: -member["weight"])
    )
    yield Table(("Model", "Family", "Weight", "Score alone"), rows, numeric=(2, 3))


def _family(board: Mapping[str, Mapping[str, Any]], model: str) -> str:
    return str((board.get(str(model)) or {}).get("family", "–")).replace("_", " ")
