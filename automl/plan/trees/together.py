"""Ensembles of trees side by side in one booster of LightGBM's: a row goes through all in one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..declined import DeclinedError
from ..members.base import Block, Floats, Ints, matrix_of
from .arrays import Trees
from .native import Booster
from .text import tree_blocks, write_text

__all__ = ["Ensemble", "LookedUpLeaves", "SummedLeaves", "check_single_precision"]

_LARGEST_SINGLE = float(np.finfo(np.float32).max)
_CELLS = 1_000_000  # outputs of the library that are held at once


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

    def _sums(self, matrix: Floats, out: Floats, threads: int) -> None:
        raise NotImplementedError


class SummedLeaves(_Together):
    """Ensembles whose leaves hold one value: each output is added up by the library, tree after tree.

    Parameters
    ----------
    ensembles : sequence of Ensemble
        Of as many outputs each.
    sources : sequence of int arrays
        Registers that each reads.
    """

    def __init__(self, ensembles: Sequence[Ensemble], sources: Sequence[Ints]) -> None:
        super().__init__(ensembles, sources)
        outputs: list[list[str]] = []
        for ensemble, places in zip(ensembles, self._places, strict=True):
            trees = ensemble.trees
            blocks = tree_blocks(trees, places, trees.value[:, 0])
            own: list[list[str]] = [[] for _ in range(trees.outputs)]
            for block, output in zip(blocks, trees.output.tolist(), strict=True):
                own[output].append(block)
            outputs += own
        self._outputs = len(outputs)
        text = write_text(outputs, len(self._registers))
        self._booster = Booster(text, len(self._registers), self._outputs)

    def _sums(self, matrix: Floats, out: Floats, threads: int) -> None:
        if len(matrix) == 1:
            self._booster.sums(matrix, out, threads)
            return
        members, _, width = out.shape
        size = max(1, _CELLS // self._outputs)
        for start in range(0, len(matrix), size):
            some = matrix[start : start + size]
            made = np.empty((len(some), self._outputs))
            self._booster.sums(some, made, threads)
            out[:, start : start + size] = made.reshape(-1, members, width).swapaxes(0, 1)


class LookedUpLeaves(_Together):
    """Ensembles whose leaves hold a value for each output: the library tells the leaf of each tree.

    It does so as a booster of one output per tree, whose leaves hold their own number.

    Parameters
    ----------
    ensembles : sequence of Ensemble
        Of as many outputs each.
    sources : sequence of int arrays
        Registers that each reads.
    """

    def __init__(self, ensembles: Sequence[Ensemble], sources: Sequence[Ints]) -> None:
        super().__init__(ensembles, sources)
        outputs: list[list[str]] = []
        self._ends: list[slice] = []  # of each ensemble's trees
        leaves = 0
        for ensemble, places in zip(ensembles, self._places, strict=True):
            trees = ensemble.trees
            if trees.value.shape[1] != trees.outputs:
                raise ValueError("trees whose leaves do not hold all outputs")
            numbers = leaves + np.arange(len(trees.value))
            leaves += len(trees.value)
            first = len(outputs)
            outputs += [[block] for block in tree_blocks(trees, places, numbers)]
            self._ends.append(slice(first, len(outputs)))
        self._values = np.concatenate([each.trees.value for each in ensembles])
        self._trees = len(outputs)
        counts = {each.stop - each.start for each in self._ends}
        self._alike = counts.pop() if len(counts) == 1 else None
        text = write_text(outputs, len(self._registers))
        self._booster = Booster(text, len(self._registers), self._trees)

    def _sums(self, matrix: Floats, out: Floats, threads: int) -> None:
        size = max(1, _CELLS // self._trees)
        for start in range(0, len(matrix), size):
            some = matrix[start : start + size]
            reached = np.empty((len(some), self._trees))
            self._booster.sums(some, reached, threads)
            self._look_up(reached.astype(np.intp), out[:, start : start + size])

    def _look_up(self, reached: Ints, out: Floats) -> None:
        # Values are added one tree after the other, as they are everywhere.
        if len(reached) == 1:
            values = self._values.take(reached[0], axis=0)
            if self._alike is not None:
                values.reshape(len(self._ends), self._alike, -1).sum(axis=1, out=out[:, 0])
                return
            for place, own in enumerate(self._ends):
                values[own].sum(axis=0, out=out[place, 0])
            return
        for place, own in enumerate(self._ends):
            total = out[place]
            total[:] = 0.0
            for leaves in reached[:, own].T:
                total += self._values.take(leaves, axis=0)
