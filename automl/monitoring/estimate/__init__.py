"""Performance without labels: what a model's scores are on new rows, as far as that can be told.

An `Estimator` is made from rows with labels that the model had not learned from, and travels in the bundle.
Of a classifier it calibrates probabilities, from which every score follows (`classes`); of a regression it
models the losses (`losses`, `values`). `Gathered` takes new rows and gives an `Estimated`.

An estimate sees that rows have become harder, or easier. It rests on what columns meant for the target where
the estimator was made: that the same rows have another truth now, it cannot see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automl.monitoring.estimate.records import Estimated, EstimatedMetric

if TYPE_CHECKING:
    from automl.monitoring.estimate.estimator import ESTIMATOR, Estimator, make_estimator
    from automl.monitoring.estimate.gathered import Gathered

__all__ = ["ESTIMATOR", "Estimated", "EstimatedMetric", "Estimator", "Gathered", "make_estimator"]

_LATER = {
    "ESTIMATOR": "estimator",
    "Estimator": "estimator",
    "Gathered": "gathered",
    "make_estimator": "estimator",
}


def __getattr__(name: str) -> Any:
    # The pages that show estimates need none of what makes them.
    if name in _LATER:
        from importlib import import_module

        return getattr(import_module(f"automl.monitoring.estimate.{_LATER[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
