"""Glassbench: an AutoML workbench that explains itself.

import automl

run = automl.fit("churn.csv", target="Churn", budget=60)
run.leaderboard()
run.explain(rows=[0])
run.export("churn.zip")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from automl.bundle import Bundle, load_bundle
    from automl.run import Run, create_run, fit, load_run

__all__ = ["Bundle", "Run", "create_run", "fit", "load_bundle", "load_run"]

_HOMES = {
    "Bundle": "automl.bundle",
    "load_bundle": "automl.bundle",
    "Run": "automl.run",
    "create_run": "automl.run",
    "fit": "automl.run",
    "load_run": "automl.run",
}


def __getattr__(name: str) -> Any:
    # Importing scikit-learn, LightGBM and pandas takes seconds, and the command line and the pages want to
    # start at once.
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
