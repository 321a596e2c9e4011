"""A candidate that kills the worker it is given to; imported by Dask's workers, which are other processes."""

from __future__ import annotations

import os
import signal
from typing import Any

from automl.search import cluster

__all__ = ["KILLS", "kill_or_evaluate"]

KILLS = "random_forest"  # one of the first candidates

evaluate_shipped = cluster._evaluate_shipped


def kill_or_evaluate(name: str, family: str, *others: Any) -> Any:
    """What a worker does with a candidate, but that some models take the process down with them."""
    if family == KILLS:
        os.kill(os.getpid(), signal.SIGKILL)
    return evaluate_shipped(name, family, *others)
