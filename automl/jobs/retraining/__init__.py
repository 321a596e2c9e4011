"""Learn a model anew on old and new rows, compare it with the one in use, and let it take its place or not.

A retraining is a job of the run that the champion came from. It goes in steps, each of which is written down
in the job's folder when it is done, so that a job that was killed goes on where it stood:

    plan.json       the new rows' hash, and the run that the challenger will come from
    decision.json   the verdict on the new rows, what the policy makes of it, and why
    rows.json       old and new rows as a version of the dataset; those kept from learning
    windows.json    which rows to learn from, where that was to be found out
    bundle.json     the challenger, searched and exported
    blessing.json   both models on the rows that neither has learned from
    outcome.json    what became of it; from here on the catalogue is the truth

Whatever is told to the catalogue and the audit log is told once, however often a step is begun.
"""

from __future__ import annotations

from automl.jobs.retraining.asked import Asked
from automl.jobs.retraining.seen import Retraining, champion_of, past, retrainings

__all__ = ["Asked", "Retraining", "champion_of", "past", "retrainings"]
