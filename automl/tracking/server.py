"""What a tracker needs of a server, and the two ways in which one can fail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any, Literal, Protocol

__all__ = [
    "MOST_METRICS",
    "MOST_PARAMS",
    "Batch",
    "Dataset",
    "Metric",
    "RefusedError",
    "Server",
    "State",
    "UnreachableError",
    "batches",
]

State = Literal["RUNNING", "FINISHED", "FAILED", "KILLED"]
MOST_METRICS, MOST_PARAMS, MOST_IN_ALL = 1000, 100, 1000
"""What one request may hold: metrics; parameters, and as many tags; all of them together.
https://mlflow.org/docs/latest/rest-api.html#request-limits"""


class UnreachableError(Exception):
    """The server did not answer, or not now; whether it has done what it was asked is not known."""


class RefusedError(Exception):
    """The server answered that it will not do this, and would say so again."""


@dataclass(frozen=True)
class Metric:
    """A value at a time.

    Attributes
    ----------
    key : str
    value : float
    timestamp : int
        Milliseconds since 1970.
    step : int
    """

    key: str
    value: float
    timestamp: int
    step: int = 0


@dataclass(frozen=True)
class Dataset:
    """A table, as the input of a run.

    Attributes
    ----------
    name : str
    digest : str
        Of its content, as long as servers take it.
    sha256 : str
        All of it.
    source : str
        JSON.
    schema, profile : str or None
        JSON: columns with their types; numbers of rows and values.
    """

    name: str
    digest: str
    sha256: str
    source: str
    schema: str | None
    profile: str | None


@dataclass(frozen=True)
class Batch:
    """What one request logs."""

    metrics: Sequence[Metric]
    params: Mapping[str, str]
    tags: Mapping[str, str]


class Server(Protocol):
    """A tracking server. All calls raise `UnreachableError` or `RefusedError`."""

    def experiment(self, name: str) -> str:
        """Id of the experiment of this name, which is made if there is none."""
        ...

    def find(self, experiment: str, run: str) -> dict[str, str]:
        """What is there of a run: part (`run`, or a trial's id) → the server's id of it."""
        ...

    def create(self, experiment: str, name: str, tags: Mapping[str, str], start: int) -> str:
        """Make a run that began at `start` (milliseconds since 1970); its id."""
        ...

    def log(self, run: str, batch: Batch) -> None:
        """Log a batch. Logging the same again changes nothing."""
        ...

    def log_dataset(self, run: str, dataset: Dataset) -> None:
        """Name a table that a run learned from."""
        ...

    def set_state(self, run: str, state: State, end: int | None) -> None:
        """Say how a run stands, and since when it is over (milliseconds since 1970)."""
        ...

    def upload(self, run: str, path: Path) -> None:
        """Store a file as an artefact, under its own name."""
        ...

    def registered(self, run: str) -> list[Mapping[str, Any]]:
        """Versions of models that a run has brought: `name`, `version`, and their `tags`."""
        ...

    def point(self, alias: str, model: str, version: str) -> None:
        """Let an alias point at a version of a model."""
        ...


def batches(
    metrics: Sequence[Metric] = (),
    params: Mapping[str, str] | None = None,
    tags: Mapping[str, str] | None = None,
) -> Iterator[Batch]:
    """Share out what is to be logged among requests that keep within a server's limits.

    Parameters
    ----------
    metrics : sequence of Metric
        They keep their order.
    params, tags : mapping of str to str, optional

    Yields
    ------
    Batch
        None is empty.
    """
    left, none = list(metrics), dict[str, str]()
    for some_params, some_tags in zip_longest(_pieces(params), _pieces(tags), fillvalue=none):
        room = min(MOST_METRICS, MOST_IN_ALL - len(some_params) - len(some_tags))
        yield Batch(left[:room], some_params, some_tags)
        left = left[room:]
    for first in range(0, len(left), MOST_METRICS):
        yield Batch(left[first : first + MOST_METRICS], {}, {})


def _pieces(items: Mapping[str, str] | None) -> Iterator[dict[str, str]]:
    rest = iter((items or {}).items())
    while piece := dict(islice(rest, MOST_PARAMS)):
        yield piece
