"""What a platform is told about a bundle, and what a platform is: the files that it wants to find in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

__all__ = ["Facts", "Step", "Target", "in_utc", "slug", "version_of"]

#: Of a DNS label (RFC 1123), which names of Kubernetes, Azure and SageMaker keep to.
_LONGEST_NAME = 63


@dataclass(frozen=True)
class Facts:
    """What is known of a bundle when the files of platforms are written: plain values only.

    Attributes
    ----------
    name : str
        A DNS label: lower-case letters, digits and dashes, at most 63, a letter first.
    version : str
        Digits that grow with time (of `created`, in UTC): fits wherever a version must be a number.
    title : str
        What people call the model.
    task : str
        ``binary``, ``multiclass`` or ``regression``.
    target : str
        Name of the predicted column.
    metric : str
        Name of the metric that the model was chosen by.
    scores : mapping
        The run's metrics by name, with ``score``, ``interval`` and ``on`` each; as in ``metrics.json``.
    schema : mapping
        The bundle's ``schema.json``.
    classes : tuple of str or int, or None
        Labels in the order of the probabilities; None for values.
    requirements : tuple of str
        What prediction needs, pinned: the lines of ``requirements.txt``.
    serving : tuple of str
        What the server needs on top, pinned.
    types : tuple of str
        Full names of all types and functions that the model file is made of, sorted.
    python : str
        Version that the bundle was made with, such as ``3.11.9``.
    created : str
        When the model was made, ISO 8601.
    run, trial : str
        Ids of the run, and of the model in it.
    example : mapping of column name to value
        A made-up typical row as JSON values: of each column what is most common. Nobody's row.
    reference : mapping or None
        The bundle's ``reference.json``: counts of the rows learned from.
    reviewed : mapping or None
        What rows must be like, as `automl.data.review.ReviewedSchema.to_json` gives it.
    glassbench : str
        Version of Glassbench.
    port : int
        Where the server listens in a container.
    """

    name: str
    version: str
    title: str
    task: str
    target: str
    metric: str
    scores: Mapping[str, Any]
    schema: Mapping[str, Any]
    classes: tuple[str | int, ...] | None
    requirements: tuple[str, ...]
    python: str
    created: str
    run: str
    trial: str
    example: Mapping[str, Any]
    reference: Mapping[str, Any] | None = None
    reviewed: Mapping[str, Any] | None = None
    serving: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    glassbench: str = ""
    port: int = 8080

    @property
    def identifier(self) -> str:
        """The name as Python, protobuf and Kubeflow want it: underscores instead of dashes."""
        return self.name.replace("-", "_")

    @property
    def python_minor(self) -> str:
        """Such as ``3.11``."""
        return ".".join(self.python.split(".")[:2])

    @property
    def columns(self) -> tuple[Mapping[str, Any], ...]:
        """Columns that the model reads, in order, as `automl.data.Column.to_json` gives them."""
        return tuple(self.schema["columns"])

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of what is predicted for a row, as ``predict.py`` writes them."""
        return ("prediction", *(f"probability_{label}" for label in self.classes or ()))


@dataclass(frozen=True)
class Step:
    """One thing to do, to copy.

    Attributes
    ----------
    text : str
        What it does, in a sentence that ends with a colon.
    code : str
        With ``{bundle}`` for the name of the zip and ``{name}`` for that of the model.
    language : str
        For highlighting.
    """

    text: str
    code: str
    language: str = "bash"

    def code_for(self, bundle: str, name: str) -> str:
        """The code with the names in it; other braces stay as they are."""
        return self.code.replace("{bundle}", bundle).replace("{name}", name)


@dataclass(frozen=True)
class Target:
    """A platform on which bundles run.

    Attributes
    ----------
    name : str
        That of its module.
    title : str
        As the platform writes itself.
    about : str
        What the bundle is there, in one plain sentence.
    files : callable
        A pure function from the facts to files by their paths in the bundle.
    steps : tuple of Step
        How to bring the bundle there.
    proven : str
        What Glassbench's own tests do there, in plain sentences; empty where nothing could be tried.
    """

    name: str
    title: str
    about: str
    files: Callable[[Facts], Mapping[str, str | bytes]]
    steps: tuple[Step, ...] = field(default=())
    proven: str = ""


def in_utc(created: str) -> datetime:
    """A moment in UTC, from ISO 8601; without a zone it is UTC already."""
    moment = datetime.fromisoformat(created)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def version_of(created: str) -> str:
    """A moment as digits that grow with time: fits wherever a version must be a number.

    Examples
    --------
    >>> version_of("2026-11-28T02:30:00+01:00")
    '20261128013000'
    """
    return in_utc(created).strftime("%Y%m%d%H%M%S")


def slug(title: str) -> str:
    """A title as a DNS label; ``model`` where nothing of it is left.

    Examples
    --------
    >>> slug("Telco churn (2026)")
    'telco-churn-2026'
    >>> slug("7 Züge")
    'm-7-z-ge'
    """
    name = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    if name and not name[0].isalpha():
        name = f"m-{name}"
    return name[:_LONGEST_NAME].rstrip("-") or "model"
