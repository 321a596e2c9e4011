"""Where candidates are evaluated: what the search asks of worker processes, here or on a cluster."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from automl.errors import RunError
from automl.models import Context
from automl.search.evaluate import Evaluation
from automl.search.race import Rival

__all__ = ["Workers", "WorkersLostError"]


class WorkersLostError(RunError):
    """There is nobody left to work: the search ends with what it has, and can be taken up again."""


class Workers(ABC):
    """Processes that evaluate candidates, behind the `concurrent.futures` interface."""

    lost: tuple[type[BaseException], ...]
    """What a future raises when its worker has gone."""
    separate: bool
    """Whether giving up one candidate leaves the others at work."""

    @property
    @abstractmethod
    def n_workers(self) -> int:
        """How many candidates are evaluated side by side, at least 1."""

    @property
    @abstractmethod
    def n_threads(self) -> int:
        """Threads that one candidate may use."""

    @abstractmethod
    def start(self) -> None:
        """Make the workers ready."""

    @abstractmethod
    def suit(self, n_rows: int) -> None:
        """Share the cores out between candidates as suits a table of so many rows."""

    @abstractmethod
    def ship(self, path: Path, seconds: float) -> None:
        """Make the training rows in the folder `path` available to all workers.

        Raises
        ------
        OSError
            When that took more than `seconds` or failed on the way.
        WorkersLostError
            When there is nobody left to work.
        """

    @abstractmethod
    def evaluate(
        self,
        path: Path,
        family: str,
        params: dict[str, Any],
        context: Context,
        seconds: float,
        rival: Rival | None = None,
        only: int | None = None,
    ) -> Future[Evaluation]:
        """Evaluate a candidate on the rows of `path`; see `automl.search.evaluate.evaluate`.

        Raises
        ------
        WorkersLostError
            When there is nobody left to work.
        """

    @abstractmethod
    def retries(self, error: BaseException) -> bool:
        """Whether a candidate whose worker has gone with `error` should be tried once more."""

    @abstractmethod
    def abandon(self, futures: Collection[Future[Evaluation]]) -> None:
        """Give up these candidates, and where they are not `separate` all others, too.

        Raises
        ------
        WorkersLostError
            When there is nobody left to work.
        """

    @abstractmethod
    def stop(self) -> None:
        """Give up all work and let go of the workers; `start` takes them up again."""
