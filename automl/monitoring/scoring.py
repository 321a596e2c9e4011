"""Score a table and compare it with what the model was learned from, in one walk over its rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from automl.bundle.scoring import predictions_to_csv
from automl.data import Dataset, Finding, RawTable
from automl.errors import DataError, SettingError
from automl.monitoring.apart import tell_apart
from automl.monitoring.differences import Differences
from automl.monitoring.drift import drift_of
from automl.monitoring.parts import main_output, split_shift
from automl.monitoring.performance import measure
from automl.monitoring.pieces import Piece, frame_piece, pieces, sha256_of
from automl.monitoring.report import DriftReport
from automl.monitoring.tally import Tally
from automl.monitoring.verdict import judge
from automl.monitoring.watched import Watched
from automl.store.files import json_records, replacing

__all__ = ["MOST_REASONED", "Scored", "score"]

Source = pd.DataFrame | str | PathLike[str]
Progress = Callable[[float, str], None]

MOST_REASONED = 2_000
"""Rows that get reasons: to explain a row takes as long as to predict hundreds."""
_PREVIEW = 100
_SHIFT_SECONDS = 30.0


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
    """

    report: DriftReport
    columns: tuple[str, ...]
    preview: list[dict[str, Any]]


def score(
    watched: Watched,
    source: Source,
    *,
    out: Path | None = None,
    name: str | None = None,
    interval: float | None = None,
    reasons: int = 0,
    missing_columns: Literal["error", "missing"] = "error",
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
    walk = _Walk(watched, tally, interval, reasons, missing_columns)
    frame = source if isinstance(source, pd.DataFrame) else None
    path = None if frame is not None else Path(source)  # type: ignore[arg-type]
    step(0.0, "Reading the table")
    try:
        with ExitStack() as stack:
            stream = None if out is None else stack.enter_context(replacing(out))
            for text, done in walk.over(_pieces(frame, path, name)):
                if stream is not None:
                    stream.write(text.encode("utf-8"))
                step(0.7 * done, f"Scored {walk.rows:,} rows")
    except _ColumnsMissingError:
        return Scored(_unscored(watched, walk, path, name, started), (), [])
    report = _compared(watched, walk, tally, path, name, time_budget, seed, step, started)
    step(1.0, "Done")
    return Scored(report, walk.columns, walk.preview)


class _ColumnsMissingError(Exception):
    """The table lacks columns, and nobody has said that they may be missing."""


class _Walk:
    """One walk over the rows of a table."""

    def __init__(
        self,
        watched: Watched,
        tally: Tally,
        interval: float | None,
        reasons: int,
        missing_columns: Literal["error", "missing"],
    ) -> None:
        self.differences = Differences(watched.schema, watched.reference, watched.task.target)
        self.rows, self.name = 0, ""
        self.columns: tuple[str, ...] = ()
        self.preview: list[dict[str, Any]] = []
        self.notes: list[str] = []
        self._watched, self._tally = watched, tally
        self._interval, self._reasons, self._missing_columns = interval, reasons, missing_columns

    def over(self, found: Iterator[Piece]) -> Iterator[tuple[str, float]]:
        """Predictions as CSV, piece by piece, with the share done."""
        for piece in found:
            dataset = self._watched.schema.coerce(piece.table, missing_columns="missing")
            self.differences.add(piece.table, dataset)
            self.name = self.name or piece.table.name
            self.rows += len(dataset.frame)
            if not len(dataset.frame) and piece.done < 1.0:
                continue
            if self.differences.absent and self._missing_columns == "error":
                raise _ColumnsMissingError
            yield self._predicted(piece.table, dataset), piece.done
        if not self.rows:
            raise DataError(
                f"The table {self.name!r} has no rows to score.", fix="Check that it is the right file."
            )

    def _predicted(self, table: RawTable, dataset: Dataset) -> str:
        scorer = self._watched.scorer
        predictions = scorer.predictions(dataset.frame, interval=self._interval)
        self._tally.add(table, dataset, predictions)
        if self._reasons:
            predictions = predictions.assign(reasons=self._reasons_of(dataset.frame))
        first = not self.columns
        self.columns = tuple(str(name) for name in predictions.columns)
        if first:
            self.preview = _preview(predictions.head(_PREVIEW), table.frame.head(_PREVIEW))
        text = predictions_to_csv(predictions)
        return text if first else text.partition("\n")[2]

    def _reasons_of(self, frame: pd.DataFrame) -> list[str]:
        """Why each of the first rows is predicted as it is; later ones get none."""
        import explain

        before = self.rows - len(frame)
        left = max(MOST_REASONED - before, 0)
        if len(frame) > left and not self.notes:
            self.notes.append(f"Reasons are given for the first {MOST_REASONED:,} rows.")
        found: list[str] = []
        if left and len(frame):
            some = frame.head(left)
            try:
                explained = explain.explain(self._watched.scorer.model, some, self._watched.background)
            except explain.ExplainError as error:
                raise SettingError(
                    f"This model cannot be explained: {error}", fix="Score without reasons."
                ) from error
            found = [
                " ".join(reason.sentence for reason in explained.reasons(i, top=self._reasons))
                for i in range(len(some))
            ]
        return found + [""] * (len(frame) - len(found))


def _compared(
    watched: Watched,
    walk: _Walk,
    tally: Tally,
    path: Path | None,
    name: str | None,
    time_budget: float | None,
    seed: int,
    step: Progress,
    started: float,
) -> DriftReport:
    notes = [*watched.notes, *walk.notes]
    step(0.72, "Telling new rows from old ones")
    apart = tell_apart(watched.known, tally.sample, watched.schema, seed=seed)
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
        performance = measure(watched.task, *judged, watched.promised, unlabelled=tally.unlabelled, seed=seed)
    findings = _findings(walk, tally)
    deviation = None
    if shift is not None:
        of = main_output(shift) if len(watched.reference.outputs) > 1 else 0
        deviation = watched.reference.outputs[min(of, len(watched.reference.outputs) - 1)].deviation
    verdict = judge(
        rows=walk.rows, findings=findings, columns=columns, outputs=outputs, deviation=deviation, apart=apart,
        shift=shift, performance=performance,
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
    )


def _unscored(
    watched: Watched, walk: _Walk, path: Path | None, name: str | None, started: float
) -> DriftReport:
    findings = walk.differences.findings()
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


def _about(watched: Watched, walk: _Walk, path: Path | None, name: str | None) -> dict[str, Any]:
    return {
        "table": name or (walk.name if path is None else path.name),
        "sha256": None if path is None else sha256_of(path),
        "rows": walk.rows,
        "created": time.time(),
        "model": watched.name,
        "target": watched.task.target,
        "known_rows": watched.reference.rows,
        "predicted": watched.reference.predicted,
    }


def _findings(walk: _Walk, tally: Tally) -> tuple[Finding, ...]:
    order = {"error": 0, "warning": 1, "info": 2}
    return tuple(
        sorted((*walk.differences.findings(), *tally.truth.findings()), key=lambda f: order[f.severity])
    )


def _pieces(frame: pd.DataFrame | None, path: Path | None, name: str | None) -> Iterator[Piece]:
    if frame is not None:
        return iter([frame_piece(frame, name or "table")])
    assert path is not None
    return pieces(path)


def _preview(predictions: pd.DataFrame, table: pd.DataFrame) -> list[dict[str, Any]]:
    """Predictions and then the row that they are of, as the table has it."""
    shown = predictions.copy()
    if "set" in shown:
        shown["set"] = [", ".join(map(str, labels)) for labels in shown["set"]]
    rest = [name for name in table.columns if name not in shown.columns]
    texts = table[rest].reset_index(drop=True).astype(object)
    texts = texts.where(texts.isna(), texts.astype(str))
    return json_records(pd.concat([shown.reset_index(drop=True), texts], axis=1))
