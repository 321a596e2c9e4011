"""Whether the target can be predicted, and whether another column gives it away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from ..columns import Kind
from ..findings import Finding, preview
from ..schema import Dataset
from .registry import TaskLike, check

__all__ = ["leaking_columns", "target_gates"]

_FEWEST_ROWS = 2
_RARE_ROWS = 10
_IMBALANCED = 0.05
_LEAK = 0.995
_LEAK_ROWS = 50_000  # a sample of these tells such a share to a few hundredths of a percent


@check
def target_gates(dataset: Dataset, task: TaskLike | None) -> Iterator[Finding]:
    """Targets that cannot be predicted, or hardly."""
    if task is None or task.target not in dataset.schema:
        return
    name = task.target
    values = dataset.frame[name]
    missing = int(values.isna().sum())
    if missing == len(values):
        yield _gate(
            "target_all_missing", name, f"The target {name!r} holds no values at all.", {"rows": len(values)}
        )
        return
    if missing:
        yield Finding(
            "target_missing", "info", name,
            f"{missing:,} row(s) have no value in the target {name!r} and are left out.",
            {"missing": missing, "rows": len(values)},
        )  # fmt: skip
    known = values.dropna()
    kind = dataset.schema[name].kind
    if known.nunique() == 1:
        yield _gate(
            "target_one_class", name, f"Every row of the target {name!r} holds {preview(known.unique())}.",
            {"rows": len(known)},
        )  # fmt: skip
    elif kind == Kind.DATETIME:
        yield _gate(
            "target_date", name, f"The target {name!r} is a date, which cannot be predicted as such.", {},
            "Turn it into a number, such as the days until then.",
        )  # fmt: skip
    elif kind == Kind.IDENTIFIER:
        yield _gate(
            "target_identifier", name, f"The target {name!r} names rows: nearly every row has its own value.",
            {"distinct": int(known.nunique()), "rows": len(known)},
        )  # fmt: skip
    elif task.kind != "regression":
        yield from _classes(name, known)


def _classes(name: str, known: pd.Series[Any]) -> Iterator[Finding]:
    counts = known.value_counts()
    if len(counts) > 0.5 * len(known) and len(known) > 10:
        yield _gate(
            "target_too_many_classes", name,
            f"The target {name!r} has {len(counts):,} classes in {len(known):,} rows: hardly any occurs "
            "twice.",
            {"classes": len(counts), "rows": len(known)},
            "Choose another target, or regression if it is a quantity.",
        )  # fmt: skip
        return
    single = counts[counts < _FEWEST_ROWS]
    rare = counts[(counts >= _FEWEST_ROWS) & (counts < _RARE_ROWS)]
    if len(single):
        yield Finding(
            "target_single_row_class", "warning", name,
            f"{len(single):,} class(es) of {name!r} have a single row ({preview(single.index)}): they can "
            "be learned "
            "but not judged.",
            {"classes": [str(label) for label in single.index[:20]]},
            "Add rows of these classes, merge them, or leave them out.",
        )  # fmt: skip
    if len(rare):
        yield Finding(
            "target_rare_class", "warning", name,
            f"{len(rare):,} class(es) of {name!r} have fewer than {_RARE_ROWS} rows: "
            + ", ".join(f"{label} ({count})" for label, count in rare.iloc[:3].items())
            + ".",
            {"classes": {str(label): int(count) for label, count in rare.iloc[:20].items()}},
            "Scores of these classes rest on a few rows; add rows or merge classes.",
        )  # fmt: skip
    if len(counts) == 2 and counts.min() < _IMBALANCED * len(known) and counts.min() >= _RARE_ROWS:
        yield Finding(
            "target_imbalanced", "info", name,
            f"Only {counts.min() / len(known):.1%} of the rows are {counts.index[-1]!r}.",
            {"counts": {str(label): int(count) for label, count in counts.items()}},
            "Accuracy says little here; prefer average precision or ROC AUC.",
        )  # fmt: skip


def _gate(
    code: str, name: str, message: str, evidence: dict[str, Any], fix: str = "Choose another target."
) -> Finding:
    return Finding(code, "error", name, message, evidence, fix)


@check
def leaking_columns(dataset: Dataset, task: TaskLike | None) -> Iterator[Finding]:
    """Columns that alone give the target away."""
    if task is None or task.target not in dataset.schema:
        return
    target = dataset.frame[task.target]
    known = target.notna().to_numpy()
    if known.sum() < 20 or target.nunique() < 2:
        return
    rows = np.flatnonzero(known)
    if len(rows) > _LEAK_ROWS:
        rows = np.sort(np.random.default_rng(0).choice(rows, _LEAK_ROWS, replace=False))
    target = target.iloc[rows]
    if target.nunique() < 2:
        return
    for column in dataset.schema:
        if column.name == task.target or column.kind in (Kind.CONSTANT, Kind.IDENTIFIER, Kind.TEXT):
            continue
        values = dataset.frame[column.name].iloc[rows]
        share = _given_away(values, target, regression=task.kind == "regression")
        if share >= _LEAK:
            yield Finding(
                "target_leak", "warning", column.name,
                f"{column.name!r} alone tells the target {task.target!r} (it explains {share:.1%} of it): "
                "it may have been written down after the outcome was known.",
                {"share": share, "rows": len(rows)},
                "Leave the column out if its value is not known at the time of prediction.",
            )  # fmt: skip


def _given_away(values: pd.Series[Any], target: pd.Series[Any], *, regression: bool) -> float:
    """How much of the target the best guess from this column alone explains, from 0 to 1.

    Classes: the share of the rows that guessing the most frequent class gets wrong and the column gets right.
    Regression: the squared rank correlation.
    """
    if regression:
        if not (pd.api.types.is_numeric_dtype(values) and pd.api.types.is_numeric_dtype(target)):
            return 0.0
        both = values.notna()
        if both.mean() < 0.9 or values.nunique() < 10:
            return 0.0
        x = values[both].rank().to_numpy()
        y = target[both].rank().to_numpy()
        if not x.std() or not y.std():
            return 0.0
        return float(np.corrcoef(x, y)[0, 1] ** 2)
    codes, levels = pd.factorize(values, use_na_sentinel=False)
    if len(levels) > max(20, len(values) // 10):
        # With so few rows a value, a perfect guess proves nothing; but whether there is a value may tell all.
        codes = values.isna().to_numpy().astype(np.int64)
    classes, labels = pd.factorize(target)
    table = np.bincount(codes * len(labels) + classes, minlength=(codes.max() + 1) * len(labels))
    right = float(table.reshape(-1, len(labels)).max(axis=1).sum() / len(target))
    base = float(np.bincount(classes).max() / len(target))
    return (right - base) / (1 - base)
