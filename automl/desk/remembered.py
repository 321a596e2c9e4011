"""An explainer that remembers rows, and goes on with those it has explained in haste."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from explain import Explainer, Explanation
from explain.clock import Clock, Progress, part
from explain.frames import checked_rows, frame_hash
from explain.joined import joined

__all__ = ["Remembered"]

_MOST = 256  # rows that are remembered
_IN_TIME = 0.8  # an answer that took less of its time than this would not be better with more
_THOROUGH_SECONDS = 3.0


@dataclass
class _Known:
    explanation: Explanation
    final: bool


class _WantedError(Exception):
    """Somebody asks: what is done in idle time is dropped."""


class Remembered:
    """What :class:`explain.Explainer` says of rows, each found out once.

    Parameters
    ----------
    explainer : Explainer
    background : DataFrame of shape (B, M)
        That it explains against.
    """

    def __init__(self, explainer: Explainer, background: pd.DataFrame) -> None:
        self._explainer, self._background = explainer, background
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._hasty: OrderedDict[str, pd.DataFrame] = OrderedDict()

    def explain(
        self, X: pd.DataFrame, *, time_budget: float | None = None, progress: Progress | None = None
    ) -> Explanation:
        """Attribute the model's outputs for some rows to their columns; known rows take no time.

        Parameters
        ----------
        X : DataFrame of shape (n, M)
            At least one row.
        time_budget : float, optional
            Seconds for those that are not known.
        progress : callable, optional
            Called with the share done, 0..1.
        """
        clock = Clock(time_budget)
        rows = checked_rows(X, self._background)
        each = [rows.iloc[[i]] for i in range(len(rows))]
        keys = [frame_hash(row) for row in each]
        new = {key: row for key, row in zip(keys, each, strict=True) if key not in self._known}
        for number, (key, row) in enumerate(new.items()):
            left = (
                None if time_budget is None else max(0.05 * time_budget, clock.left() / (len(new) - number))
            )
            self._explain(key, row, left, part(progress, number / len(new), 1 / len(new)))
        for key in keys:
            self._known.move_to_end(key)
        found = joined([self._known[key].explanation for key in keys])
        while len(self._known) > max(_MOST, len(keys)):
            old, _ = self._known.popitem(last=False)
            self._hasty.pop(old, None)
        return found

    @property
    def hasty(self) -> int:
        """Rows that will be explained better when nobody asks."""
        return len(self._hasty)

    def is_final(self, X: pd.DataFrame) -> bool:
        """Whether what is known of all these rows will not become better."""
        rows = checked_rows(X, self._background)
        keys = [frame_hash(rows.iloc[[i]]) for i in range(len(rows))]
        return all(key in self._known and self._known[key].final for key in keys)

    def refine(self, wanted: Callable[[], bool]) -> bool:
        """Explain the row that was last explained in haste once more, with time.

        Parameters
        ----------
        wanted : callable
            Whether somebody asks: then the work is dropped, to be taken up again later.

        Returns
        -------
        bool
            Whether there was one.
        """
        if not self._hasty:
            return False
        key, row = next(reversed(self._hasty.items()))

        def look_up(_share: float) -> None:
            if wanted():
                raise _WantedError

        try:
            found = self._explainer.explain(row, time_budget=_THOROUGH_SECONDS, progress=look_up)
        except _WantedError:
            return True
        except BaseException:  # it will not be better: nobody shall wait for it
            del self._hasty[key]
            self._known[key].final = True
            raise
        del self._hasty[key]
        self._known[key] = _Known(found, final=True)
        return True

    def _explain(
        self, key: str, row: pd.DataFrame, time_budget: float | None, progress: Progress | None
    ) -> None:
        found = self._explainer.explain(row, time_budget=time_budget, progress=progress)
        in_time = time_budget is None or found.milliseconds < 1000 * _IN_TIME * time_budget
        self._known[key] = _Known(found, final=found.exact or in_time)
        if not self._known[key].final:
            self._hasty[key] = row
