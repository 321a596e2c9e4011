"""A compiled loop over the nodes of trees: which rows go left."""

from __future__ import annotations

from typing import Any

import numpy as np

from .compiled import compiled


@compiled
def decide(
    columns: Any,
    left: Any,
    column: Any,
    threshold: Any,
    missing_left: Any,
    category_start: Any,
    category_words: Any,
    categories: Any,
) -> Any:
    """Which rows go left at each node, as bits: row r is bit r % 64 of word r // 64, shape (nodes, words).

    ``columns`` is the matrix by columns, shape (m, rows).
    """
    rows = columns.shape[1]
    goes_left = np.zeros((left.shape[0], (rows + 63) // 64), dtype=np.uint64)
    for node in range(left.shape[0]):
        if left[node] < 0:
            continue
        values = columns[column[node]]
        cut = threshold[node]
        missing = missing_left[node]
        for word in range(goes_left.shape[1]):
            bits = np.uint64(0)
            for place in range(min(64, rows - 64 * word)):
                value = values[64 * word + place]
                if category_words[node] == 0:
                    goes = value <= cut or (missing and value != value)
                elif value != value:
                    goes = missing
                elif 0 <= value < 32 * category_words[node]:
                    category = np.int64(value)
                    held = categories[category_start[node] + category // 32]
                    goes = (held >> np.uint32(category % 32)) & np.uint32(1) != 0
                else:
                    goes = False
                if goes:
                    bits |= np.uint64(1) << np.uint64(place)
            goes_left[node, word] = bits
    return goes_left
