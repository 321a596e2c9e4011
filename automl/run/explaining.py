"""Why a model of a run predicts what it predicts, and proof that the explanation is right."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

import explain
from automl.errors import SettingError
from automl.run.model import RunModel
from automl.run.rows import background_rows, canonical_rows, explained_rows, sample_rows
from explain import Explanation
from explain.certificate import Certificate, certify

__all__ = ["certificate", "explained"]


def explained(
    model: RunModel,
    rows: pd.DataFrame | Sequence[int] | None = None,
    *,
    time_budget: float | None,
    store: bool = False,
    progress: Callable[[float], None] | None = None,
) -> Explanation:
    """Explain rows, by default a sample of the run's table; see `Run.explain`."""
    folder, schema = model.folder, model.prepared.schema
    if rows is None:
        sample = explained_rows(folder, schema)
    elif isinstance(rows, pd.DataFrame):
        sample = schema.coerce(rows).frame
    else:
        data = canonical_rows(folder, schema)
        _require_rows(rows, len(data))
        sample = data.iloc[list(rows)]
    explanation = explain.explain(
        model.pipeline(),
        sample,
        background_rows(folder, schema),
        seed=folder.spec["seed"],
        time_budget=time_budget,
        progress=progress,
    )
    if store and rows is None:
        folder.write(f"explanations/{model.id}.rows.json", [int(row) for row in sample.index])
        folder.write(f"explanations/{model.id}.json", explanation.to_json())
    return explanation


def certificate(model: RunModel, explanation: Explanation) -> Certificate:
    """How the explanation of a model fares against brute force; measured once."""
    folder, schema = model.folder, model.prepared.schema
    name = f"explanations/{model.id}.certificate.json"
    stored = folder.read(name)
    if stored is not None:
        known = Certificate.from_json(stored)
        if (known.model_hash, known.method) == (explanation.model_hash, explanation.method):
            return known
    made = certify(
        model.pipeline(), explanation, sample_rows(folder, schema), background_rows(folder, schema)
    )
    folder.write(name, made.to_json())
    return made


def _require_rows(rows: Sequence[int], count: int) -> None:
    for row in rows:
        if not 0 <= row < count:
            raise SettingError(f"There is no row {row}.", fix=f"Here rows are counted from 0 to {count - 1}.")
