"""Score a table and compare it with what the model was learned from, in one walk over its rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from automl.data import Finding, ReadOptions
from automl.monitoring.apart import tell_apart
from automl.monitoring.conformance import skewed, untold
from automl.monitoring.drift import drift_of
from automl.monitoring.parts import main_output, split_shift
from automl.monitoring.performance import measure
from automl.monitoring.pieces import Piece, frame_piece, pieces, renamed
from automl.monitoring.report import DriftReport
from automl.monitoring.tally import Tally
from automl.monitoring.verdict import judge
from automl.monitoring.walk import ColumnsMissingError, Walk
from automl.monitoring.watched import Watched
from automl.store.files import file_sha256, replacing

__all__ = ["NO_ESTIMATOR", "Scored", "compared", "score"]

Source = pd.DataFrame | str | PathLike[str]
Progress = Callable[[float, str], None]

_SHIFT_SECONDS = 30.0
NO_ESTIMATOR = (
    "Performance without labels is not estimated: this model carries nothing to estimate it from. Export it "
    "again; it takes a hundred rows with a label that it had not learned from."
)
"""The note of a report without an estimate."""


@dataclass(frozen=True, eq=False)
class Scored:
    """What came of scoring a table.

    Attributes
    ----------
    report : DriftReport
    columns : tuple of str
        Of the predictions; empty where nothing could be scored.
    preview : list of dict
        The first rows with their predictions, as JSON values.
    tally : Tally or None
        What was counted and drawn on the way; None where nothing could be scored.
    """

    report: DriftReport
    columns: tuple[str, ...]
    preview: list[dict[str, Any]]
    tally: Tally | None = None


def score(
    watched: Watched,
    source: Source,
    *,
    out: Path | None = None,
    name: str | None = None,
    interval: float | None = None,
    reasons: int = 0,
    missing_columns: Literal["error", "missing"] = "error",
    read: ReadOptions | None = None,
    names: Mapping[str, str] | None = None,
    time_budget: float | None = _SHIFT_SECONDS,
    seed: int = 0,
    progress: Progress | None = None,
) -> Scored:
    """Score a table, and say what is to be known before its predictions are relied on.

    Parameters
    ----------
    watched : Watched
    source : DataFrame or path
        A large file is read in pieces.
    out : Path, optional
        CSV file for the predictions, the same as `automl predict` writes. It is there when all rows are
        scored, or not at all.
    name : str, optional
        Of the table; default the file's.
    interval : float, optional
        Probability with which an interval, or a set of labels, shall hold the truth.
    reasons : int
        So many columns that moved a row's prediction most are named for each of the first 2,000 rows.
    missing_columns : {"error", "missing"}
        Whether rows that lack columns stay unscored, or are scored with these as missing.
    read : ReadOptions, optional
        How a file is to be read, where that is not to be detected.
    names : mapping of str to str, optional
        Columns that the table has under other names: from its name to that which the model knows.
    time_budget : float or None
        Seconds for splitting the shift of the mean prediction into columns; None: it is left out.
    seed : int
    progress : callable, optional
        Called with the share done (0 to 1) and what is being done.

    Raises
    ------
    DataError, SchemaError
        When the table cannot be read.
    SettingError
        When the interval is none that the model can promise.
    """
    started = time.monotonic()
    step = progress or (lambda _share, _what: None)
    tally = Tally(watched, seed=seed)
    walk = Walk(watched, tally, interval, reasons, missing_columns)
    frame = source if isinstance(source, pd.DataFrame) else None
    path = None if frame is not None else Path(source)  # type: ignore[arg-type]
    step(0.0, "Reading the table")
    try:
        with ExitStack() as stack:
            stream = None if out is None else stack.enter_context(replacing(out))
            found = _pieces(frame, path, name, read)
            for text, done in walk.over(renamed(found, names) if names else found):
                if stream is not None:
                    stream.write(text.encode("utf-8"))
                step(0.7 * done, f"Scored {walk.rows:,} rows")
    except ColumnsMissingError:
        return Scored(_unscored(watched, walk, path, name, started), (), [])
    walk.notes += [f"The column {old!r} was read as {new!r}." for old, new in (names or {}).items()]
    report = compared(watched, walk, tally, path, name, time_budget, seed, step, started)
    step(1.0, "Done")
    return Scored(report, walk.columns, walk.preview, tally)


def compared(
    watched: Watched,
    walk: Walk,
    tally: Tally,
    path: Path | None,
    name: str | None,
    time_budget: float | None,
    seed: int,
    step: Progress,
    started: float,
) -> DriftReport:
    """What came of a walk over rows that were tallied; the arguments are those of `score`."""
    notes = [*watched.notes, *walk.notes]
    step(0.72, "Telling new rows from old ones")
    apart = None
    if watched.roles.groups is None:
        apart = tell_apart(watched.known, tally.sample, watched.schema, seed=seed)
    else:  # it would tell groups that it knows from those that it does not
        notes.append(
            f"Rows of the same {watched.roles.groups} belong together: whole rows are not compared by a "
            "classifier, which would know them again."
        )
    columns, outputs, others = drift_of(
        watched.reference, watched.schema, tally.columns, tally.outputs, [] if apart is None else [apart.p]
    )
    if apart is not None:
        apart = replace(apart, adjusted=others[0])
    shift = None
    if time_budget is not None:
        step(0.8, "Splitting the shift of the predictions into columns")
        shift, why_not = split_shift(
            watched.scorer.model, watched.known, tally.sample, watched.background, seed=seed,
            time_budget=time_budget,
            progress=lambda share: step(
                0.8 + 0.15 * share, "Splitting the shift of the predictions into columns"
            ),
        )  # fmt: skip
        notes += [why_not] if why_not else []
    performance = None
    if (judged := tally.judged()) is not None:
        step(0.96, "Comparing with the labels")
        performance = measure(watched.task, judged, watched.promised, unlabelled=tally.unlabelled, seed=seed)
        if performance is not None:
            performance = replace(performance, notes=tuple(watched.roles.notes(judged)))
    estimated = None
    if tally.gathered is not None:
        step(0.97, "Estimating the performance without labels")
        apart_from_promise = tuple(watched.roles.estimate_notes())
        estimated = tally.gathered.estimated({} if apart_from_promise else watched.promised)
        if estimated is not None:
            estimated = replace(estimated, notes=apart_from_promise)
    elif tally.unlabelled:
        notes.append(NO_ESTIMATOR)
    findings = _findings(watched, walk, tally)
    deviation = None
    if shift is not None:
        of = main_output(shift) if len(watched.reference.outputs) > 1 else 0
        deviation = watched.reference.outputs[min(of, len(watched.reference.outputs) - 1)].deviation
    verdict = judge(
        rows=walk.rows, findings=findings, columns=columns, outputs=outputs, deviation=deviation, apart=apart,
        shift=shift, performance=performance, estimated=estimated,
    )  # fmt: skip
    return DriftReport(
        **_about(watched, walk, path, name),
        scored=True,
        level=verdict.level,
        headline=verdict.headline,
        reasons=verdict.reasons,
        findings=findings,
        columns=columns,
        outputs=outputs,
        apart=apart,
        shift=shift,
        performance=performance,
        notes=tuple(notes),
        seconds=time.monotonic() - started,
        estimated=estimated,
    )


def _unscored(
    watched: Watched, walk: Walk, path: Path | None, name: str | None, started: float
) -> DriftReport:
    findings = _findings(watched, walk)
    verdict = judge(rows=walk.rows, findings=findings, scored=False)
    return DriftReport(
        **_about(watched, walk, path, name),
        scored=False,
        level=verdict.level,
        headline=verdict.headline,
        reasons=verdict.reasons,
        findings=findings,
        columns=(),
        outputs=(),
        apart=None,
        shift=None,
        performance=None,
        notes=watched.notes,
        seconds=time.monotonic() - started,
    )


def _about(watched: Watched, walk: Walk, path: Path | None, name: str | None) -> dict[str, Any]:
    return {
        "table": name or (walk.name if path is None else path.name),
        "sha256": None if path is None else file_sha256(path),
        "rows": walk.rows,
        "created": time.time(),
        "model": watched.name,
        "target": watched.task.target,
        "known_rows": watched.reference.rows,
        "predicted": watched.reference.predicted,
    }


def _findings(watched: Watched, walk: Walk, tally: Tally | None = None) -> tuple[Finding, ...]:
    """What is odd about the table, the most serious first; a reviewed schema has the first word."""
    anomalies = [] if walk.check is None else list(walk.check.anomalies())
    found = untold(walk.differences.findings(), anomalies) + anomalies
    if tally is not None:
        found += [*skewed(watched, tally.columns), *tally.truth.findings()]
    order = {"error": 0, "warning": 1, "info": 2}
    return tuple(sorted(found, key=lambda each: order[each.severity]))


def _pieces(
    frame: pd.DataFrame | None, path: Path | None, name: str | None, read: ReadOptions | None
) -> Iterator[Piece]:
    if frame is not None:
        return iter([frame_piece(frame, name or "table")])
    assert path is not None
    return pieces(path, read)
