"""Round numbers to cut a column at, so that a rule can be read aloud."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_DAY = 86400


def roundest(low: float, high: float) -> float:
    """The number with the fewest digits in ``low <= number < high``; ``low`` itself if there is no room."""
    if not low < high:
        return low
    if low <= 0 < high:
        return 0.0
    power = math.floor(math.log10(max(abs(low), abs(high)))) + 1
    for exponent in range(power, power - 17, -1):
        for unit in (1.0, 0.5, 0.2):
            # Whole multiples of a power of ten are divided, not multiplied: 3 / 10 is 0.3, 3 * 0.1 is not.
            step = unit * 10.0**exponent
            # The quotient is off by rounding, so what ought to be its ceiling may be its floor.
            for multiple in (math.floor(low / step), math.ceil(low / step)):
                number = float(f"{multiple * unit:.1f}e{exponent}")
                if low <= number < high:
                    return number
    return low


def roundest_moment(low: float, high: float) -> float:
    """The start of a year, else of a month, else of a day in ``low <= moment < high``; seconds since 1970."""
    if not low < high:
        return low
    start = pd.Timestamp(low, unit="s")
    for moment in (
        pd.Timestamp(year=start.year + 1, month=1, day=1),
        (start.to_period("M") + 1).to_timestamp(),
    ):
        seconds = float(moment.timestamp())
        if seconds < high:
            return seconds
    day = math.ceil(low / _DAY) * _DAY
    return float(day) if day < high else low


def near(ordered: Floats, below: int, slack: int) -> tuple[float, float]:
    """Between which values a cut may lie that moves at most ``slack`` rows to the other side.

    Parameters
    ----------
    ordered : array of shape (n,)
        Values in ascending order.
    below : int
        Values below the cut, 1..n-1.
    slack : int

    Returns
    -------
    low, high : float
        A cut c with low <= c < high, to be used as "value <= c".
    """
    n = len(ordered)
    low = float(ordered[max(0, below - 1 - slack)])
    high = float(ordered[min(n - 1, below + slack)])
    return low, high
