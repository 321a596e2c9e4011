"""Compiled loops for exact values by leaves: which players keep a row on the way to a leaf.

A row's pattern at a leaf has a bit for each player on the way there: whether all of the player's decisions
lead to the leaf. A coalition reaches the leaf if its members' bits are set in the foreground row's pattern
and the others' in the background row's. So all rows with the same pattern are one, and the background enters
as counts of its patterns, found once for all foreground rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .compiled import compiled, count_bits

MAX_PLAYERS = 63  # on one way to a leaf: the bits of a pattern


@compiled
def height(root: Any, left: Any, right: Any) -> Any:
    """Nodes on the longest way from a root to a leaf."""
    level = np.ones(left.shape[0], dtype=np.int32)
    stack = np.empty(left.shape[0] + 1, dtype=np.int32)
    highest = 1
    for tree in range(root.shape[0]):
        stack[0], depth = root[tree], 1
        while depth > 0:
            depth -= 1
            node = stack[depth]
            highest = max(highest, level[node])
            if left[node] >= 0:
                for child in (left[node], right[node]):
                    level[child] = level[node] + 1
                    stack[depth] = child
                    depth += 1
    return highest


@compiled
def _narrow(above: Any, below: Any, goes_left: Any, bit: Any, to_left: Any) -> None:
    """Patterns one node further down: the bit is cleared in rows that go the other way."""
    kept = ~bit
    flip = np.uint64(0) if to_left else ~np.uint64(0)
    rows = above.shape[0]
    for start in range(0, rows, 64):
        stays = goes_left[start // 64] ^ flip
        for place in range(min(64, rows - start)):
            one = (stays >> np.uint64(place)) & np.uint64(1)
            below[start + place] = above[start + place] & (kept | (np.uint64(0) - one))


@compiled
def _empty_table(rows: Any) -> Any:
    """A hash table for so many patterns, and the shift that goes with its size."""
    bits = 6
    while (1 << bits) < 2 * rows:
        bits += 1
    return np.full(1 << bits, -1, dtype=np.int32), np.uint64(64 - bits)


@compiled
def _distinct(masks: Any, full: Any, table: Any, shift: Any, slots: Any, keys: Any, group: Any) -> Any:
    """Distinct patterns: written to ``keys``, each row's to ``group``; their number (Fibonacci hashing)."""
    found = 0
    for row in range(masks.shape[0]):
        key = masks[row] & full
        place = np.int64((key * np.uint64(0x9E3779B97F4A7C15)) >> shift)
        while table[place] >= 0 and keys[table[place]] != key:
            place = (place + 1) & (table.shape[0] - 1)
        if table[place] < 0:
            table[place], slots[found], keys[found] = found, place, key
            found += 1
        group[row] = table[place]
    for i in range(found):
        table[slots[i]] = -1
    return found


@compiled
def background_patterns(
    root: Any,
    left: Any,
    right: Any,
    player: Any,
    goes_left: Any,
    rows: Any,
    low: Any,
    high: Any,
    tallest: Any,
) -> Any:
    """Patterns of the background rows at the leaves of the trees ``low`` to ``high`` - 1.

    Parameters
    ----------
    goes_left : array of shape (N, words)
        Of the background rows; see :func:`explain.trees.decide.decide`.
    rows : int
        Number B of background rows.
    tallest : int
        See :func:`height`.

    Returns
    -------
    (start, pattern, count)
        Leaf number i has the patterns ``start[i]`` to ``start[i + 1]`` - 1, each with its number of rows;
        leaves are numbered in the order in which :func:`add_leaves` comes to them. Without any leaf if some
        way has more players than a pattern has bits.
    """
    end = left.shape[0] if high == root.shape[0] else root[high]
    leaves = 0
    for node in range(root[low], end):
        if left[node] < 0:
            leaves += 1
    start = np.zeros(leaves + 1, dtype=np.int64)
    pattern = np.empty(16 * leaves + rows, dtype=np.uint64)
    count = np.zeros(pattern.shape[0], dtype=np.int32)
    table, shift = _empty_table(rows)
    slots, group = np.empty(rows, dtype=np.int64), np.empty(rows, dtype=np.int32)
    masks = np.empty((tallest, rows), dtype=np.uint64)
    path = np.empty(tallest, dtype=np.int32)
    stack_node, stack_parent = np.empty(tallest + 1, dtype=np.int32), np.empty(tallest + 1, dtype=np.int32)
    stack_level, stack_length = np.empty(tallest + 1, dtype=np.int32), np.empty(tallest + 1, dtype=np.int32)
    leaf, used = 0, 0
    for tree in range(low, high):
        masks[0] = ~np.uint64(0)
        stack_node[0], stack_parent[0], stack_level[0], stack_length[0] = root[tree], -1, 0, 0
        depth = 1
        while depth > 0:
            depth -= 1
            node, parent = stack_node[depth], stack_parent[depth]
            level, length = stack_level[depth], stack_length[depth]
            if parent >= 0:
                place = 0
                while place < length and path[place] != player[parent]:
                    place += 1
                if place == length:
                    if length == MAX_PLAYERS:
                        return start[:1], pattern[:0], count[:0]
                    path[length] = player[parent]
                    length += 1
                bit = np.uint64(1) << np.uint64(place)
                _narrow(masks[level - 1], masks[level], goes_left[parent], bit, left[parent] == node)
            if left[node] >= 0:
                for child in (right[node], left[node]):
                    stack_node[depth], stack_parent[depth] = child, node
                    stack_level[depth], stack_length[depth] = level + 1, length
                    depth += 1
                continue
            if used + rows > pattern.shape[0]:
                more = np.empty(2 * (used + rows), dtype=np.uint64)
                more[:used] = pattern[:used]
                pattern = more
                counts = np.zeros(more.shape[0], dtype=np.int32)
                counts[:used] = count[:used]
                count = counts
            full = (np.uint64(1) << np.uint64(length)) - np.uint64(1)
            found = _distinct(masks[level], full, table, shift, slots, pattern[used:], group)
            for row in range(rows):
                count[used + group[row]] += 1
            used += found
            leaf += 1
            start[leaf] = used
    return start, pattern[:used].copy(), count[:used].copy()


