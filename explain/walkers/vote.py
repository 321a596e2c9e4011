"""Votes: what each member counts for."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.ensemble import VotingClassifier, VotingRegressor

from .base import Floats


def vote_weights(vote: Any, scale: str) -> Floats | None:
    """Weights of the fitted members, summing to 1; None for what is no average of members on the scale."""
    if not isinstance(vote, (VotingClassifier, VotingRegressor)):
        return None
    if scale not in ("probability", "target") or getattr(vote, "voting", "soft") != "soft":
        return None
    weights = vote._weights_not_none
    if weights is None:
        weights = [1.0] * len(vote.estimators_)
    shares = np.asarray(weights, dtype=np.float64)
    return np.asarray(shares / shares.sum(), dtype=np.float64)
