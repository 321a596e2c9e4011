"""The table that the model comes from."""

from __future__ import annotations

from collections.abc import Iterator

from explain.report import Block, Items, Paragraph, Table

from ..subject import Subject
from . import section

__all__ = ["data"]

_MOST = 12


@section("The data", order=60)
def data(subject: Subject) -> Iterator[Block]:
    """Where the rows come from, how they were divided, and what was odd about them."""
    facts = subject.facts
    rows = [("Rows", f"{facts.rows:,}")]
    if facts.source:
        rows.insert(0, ("File", facts.source))
    if facts.sha256:
        rows.append(("SHA-256 of the file", facts.sha256))
    rows += _split(subject)
    if subject.sample_rows:
        carried = f"{subject.sample_rows} as sample, {subject.background_rows} for explanations"
        rows.append(("Rows carried in this bundle", carried))
    yield Table(("", ""), tuple(rows))
    notable = [finding for finding in facts.findings if finding.get("severity") in ("warning", "error")]
    if notable:
        yield Paragraph("Found in the data:")
        yield Items(tuple(str(finding.get("message", "")) for finding in notable[:_MOST]))
        if len(notable) > _MOST:
            yield Paragraph(f"And {len(notable) - _MOST:,} more findings of this kind.")


def _split(subject: Subject) -> Iterator[tuple[str, str]]:
    """How the rows were divided."""
    holdout = subject.facts.result.get("holdout")
    if holdout:
        yield "Rows set aside (holdout)", f"{holdout['rows']:,}"
    split = {} if subject.evidence is None else subject.evidence.split
    if not split:
        return
    judged = (
        f"{split['folds']} folds: each row is judged by models that have not learned from it"
        if split["folds"] > 1
        else "one part of the rows judges models that have not learned from it"
    )
    yield "Rows for the search", f"{split['training_rows']:,}, in {judged}"
    if split.get("time"):
        yield (
            "Order in time",
            f"models are judged on rows later than those they learned from, by “{split['time']}”",
        )
    if split.get("groups"):
        yield "Kept together", f"rows of the same “{split['groups']}”, on one side of every split"
