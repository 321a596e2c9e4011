"""Fewer points on a curve, for files and pages."""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MOST = 200
_COARSE = 4000


def thinned(x: Floats, y: Floats, most: int = MOST) -> tuple[Floats, Floats]:
    """A curve with at most so many of its own points, its first and last among them.

    Points are left out in the order of the area of the triangle with their neighbours, the smallest first
    (Visvalingam and Whyatt, 1993), so the area below the curve hardly moves. Of very many points those at
    equal distances along the curve are taken first.

    Parameters
    ----------
    x, y : arrays of shape (P,)
    most : int
        At least 2.

    Returns
    -------
    x, y : arrays of shape (min(P, most),) or fewer
    """
    if len(x) > _COARSE:
        length = np.append(0.0, np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y))))
        at = np.searchsorted(length, np.linspace(0, length[-1], _COARSE))
        keep = np.unique(np.concatenate([[0], np.minimum(at, len(x) - 1), [len(x) - 1]]))
        x, y = x[keep], y[keep]
    n = len(x)
    if n <= most:
        return x.copy(), y.copy()
    xs, ys = x.tolist(), y.tolist()
    before, after = list(range(-1, n - 1)), list(range(1, n + 1))

    def area(i: int) -> float:
        a, b = before[i], after[i]
        return float(abs((xs[i] - xs[a]) * (ys[b] - ys[a]) - (xs[b] - xs[a]) * (ys[i] - ys[a]))) / 2

    current = [float("inf"), *(area(i) for i in range(1, n - 1)), float("inf")]
    heap = [(current[i], i) for i in range(1, n - 1)]
    heapq.heapify(heap)
    left = n
    gone = [False] * n
    while left > most:
        size, i = heapq.heappop(heap)
        if gone[i] or size != current[i]:
            continue
        gone[i] = True
        left -= 1
        a, b = before[i], after[i]
        after[a], before[b] = b, a
        for neighbour in (a, b):
            if 0 < neighbour < n - 1:  # never sooner than the one just left out, or areas would add up unseen
                current[neighbour] = max(area(neighbour), size)
                heapq.heappush(heap, (current[neighbour], neighbour))
    kept = ~np.array(gone)
    return x[kept], y[kept]
