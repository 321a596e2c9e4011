"""What the catalogue knows, as values. Nothing here loads a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = [
    "Alert",
    "Alias",
    "AliasChange",
    "BundleRecord",
    "Check",
    "DatasetVersion",
    "Deployment",
    "ModelVersion",
    "ReviewedVersion",
    "RunRecord",
    "Statement",
]


@dataclass(frozen=True)
class DatasetVersion:
    """A version of a dataset.

    Attributes
    ----------
    id : int
    dataset : str
        Name of the dataset.
    number : int
        From 1 on.
    digest : str
        SHA-256.
    digest_of : {"file", "rows"}
        Of the file as it was read; where there was none, of the rows.
    source : str or None
        Where the file was.
    bytes : int or None
    rows, columns : int
    schema : mapping or None
        As `Schema.to_json` gives it.
    origin : mapping or None
        The query that the rows came from: `connection`, `query`, `taken`.
    artefact : str or None
        Address of a copy that is kept.
    parent_id : int or None
        The version that it came after.
    created : float
        When it was registered, in seconds since 1970.
    who : str
    """

    id: int
    dataset: str
    number: int
    digest: str
    digest_of: str
    source: str | None
    bytes: int | None
    rows: int
    columns: int
    schema: Mapping[str, Any] | None
    origin: Mapping[str, Any] | None
    artefact: str | None
    parent_id: int | None
    created: float
    who: str

    @property
    def label(self) -> str:
        """What it is called: `hotel_rates/3`."""
        return f"{self.dataset}/{self.number}"

    @property
    def subject(self) -> str:
        """What the audit log calls it: a model may be called the same."""
        return f"data:{self.label}"


@dataclass(frozen=True)
class ReviewedVersion:
    """A version of the reviewed schema of a dataset.

    Attributes
    ----------
    id : int
    dataset : str
        Name of the dataset.
    number : int
        From 1 on; the highest one counts.
    digest : str
        SHA-256 of its canonical JSON.
    schema : mapping
        As `automl.data.review.ReviewedSchema.to_json` gives it.
    reason, who : str
    at : float
    """

    id: int
    dataset: str
    number: int
    digest: str
    schema: Mapping[str, Any]
    reason: str
    who: str
    at: float

    @property
    def label(self) -> str:
        """What it is called: `hotel_rates/3`."""
        return f"{self.dataset}/{self.number}"

    @property
    def subject(self) -> str:
        """What the audit log calls it."""
        return f"schema:{self.label}"


@dataclass(frozen=True)
class RunRecord:
    """A run that has ended, as far as the catalogue knows it; the rest is in its folder.

    Attributes
    ----------
    id, name, path : str
    dataset_version_id : int or None
    target : str
    task, metric : str or None
    state : {"finished", "cancelled", "failed"}
    score : float or None
    created : float
    seconds : float or None
    trials : int or None
    asked : mapping
        What the search was asked.
    who : str
    seen : str
        Names the state of the folder that this was read from.
    """

    id: str
    name: str
    path: str
    dataset_version_id: int | None
    target: str
    task: str | None
    metric: str | None
    state: str
    score: float | None
    created: float
    seconds: float | None
    trials: int | None
    asked: Mapping[str, Any]
    who: str
    seen: str


@dataclass(frozen=True)
class ModelVersion:
    """A version of a model: one of a run's models as it decided at some time.

    Attributes
    ----------
    id : int
    name : str
        What the versions have in common: the name of their runs.
    version : int
        From 1 on.
    run_id : str
    model : str
        Id of a trial, or `ensemble`.
    state : str
        Names its members, its threshold and whether it was picked.
    metric : str or None
    score, low, high : float or None
        With its interval.
    measured : str
        How, in words that follow the score.
    created : float
    who : str
    """

    id: int
    name: str
    version: int
    run_id: str
    model: str
    state: str
    metric: str | None
    score: float | None
    low: float | None
    high: float | None
    measured: str
    created: float
    who: str

    @property
    def label(self) -> str:
        """What it is called: `churn/3`."""
        return f"{self.name}/{self.version}"


@dataclass(frozen=True)
class Statement:
    """What somebody has said of a model.

    Attributes
    ----------
    id, model_id : int
    kind : {"approved", "rejected", "comment", "purpose", "limits"}
    text : str
    who : str
    at : float
    """

    id: int
    model_id: int
    kind: str
    text: str
    who: str
    at: float


@dataclass(frozen=True)
class Alias:
    """A name that points to one version of a model.

    Attributes
    ----------
    name : str
        Of the model.
    alias : str
    model_id : int
    """

    name: str
    alias: str
    model_id: int


@dataclass(frozen=True)
class AliasChange:
    """That an alias was set, moved or taken away.

    Attributes
    ----------
    id : int
    name, alias : str
    before_id, after_id : int or None
        The versions; None where it pointed to none.
    undoes_id : int or None
        The change that this one took back.
    reason, who : str
    at : float
    """

    id: int
    name: str
    alias: str
    before_id: int | None
    after_id: int | None
    undoes_id: int | None
    reason: str
    who: str
    at: float


@dataclass(frozen=True)
class BundleRecord:
    """A bundle that was exported.

    Attributes
    ----------
    id, model_id : int
    digest : str
        SHA-256 of the zip.
    path : str
        Where it was written.
    bytes : int
    artefact : str or None
        Address of the copy that is kept.
    created : float
    who : str
    """

    id: int
    model_id: int
    digest: str
    path: str
    bytes: int
    artefact: str | None
    created: float
    who: str


@dataclass(frozen=True)
class Deployment:
    """A place where a model answers, or did.

    Attributes
    ----------
    id, model_id : int
    bundle_digest : str or None
    place : str
        An address, or words.
    started : float
    ended : float or None
    who : str
    """

    id: int
    model_id: int
    bundle_digest: str | None
    place: str
    started: float
    ended: float | None
    who: str


@dataclass(frozen=True)
class Check:
    """The verdict on a table of new rows.

    Attributes
    ----------
    id : int
    key : str
        Names it, so that it is not told twice.
    model_id : int or None
    run_id : str or None
    table_name : str
    digest : str or None
        SHA-256 of the table's file.
    rows : int
    level : {"fine", "look", "act"}
    headline : str
    columns : sequence of str
        That call for a look.
    at : float
    who : str
    """

    id: int
    key: str
    model_id: int | None
    run_id: str | None
    table_name: str
    digest: str | None
    rows: int
    level: str
    headline: str
    columns: Sequence[str]
    at: float
    who: str


@dataclass(frozen=True)
class Alert:
    """Something that a rule has found wrong, until it is closed.

    Attributes
    ----------
    id : int
    model_id, check_id : int or None
    rule, level, message : str
    columns : sequence of str
    opened : float
    closed : float or None
    closed_by, reason : str or None
    subject : str
        What it is about: `watch:NAME`, `model:ID`, or nothing.
    evidence : mapping or None
        The rule, the figures behind it, and how often chance does the same.
    """

    id: int
    model_id: int | None
    check_id: int | None
    rule: str
    level: str
    message: str
    columns: Sequence[str]
    opened: float
    closed: float | None
    closed_by: str | None
    reason: str | None
    subject: str = ""
    evidence: Mapping[str, Any] | None = None
