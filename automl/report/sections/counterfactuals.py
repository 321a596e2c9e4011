"""What would have to be different for another prediction."""

from __future__ import annotations

from collections.abc import Iterator

from explain import formats
from explain.report import Block, Paragraph, Part, Table
from explain.row.counterfactuals import Counterfactuals

from ..inspected import every, noted
from ..subject import Subject
from . import section

__all__ = ["counterfactuals"]

_MOST = 3  # beside the row as it is: more columns do not fit on paper


@section("What would have to be different", order=52, pages=("report",))
def counterfactuals(subject: Subject) -> Iterator[Block]:
    """The nearest rows that the model treats otherwise, for some of the rows above."""
    found = list(every(subject, "counterfactuals", Counterfactuals))
    if not found:
        return
    yield Paragraph(
        "The smallest changes found after which the model gives another answer; all values occur in the "
        "table. They describe the model and nothing else: whether a change can be made, and what else it "
        "would change, the model does not know."
    )
    yield from noted(subject, "counterfactuals")
    for row, each in found:
        yield Part(_title(row), tuple(_blocks(each)))


def _title(row: str) -> str:
    return f"Row {int(row) + 1:,} of the table" if row.isdigit() else row


def _blocks(found: Counterfactuals) -> Iterator[Block]:
    yield Paragraph(found.sentence())
    options = found.options[:_MOST]
    if not options:
        return
    changed = [str(name) for name in found.rows.columns if any(str(name) in o.changed for o in options)]
    names = [str(name) for name in found.rows.columns]
    clashes = [{name for pair in option.never_together for name in pair} for option in options]
    lines = []
    for name in changed:
        j = names.index(name)
        cells = [
            formats.cell(found.rows.iloc[1 + k, j], found.reference[j]) + (" *" if name in clashes[k] else "")
            if name in option.changed
            else "·"
            for k, option in enumerate(options)
        ]
        lines.append((name, formats.cell(found.rows.iloc[0, j], found.reference[j]), *cells))
    what = "Prediction" if found.goal.label is None else f"{found.scale.capitalize()} of “{found.goal.label}”"
    level = [formats.level(value, found.scale) for value in (found.output, *(o.output for o in options))]
    lines.append((what, *level))
    if found.label is not None:
        lines.append(
            ("The model says", *(str(label) for label in (found.label, *(o.label for o in options))))
        )
    last = tuple(range(len(changed), len(lines)))
    seen = ["under 1 %" if o.as_far < 0.01 else f"{formats.number(100 * o.as_far, 2)} %" for o in options]
    lines.append(("Training rows as unusual", "", *seen))
    titles = [f"Option {k + 1}" for k in range(len(options))] if found.found else ["Closest, not there"]
    star = " * No row of the table combines this value with another of the row's." if any(clashes) else ""
    yield Table(
        ("", "Now", *titles),
        tuple(lines),
        emphasised=last,
        caption="Only values that change are written; · stays as it is. Near 0 % of training rows as "
        f"unusual, nothing like it was seen.{star}",
    )
