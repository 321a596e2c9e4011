"""What the court looks at: a sample of the training rows, and of the holdout's columns but not its target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import joblib
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl.data import Kind, Schema, Split
from automl.features import derived_columns
from automl.metrics import Metric
from automl.models import Context
from automl.search.prepare import Prepared, load_split
from automl.search.table import load_rows
from automl.search.weigh import load_weights
from automl.store import RunFolder

__all__ = ["N_FOLDS", "Case", "Sealed", "gather"]

N_FOLDS = 3
_FEWEST_OF_A_CLASS = 2 * N_FOLDS
_MOST_ROWS, _FEWEST_ROWS = 4_000, 400
_CELLS_PER_SECOND = 80_000  # of rows × columns × outputs in the sample: some ten quick cross-validations
_MOST_COMPARED = 100_000  # rows whose twins are looked for

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sealed:
    """What may be known of the holdout: its columns.

    Attributes
    ----------
    X : ndarray, shape (sampled holdout rows, derived columns)
    rows : int
        Of the holdout.
    known : int
        Rows of it whose columns all equal those of a training row.
    """

    X: Floats
    rows: int
    known: int


@dataclass(frozen=True)
class Case:
    """A sample of the training rows with all that a charge may need.

    Attributes
    ----------
    metric : Metric
    context : Context
        Of the sample: one thread, the classes that it has.
    X : ndarray, shape (rows, derived columns)
    y : ndarray, shape (rows,)
        Codes of the classes that have enough rows, or values.
    labels : ndarray, shape (rows,)
        The target as numbers where its labels are numbers, else as `y`.
    derived : mapping of str to tuple of int
        The derived columns of each raw column that the model reads.
    raw : DataFrame
        These columns, and those left out as identifiers.
    schema : Schema
        Of all columns.
    place : ndarray of int, shape (rows,)
        Where each row stands in the table.
    fold : ndarray of int8, shape (rows,)
        The fold that judges it.
    twin : ndarray of int, shape (rows,)
        Equal for rows that are equal in all columns that the model reads.
    unit : ndarray of int, shape (rows,)
        Rows that intervals draw together: twins, or those of a group.
    repeated : int
        Training rows, of all, that have a twin among them.
    rows : int
        Training rows.
    sealed : Sealed, optional
        None without a holdout.
    split : Split
        Of the run.
    sample_weight : ndarray, shape (rows,), optional
        How much each row counts, in what models learn and are worth. Whether rows repeat each other, and how
        alike two columns are, goes by the rows themselves.
    """

    metric: Metric
    context: Context
    X: Floats
    y: NDArray[np.float64] | Ints
    labels: Floats
    derived: Mapping[str, tuple[int, ...]]
    raw: pd.DataFrame
    schema: Schema
    place: Ints
    fold: NDArray[np.int8]
    twin: Ints
    unit: Ints
    repeated: int
    rows: int
    sealed: Sealed | None
    split: Split
    sample_weight: Floats | None = None

    def weight_of(self, rows: NDArray[np.bool_]) -> Floats | None:
        """Weights of some rows; None where all count the same."""
        return None if self.sample_weight is None else self.sample_weight[rows]

    @property
    def classes(self) -> bool:
        """Whether the target is a class."""
        return self.context.classification

    def columns_of(self, *names: str) -> tuple[int, ...]:
        """Derived columns of some raw columns."""
        return tuple(place for name in names for place in self.derived[name])

    def without(self, *names: str) -> tuple[int, ...]:
        """Derived columns of all others."""
        gone = set(self.columns_of(*names))
        return tuple(place for place in range(self.X.shape[1]) if place not in gone)


def gather(folder: RunFolder, prepared: Prepared, seconds: float) -> Case:
    """Draw the sample, from the seed alone; its size follows from the seconds that the court may take.

    The target of the holdout is not read.

    Parameters
    ----------
    folder : RunFolder
    prepared : Prepared
    seconds : float
    """
    parts = load_split(folder)
    schema = Schema.from_json(folder.read("schema.json"))
    used = list(prepared.schema.names)
    spec = folder.spec
    unread = {prepared.task.target, spec.get("groups"), spec.get("weights"), *spec["excluded"]}
    counters = [name for name in schema.of_kind(Kind.IDENTIFIER) if name not in unread]
    context, seed = prepared.context, spec["seed"]

    rng = np.random.default_rng(seed)
    # The matrix of a large table is not in the order of its rows.
    at = rng.choice(len(parts.train), min(len(parts.train), _MOST_COMPARED), replace=False)
    at = at[np.argsort(parts.train[at])]
    train = parts.train[at]
    frame = load_rows(folder, train, [*used, *counters])
    key = pd.util.hash_pandas_object(frame[used], index=False).to_numpy()
    twin, times = np.unique(key, return_inverse=True, return_counts=True)[1:]
    size = int(np.clip(
        _CELLS_PER_SECOND * seconds / (context.n_columns * context.outputs), _FEWEST_ROWS, _MOST_ROWS
    ))  # fmt: skip
    chosen = _draw(twin, size, rng)

    y = np.load(folder.path / "target.npy")[at]
    if context.classification:
        # A class without rows to learn from in every fold is no part of the case.
        counts = np.bincount(y[chosen], minlength=context.n_classes)
        chosen = chosen[counts[y[chosen]] >= _FEWEST_OF_A_CLASS]
    labels = _numbers(prepared, y[chosen])
    y = y[chosen]
    if context.classification:
        y = np.unique(y, return_inverse=True)[1].astype(np.int64)
    X = np.load(folder.path / "encoded.npy", mmap_mode="r")[at[chosen]]
    rows = train[chosen]
    groups = None if parts.groups is None else np.unique(parts.groups[rows], return_inverse=True)[1]
    weights = load_weights(folder.path)
    sealed = None
    if len(parts.holdout):
        held = load_rows(folder, parts.holdout, used)
        known = np.isin(pd.util.hash_pandas_object(held, index=False).to_numpy(), key)
        some = np.sort(rng.choice(len(held), min(len(held), size), replace=False))
        encoder = joblib.load(folder.path / "prep.joblib")
        sealed = Sealed(
            np.asarray(encoder.transform(held.iloc[some]), dtype=np.float64),
            len(parts.holdout),
            int(known.sum()),
        )
    return Case(
        metric=prepared.task.measure,
        context=replace(
            context,
            n_rows=len(rows),
            n_threads=1,
            n_classes=int(y.max(initial=-1)) + 1 if context.classification else 0,
            task=context.task,
            log_target="",
            seed=seed,
        ),
        X=np.asarray(X, dtype=np.float64),
        y=y,
        labels=labels,
        derived=_owned(folder),
        raw=frame.iloc[chosen].reset_index(drop=True),
        schema=schema,
        place=rows,
        fold=_deal(y, context.classification, groups, rng),
        twin=np.unique(twin[chosen], return_inverse=True)[1].astype(np.int64),
        unit=np.asarray(groups if groups is not None else np.unique(twin[chosen], return_inverse=True)[1]),
        repeated=int((times[twin] > 1).sum()),
        rows=len(train),
        sealed=sealed,
        split=parts,
        sample_weight=None if weights is None else weights[rows],
    )


def _draw(twin: Ints, size: int, rng: np.random.Generator) -> Ints:
    """Positions of about `size` rows, twins together unless nearly all rows are twins."""
    if len(twin) <= size:
        return np.arange(len(twin))
    distinct = int(twin.max()) + 1
    if distinct < 2 * size:
        return np.sort(rng.choice(len(twin), size, replace=False))
    order = rng.permutation(distinct)[twin]
    return np.flatnonzero(order < np.partition(order, size)[size])


def _numbers(prepared: Prepared, y: NDArray[np.float64] | Ints) -> Floats:
    classes = prepared.task.classes
    if classes is None or not all(isinstance(label, int) for label in classes):
        return np.asarray(y, dtype=np.float64)
    return np.array(classes, dtype=np.float64)[y]


def _owned(folder: RunFolder) -> dict[str, tuple[int, ...]]:
    owned: dict[str, list[int]] = {}
    for place, column in enumerate(derived_columns(joblib.load(folder.path / "prep.joblib"))):
        for name in column.raw:
            owned.setdefault(name, []).append(place)
    return {name: tuple(places) for name, places in owned.items()}


def _deal(
    y: NDArray[np.float64] | Ints, classes: bool, groups: Ints | None, rng: np.random.Generator
) -> NDArray[np.int8]:
    """Folds at random, in equal shares of every class, or whole groups."""
    if groups is not None:
        return np.asarray(rng.permutation(int(groups.max()) + 1)[groups] % N_FOLDS, dtype=np.int8)
    order = rng.permutation(len(y))
    order = order[np.argsort(y[order], kind="stable")]
    fold = np.empty(len(y), dtype=np.int8)
    for start in range(0, len(y), N_FOLDS):  # of each three neighbours in the target one to every fold
        part = order[start : start + N_FOLDS]
        fold[part] = rng.permutation(N_FOLDS)[: len(part)]
    return fold
