"""What new rows of a model are compared with, made once and kept in the run folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl.data import Schema
from automl.data.review import ReviewedSchema
from automl.monitoring import Reference, Watched, make_reference
from automl.monitoring.estimate import Estimator, make_estimator
from automl.monitoring.judged import Roles
from automl.run.model import RunModel, current_result
from automl.run.rows import background_rows, canonical_rows, known_rows
from automl.search.decide import labels, threshold_of
from automl.search.prepare import load_split
from automl.search.reviewing import reviewed_schema
from automl.store import RunFolder

__all__ = ["estimator", "reference", "reviewed_columns", "watched"]

_ENOUGH_HELD = 500
_HELD, _OUT_OF_FOLD = "the sealed holdout", "rows predicted out of fold"
_LEARNED_SINCE = "the sealed holdout, from which the model has learned since: it may be better now"


def watched(model: RunModel, *, intervals: bool = False) -> Watched:
    """A model with all that new rows are compared with."""
    folder, prepared = model.folder, model.prepared
    return Watched(
        name=f"{folder.spec['name']} ({model.id})",
        scorer=model.scorer(intervals=intervals),
        task=prepared.task,
        reference=reference(model),
        known=known_rows(folder, prepared.schema),
        background=background_rows(folder, prepared.schema),
        promised=_promised(model),
        reviewed=reviewed_columns(folder, prepared.schema),
        estimator=estimator(model),
        roles=Roles.of_spec(folder.spec),
    )


def reviewed_columns(folder: RunFolder, schema: Schema) -> ReviewedSchema | None:
    """What a run's reviewed schema says of the columns that its models read."""
    found = reviewed_schema(folder)
    return None if found is None else found.read_by(schema)


def reference(model: RunModel) -> Reference:
    """What new rows are compared with: the run's rows, and predictions of such rows, as counts."""

    def make() -> dict[str, Any]:
        prepared = model.prepared
        rows = canonical_rows(model.folder, prepared.schema)
        prediction, predicted, places = _foretold(model)
        groups = load_split(model.folder).groups
        made = make_reference(
            rows, prepared.schema, prepared.task, prediction, predicted=predicted, groups=groups,
            predicted_groups=None if groups is None else groups[places],
        )  # fmt: skip
        return made.to_json()

    return Reference.from_json(_kept(model, "reference", make))


def estimator(model: RunModel) -> Estimator | None:
    """What estimates performance on new rows without labels; None where there are too few rows to tell."""

    def make() -> dict[str, Any] | None:
        prepared, task = model.prepared, model.prepared.task
        truth, honest = model.honest()
        split = load_split(model.folder)
        known = np.isfinite(honest).all(axis=1)
        judged = np.zeros(len(honest), dtype=np.bool_)
        judged[split.holdout] = True
        decided = None
        if task.classes is not None:
            decided = np.full(len(honest), -1, dtype=np.int64)
            threshold = threshold_of(model.folder, task, model.weights, model.calibration)
            decided[known] = labels(task, honest[known], threshold)
        rows, result = canonical_rows(model.folder, prepared.schema), current_result(model.folder)
        since = model.id == result["chosen"] and result.get("refitted")
        called = (_LEARNED_SINCE if since else _HELD, _OUT_OF_FOLD)
        made = make_estimator(
            task, prepared.schema, rows, truth, honest, decided, judged, called, split.groups
        )
        return None if made is None else made.to_json()

    content = _kept(model, "estimator", make)
    return None if content is None else Estimator.from_json(content)


def _kept(model: RunModel, what: str, make: Callable[[], Any]) -> Any:
    """What is kept in the run folder of a model as it is now, as JSON values; made where nothing is."""
    path, fingerprint = f"{what}s/{model.id}.json", model.fingerprint()
    stored = model.folder.read(path)
    if stored is not None and stored["fingerprint"] == fingerprint:
        return stored[what]
    made = make()
    (model.folder.path / path).parent.mkdir(exist_ok=True)
    model.folder.write(path, {"fingerprint": fingerprint, what: made})
    return made


def _foretold(model: RunModel) -> tuple[Any, str, NDArray[np.intp]]:
    """Predictions of rows that a model had not learned from, which rows these are, and their places.

    Those of the sealed holdout are by the very model; those out of fold by parts of it, each of which is
    a little less smooth than their vote.
    """
    _, honest = model.honest()
    known = np.asarray(np.isfinite(honest).all(axis=1))
    held = load_split(model.folder).holdout
    held = held[known[held]]
    places, predicted = (held, _HELD) if len(held) >= _ENOUGH_HELD else (np.flatnonzero(known), _OUT_OF_FOLD)
    return honest[places], predicted, places


def _promised(model: RunModel) -> Mapping[str, Mapping[str, Any]]:
    """The scores of a model as they were shown."""
    result = current_result(model.folder)
    if model.id == result["chosen"]:
        promised: dict[str, Mapping[str, Any]] = result["metrics"]
        return promised
    trial = model.folder.read(f"trials/{model.id}.json")
    return {result["metric"]: {"score": trial["score"], "interval": trial["interval"]}}
