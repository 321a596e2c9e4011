"""Inspections of a model of a run: made once, kept in its folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import monotonic
from typing import TYPE_CHECKING, Any

from automl.errors import SettingError
from automl.inspection import Inspected, Inspection, file_of, get_inspection, read_params, scope_of
from automl.run.model import RunModel

if TYPE_CHECKING:
    from automl.inspection import Matter

__all__ = ["inspected", "matter", "stored_inspection"]


def inspected(
    model: RunModel,
    name: str,
    params: Mapping[str, Any],
    *,
    time_budget: float | None,
    progress: Callable[[float], None] | None = None,
    again: bool = False,
) -> Inspected:
    """Make an inspection, or give the stored one of the model as it is; see `Run.inspected`."""
    from explain import ExplainError

    what = get_inspection(name)
    if time_budget is not None and not time_budget > 0:
        raise SettingError(f"The time budget is {time_budget!r} seconds.", fix="Give a positive number.")
    read = read_params(what, params, scope_of(model.folder))
    fingerprint = model.fingerprint(*what.models(read))
    stored = None if again else stored_inspection(model, what, read, fingerprint)
    if stored is not None:
        return stored
    started = monotonic()
    about = matter(model)
    try:
        result = what.make(about, time_budget=time_budget, progress=progress, **read)
    except ExplainError as error:
        raise SettingError(str(error)) from error
    made = Inspected(
        name=name,
        model=model.id,
        params=read,
        notes=tuple(about.notes),
        seconds=monotonic() - started,
        fingerprint=fingerprint,
        result=result,
    )
    path = file_of(what, model.id, read)
    (model.folder.path / path).parent.mkdir(parents=True, exist_ok=True)
    model.folder.write(path, made.to_json())
    return made


def stored_inspection(
    model: RunModel, what: Inspection, params: Mapping[str, Any], fingerprint: str
) -> Inspected | None:
    """What is stored of an inspection; None where nothing is, or it is of another state of the model."""
    content = model.folder.read(file_of(what, model.id, params))
    if content is None or content.get("fingerprint") != fingerprint:
        return None
    return Inspected.from_json(content)


def matter(model: RunModel) -> Matter:
    """All that an inspection of a model may look at."""
    from automl.run.rows import background_rows
    from automl.search.matter import gather

    return gather(
        model.folder,
        model.prepared,
        model.id,
        model.weights,
        model.calibration,
        load=lambda name: model.other(name).pipeline(),
        background=background_rows(model.folder, model.prepared.schema),
        explanation=model.explanation(),
    )
