"""Groups of raw columns that are explained as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from . import formats
from .errors import InputError
from .reference import Reference

Groups = Mapping[str, Sequence[str]]


def owners(columns: Sequence[str], groups: Groups) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Names of the players, and the player that each column belongs to.

    A group stands where its first column stands; columns in no group stay on their own.

    Parameters
    ----------
    columns : sequence of str, length M
    groups : mapping of str to sequence of str
        Name of the group → its columns.

    Returns
    -------
    (names, owner)
        Tuple of length G and array of shape (M,).

    Raises
    ------
    InputError
        If a group is empty or names an unknown column, a column is in two groups, or a name stands for two
        players.
    """
    of: dict[str, str] = {}
    for name, members in groups.items():
        if isinstance(members, str) or not len(members):
            raise InputError(f"Expected group {name!r} as a list of columns, found {members!r}.")
        for column in members:
            if column not in columns:
                raise InputError(f"Expected columns of the table in group {name!r}, found {column!r}.")
            if column in of:
                twice = f"{of[column]!r} and {name!r}" if of[column] != name else f"{name!r} twice"
                raise InputError(f"Expected each column in one group, found {column!r} in {twice}.")
            of[column] = name
    alone = [column for column in columns if column not in of]
    clash = next((column for column in alone if column in groups), None)
    if clash is not None:
        raise InputError(
            f"Expected a group name that no other column has, found {clash!r}; rename the group."
        )
    names = tuple(dict.fromkeys(of.get(column, column) for column in columns))
    return names, np.array([names.index(of.get(column, column)) for column in columns], dtype=np.int64)


def grouped_data(
    data: pd.DataFrame, reference: Sequence[Reference], names: Sequence[str], owner: NDArray[np.int64]
) -> tuple[pd.DataFrame, tuple[Reference, ...]]:
    """Rows and references by player: several columns as one text, such as "age 40, city Bonn"."""
    columns: dict[int, pd.Series[Any]] = {}
    references = []
    for player in range(len(names)):
        members = np.flatnonzero(owner == player).tolist()
        if len(members) == 1:
            columns[player] = data.iloc[:, members[0]]
            references.append(reference[members[0]])
            continue
        shown = [
            [f"{data.columns[j]} {formats.cell(value, reference[j])}" for value in data.iloc[:, j].tolist()]
            for j in members
        ]
        texts = [", ".join(cells) for cells in zip(*shown, strict=True)]
        columns[player] = pd.Series(texts, index=data.index, dtype="str")
        references.append(Reference("label", (), None, 0.0, 0.0))  # no value of a group is the usual one
    frame = pd.DataFrame(columns, index=data.index)
    frame.columns = pd.Index(list(names))
    return frame, tuple(references)
