"""From the person's table to a run folder that any worker can start from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import joblib
import numpy as np
import pandas as pd
from joblib import cpu_count
from numpy.typing import NDArray

from automl.data import (
    Dataset,
    Finding,
    Kind,
    RawTable,
    ReadOptions,
    Schema,
    Split,
    check_dataset,
    profile,
    read_table,
    split,
)
from automl.errors import DataError, RunError, SettingError
from automl.features import build_preprocessor, common_in, derived_columns
from automl.freeing import release_memory
from automl.models import Context, log_scale
from automl.search.arrange import Arrangement, arrange
from automl.search.constraints import Constraints, directed_columns
from automl.search.duplicates import without_copies
from automl.search.evaluate import TrainingRows
from automl.search.folds import affordable_folds
from automl.search.reviewing import held_against, kinds_of, reviewed_schema
from automl.search.table import write_matrix, write_table
from automl.search.weigh import facts_of, findings_of, read_weights, write_weights
from automl.store import RunFolder
from automl.store.files import replacing
from automl.task import Task

__all__ = ["Prepared", "load_prepared", "load_split", "prepare"]

_UNUSED = (Kind.IDENTIFIER, Kind.CONSTANT)


@dataclass(frozen=True)
class Prepared:
    """What the search needs to know of a prepared run.

    Attributes
    ----------
    schema : Schema
        Of the columns that the model reads.
    task : Task
    context : Context
        For one thread; who trains with more says so.
    holdout_rows : int
    ordered : bool
        Whether models are judged on later rows than they learned from.
    """

    schema: Schema
    task: Task
    context: Context
    holdout_rows: int
    ordered: bool = False


def prepare(
    folder: RunFolder,
    table: pd.DataFrame | None,
    *,
    when_read: Callable[[], None] | None = None,
    when_written: Callable[[int], None] | None = None,
) -> Prepared:
    """Read, understand, check, split and encode the table; everything is written to the run folder.

    Parameters
    ----------
    folder : RunFolder
    table : DataFrame, optional
        The table itself when the run was not made from a file.
    when_read : callable, optional
        Called when the file has been read.
    when_written : callable, optional
        Called with the number of rows when the table is on the disk and no longer in memory.

    Raises
    ------
    DataError, SchemaError, TargetError, SettingError
        When the table, or what is asked of it, cannot be worked with.
    """
    if folder.has("prepared.json"):
        return load_prepared(folder)
    spec = folder.spec
    raw = _read(folder, spec, table)
    if when_read is not None:
        when_read()
    target = spec["target"]
    groups, times, weighted_by = spec.get("groups"), spec.get("time"), spec.get("weights")
    monotone = Constraints.of(spec).monotone
    roles = [name for name in (groups, times, weighted_by) if name]
    _require_columns(raw, [target, *spec["excluded"], *monotone, *roles])
    cells = raw.frame[weighted_by] if weighted_by else None
    reviewed = reviewed_schema(folder)
    anomalies = held_against(reviewed, raw, refuse=spec.get("schema_check") != "warn")
    schema = Schema.infer(raw, kinds=kinds_of(reviewed, raw, spec["kinds"]), consume=True)
    if (like := folder.read("written_like.json")) is not None:
        schema = schema.written_like(Schema.from_json(like))
    release_memory()
    dataset = schema.coerce(raw, consume=True)
    release_memory()
    weights = read_weights(dataset, weighted_by, cells, target)
    del cells
    dataset, weights, dropped = _learnable(dataset, target, weighted_by, weights)
    if spec.get("drop_duplicates"):
        dataset, weights, copies = without_copies(dataset, weights)
        dropped += copies
    task = Task.infer(dataset, target, task=spec["task"], metric=spec["metric"], costs=spec.get("costs"))
    arrangement = arrange(dataset, groups, times)
    left_out = {target, groups, weighted_by, *spec["excluded"]}
    used = [c.name for c in schema.columns if c.name not in left_out and c.kind not in _UNUSED]
    if not used:
        raise DataError(
            f"No column is left to predict {target!r} from: all are excluded, constant or identifiers.",
            fix="Leave fewer columns out, or give a column another kind.",
        )
    findings = [
        *raw.report.findings,
        *anomalies,
        *dataset.findings,
        *dropped,
        *arrangement.findings,
        # Weights may well follow the target, as where one class was sampled more densely; nothing reads them.
        *(found for found in check_dataset(dataset, task) if not weighted_by or found.column != weighted_by),
    ]

    y = task.encode(dataset.frame[target])
    parts = _divide(y, task, spec["seed"], arrangement)
    common = common_in(dataset.frame[used], schema, parts.train)
    preprocessor = build_preprocessor(schema, used, n_rows=len(parts.train), seed=spec["seed"], common=common)
    with ThreadPoolExecutor(1) as beside:  # Arrow works without holding up Python
        written = beside.submit(write_table, folder, dataset.frame)
        width = write_matrix(folder, preprocessor, dataset.frame[used], parts.train)
        described = profile(dataset)
        written.result()
    derived = derived_columns(preprocessor)
    directed = directed_columns(monotone, schema, task, derived)

    folder.write("read_report.json", raw.report.to_json())
    folder.write("schema.json", schema.to_json())
    folder.write("task.json", task.to_json())
    folder.write("findings.json", [finding.to_json() for finding in findings])
    folder.write("profile.json", described)
    with replacing(folder.path / "prep.joblib") as stream:
        joblib.dump(preprocessor, stream)
    train_weights = None if weights is None else weights[parts.train]
    facts = {
        "columns": used,
        "rows": len(y),
        "training_rows": len(parts.train),
        "holdout_rows": len(parts.holdout),
        "ordered": parts.ordered,
        "derived_columns": width,
        "log_target": log_scale(y[parts.train], train_weights) if task.kind == "regression" else "",
        "categorical": [i for i, c in enumerate(derived) if c.categorical],
        "monotone": directed,
        "weights": facts_of(weighted_by, weights),
    }
    if spec["max_trials"] is None:  # else time must not play a part in what comes out
        parts = _with_affordable_folds(folder, y, task, parts, arrangement, facts)
    with replacing(folder.path / "target.npy") as stream:
        np.save(stream, y[parts.train])
    write_weights(folder.path, weights)
    with replacing(folder.path / "split.npz") as stream:
        np.savez(stream, **parts.to_arrays())  # type: ignore[arg-type]  # numpy's stub takes them for allow_pickle
    # Written last: a folder with this file is complete.
    folder.write("prepared.json", {**facts, **_fold_facts(parts)})
    del dataset
    release_memory()
    if when_written is not None:
        when_written(len(y))
    return load_prepared(folder)


def _divide(
    y: NDArray[Any], task: Task, seed: int, arrangement: Arrangement, n_folds: int | None = None
) -> Split:
    return split(y, task.kind, seed=seed, n_folds=n_folds, groups=arrangement.groups, times=arrangement.times)


def _fold_facts(parts: Split) -> dict[str, int]:
    judged = int((parts.fold == 0).sum()) if parts.n_folds == 1 else 0
    return {"folds": parts.n_folds, "judged_rows": judged}


def _with_affordable_folds(
    folder: RunFolder,
    y: NDArray[Any],
    task: Task,
    parts: Split,
    arrangement: Arrangement,
    facts: Mapping[str, Any],
) -> Split:
    """The training rows dealt to as many folds as the budget affords; the holdout stays as it is."""
    spec = folder.spec
    X = np.load(folder.path / "encoded.npy", mmap_mode="r")
    context = _context(spec, task, {**facts, **_fold_facts(parts)})
    rows = TrainingRows(X=X, y=y[parts.train], split=parts)
    folds = affordable_folds(rows, context, spec["budget"], spec["n_jobs"] or cpu_count())
    if folds == parts.n_folds:
        return parts
    dealt = _divide(y, task, spec["seed"], arrangement, folds)
    if not np.array_equal(dealt.train, parts.train):
        # For a single validation part the rows lie in another order.
        place = np.empty(len(y), dtype=np.int64)
        place[parts.train] = np.arange(len(parts.train))
        with replacing(folder.path / "encoded.npy") as stream:
            np.save(stream, X[place[dealt.train]])
    return dealt


def _context(spec: Mapping[str, Any], task: Task, facts: Mapping[str, Any]) -> Context:
    """What families may know of a table, from what `prepared.json` says of it."""
    return Context(
        task=task.kind,
        n_rows=facts["training_rows"],
        n_columns=facts["derived_columns"],
        n_classes=len(task.classes or ()),
        categorical=tuple(facts["categorical"]),
        n_folds=facts["folds"],
        seed=spec["seed"],
        metric=task.metric,
        log_target=facts.get("log_target", ""),
        monotone=tuple((int(position), int(sign)) for position, sign in facts.get("monotone", ())),
        interpretable=Constraints.of(spec).interpretable,
        weighted=facts.get("weights") is not None,
        n_judged=facts.get("judged_rows", 0),
        costs=task.costs,
    )


def load_prepared(folder: RunFolder) -> Prepared:
    """What `prepare` found, from the folder.

    Raises
    ------
    RunError
        When the run has not been prepared.
    """
    facts = folder.read("prepared.json")
    if facts is None:
        raise RunError(f"The run {folder.id} has not read its data yet.", fix="Start or resume it first.")
    spec = folder.spec
    schema = Schema.from_json(folder.read("schema.json"))
    task = Task.from_json(folder.read("task.json"))
    return Prepared(
        schema=schema.select(facts["columns"]),
        task=task,
        context=_context(spec, task, facts),
        holdout_rows=facts["holdout_rows"],
        ordered=facts.get("ordered", False),
    )


def load_split(folder: RunFolder) -> Split:
    """The sealed holdout and the folds."""
    with np.load(folder.path / "split.npz") as arrays:
        return Split.from_arrays(arrays)


def _read(folder: RunFolder, spec: dict[str, Any], table: pd.DataFrame | None) -> RawTable:
    if table is None and spec["source"] is None:
        raise RunError(
            f"The run {folder.id} was stopped before its table had been written down.",
            fix="Start a new run with the table.",
        )
    source = spec["source"] if table is None else table
    options = ReadOptions(**spec["read"]) if spec["read"] else None
    return read_table(source, options, name=spec["name"])


def _require_columns(raw: RawTable, wanted: list[str]) -> None:
    names = list(raw.frame.columns)
    for name in wanted:
        if name not in names:
            shown = ", ".join(map(repr, names[:20])) + (" …" if len(names) > 20 else "")
            raise SettingError(
                f"There is no column {name!r}.", fix=f"The table has the columns {shown}.", column=name
            )


def _learnable(
    dataset: Dataset, target: str, weighted_by: str | None, weights: NDArray[np.float64] | None
) -> tuple[Dataset, NDArray[np.float64] | None, list[Finding]]:
    """Leave out rows without a target or of weight 0: there is nothing to learn or to score in them."""
    missing = dataset.frame[target].isna().to_numpy()
    findings: list[Finding] = []
    if count := int(missing.sum()):
        findings.append(
            Finding(
                code="target_missing_rows",
                severity="warning",
                column=target,
                message=f"{count} of {len(missing)} rows have no {target!r} and are left out.",
                evidence={"rows": count, "first_rows": [int(i) + 1 for i in np.flatnonzero(missing)[:5]]},
                fix="Fill the target in where you know it.",
            )
        )
    kept = ~missing
    if weighted_by and weights is not None:
        kept &= weights > 0
        weights = weights[kept]
        findings += findings_of(weighted_by, weights, int((~missing).sum()) - len(weights))
    if kept.all():
        return dataset, weights, findings
    frame = dataset.frame[kept].reset_index(drop=True)
    return Dataset(frame=frame, schema=dataset.schema, findings=dataset.findings), weights, findings
