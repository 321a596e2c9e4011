"""What is asked of a retraining."""

from __future__ import annotations

from dataclasses import dataclass

from automl.monitoring.policy import Policy
from explain.stored import Stored

__all__ = ["Asked"]


@dataclass(frozen=True)
class Asked(Stored):
    """What is asked of a retraining; the parameters of the job.

    Attributes
    ----------
    name : str
        Of the model.
    home : str
        The home folder.
    table, table_name : str
        File of the new rows, and what the person calls it.
    policy : Policy or None
        By which it is decided whether to learn anew at all; None: it was decided already.
    budget : float or None
        Seconds of the search; None: that of the champion's run.
    date : str or None
        Column that says when rows are from; None: that of the champion's run, else they are in order.
    holdout, window : str
        See `automl.monitoring.recent` and `automl.monitoring.window`.
    better_by, sure : float
        As for `automl.monitoring.blessing.bless`.
    approval : bool
        Whether somebody has to approve a model that was blessed.
    approver : str
        Who; empty: anybody.
    keep_repeats : bool
        Whether new rows that are equal to old ones are taken for new ones.
    max_trials : int or None
        As for `automl.create_run`.
    n_jobs : int or None
        As for `automl.create_run`; None: as in the champion's run.
    """

    name: str
    home: str
    table: str
    table_name: str
    policy: Policy | None = None
    budget: float | None = None
    date: str | None = None
    holdout: str = "20%"
    window: str = "all"
    better_by: float = 0.0
    sure: float = 0.9
    approval: bool = True
    approver: str = ""
    keep_repeats: bool = False
    max_trials: int | None = None
    n_jobs: int | None = None
