"""Compiled loops over trees.

Every pool row's way through a node is decided once (:mod:`explain.trees.decide`); afterwards walks and exact
values only look up these bits. Compilation is cached on disk by numba: seconds on the first run of an
installation, a fraction of a second later; :func:`explain.warm` does it ahead.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .compiled import compiled, count_bits


@compiled
def _goes(goes_left: Any, node: Any, row: Any) -> Any:
    """Whether a row goes left at a node."""
    return (goes_left[node, row >> 6] >> np.uint64(row & 63)) & np.uint64(1) != 0


@compiled
def _goes_between(mixed: Any, column: Any, turn: Any, pair: Any, cut: Any, missing: Any) -> Any:
    """Whether a column of two players goes left where one of them is at x and the other at z."""
    value = mixed[column, turn, pair]
    return value <= cut or (missing and value != value)


@compiled
def _largest(root: Any, left: Any) -> Any:
    """Nodes of the largest tree: more than any stack of its nodes can hold."""
    largest = left.shape[0] - root[-1]
    for tree in range(root.shape[0] - 1):
        largest = max(largest, root[tree + 1] - root[tree])
    return largest


@compiled
def add_walks(
    root: Any,
    left: Any,
    right: Any,
    player: Any,
    other: Any,
    joint: Any,
    mixed: Any,
    threshold: Any,
    missing_left: Any,
    value: Any,
    output: Any,
    goes_left: Any,
    usual_left: Any,
    x: Any,
    z: Any,
    pair: Any,
    position: Any,
    change: Any,
) -> None:
    """Add each tree's outputs along walks, as changes from one state to the next.

    State k of a walk takes from x the players with position < k. At a node where x and z part, the states
    with position[player] < k follow x and the others z, so a whole walk is one visit of the tree with an
    interval of states, split where the rows part. A column of two players parts it in three: both at z, one
    at each, both at x. ``x`` numbers the foreground rows and ``z`` the background rows, each from 0, and
    ``pair`` the pairs that ``mixed`` has values for; ``change`` has shape (W, states + 1, K).
    """
    width = value.shape[1]
    largest = _largest(root, left)
    stack_node = np.empty(largest, dtype=np.int32)
    stack_low = np.empty(largest, dtype=np.int32)
    stack_high = np.empty(largest, dtype=np.int32)
    last = change.shape[1] - 2
    for tree in range(root.shape[0]):
        first = output[tree]
        for walk in range(x.shape[0]):
            row_x, row_z = x[walk], z[walk]
            stack_node[0], stack_low[0], stack_high[0] = root[tree], 0, last
            depth = 1
            while depth > 0:
                depth -= 1
                node, low, high = stack_node[depth], stack_low[depth], stack_high[depth]
                while left[node] >= 0:
                    x_left, z_left = _goes(goes_left, node, row_x), _goes(usual_left, node, row_z)
                    child_x = left[node] if x_left else right[node]
                    if joint[node] >= 0:
                        place, second = position[walk, player[node]], position[walk, other[node]]
                        turn = 0
                        if place > second:
                            place, second, turn = second, place, 1
                        if high > second:
                            if low > second:
                                node = child_x
                                continue
                            stack_node[depth], stack_low[depth], stack_high[depth] = child_x, second + 1, high
                            depth += 1
                            high = second
                        if high > place:
                            child = right[node]
                            if _goes_between(
                                mixed,
                                joint[node],
                                turn,
                                pair[walk],
                                threshold[node],
                                missing_left[node],
                            ):
                                child = left[node]
                            if low > place:
                                node = child
                                continue
                            stack_node[depth], stack_low[depth], stack_high[depth] = child, place + 1, high
                            depth += 1
                            high = place
                        node = left[node] if z_left else right[node]
                        continue
                    if x_left == z_left:
                        node = child_x
                        continue
                    place = position[walk, player[node]]
                    if low > place:
                        node = child_x
                        continue
                    if high > place:
                        stack_node[depth], stack_low[depth], stack_high[depth] = child_x, place + 1, high
                        depth += 1
                        high = place
                    node = left[node] if z_left else right[node]
                for k in range(width):
                    change[walk, low, first + k] += value[node, k]
                    change[walk, high + 1, first + k] -= value[node, k]


@compiled
def _bits_between(mixed: Any, column: Any, turn: Any, start: Any, rows: Any, cut: Any, missing: Any) -> Any:
    """Those of some background rows (bits, from pair ``start`` on) with which `_goes_between` goes left."""
    bits = np.uint64(0)
    while rows != 0:
        others = rows & (rows - np.uint64(1))
        lowest = rows ^ others
        place = np.int64(count_bits(lowest - np.uint64(1)))
        if _goes_between(mixed, column, turn, start + place, cut, missing):
            bits |= lowest
        rows = others
    return bits


@compiled
def add_shapley(
    root: Any,
    left: Any,
    right: Any,
    player: Any,
    other: Any,
    joint: Any,
    mixed: Any,
    threshold: Any,
    missing_left: Any,
    value: Any,
    output: Any,
    goes_left: Any,
    usual_left: Any,
    x: Any,
    word: Any,
    count: Any,
    weight: Any,
    credit: Any,
) -> None:
    """Add each tree's exact interventional Shapley values, summed over up to 64 background rows.

    For a pair (x, z), a leaf is reached by the coalitions that hold its a players decided as in x and none of
    its b players decided as in z; each of the former gets (a−1)! b! / (a+b)! of the leaf's value, each of the
    latter loses a! (b−1)! / (a+b)! (Laberge and Pequignot, 2022). Background rows that part from x at the
    same nodes descend together, as a set of bits. A node whose column is made of two players is come to
    again for each of them that is not decided yet, unless all decisions lead the same way.

    Parameters
    ----------
    x : array of int
        Foreground rows.
    word : int
        The word of ``usual_left`` that holds the background rows.
    count : int
        Number of background rows in that word.
    mixed : array of shape (C, 2, len(x) * count)
        Columns of two players for every pair of these rows, foreground row by foreground row.
    weight : array
        ``[a, b]`` is a! b! / (a+b+1)!.
    credit : array of shape (len(x), M, K)
        Added to.
    """
    width = value.shape[1]
    size = 2 * _largest(root, left) + 2  # up to three entries for each node on the way to a leaf
    side = np.zeros(credit.shape[1], dtype=np.int8)
    path = np.empty(credit.shape[1] + 1, dtype=np.int32)
    stack_node = np.empty(size, dtype=np.int32)
    stack_length = np.empty(size, dtype=np.int32)
    stack_player = np.empty(size, dtype=np.int32)
    stack_side = np.empty(size, dtype=np.int8)
    stack_rows = np.empty(size, dtype=np.uint64)
    everyone = ~np.uint64(0) >> np.uint64(64 - count)
    for tree in range(root.shape[0]):
        first = output[tree]
        for i in range(x.shape[0]):
            row_x = x[i]
            node, rows = root[tree], everyone
            depth, length, a, b = 0, 0, 0, 0
            while True:
                while left[node] >= 0:
                    own = player[node]
                    if joint[node] >= 0:
                        mate = other[node]
                        always, sometimes = everyone, np.uint64(0)
                        if side[own] != 2 and side[mate] != 2:
                            bits = everyone if _goes(goes_left, node, row_x) else np.uint64(0)
                            always, sometimes = always & bits, sometimes | bits
                        if side[own] != 1 and side[mate] != 1:
                            bits = usual_left[node, word]
                            always, sometimes = always & bits, sometimes | bits
                        for turn in range(2):
                            first_side = side[own] if turn == 0 else side[mate]
                            second_side = side[mate] if turn == 0 else side[own]
                            if first_side != 2 and second_side != 1:
                                bits = _bits_between(
                                    mixed,
                                    joint[node],
                                    turn,
                                    i * count,
                                    rows,
                                    threshold[node],
                                    missing_left[node],
                                )
                                always, sometimes = always & bits, sometimes | bits
                        if rows & ~always == 0:
                            node = left[node]
                        elif rows & sometimes == 0:
                            node = right[node]
                        elif side[own] != 0 and side[mate] != 0:
                            stack_node[depth], stack_length[depth], stack_player[depth] = (
                                right[node],
                                length,
                                -1,
                            )
                            stack_rows[depth] = rows & ~always
                            depth += 1
                            node, rows = left[node], rows & always
                        else:
                            if side[own] != 0:
                                own = mate
                            stack_node[depth], stack_length[depth], stack_player[depth] = node, length, own
                            stack_side[depth], stack_rows[depth] = 2, rows
                            depth += 1
                            side[own] = 1
                            path[length] = own
                            length += 1
                            a += 1
                        continue
                    if _goes(goes_left, node, row_x):
                        child_x, child_z = left[node], right[node]
                        parting = rows & ~usual_left[node, word]
                    else:
                        child_x, child_z = right[node], left[node]
                        parting = rows & usual_left[node, word]
                    if parting == 0 or side[own] == 1:
                        node = child_x
                        continue
                    staying = rows & ~parting
                    if side[own] == 2:
                        if staying == 0:
                            node = child_z
                            continue
                        stack_node[depth], stack_length[depth], stack_player[depth] = child_z, length, -1
                        stack_rows[depth] = parting
                        depth += 1
                        node, rows = child_x, staying
                        continue
                    stack_node[depth], stack_length[depth], stack_player[depth] = child_z, length, own
                    stack_side[depth], stack_rows[depth] = 2, parting
                    depth += 1
                    if staying != 0:
                        stack_node[depth], stack_length[depth], stack_player[depth] = child_x, length, -1
                        stack_rows[depth] = staying
                        depth += 1
                    side[own] = 1
                    path[length] = own
                    length += 1
                    a += 1
                    node, rows = child_x, parting
                if length > 0:
                    number = np.float64(count_bits(rows))
                    for k in range(width):
                        leaf = number * value[node, k]
                        gain = leaf * weight[a - 1, b] if a > 0 else 0.0
                        loss = leaf * weight[a, b - 1] if b > 0 else 0.0
                        for step in range(length):
                            own = path[step]
                            credit[i, own, first + k] += gain if side[own] == 1 else -loss
                if depth == 0:
                    break
                depth -= 1
                node, rows = stack_node[depth], stack_rows[depth]
                while length > stack_length[depth]:
                    length -= 1
                    own = path[length]
                    if side[own] == 1:
                        a -= 1
                    else:
                        b -= 1
                    side[own] = 0
                own = stack_player[depth]
                if own >= 0:
                    side[own] = stack_side[depth]
                    path[length] = own
                    length += 1
                    b += 1
            while length > 0:
                length -= 1
                side[path[length]] = 0
