"""How groups of people or things are treated, for the columns that were asked about."""

from __future__ import annotations

from collections.abc import Iterator

from explain.formats import number
from explain.judge.fairness import MEASURES, Fairness, Measure
from explain.judge.fairness_text import apart, value
from explain.report import Block, Figure, Paragraph, Part, Table, colours

from ..inspected import every, noted
from ..subject import Subject
from . import section

__all__ = ["fairness"]

_GROUPS = 12


@section("How it treats groups", order=32, pages=("report",))
def fairness(subject: Subject) -> Iterator[Block]:
    """Rates and errors by group, with what could and could not be shown."""
    found = [result for _, result in every(subject, "fairness", Fairness)]
    if not found:
        return
    yield Paragraph(
        "Asked about here, and nothing else: "
        + ", ".join(" with ".join(f"“{name}”" for name in each.columns) for each in found)
        + ". Figures are of rows that the models had not learned from. They say whether groups are treated "
        "alike, by measures that cannot all be met at once; not whether a difference is justified."
    )
    yield from noted(subject, "fairness")
    for each in found:
        yield Part(" with ".join(each.columns), tuple(_blocks(each)))


def _blocks(found: Fairness) -> Iterator[Block]:
    from explain.plots import group_dots

    verdict = found.verdict()
    yield Paragraph(verdict)
    output = _output(found)
    about = "" if output is None or found.kind == "binary" else f", for “{output}”"
    if len(found.groups) <= _GROUPS:
        yield Figure(
            group_dots(found, output=output, theme=colours()),
            alt=f"A dot with its interval for each group and measure{about}. {verdict}",
            caption=f"One line for each group, with its number of rows{about}. Dots are estimates with "
            "95 % intervals, hollow where there are too few rows to compare; the dotted line is the value "
            "over all rows.",
            folds=False,
        )
    shown = [m for m in found.measures if MEASURES[m.name].judges and m.output in (None, output)]
    clear = found.found()
    yield Table(
        ("Measure", "Highest", "Lowest", "Apart, with 95 % interval", "Difference"),
        tuple(
            (*_ends(m), apart(m) if m.difference.known else "–", "shown" if m in clear else "not shown")
            for m in shown
        ),
        caption=f"The groups furthest apart{about}. “Not shown” is no proof that there is none.",
    )
    if found.criteria:
        rows = tuple(
            (
                _NAMES[c.name],
                f"{number(100 * c.difference.value, 2)} points",
                number(c.ratio.value, 2) if c.ratio.known else "–",
            )
            for c in found.criteria
            if c.output == output and c.difference.known
        )
        if rows:
            yield Table(
                ("Criterion", "Difference", "Ratio"),
                rows,
                numeric=(1, 2),
                caption="Usual criteria: met exactly at a difference of 0 and a ratio of 1.",
            )


_NAMES = {
    "demographic_parity": "Demographic parity (as often chosen)",
    "equal_opportunity": "Equal opportunity (as often found where true)",
    "equalised_odds": "Equalised odds (as often right and wrong)",
}


def _output(found: Fairness) -> str | None:
    """The class to show: that of the largest difference found, else the last."""
    named = [m.output for m in (*found.found(), *reversed(found.measures)) if m.output is not None]
    return named[0] if named else None


def _ends(measure: Measure) -> tuple[str, str, str]:
    gap, words = measure.difference, MEASURES[measure.name].words
    name = f"{words[0].upper()}{words[1:]}"
    if not gap.known or not gap.value:
        return name, "–", "–"
    return (
        name,
        f"{value(measure, gap.top)} “{gap.highest}”",
        f"{value(measure, gap.bottom)} “{gap.lowest}”",
    )
