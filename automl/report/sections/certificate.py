"""Whether the explanations are right: what was measured."""

from __future__ import annotations

from collections.abc import Iterator

from explain import formats
from explain.report import Block, Note, Paragraph, Table

from ..subject import Subject
from ..words import figure
from . import section

__all__ = ["certificate"]


@section("Whether explanations are right", order=48)
def certificate(subject: Subject) -> Iterator[Block]:
    """Additivity, agreement with brute force, standard errors."""
    found = subject.certificate
    if found is None:
        return
    told = found.check
    yield Paragraph(
        f"Measured on this model, not assumed. Over {found.rows:,} rows, base and contributions add up to "
        f"the prediction within {found.additivity_error:.0e}. Then {told.words}. Brute force is the "
        f"definition of Shapley values and nothing else: for each of {told.rows} "
        f"row{'s' if told.rows > 1 else ''} the model was asked "
        f"{told.coalitions * told.background_rows:,} times."
    )
    if not found.holds:
        yield Note("That is further apart than promised: do not rely on the explanations.", "warning")
    rows = [
        ("Scale", formats.UNITS[found.scale]),
        ("Method", found.method),
        ("Contributions", "exact up to rounding" if found.exact else "sampled, each with its standard error"),
        ("Compared with", f"{found.background_rows:,} training rows"),
        ("Columns checked", ", ".join(told.players)),
        ("Largest value there", figure(told.largest_value, 3)),
        ("Largest difference", figure(told.largest_error, 2)),
    ]
    if told.within is not None:
        rows.append(("Within two standard errors", f"{100 * told.within:.0f} % (95 % are expected)"))
    yield Table(("", ""), tuple(rows))
    if subject.sample_rows:
        yield Paragraph("certificate.json has these figures; verify.py measures them again.")
