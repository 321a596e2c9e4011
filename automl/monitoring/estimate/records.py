"""What is estimated of the performance on rows without labels, as it is kept and shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from automl.monitoring.rules import Level
from explain.stored import Stored

__all__ = ["Estimated", "EstimatedMetric"]


@dataclass(frozen=True)
class EstimatedMetric(Stored):
    """A metric as it is estimated, beside the promise.

    Attributes
    ----------
    metric, label : str
        Its name, and that for people.
    estimated, low, high : float or None
        Of these rows, with the interval that holds what their labels will show in 90 % of the cases, as long
        as what the columns mean for the target has not changed.
    promised, promised_low, promised_high : float or None
        As measured when the model was made, with the 90 % interval that was shown then.
    worse_by : float or None
        By how many standard deviations of the difference it is worse than promised; negative for better.
    below : bool
        Whether it is worse than promised beyond chance.
    tested : (float, float) or None
        The estimate of the rows that the estimator was made from, by parts of it that had not seen them, and
        the truth there.
    """

    metric: str
    label: str
    estimated: float | None
    low: float | None
    high: float | None
    promised: float | None
    promised_low: float | None
    promised_high: float | None
    worse_by: float | None
    below: bool
    tested: tuple[float, float] | None


@dataclass(frozen=True)
class Estimated(Stored):
    """How good predictions of rows without a label are, as far as that can be told without.

    Attributes
    ----------
    rows : int
        Rows without a label.
    method : {"confidence", "losses"}
        From calibrated probabilities (CBPE), or from a model of the losses (DLE).
    calibrated : bool
        Whether probabilities are calibrated first; they are not where that does not help.
    learned_rows : int
        Rows with a label that the estimator was made from.
    learned : str
        Which rows these are, in words.
    metrics : tuple of EstimatedMetric
        That of the run first.
    level : {"fine", "look"}
        An estimate alone never calls for action.
    notes : tuple of str
        What has to be known to read it.
    """

    rows: int
    method: Literal["confidence", "losses"]
    calibrated: bool
    learned_rows: int
    learned: str
    metrics: tuple[EstimatedMetric, ...]
    level: Level
    notes: tuple[str, ...] = ()

    @property
    def main(self) -> EstimatedMetric:
        """The metric that the model was chosen by."""
        return self.metrics[0]
