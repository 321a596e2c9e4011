"""Beam search: one change, then two, then three; many changed rows in each call of the model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...clock import Clock, Progress

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

BEAM = 16  # combinations that are carried on
A_COLUMN = 2  # of them that have changed the same columns
STEPS = 5  # values of a column that are added to a combination
GRID = 48  # combinations of nearer values tried for one solution


@dataclass(frozen=True, eq=False)
class Task:
    """One row's search, in numbers of candidates.

    Attributes
    ----------
    first : list of arrays, length M
        Allowed candidates of each column that are looked at first.
    finer : list of arrays, length M
        All that are allowed, from which a solution is brought nearer to the row.
    own : int
        Number that stands for the row's own value.
    shortfall : callable
        Changed rows of shape (R, M) → how far they are from the goal, shape (R,); at most 0 where it is
        reached.
    price : array of shape (M, own + 1)
        Cost of each candidate.
    ordered : array of bool, shape (M,)
        Columns whose candidates are in order.
    impossible : callable
        Changed rows → whether they combine values never seen together, shape (R,).
    """

    first: list[Ints]
    finer: list[Ints]
    own: int
    shortfall: Callable[[Ints], Floats]
    price: Floats
    ordered: NDArray[np.bool_]
    impossible: Callable[[Ints], NDArray[np.bool_]]


@dataclass(frozen=True, eq=False)
class Tried:
    """Changed rows with what is known about them.

    Attributes
    ----------
    index : array of shape (R, M)
    gap, price : arrays of shape (R,)
    impossible : array of bool, shape (R,)
    changes : array of shape (R,)
        How many columns are changed.
    """

    index: Ints
    gap: Floats
    price: Floats
    impossible: NDArray[np.bool_]
    changes: Ints

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Tried:
        """Some of them."""
        return Tried(
            self.index[rows], self.gap[rows], self.price[rows], self.impossible[rows], self.changes[rows]
        )

    def joined(self, other: Tried) -> Tried:
        """These and others."""
        return Tried(
            np.concatenate([self.index, other.index]),
            np.concatenate([self.gap, other.gap]),
            np.concatenate([self.price, other.price]),
            np.concatenate([self.impossible, other.impossible]),
            np.concatenate([self.changes, other.changes]),
        )

    @property
    def rows(self) -> int:
        """Number R of changed rows."""
        return len(self.index)


def search(
    task: Task, wanted: int, most: int, clock: Clock, progress: Progress | None = None
) -> tuple[Tried, bool]:
    """All changed rows looked at, and whether the search came to its end.

    Parameters
    ----------
    task : Task
    wanted : int
        So many solutions with different columns are enough.
    most : int
        At most so many columns are changed.
    clock : Clock
        No step is begun that is likely to end after it.
    progress : callable, optional
        Called with the share done, 0..1, after each step.
    """
    singles = look(task, _singles(task))
    everything = singles
    level = singles
    seconds = clock.spent()
    for step in range(1, most):
        if progress is not None:
            progress(step / most)
        if not level.rows or _kinds(task, everything) >= wanted:
            break
        if clock.left() < 2 * seconds:
            return everything, False
        started = clock.spent()
        level = look(task, _longer(task, level, singles))
        seconds = clock.spent() - started
        everything = everything.joined(level)
    return everything, True


def look(task: Task, index: Ints) -> Tried:
    """Ask the model about changed rows."""
    columns = np.arange(index.shape[1])
    price = task.price[columns, index].sum(axis=1)
    gap = task.shortfall(index) if len(index) else np.zeros(0)
    return Tried(index, gap, price, task.impossible(index), (index != task.own).sum(axis=1))


def nearer(task: Task, solutions: Tried) -> Tried:
    """Values between the row's own and those of the solutions, together in one call of the model.

    Numbers and dates go towards the row's own value; labels stay.
    """
    grids = [_between(task, line) for line in solutions.index]
    index = np.concatenate(grids) if grids else solutions.index
    return look(task, np.unique(index, axis=0)) if len(index) else look(task, index)


def _singles(task: Task) -> Ints:
    parts = []
    for j, candidates in enumerate(task.first):
        index = np.full((len(candidates), len(task.first)), task.own)
        index[:, j] = candidates
        parts.append(index)
    return np.concatenate(parts) if parts else np.zeros((0, 0), dtype=np.int64)


def _kinds(task: Task, tried: Tried) -> int:
    """How many different sets of columns reach the goal, without values never seen together."""
    good = tried.index[(tried.gap <= 0) & ~tried.impossible] != task.own
    return len(np.unique(good, axis=0))


def _longer(task: Task, level: Tried, singles: Tried) -> Ints:
    """The most promising combinations, each with one more column changed."""
    steps = _steps(task, singles)
    parts = []
    for state in level.take(_beam(task, level)).index:
        for j, values in enumerate(steps):
            if len(values) and state[j] == task.own:
                index = np.tile(state, (len(values), 1))
                index[:, j] = values
                parts.append(index)
    if not parts:
        return np.zeros((0, len(task.first)), dtype=np.int64)
    return np.unique(np.concatenate(parts), axis=0)


def _beam(task: Task, level: Tried) -> Ints:
    """Rows closest to the goal, not yet there, with few for each set of columns."""
    chosen: list[int] = []
    used: dict[bytes, int] = {}
    order = np.lexsort([level.price, level.gap, level.impossible])
    for row in order.tolist():
        if level.gap[row] <= 0:
            continue
        key = (level.index[row] != task.own).tobytes()
        if used.get(key, 0) < A_COLUMN:
            used[key] = used.get(key, 0) + 1
            chosen.append(row)
            if len(chosen) == BEAM:
                break
    return np.array(chosen, dtype=np.int64)


def _steps(task: Task, singles: Tried) -> list[Ints]:
    """Values of each column worth adding: the cheapest for what they gain."""
    steps = []
    for j in range(len(task.first)):
        rows = np.flatnonzero(singles.index[:, j] != task.own)
        order = rows[np.lexsort([singles.gap[rows], singles.price[rows]])]
        gaps = singles.gap[order]
        # Each closer to the goal than all cheaper ones.
        better = (
            gaps < np.concatenate([[np.inf], np.minimum.accumulate(gaps)[:-1]]) if len(order) else gaps > 0
        )
        frontier = order[better]
        if len(frontier) > STEPS:
            frontier = frontier[np.round(np.linspace(0, len(frontier) - 1, STEPS)).astype(int)]
        steps.append(singles.index[frontier, j])
    return steps


def _between(task: Task, line: Ints) -> Ints:
    """Combinations of nearer values of the changed columns."""
    changed = np.flatnonzero(line != task.own)
    numbers = max(1, int(task.ordered[changed].sum()))
    room = max(2, int(GRID ** (1 / numbers)))
    choices = []
    for j in changed:
        value = line[j]
        if not task.ordered[j]:
            choices.append(np.array([value]))
            continue
        allowed = task.finer[j]
        closer = allowed[task.price[j, allowed] <= task.price[j, value]]
        # The row's own value lies between candidates of two sides: stay on the solution's.
        side = task.price[j, allowed].argmin()
        closer = (
            closer[closer >= allowed[side]] if value >= allowed[side] else closer[closer <= allowed[side]]
        )
        order = closer[np.argsort(task.price[j, closer], kind="stable")]
        if len(order) > room:
            order = order[np.round(np.linspace(0, len(order) - 1, room)).astype(int)]
        choices.append(np.unique(np.append(order, value)))
    grid = np.stack(np.meshgrid(*choices, indexing="ij"), axis=-1).reshape(-1, len(changed))
    index = np.tile(line, (len(grid), 1))
    index[:, changed] = grid
    return index
