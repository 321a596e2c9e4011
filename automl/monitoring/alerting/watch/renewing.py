"""A reference that is renewed: windows that were fine, and that somebody has approved.

What new rows are compared with would follow any drift, one small step after another, if it were renewed by
itself. So a window counts only when its verdict was fine and a person has said that it may.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

import pandas as pd

from automl.monitoring.counts import Counts
from automl.monitoring.reference import Profile, Reference
from automl.monitoring.tally import Tally
from automl.monitoring.watched import Watched
from automl.store.catalogue import Catalogue
from automl.store.catalogue.watch_records import AcceptedWindow
from explain.frames import frame_from_json, frame_to_json

__all__ = ["Renewed", "grids_of", "keep", "renewed"]

_FORMAT = 1
_MOST_ROWS = 2_000


@dataclass(frozen=True, eq=False)
class Renewed:
    """A model under watch that new rows are compared with accepted windows of.

    Attributes
    ----------
    watched : Watched
    digest : str
        Names the windows; empty where they are the rows learned from.
    checks : tuple of int
        Checks that the windows are of.
    """

    watched: Watched
    digest: str = ""
    checks: tuple[int, ...] = ()


def grids_of(reference: Reference) -> str:
    """Names the cells of a reference: counts in other cells cannot be added."""
    grids = [profile.grid.to_json() for profile in (*reference.columns, *reference.outputs)]
    return hashlib.sha256(json.dumps(grids, sort_keys=True).encode()).hexdigest()


def keep(catalogue: Catalogue, watched: Watched, tally: Tally) -> str:
    """Keep what was counted in a window, and some of its rows, among the artefacts; the SHA-256 of that."""
    content = {
        "format": _FORMAT,
        "grids": grids_of(watched.reference),
        "columns": [each.to_json() for each in tally.columns],
        "outputs": [each.to_json() for each in tally.outputs],
        "rows": frame_to_json(tally.sample),
    }
    with tempfile.TemporaryDirectory(prefix="glassbench-") as folder:
        path = Path(folder) / "window.json"
        path.write_text(json.dumps(content, ensure_ascii=False, allow_nan=False), encoding="utf-8")
        digest, _ = catalogue.artefacts.keep(path)
    return digest


def renewed(catalogue: Catalogue, watch: str, watched: Watched, many: int) -> Renewed:
    """A model under watch, compared with its last accepted windows.

    While there are fewer than so many, new rows are compared with those that the model was learned from. The
    audit log has a line for each new reference.

    Parameters
    ----------
    catalogue : Catalogue
    watch : str
    watched : Watched
        As its bundle has it.
    many : int
    """
    grids = grids_of(watched.reference)
    found: list[tuple[AcceptedWindow, dict[str, Any]]] = []
    for window in reversed(catalogue.watching.windows(watch, accepted=True)):
        content = _content(catalogue, window)
        if content["grids"] == grids:  # windows of an earlier model are counted in other cells
            found.append((window, content))
        if len(found) == many:
            break
    if len(found) < many:
        return Renewed(watched)
    found.reverse()
    digest = hashlib.sha256("".join(window.digest for window, _ in found).encode()).hexdigest()
    checks = tuple(window.check_id for window, _ in found)
    catalogue.watching.renewed(watch, digest, checks)
    return Renewed(_together(watched, [content for _, content in found]), digest, checks)


def _content(catalogue: Catalogue, window: AcceptedWindow) -> dict[str, Any]:
    with catalogue.artefacts.fetched(window.digest) as path:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _together(watched: Watched, windows: Sequence[dict[str, Any]]) -> Watched:
    reference = watched.reference
    columns = _summed(reference.columns, [each["columns"] for each in windows])
    outputs = _summed(reference.outputs, [each["outputs"] for each in windows])
    what = "the last accepted window" if len(windows) == 1 else f"the last {len(windows)} accepted windows"
    each = max(_MOST_ROWS // len(windows), 1)
    samples = [frame_from_json(content["rows"]).head(each) for content in windows]
    return replace(
        watched,
        reference=replace(
            reference,
            rows=columns[0].counts.rows if columns else reference.rows,
            columns=columns,
            outputs=outputs,
            predicted=f"rows of {what}",
            predicted_rows=outputs[0].counts.rows,
        ),
        known=pd.concat(samples, ignore_index=True).astype(watched.known.dtypes.to_dict()),
        notes=(f"New rows are compared with {what}, not with the rows that the model was learned from.",),
    )


def _summed(profiles: Sequence[Profile], counted: Sequence[Sequence[dict[str, Any]]]) -> tuple[Profile, ...]:
    return tuple(
        replace(profile, counts=reduce(add, (Counts.from_json(dict(each[place])) for each in counted)))
        for place, profile in enumerate(profiles)
    )