@compiled
def _leaf_credit(
    own: Any, full: Any, length: Any, pattern: Any, count: Any, low: Any, high: Any, weight: Any, gain: Any
) -> Any:
    """Shares of a leaf of value 1 for the players of one foreground pattern; whether there are any."""
    needed = full & ~own
    b = np.int64(count_bits(needed))
    loss, any_pair = 0.0, False
    for i in range(low, high):
        usual = pattern[i]
        if usual & needed != needed:
            continue
        only = own & ~usual
        if only == 0 and b == 0:
            continue
        if not any_pair:
            any_pair = True
            gain[:length] = 0.0
        a = np.int64(count_bits(only))
        if b > 0:
            loss += count[i] * weight[a, b - 1]
        if a > 0:
            share = count[i] * weight[a - 1, b]
            for place in range(length):
                gain[place] += share * np.float64((only >> np.uint64(place)) & np.uint64(1))
    if any_pair and b > 0:
        for place in range(length):
            gain[place] -= loss * np.float64((needed >> np.uint64(place)) & np.uint64(1))
    return any_pair


@compiled
def add_leaves(
    root: Any,
    left: Any,
    right: Any,
    player: Any,
    value: Any,
    output: Any,
    goes_left: Any,
    rows: Any,
    low: Any,
    high: Any,
    tallest: Any,
    start: Any,
    pattern: Any,
    count: Any,
    weight: Any,
    credit: Any,
) -> None:
    """Add the exact interventional Shapley values of the trees ``low`` to ``high`` - 1, summed over the
    background rows.

    For a pair of rows, a leaf is reached by the coalitions that hold its a players decided as in x alone and
    none of its b players decided as in z alone; each of the former gets (a−1)! b! / (a+b)! of the leaf's
    value, each of the latter loses a! (b−1)! / (a+b)! (Laberge and Pequignot, 2022).

    Parameters
    ----------
    goes_left : array of shape (N, words)
        Of the foreground rows.
    rows : int
        Number n of foreground rows.
    start, pattern, count : arrays
        From :func:`background_patterns` for the same trees.
    weight : array
        ``[a, b]`` is a! b! / (a+b+1)!.
    credit : array of shape (M, K, n)
        Added to.
    """
    width = value.shape[1]
    table, shift = _empty_table(rows)
    slots, group = np.empty(rows, dtype=np.int64), np.empty(rows, dtype=np.int32)
    keys = np.empty(rows, dtype=np.uint64)
    gain = np.empty((rows, MAX_PLAYERS))
    masks = np.empty((tallest, rows), dtype=np.uint64)
    path = np.empty(tallest, dtype=np.int32)
    stack_node, stack_parent = np.empty(tallest + 1, dtype=np.int32), np.empty(tallest + 1, dtype=np.int32)
    stack_level, stack_length = np.empty(tallest + 1, dtype=np.int32), np.empty(tallest + 1, dtype=np.int32)
    leaf = 0
    for tree in range(low, high):
        first = output[tree]
        masks[0] = ~np.uint64(0)
        stack_node[0], stack_parent[0], stack_level[0], stack_length[0] = root[tree], -1, 0, 0
        depth = 1
        while depth > 0:
            depth -= 1
            node, parent = stack_node[depth], stack_parent[depth]
            level, length = stack_level[depth], stack_length[depth]
            if parent >= 0:
                place = 0
                while place < length and path[place] != player[parent]:
                    place += 1
                if place == length:
                    path[length] = player[parent]
                    length += 1
                bit = np.uint64(1) << np.uint64(place)
                _narrow(masks[level - 1], masks[level], goes_left[parent], bit, left[parent] == node)
            if left[node] >= 0:
                for child in (right[node], left[node]):
                    stack_node[depth], stack_parent[depth] = child, node
                    stack_level[depth], stack_length[depth] = level + 1, length
                    depth += 1
                continue
            full = (np.uint64(1) << np.uint64(length)) - np.uint64(1)
            found = _distinct(masks[level], full, table, shift, slots, keys, group)
            any_pair = False
            for i in range(found):
                if _leaf_credit(
                    keys[i], full, length, pattern, count, start[leaf], start[leaf + 1], weight, gain[i]
                ):
                    any_pair = True
                else:
                    gain[i, :length] = 0.0
            leaf += 1
            if not any_pair:
                continue
            for place in range(length):
                own = path[place]
                for k in range(width):
                    size = value[node, k]
                    target = credit[own, first + k]
                    for row in range(rows):
                        target[row] += size * gain[group[row], place]
