"""What made the model."""

from __future__ import annotations

from collections.abc import Iterator

from explain.report import Block, Paragraph, Table

from ..subject import Subject
from ..words import date
from . import section

__all__ = ["provenance"]


@section("Versions and hashes", order=95)
def provenance(subject: Subject) -> Iterator[Block]:
    """What made the model, to the byte."""
    facts, explanation = subject.facts, subject.explanation
    rows = [
        ("Run", facts.run_id),
        ("Model", facts.exported),
        ("Created", date(facts.created)),
        ("Glassbench", facts.glassbench),
        *subject.packages.items(),
    ]
    if facts.sha256:
        rows.append(("SHA-256 of the training data", facts.sha256))
    if subject.model_sha256:
        rows.append(("SHA-256 of model/model.skops", subject.model_sha256))
    if explanation is not None:
        rows.append(("Fingerprint of the model's outputs", explanation.model_hash))
        rows.append(("Fingerprint of the background rows", explanation.background_hash))
    yield Table(("", ""), tuple(rows))
    if subject.model_sha256:
        yield Paragraph("bundle.json lists the SHA-256 of every file.")
