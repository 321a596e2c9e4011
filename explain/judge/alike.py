"""Rows that belong together, such as those of one customer, are alike: many tell less than as many strangers.

By how much means of such rows vary more than those of independent ones is the design effect. It follows from
how many rows belong together and from how alike they are (the intraclass correlation).

References
----------
Kish (1965), "Survey Sampling", section 5.4.
Donner and Koval (1980), "The estimation of intraclass correlation in the analysis of family data".
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import InputError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def checked_groups(groups: ArrayLike, n: int) -> Ints:
    """Codes of groups, shape (n,).

    Raises
    ------
    InputError
        If there are more or fewer than ``n``.
    """
    given = np.asarray(groups)
    if given.shape != (n,):
        raise InputError(f"Expected groups of shape ({n},), found {given.shape}.")
    return np.asarray(np.unique(given, return_inverse=True)[1], dtype=np.int64)


def design_effect(values: Iterable[Floats], groups: Ints | None) -> float:
    """How many times the variance of means is that of independent rows, at least 1.

    Parameters
    ----------
    values : iterable of arrays of shape (n,)
        What means are taken of; that whose rows are the most alike counts.
    groups : array of int, shape (n,), or None
        The group of each row, as a code from 0; not every code need have rows. None: no rows belong together.
    """
    if groups is None:
        return 1.0
    counts = np.bincount(groups)
    code = (np.cumsum(counts > 0) - 1)[groups]
    sizes = counts[counts > 0].astype(np.float64)
    rows, count = len(code), len(sizes)
    if count == rows:
        return 1.0
    if count == 1:  # a single group says nothing of others
        return float(rows)
    alike = 0.0
    for each in values:
        alike = max(alike, _intraclass(each, code, sizes))
    together = float((sizes**2).sum() / rows)  # rows in the group of a row
    return 1.0 + (together - 1.0) * alike


def _intraclass(values: Floats, code: Ints, sizes: Floats) -> float:
    """The intraclass correlation, by the analysis of variance; 0 to 1."""
    rows, count = len(values), len(sizes)
    means = np.bincount(code, values) / sizes
    between = float(sizes @ (means - values.mean()) ** 2) / (count - 1)
    within = float(((values - means[code]) ** 2).sum()) / (rows - count)
    usual = (rows - float((sizes**2).sum()) / rows) / (count - 1)
    whole = between + (usual - 1) * within
    return float(np.clip((between - within) / whole, 0.0, 1.0)) if whole > 0 else 0.0
