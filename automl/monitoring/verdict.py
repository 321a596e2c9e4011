"""The one verdict on new rows, with its reasons in sentences. Pages, commands and jobs all show this one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from automl.data import Finding
from automl.monitoring import words
from automl.monitoring.apart import Apart
from automl.monitoring.drift import ColumnDrift, ranked
from automl.monitoring.estimate.records import Estimated
from automl.monitoring.parts import clear_parts, large_parts, main_label
from automl.monitoring.performance import Performance
from automl.monitoring.rules import RANK, Level, worst
from explain.whole.compare import Comparison

__all__ = ["Verdict", "judge"]

_SEVERITY: dict[str, Level] = {"error": "act", "warning": "look", "info": "fine"}


@dataclass(frozen=True)
class Verdict:
    """What to make of new rows.

    Attributes
    ----------
    level : {"fine", "look", "act"}
        `fine`: nothing speaks against relying on the predictions; `look`: something has changed that a person
        should see; `act`: the predictions are not to be relied on before it is settled.
    headline : str
    reasons : tuple of str
        The most serious first.
    """

    level: Level
    headline: str
    reasons: tuple[str, ...]


def judge(
    *,
    rows: int,
    findings: Sequence[Finding],
    scored: bool = True,
    columns: Sequence[ColumnDrift] = (),
    outputs: Sequence[ColumnDrift] = (),
    deviation: float | None = None,
    apart: Apart | None = None,
    shift: Comparison | None = None,
    performance: Performance | None = None,
    estimated: Estimated | None = None,
) -> Verdict:
    """Judge what is known of new rows.

    Parameters
    ----------
    rows : int
    findings : sequence of Finding
    scored : bool
        Whether they could be scored.
    columns, outputs : sequences of ColumnDrift
    deviation : float or None
        Standard deviation of the predictions before, of the output that `shift` is about.
    apart : Apart or None
    shift : Comparison or None
    performance : Performance or None
    estimated : Estimated or None
        Calls for a look at most: it is no measurement.

    Returns
    -------
    Verdict
    """
    found: list[tuple[Level, str]] = []
    if performance is not None and performance.level != "fine":
        found.append((performance.level, words.performance(performance)))
    if estimated is not None and estimated.level != "fine":
        found.append(("look", words.estimated(estimated)))
    found += [(_SEVERITY[f.severity], f.message) for f in findings if f.severity != "info"]
    found += [(each.level, words.output(each)) for each in outputs if each.level != "fine"]
    if shift is not None:
        label, large = main_label(shift), large_parts(shift, deviation)
        found += [("act", words.part(name, part, shift, label)) for name, part in large.items()]
    drifted = [each for each in ranked(columns, clear_parts(shift)) if each.level != "fine"]
    if drifted:
        found.append(("look", words.drifted(drifted)))
    if apart is not None and apart.differs and not drifted:
        found.append(("look", words.apart(apart)))
    found.sort(key=lambda each: -RANK.index(each[0]))
    level = worst(*(each for each, _ in found))
    reasons = tuple(reason for _, reason in found)
    return Verdict(level, words.headline(level, reasons, rows, scored), reasons)
