"""Rows that stand for a table (prototypes), and rows that these do not cover (criticisms)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .. import formats
from ..clock import Clock, Progress, as_many
from ..errors import InputError
from ..stored import Stored
from .distance import Distance, Floats

_FEW = 200  # rows by which the time is measured


@dataclass(frozen=True)
class Prototypes(Stored):
    """Rows that stand for a table, and rows that they do not cover.

    Attributes
    ----------
    prototypes, criticisms : tuple of int
        Positions of the rows, in the order in which they were chosen.
    stands_for : tuple of float
        Share of the rows whose nearest prototype each is.
    witness : tuple of float
        For each criticism, how much denser the table is there than the prototypes say.
    mmd : float
        Maximum mean discrepancy between the table and its prototypes, squared; 0 would be the same
        distribution.
    sampled : int
        Rows that were compared.
    """

    prototypes: tuple[int, ...]
    criticisms: tuple[int, ...]
    stands_for: tuple[float, ...]
    witness: tuple[float, ...]
    mmd: float
    sampled: int

    def sentence(self) -> str:
        """What the rows are, in plain words."""
        if not self.prototypes:
            return "There are no rows to choose from."
        share = formats.number(100 * max(self.stands_for), 2)
        text = (
            f"{len(self.prototypes)} rows stand for the table; the one with the most rows like it for "
            f"{share} % of them."
        )
        if self.criticisms:
            text += f" {len(self.criticisms)} further rows are of kinds that these do not cover."
        return text


def find_prototypes(
    training: pd.DataFrame,
    *,
    k: int = 5,
    criticisms: int = 3,
    most: int = 1500,
    seed: int = 0,
    time_budget: float | None = None,
    progress: Progress | None = None,
) -> Prototypes:
    """Prototypes and criticisms of a table, by MMD-critic (Kim, Khanna and Koyejo, 2016).

    Prototypes are chosen one by one, each so that the maximum mean discrepancy between them and the table
    falls most; criticisms where the witness function, the density of the table less that of the prototypes,
    is largest, kept apart by a log-determinant. The paper takes the witness function's absolute value; here
    only what the prototypes miss is of interest, not what they overstate. The kernel is exp(−d / m), with the
    mixed distance d of :class:`explain.row.distance.Distance` and its median m: positive definite, since d is
    a sum of absolute differences.

    Parameters
    ----------
    training : DataFrame of shape (N, M)
    k, criticisms : int
        How many of each at most.
    most : int
        Of more rows a random sample is compared (the square of it is held in memory).
    seed : int
    time_budget : float, optional
        Seconds; when time is short the answer is from fewer rows: see ``sampled``.
    progress : callable, optional
        Called with the share done, 0..1.

    Raises
    ------
    InputError
        If there are no rows or ``k`` is below 1.
    """
    if k < 1 or criticisms < 0 or most < 2:
        raise InputError(
            f"Expected k of at least 1, criticisms of at least 0 and most of at least 2, found {k}, "
            f"{criticisms} and {most}."
        )
    if not len(training):
        raise InputError("Expected at least one row, found none.")
    distance = Distance.of(training)
    return as_many(
        Clock(time_budget),
        lambda rows: _found(training, distance, k, criticisms, rows, seed),
        min(most, len(training)),
        least=min(most, _FEW),
        power=2.0,
        progress=progress,
    )


def _found(
    training: pd.DataFrame, distance: Distance, k: int, criticisms: int, most: int, seed: int
) -> Prototypes:
    """Prototypes and criticisms among so many rows at most."""
    sample = np.arange(len(training))
    if len(sample) > most:
        sample = np.sort(np.random.default_rng(seed).choice(len(sample), most, replace=False))
    places = distance.places(training.iloc[sample])
    apart = distance.between(places, places).astype(np.float64)
    scale = float(np.median(apart)) or float(apart.mean()) or 1.0
    kernel = np.exp(-apart / scale)
    density = kernel.mean(axis=1)
    chosen = _prototypes(kernel, density, min(k, len(sample)))
    witness = density - kernel[:, chosen].mean(axis=1)
    critics = _criticisms(kernel, witness, chosen, min(criticisms, len(sample) - len(chosen)))
    nearest = apart[:, chosen].argmin(axis=1)
    mmd = kernel.mean() - 2 * density[chosen].mean() + kernel[np.ix_(chosen, chosen)].mean()
    return Prototypes(
        prototypes=tuple(int(sample[p]) for p in chosen),
        criticisms=tuple(int(sample[c]) for c in critics),
        stands_for=tuple(float((nearest == p).mean()) for p in range(len(chosen))),
        witness=tuple(float(witness[c]) for c in critics),
        mmd=float(max(0.0, mmd)),
        sampled=len(sample),
    )


def _prototypes(kernel: Floats, density: Floats, k: int) -> list[int]:
    chosen: list[int] = []
    shared = np.zeros(len(kernel))  # sum of the kernel to those chosen
    within = 0.0
    for count in range(1, k + 1):
        gain = (
            2 * (density[chosen].sum() + density) / count
            - (within + 2 * shared + np.diagonal(kernel)) / count**2
        )
        gain[chosen] = -np.inf
        best = int(gain.argmax())
        within += 2 * shared[best] + kernel[best, best]
        shared += kernel[:, best]
        chosen.append(best)
    return chosen


def _criticisms(kernel: Floats, witness: Floats, taken: list[int], k: int) -> list[int]:
    chosen: list[int] = []
    rest = np.ones(len(kernel), dtype=np.bool_)
    rest[taken] = False
    free = np.diagonal(kernel).copy()  # what a row adds to the determinant of those chosen
    basis: list[Floats] = []
    for _ in range(k):
        # Rows equal to one chosen already would add nothing, so that the determinant would be 0.
        open_ = rest & (free > 1e-9) & (witness > 0)
        if not open_.any():
            break
        worth = np.where(open_, witness + np.log(np.where(open_, free, 1.0)), -np.inf)
        best = int(worth.argmax())
        chosen.append(best)
        rest[best] = False
        line = kernel[best] - sum((b * b[best] for b in basis), np.zeros(len(kernel)))
        line = line / np.sqrt(free[best])
        basis.append(line)
        free = free - line**2
    return chosen
