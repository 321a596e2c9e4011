"""Ensembles of trees side by side: a row goes through those of many members at once."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..declined import DeclinedError
from ..members.base import Block, Floats, Ints, matrix_of
from .arrays import Trees
from .levels import Levels
from .native import Booster
from .text import tree_blocks, write_text

__all__ = ["Ensemble", "Forests", "SummedLeaves", "check_single_precision"]

_LARGEST_SINGLE = float(np.finfo(np.float32).max)
_CELLS = 1_000_000  # outputs of the library that are held at once
_FEW = 64  # rows that are followed one by one


@dataclass(frozen=True, eq=False)
class Ensemble:
    """The trees of a member, and what becomes of their sum.

    Attributes
    ----------
    trees : Trees
    divisor, scale : float
    single : bool
        Whether it compares in single precision.
    """

    trees: Trees
    divisor: float
    scale: float
    single: bool


def check_single_precision(values: Floats) -> None:
    """See to it that values do not become infinite in single precision.

    Raises
    ------
    DeclinedError
    """
    if np.fmax.reduce(np.abs(values), axis=None, initial=0.0) > _LARGEST_SINGLE:
        raise DeclinedError("A value is larger than the forest's single precision holds.")


class _Together(Block):
    """What both have in common: the registers read, and what becomes of the sums."""

    def __init__(self, ensembles: Sequence[Ensemble], sources: Sequence[Ints]) -> None:
        self._registers = np.unique(np.concatenate(sources))
        self._places = [np.searchsorted(self._registers, source) for source in sources]
        single = [place for place, each in zip(self._places, ensembles, strict=True) if each.single]
        self._single = np.unique(np.concatenate(single)) if single else None
        divisor = np.array([each.divisor for each in ensembles]).reshape(-1, 1, 1)
        scale = np.array([each.scale for each in ensembles]).reshape(-1, 1, 1)
        self._divisor = None if (divisor == 1.0).all() else divisor
        self._scale = None if (scale == 1.0).all() else scale

    def margins(self, registers: Floats, out: Floats, threads: int) -> None:
        matrix = matrix_of(registers, self._registers)
        if self._single is not None:
            check_single_precision(matrix.take(self._single, axis=1))
        self._sums(matrix, out, threads)
        if self._divisor is not None:
            out /= self._divisor
        if self._scale is not None:
            out *= self._scale

    @abstractmethod
    def _sums(self, matrix: Floats, out: Floats, threads: int) -> None:
        """Write what the trees of each ensemble add up to, before divisor and scale, into `out`."""


class SummedLeaves(_Together):
    """Boosters whose leaves hold one value, side by side in one: a row goes through all in one call.

    Each output is added up by the library, tree after tree.
    """

    def __init__(self, ensembles: Sequence[Ensemble], sources: Sequence[Ints]) -> None:
        super().__init__(ensembles, sources)
        self._texts = [
            _texts(ensemble.trees, places) for ensemble, places in zip(ensembles, self._places, strict=True)
        ]
        self._columns = len(self._registers)
        outputs = [output for texts in self._texts for output in texts]
        self._booster = Booster(write_text(outputs, self._columns), self._columns, len(outputs))

    @cached_property
    def _each(self) -> list[Booster]:
        """Each by itself: with many rows, the trees of one stay in the processor's cache."""
        return [Booster(write_text(texts, self._columns), self._columns, len(texts)) for texts in self._texts]

    def _sums(self, matrix: Floats, out: Floats, threads: int) -> None:
        if len(matrix) <= _FEW:
            made = np.empty((1, out.shape[0] * out.shape[2]))
            for number in range(len(matrix)):
                self._booster.sums(matrix[number : number + 1], made, threads)
                out[:, number] = made.reshape(len(out), -1)
            return
        for booster, own in zip(self._each, out, strict=True):
            booster.sums(matrix, own, threads)


def _texts(trees: Trees, places: Ints) -> list[list[str]]:
    """The trees of each output."""
    if trees.value.shape[1] != 1:
        raise ValueError("a booster whose leaves hold several values")
    own: list[list[str]] = [[] for _ in range(trees.outputs)]
    for block, output in zip(
        tree_blocks(trees, places, trees.value[:, 0]), trees.output.tolist(), strict=True
    ):
        own[output].append(block)
    return own


class Forests(_Together):
    """Forests: a few rows are followed by numpy, many by the library.

    The library tells which leaf of each tree a row reaches, as a booster of one output per tree whose leaves
    hold their own number.
    """

    def __init__(self, ensembles: Sequence[Ensemble], sources: Sequence[Ints]) -> None:
        super().__init__(ensembles, sources)
        self._forests = [each.trees for each in ensembles]
        self._levels = Levels(self._forests, self._places)
        self._values = np.concatenate([trees.value for trees in self._forests])
        counts = [len(trees.nodes) for trees in self._forests]
        ends = np.cumsum(counts).tolist()
        self._own = [slice(end - count, end) for end, count in zip(ends, counts, strict=True)]
        self._alike = counts[0] if len(set(counts)) == 1 else None

    @staticmethod
    def takes(ensemble: Ensemble) -> bool:
        """Whether an ensemble is one of these."""
        trees = ensemble.trees
        return ensemble.single and trees.value.shape[1] == trees.outputs and Levels.takes(trees)

    @cached_property
    def _each(self) -> list[Booster]:
        columns = len(self._registers)
        boosters = []
        for trees, places in zip(self._forests, self._places, strict=True):
            outputs = [[block] for block in tree_blocks(trees, places, np.arange(len(trees.value)))]
            boosters.append(Booster(write_text(outputs, columns), columns, len(outputs)))
        return boosters

    def _sums(self, matrix: Floats, out: Floats, threads: int) -> None:
        if len(matrix) <= _FEW:
            for number, row in enumerate(matrix):
                self._look_up(self._levels.reached(row), out[:, number])
            return
        for trees, booster, own in zip(self._forests, self._each, out, strict=True):
            size = max(1, _CELLS // len(trees.nodes))
            for start in range(0, len(matrix), size):
                some = matrix[start : start + size]
                reached = np.empty((len(some), len(trees.nodes)))
                booster.sums(some, reached, threads)
                total = own[start : start + size]
                total[:] = 0.0
                for leaves in reached.astype(np.intp).T:
                    total += trees.value.take(leaves, axis=0)

    def _look_up(self, reached: Ints, out: Floats) -> None:
        """Add up the values of one row's leaves, tree after tree as it is done everywhere."""
        values = self._values.take(reached, axis=0)
        if self._alike is None:
            for place, own in enumerate(self._own):
                out[place] = np.add.accumulate(values[own], axis=0)[-1]
            return
        members = values.reshape(len(self._own), self._alike, -1)
        if members.shape[2] > 1:
            members.sum(axis=1, out=out)
        else:  # where numbers lie side by side, numpy's sum adds them in another order
            out[:] = np.add.accumulate(members, axis=1)[:, -1]
