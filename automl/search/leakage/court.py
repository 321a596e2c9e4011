"""The court: hears every charge, and measures what the score loses when a suspect column goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from automl.data import Finding
from automl.search.leakage import words
from automl.search.leakage.alone import (
    Strength,
    beyond_chance,
    stands_alone,
    strength,
    strength_of,
    strengths,
    too_good,
)
from automl.search.leakage.bench import Fall, compare, judge
from automl.search.leakage.case import Case, gather
from automl.search.leakage.copies import COPY, LIKE, likeness
from automl.search.leakage.distinguishable import tell_apart
from automl.search.leakage.order import counters
from automl.search.leakage.rows import judge_twins
from automl.search.leakage.times import judge_later, times
from automl.search.prepare import Prepared
from automl.store import RunFolder

__all__ = ["FILE", "hear", "try_case"]

FILE = "leakage.json"
"""Of the run folder: what was found, and the processor seconds it took; there once the case is closed."""

_FEWEST_ROWS = 50
_MOST_SINGLE = 4  # suspects of which each is taken away on its own
_BEYOND_CHANCE = 3.0
_MATTERS = 0.02  # of the loss
_PERFECT = 0.99
_DOMINANT, _DOMINATES = 0.6, 2.0

Floats = NDArray[np.float64]
Over = Callable[[], bool]


def hear(folder: RunFolder, prepared: Prepared, *, seconds: float, until: Over) -> list[Finding]:
    """Search a prepared run for leakage.

    Parameters
    ----------
    folder : RunFolder
    prepared : Prepared
    seconds : float
        How much work there may be: it decides the size of the sample.
    until : callable
        Says when to stop; looked at between two steps of work.

    Returns
    -------
    list of Finding
        Suspicions with their evidence, and what there was no time for.
    """
    accused = [each["column"] for each in folder.read("findings.json", []) if each["code"] == "target_leak"]
    case = gather(folder, prepared, seconds)
    spec = folder.spec
    known = tuple(name for name in (spec.get("time"), spec.get("groups")) if name)
    return try_case(case, accused=accused, known=known, until=until)


def try_case(
    case: Case, *, accused: Iterable[str] = (), known: tuple[str, ...] = (), until: Over = lambda: False
) -> list[Finding]:
    """Hear all charges in a case.

    Parameters
    ----------
    case : Case
    accused : iterable of str
        Columns that a look at all rows has found to tell the target.
    known : tuple of str
        Columns by which the rows were split.
    until : callable
        Says when to stop.
    """
    if len(case.y) < _FEWEST_ROWS or len(np.unique(case.y)) < 2:
        return [words.not_examined(f"there are too few rows ({len(case.y)})")]
    trial = _Trial(case, until)
    charges: dict[str, Callable[[], None]] = {
        "columns that are too good": partial(trial.columns, set(accused)),
        "repeated rows": trial.rows,
        "identifiers with order": partial(trial.order, known),
        "differences between training and holdout": partial(trial.holdout, known),
        "later rows": partial(trial.time, known),
    }
    for charge, hearing in charges.items():
        if until():
            trial.unheard.append(charge)
        else:
            hearing()
    if trial.unheard:
        trial.findings.append(words.not_heard(trial.unheard))
    return trial.findings


@dataclass
class _Trial:
    case: Case
    until: Over
    findings: list[Finding] = field(default_factory=list)
    unheard: list[str] = field(default_factory=list)
    _made: dict[frozenset[str], Floats] = field(default_factory=dict)

    @property
    def everything(self) -> Floats:
        """Cross-validated predictions from all columns."""
        return self._without(frozenset())

    def columns(self, accused: set[str]) -> None:
        """Columns that are too good alone, or are the target once more."""
        case = self.case
        found, unheard = strengths(case, until=self.until)
        self.unheard.extend(f"column {name!r}" for name in unheard)
        alike = {name: likeness(case, name) for name in found}
        copies = [name for name in found if alike[name] >= COPY or name in accused]
        # Of a likely copy counts how many rows it gets right, of other columns how they order the rows.
        suspects = {name: found[name].skill for name in too_good(case, found)}
        suspects |= {name: max(alike[name], found[name].right) for name in found if alike[name] >= LIKE}
        for name in copies:
            suspects.pop(name, None)
        guilty = [*copies, *self._standing_alone(suspects, alike, copies)]
        if not guilty:
            if not self.until():
                self._dominant(found)
            return
        others = self._without(frozenset(guilty))
        rest = strength_of(case, others)
        together = compare(case, self.everything, others)
        for count, name in enumerate(guilty):
            single: Fall | None = None
            if len(guilty) == 1:
                single = together
            elif count < _MOST_SINGLE and not self.until():
                single = compare(case, self.everything, self._without(frozenset({name})))
            self.findings.append(
                words.too_good(
                    case, name, found[name], rest, single,
                    alike[name] if alike[name] >= LIKE else None, guilty, together,
                )
            )  # fmt: skip

    def _standing_alone(
        self, suspects: dict[str, float], alike: dict[str, float], copies: list[str]
    ) -> list[str]:
        """Those that all other columns together do not come near; copies of the target do not count.

        Honest columns of one kind (the sizes of a tumour) stand beside each other, and none stands alone.
        Several leaks would excuse each other in the same way: what is nearly perfect is judged without all
        others that are.
        """
        guilty = []
        perfect = [name for name, told in suspects.items() if told >= _PERFECT]
        for name, told in suspects.items():
            aside = {name, *copies, *(perfect if name in perfect else ())}
            rivals = [other for key, other in suspects.items() if key not in aside]
            if not stands_alone(told, max(rivals, default=0.0)) or self.until():
                continue
            rest = strength_of(self.case, self._without(frozenset(aside)))
            if stands_alone(told, rest.right if alike[name] >= LIKE else rest.skill):
                guilty.append(name)
        return guilty

    def _without(self, names: frozenset[str]) -> Floats:
        """Cross-validated predictions without some columns, made once."""
        if names not in self._made:
            self._made[names] = judge(self.case, self.case.without(*names))
        return self._made[names]

    def _dominant(self, found: dict[str, Strength]) -> None:
        """The best column, if it tells more than all others together; that alone is no suspicion."""
        if len(found) < 2:
            return
        name = max(found, key=lambda name: found[name].skill)
        best = found[name]
        if best.skill < _DOMINANT or not beyond_chance(self.case, best.skill, len(found)):
            return
        others = self._without(frozenset({name}))
        rest = strength_of(self.case, others)
        if 1 - rest.skill >= _DOMINATES * (1 - best.skill):
            fall = compare(self.case, self.everything, others)
            self.findings.append(words.dominant(self.case, name, best, rest, fall))

    def rows(self) -> None:
        """Rows on both sides of a split."""
        case = self.case
        held = 0 if case.sealed is None else case.sealed.known
        if case.repeated or held:
            self.findings.append(words.repeated(case, judge_twins(case, self.everything)))

    def order(self, known: tuple[str, ...]) -> None:
        """Columns that count, and tell the target."""
        case = self.case
        for name, numbers in counters(case):
            if name in known:
                continue
            if self.until():
                self.unheard.append(f"identifier {name!r}")
                continue
            alone = strength(case, numbers)
            if not beyond_chance(case, alone.skill, len(case.raw.columns)):
                continue
            used = name in case.derived
            if used:
                fall = compare(case, self.everything, self._without(frozenset({name})))
            else:
                fall = compare(case, judge(case, case.without(), numbers), self.everything)
            told = any(each.column == name for each in self.findings)
            matters = fall.beyond_chance >= _BEYOND_CHANCE and fall.loss >= _MATTERS * case.metric.distance(
                fall.after
            )
            if told and not matters:
                continue
            later = None if self.until() else judge_later(case, numbers, self.everything)
            finding = words.ordered(case, name, alone, fall, later, used=used, matters=matters)
            self.findings = [each for each in self.findings if each.column != name] + [finding]

    def holdout(self, known: tuple[str, ...]) -> None:
        """Whether the holdout can be told from the training rows."""
        difference = tell_apart(self.case, leave_out=known)
        if difference is not None and difference.column is not None:
            self.findings.append(words.apart(self.case, difference, known))

    def time(self, known: tuple[str, ...]) -> None:
        """Whether later rows are harder than the random folds make believe."""
        if self.case.split.ordered:
            return
        for name, moments in times(self.case):
            if self.until():
                self.unheard.append(f"time {name!r}")
                continue
            later = judge_later(self.case, moments, self.everything)
            if later is not None and later.harder:
                self.findings.append(words.harder(self.case, name, later))
