"""What is to be tried, and what came of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

__all__ = ["Candidate", "Origin", "Status", "Trial"]

Origin = Literal["warm", "first", "tpe", "grown", "halved"]
Status = Literal["ok", "beaten", "failed", "skipped", "probe"]


@dataclass(frozen=True)
class Candidate:
    """One configuration of one family.

    Attributes
    ----------
    number : int
        Position in the order of asking, from 0.
    family : str
    params : dict
        The family's parameters, JSON values only.
    origin : {"warm", "first", "tpe", "grown", "halved"}
        Whether it was taken over from an earlier run, comes from the ordered first candidates, from Optuna's
        sampler, is a trial that did well on fewer rows, or one of the first on half of the rows.
    rows : int or None
        How many rows its models learn from, where that may be a sample of a large table.
    """

    number: int
    family: str
    params: dict[str, Any]
    origin: Origin
    rows: int | None = None

    @property
    def id(self) -> str:
        """The id of the trial that this candidate becomes."""
        return f"t{self.number:04d}"


@dataclass(frozen=True)
class Trial:
    """A finished evaluation; a failed one says why.

    Attributes
    ----------
    id, number, family, params, origin, rows
        Of the candidate.
    status : {"ok", "beaten", "failed", "skipped", "probe"}
        `beaten`: clearly worse than another trial after some folds; the others were not run, and there is no
        model. `skipped`: not tried, since it would have needed more memory than there is.
        `probe`: on half of the rows, for what that tells; it has scores but no loss and no model.
    reason : str
        Why it has no model; empty otherwise.
    score, loss : float or None
        On all validated rows together; `loss` is the same with lower is better.
    estimate : float or None
        What the loss of a beaten trial would have been, as the folds it ran tell.
    interval : (float, float) or None
        90 % bootstrap interval of `score` over the validated rows.
    fold_scores : list of float
    fit_seconds, predict_seconds : float
        Fitting over all folds; predicting 1,000 rows with all fold models, as one fold's time tells.
    row_seconds : float
        Predicting a single row with all fold models, as one fold's time tells; 0 where it was not timed.
    load_seconds : float
        Loading the stored fold models, as one fold's time tells.
    bytes : int
        Of the stored fold models.
    iterations : list of int or None
        Boosting rounds, trees or epochs of each fold's model.
    clipped : bool
        Whether the clock cut the training of a fold short.
    warnings : list of str
        What the libraries warned of.
    at : float
        Seconds of the budget that were spent when it finished.
    finished : float
        Unix time.
    """

    id: str
    number: int
    family: str
    params: dict[str, Any]
    origin: Origin
    status: Status
    reason: str = ""
    score: float | None = None
    loss: float | None = None
    estimate: float | None = None
    interval: tuple[float, float] | None = None
    fold_scores: list[float] = field(default_factory=list)
    fit_seconds: float = 0.0
    predict_seconds: float = 0.0
    row_seconds: float = 0.0
    load_seconds: float = 0.0
    bytes: int = 0
    iterations: list[int | None] = field(default_factory=list)
    clipped: bool = False
    warnings: list[str] = field(default_factory=list)
    at: float = 0.0
    finished: float = 0.0
    rows: int | None = None

    def to_json(self) -> dict[str, Any]:
        """As a dictionary of JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Trial:
        """From `to_json`."""
        interval = content.get("interval")
        return cls(**{**content, "interval": tuple(interval) if interval else None})
