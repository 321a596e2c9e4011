"""One row that counterfactuals are asked for: what may be changed in it, and what the answers are worth."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..distance import Places
from ..plausible import Plausibility
from .candidates import Candidates, Floats, Ints
from .goal import Goal
from .result import Counterfactual
from .scorer import RowScorer
from .search import Task, Tried

_FEW = 5  # values of a column looked at first where a narrow range leaves few
_SAME_COLUMNS = 3  # answers with the same columns, among which plausibility decides
_COMPARED = 36  # answers whose distance to the training rows is measured


class Asked:
    """A row, a goal, and the candidates beside the row's own values.

    Changed rows are written as in :class:`Candidates`.

    Attributes
    ----------
    goal : Goal
    start : float
        How far the row as it is is from the goal; at most 0 where it is reached.
    task : Task
        What the search needs.
    names : tuple of str, length M
    """

    def __init__(
        self,
        frame: pd.DataFrame,
        goal: Goal | None,
        candidates: Candidates,
        scored: RowScorer,
        plausibility: Plausibility,
    ) -> None:
        self.names = tuple(str(name) for name in frame.columns)
        self._scored, self._candidates, self._plausibility = scored, candidates, plausibility
        self._taken = candidates.beside(frame)
        own = plausibility.distance.places(frame)
        self._places = Places(
            np.concatenate([candidates.places.values, own.values], axis=1),
            np.concatenate([candidates.places.missing, own.missing], axis=1),
        )
        self._apart = plausibility.distance.by_column(own, self._places).astype(np.float64)
        self._price = self._apart * candidates.costs[:, None]
        self._bins = np.concatenate([candidates.bins, plausibility.pairs.bins(frame)])
        self._columns = np.arange(len(self.names))
        outputs = scored.wide(self._taken.outputs(np.full((1, len(self.names)), candidates.own)))
        self.goal = scored.goal(goal, outputs)
        self._position = scored.position(self.goal)
        self._threshold = scored.threshold(self._position)
        self.start = float(self._gap(outputs)[0])
        self.task = self._task(frame)
        self._answers: dict[bytes, tuple[Floats, Any]] = {}

    def _gap(self, outputs: Floats) -> Floats:
        return self.goal.shortfall(outputs, self._position, self._threshold)

    def _task(self, frame: pd.DataFrame) -> Task:
        first, finer = [], []
        for j, allowed in enumerate(self._candidates.allowed(frame)):
            kept = allowed[self._apart[j, allowed] > 0]
            coarse = np.intersect1d(kept, self._candidates.coarse[j])
            few = kept[np.round(np.linspace(0, len(kept) - 1, min(len(kept), _FEW))).astype(int)]
            finer.append(kept)
            first.append(coarse if len(coarse) >= len(few) else few)
        return Task(
            first,
            finer,
            self._candidates.own,
            lambda index: self._gap(self._scored.wide(self._taken.outputs(index))),
            self._price,
            self._candidates.ordered,
            self._impossible,
        )

    def _impossible(self, index: Ints) -> NDArray[np.bool_]:
        """Whether a changed value never goes with another of the row's values."""
        bins = self._bins[index, self._columns]
        clash = np.zeros(len(index), dtype=np.bool_)
        for j in self._columns:
            rows = np.flatnonzero(index[:, j] != self._candidates.own)
            clash[rows] |= self._plausibility.pairs.never(bins[rows, j][:, None], bins[rows]).any(axis=1)
        return clash

    def _nearest(self, index: Ints) -> Floats:
        places = Places(
            self._places.values[self._columns[:, None], index.T],
            self._places.missing[self._columns[:, None], index.T],
        )
        return self._plausibility.nearest(places)[0]

    def _sets(self, index: Ints) -> list[bytes]:
        """Which columns each row has changed, to be compared."""
        return [line.tobytes() for line in index != self._candidates.own]

    def cheapest(self, tried: Tried, count: int) -> Tried:
        """The cheapest of those that reach the goal, each with other columns changed."""
        good = tried.take(tried.gap <= 0)
        good = good.take(np.lexsort([good.price, good.changes, good.impossible]))
        first = dict(zip(reversed(self._sets(good.index)), range(good.rows - 1, -1, -1), strict=True))
        return good.take(np.array(sorted(first.values())[:count], dtype=np.int64))

    def ranked(self, tried: Tried) -> Ints:
        """Those that reach the goal, best first.

        Values seen together come before others, and fewer changes before more. Among equals the sum counts
        of the price and the distance to the nearest training row, which are in the same units.
        """
        good = tried.take(tried.gap <= 0)
        good = good.take(np.lexsort([good.price, good.changes, good.impossible]))
        count: dict[bytes, int] = {}
        kept = []
        for row, key in enumerate(self._sets(good.index)):
            count[key] = count.get(key, 0) + 1
            if count[key] <= _SAME_COLUMNS:
                kept.append(row)
        good = good.take(np.array(kept, dtype=np.int64))
        worth = good.price.copy()
        worth[:_COMPARED] += self._nearest(good.index[:_COMPARED])
        worth[_COMPARED:] = np.inf  # after all others, in the order of their price
        order = np.lexsort([np.arange(good.rows), worth, good.changes, good.impossible])
        return good.index[order]

    def different(self, ranked: Ints, count: int) -> Ints:
        """The first that change different columns.

        One that changes all columns of a better answer, and more, must be cheaper than that.
        """
        sets = ranked != self._candidates.own
        price = self._price[self._columns, ranked].sum(axis=1)
        chosen: list[int] = []
        for row in range(len(ranked)):
            within = [before for before in chosen if (sets[before] <= sets[row]).all()]
            same = any((sets[before] == sets[row]).all() for before in within)
            if not same and all(price[row] < price[before] for before in within):
                chosen.append(row)
                if len(chosen) == count:
                    break
        return ranked[chosen]

    def closest(self, tried: Tried) -> Ints:
        """The one nearest to the goal, the cheapest of equals; none if the row as it is is as near."""
        gap = np.round(tried.gap, 9)
        order = np.lexsort([tried.price, tried.changes, gap])
        better = order[:1][gap[order[:1]] < round(self.start, 9)]
        return tried.index[better]

    def confirmed(self, lines: Ints) -> NDArray[np.bool_]:
        """Whether the whole model, given the raw rows, says that they reach the goal."""
        outputs, labels = self._ask(lines)
        return self.goal.reached(outputs, labels, self._position)

    def described(self, lines: Ints) -> tuple[tuple[Counterfactual, ...], float, Any, pd.DataFrame]:
        """The answers, the row's own output and label, and all of these rows in raw columns."""
        own = np.full((1, len(self.names)), self._candidates.own)
        outputs, labels = self._ask(np.concatenate([own, lines]))
        nearest = self._nearest(lines)
        options = []
        for row, line in enumerate(lines):
            changed = np.flatnonzero(line != self._candidates.own)
            bins = self._bins[line, self._columns]
            pairs = {
                tuple(sorted((int(j), other)))
                for j in changed
                for other in self._plausibility.pairs.found(bins, int(j))
            }
            options.append(
                Counterfactual(
                    changed=tuple(self.names[j] for j in changed),
                    output=float(outputs[1 + row, self._position]),
                    label=None if labels is None else _plain(labels[1 + row]),
                    distance=float(self._apart[self._columns, line].sum()),
                    cost=float(self._price[self._columns, line].sum()),
                    nearest=float(nearest[row]),
                    as_far=self._plausibility.as_far(float(nearest[row])),
                    never_together=tuple((self.names[a], self.names[b]) for a, b in sorted(pairs)),
                )
            )
        label = None if labels is None else _plain(labels[0])
        rows = self._taken.rows(np.concatenate([own, lines]))
        return tuple(options), float(outputs[0, self._position]), label, rows

    def _ask(self, lines: Ints) -> tuple[Floats, NDArray[Any] | None]:
        """The whole model's outputs and labels; each row is asked once, the row itself with the first."""
        own = np.full((1, len(self.names)), self._candidates.own)
        new = [line for line in [*own, *lines] if line.tobytes() not in self._answers]
        if new:
            outputs, labels = self._scored.answers(self._taken.rows(np.array(new)))
            for row, line in enumerate(new):
                self._answers[line.tobytes()] = (outputs[row], None if labels is None else labels[row])
        width = len(next(iter(self._answers.values()))[0])
        known = [self._answers[line.tobytes()] for line in lines]
        outputs = np.array([output for output, _ in known]).reshape(len(known), width)
        if self._scored.classes is None:
            return outputs, None
        return outputs, np.array([label for _, label in known], dtype=object)


def _plain(label: Any) -> Any:
    return label.item() if isinstance(label, np.generic) else label
