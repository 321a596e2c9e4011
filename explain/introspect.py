"""From encoded columns back to raw columns, through the structure of pipelines and column transformers.

Structure gives a hypothesis (which raw columns each encoded column is made of); real hybrids test it. Where
the structure is unknown, where an encoded column mixes more than two raw columns, or where the test fails,
the answer is "unknown" and hybrids are built from raw columns through the whole model: slower, never wrong.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.compose import ColumnTransformer
from sklearn.frozen import FrozenEstimator
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.model_selection import FixedThresholdClassifier
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import FunctionTransformer, KBinsDiscretizer, OneHotEncoder

from .space import FrameSpace, JointSpace, MatrixSpace, Space

Sources = list[frozenset[int]]

_MAX_ENCODED_CELLS = 50_000_000
_TEST_HYBRIDS = 48
_FEW = 2


def resolve(estimator: Any, space: Space, *, seed: int = 0) -> tuple[Any, Space]:
    """Move as much of a pipeline as possible out of the estimator and into the space.

    Returns
    -------
    (estimator, space)
        The final step with its encoded space; or the pipeline as it came, where the encoding cannot be
        traced to single raw columns.
    """
    estimator = undecided(estimator)
    while isinstance(estimator, Pipeline):
        steps = [
            (name, step) for name, step in estimator.steps[:-1] if step is not None and step != "passthrough"
        ]
        final = undecided(estimator.steps[-1][1])
        encoded = space if not steps else encode(Pipeline(steps), space, seed=seed)
        if encoded is None:
            return estimator, space
        estimator, space = final, encoded
    if isinstance(space, FrameSpace):
        space = _numbers(space)
    return estimator, space


def undecided(estimator: Any) -> Any:
    """The classifier inside of a decision threshold: labels differ, probabilities and margins do not."""
    while isinstance(estimator, (FixedThresholdClassifier, FrozenEstimator)):
        fitted = vars(estimator).get("estimator_")  # a frozen one has those of what it holds
        estimator = estimator.estimator if fitted is None else fitted
    return estimator


@dataclass(frozen=True)
class _Encoding:
    """A fitted transformer whose columns are known, with the background that it has encoded."""

    owner: NDArray[np.int64]
    other: NDArray[np.int64] | None
    names: pd.Index[Any] | None
    background: NDArray[Any]

    def space(self, matrix: NDArray[Any], transformer: Pipeline, before: Space) -> MatrixSpace:
        path = _path(transformer, before)
        if self.other is None:
            return MatrixSpace(matrix, self.owner, before, self.names, path)
        return JointSpace(matrix, self.owner, self.other, transformer, before, self.names, path)


def encode(transformer: Pipeline, space: Space, *, seed: int = 0) -> MatrixSpace | None:
    """The space after a fitted transformer; None if its columns cannot be traced to one or two raw ones.

    The background is encoded, and the trace tested, once for all rows that are explained against it.
    """
    encoding = space.memo.recall(
        ("encoding", _path(transformer, space)), transformer, lambda: _encoding(transformer, space, seed)
    )
    if encoding is None:
        return None
    pool = encoding.background
    if space.n:
        rows = _matrix(space.memo.transform(transformer, space.foreground_inputs()))
        if rows is None:
            return None
        pool = np.concatenate([rows[0], pool])
    return encoding.space(pool, transformer, space)


def _path(transformer: Pipeline, space: Space) -> tuple[int, ...]:
    return (*space.path, *(id(step) for _, step in transformer.steps))


def _encoding(transformer: Pipeline, space: Space, seed: int) -> _Encoding | None:
    """How a fitted transformer encodes; None if its columns cannot be traced to one or two raw ones."""
    inputs: Sources
    if isinstance(space, JointSpace):
        inputs = [
            frozenset({int(player) for player in players if player >= 0})
            for players in zip(space.owner, space.other, strict=True)
        ]
    elif isinstance(space, MatrixSpace):
        inputs = [frozenset({int(player)}) for player in space.owner]
    else:
        inputs = _read_by_name(transformer, space)
    encoded = _matrix(space.memo.transform(transformer, space.pool_inputs()))
    if encoded is None:
        return None
    matrix, names = encoded
    few = space.pool_inputs()[:_FEW] if isinstance(space, MatrixSpace) else None
    sources = trace(transformer, inputs, matrix.shape[1], few)
    if sources is None or len(sources) != matrix.shape[1] or any(len(source) > 2 for source in sources):
        return None
    owner = np.array([min(source, default=0) for source in sources], dtype=np.int64)
    other = None
    if any(len(source) == 2 for source in sources):
        other = np.array([max(source) if len(source) == 2 else -1 for source in sources], dtype=np.int64)
    encoding = _Encoding(owner, other, names, matrix[space.n :])
    return encoding if _holds(transformer, space, encoding.space(matrix, transformer, space), seed) else None


def _read_by_name(transformer: Pipeline, space: Space) -> Sources:
    """The player of each column that a transformer reads: by its name where it was fitted to a frame, since
    there may be other columns beside, and in another order.
    """
    if not isinstance(space, FrameSpace):
        return [frozenset({player}) for player in range(space.players)]
    owner = [frozenset({int(player)}) for player in space.owner]
    names = getattr(transformer.steps[0][1], "feature_names_in_", None)
    columns = list(space.background_inputs().columns)
    if names is None or not set(names) <= set(columns):
        return owner
    return [owner[columns.index(name)] for name in names]


def _holds(transformer: Pipeline, space: Space, encoded: MatrixSpace, seed: int) -> bool:
    """Encoding a hybrid must give the hybrid of the encodings, on rows mixed at random.

    A column of two players must not change when only the others do.
    """
    rng = np.random.default_rng(seed)
    index = rng.integers(0, space.rows, size=(_TEST_HYBRIDS, space.players))
    actual = _matrix(transformer.transform(space.inputs(index)))
    if actual is None:
        return False
    found, expected = actual[0], encoded.pool[index[:, encoded.owner], np.arange(encoded.width)]
    if isinstance(encoded, JointSpace):
        joint = encoded.other >= 0
        for pair in np.unique(np.column_stack([encoded.owner, encoded.other])[joint], axis=0):
            columns = joint & (encoded.owner == pair[0]) & (encoded.other == pair[1])
            others = rng.integers(0, space.rows, size=index.shape)
            others[:, pair] = index[:, pair]
            expected[:, columns] = encoded.matrix(others)[:, columns]
    return bool(np.allclose(found, expected, rtol=1e-9, atol=1e-9, equal_nan=True))


def _matrix(encoded: Any) -> tuple[NDArray[Any], pd.Index[Any] | None] | None:
    """Transformer output as a dense numeric matrix (and column names, if it came as a frame)."""
    if encoded.shape[0] * encoded.shape[1] > _MAX_ENCODED_CELLS:
        return None
    if sparse.issparse(encoded):
        return encoded.toarray(), None
    if isinstance(encoded, pd.DataFrame):
        if any(not isinstance(dtype, np.dtype) or dtype.kind not in "fiu" for dtype in encoded.dtypes):
            return None
        return encoded.to_numpy(dtype=np.float64), encoded.columns
    matrix = np.asarray(encoded)
    return (matrix, None) if matrix.ndim == 2 and matrix.dtype.kind in "fiu" else None


def _numbers(space: FrameSpace) -> Space:
    """A frame of plain numbers needs no encoding: the same values as a matrix, handed over as a frame."""
    background = space.memo.recall(("numbers",), None, lambda: _matrix(space.background_inputs()))
    if background is None or space.players == 0:
        return space
    matrix, names = background
    if space.n:
        rows = _matrix(space.foreground_inputs())
        if rows is None:
            return space
        matrix = np.concatenate([rows[0], matrix])
    return MatrixSpace(matrix, space.owner, space, names)


def trace(
    transformer: Any, inputs: Sources, width: int | None, few: NDArray[Any] | None = None
) -> Sources | None:
    """Which raw columns each output column of a fitted transformer is made of.

    Parameters
    ----------
    transformer : fitted transformer, or "passthrough" / "drop"
    inputs : list of frozenset of int
        The raw columns that each input column is made of.
    width : int or None
        Number of output columns, if known.
    few : array, optional
        A few rows of the input, which tell how many columns a step makes of them.

    Returns
    -------
    list of frozenset of int, or None
        None where the structure is unknown. The answer is a hypothesis, tested on hybrids by :func:`encode`.
    """
    if isinstance(transformer, str):
        return [] if transformer == "drop" else list(inputs)
    everything = frozenset().union(*inputs)
    if len(everything) <= 1 and width is not None:
        return [everything] * width  # whatever happens inside: there is one raw column only
    if isinstance(transformer, Pipeline):
        return _trace_steps(transformer, inputs, width, few)
    if isinstance(transformer, ColumnTransformer):
        return _trace_columns(transformer, inputs)
    if isinstance(transformer, FeatureUnion):
        parts = [trace(part, inputs, _width(part, few), few) for _, part in transformer.transformer_list]
        return None if any(part is None for part in parts) else [s for part in parts for s in part or ()]
    if isinstance(transformer, OneHotEncoder):
        return _repeat(inputs, transformer._n_features_outs)
    if isinstance(transformer, KBinsDiscretizer) and transformer.encode != "ordinal":
        return _repeat(inputs, [int(bins) for bins in transformer.n_bins_])
    if isinstance(transformer, SimpleImputer):
        return _trace_imputer(transformer, inputs)
    if isinstance(transformer, MissingIndicator):
        return [inputs[j] for j in transformer.features_]
    if hasattr(transformer, "get_support"):
        return [source for source, kept in zip(inputs, transformer.get_support(), strict=True) if kept]
    taken = _taken(transformer)
    if taken is not None:
        return [inputs[j] for j in taken]
    if width is None:
        width = len(inputs)
    if few is not None and width and len(inputs) > width and not len(inputs) % width:
        # Neighbours become one column, as where an array is reshaped to pairs.
        size = len(inputs) // width
        return [frozenset().union(*inputs[j : j + size]) for j in range(0, len(inputs), size)]
    # Scalers, ordinal encoders, element-wise functions keep the number of columns; target encoders, splines
    # and the like turn each column into an equal number of neighbours. Transformers that mix fail the test
    # on hybrids.
    if not inputs or width % len(inputs):
        return None
    return _repeat(inputs, [width // len(inputs)] * len(inputs))


def _repeat(inputs: Sources, times: Sequence[int]) -> Sources | None:
    if len(inputs) != len(times):
        return None
    return [source for source, count in zip(inputs, times, strict=True) for _ in range(count)]


def _trace_steps(
    pipeline: Pipeline, inputs: Sources, width: int | None, few: NDArray[Any] | None
) -> Sources | None:
    steps = [step for _, step in pipeline.steps if step is not None and step != "passthrough"]
    current = inputs
    for position, step in enumerate(steps):
        if position + 1 == len(steps):
            step_width = width
        elif few is not None:
            step_width = _width(step, few)
        else:
            step_width = getattr(steps[position + 1], "n_features_in_", None)
        traced = trace(step, current, step_width, few)
        if traced is None:
            return None
        current = traced
        if few is not None:
            few = step.transform(few)
    return current


def _width(step: Any, few: NDArray[Any] | None) -> int | None:
    """How many columns a step makes of a few rows."""
    if few is None or isinstance(step, str):
        return None
    return int(step.transform(few).shape[1])


def _taken(step: Any) -> list[int] | None:
    """The positions that ``operator.methodcaller("take", positions, 1)`` takes; None for any other step."""
    if not isinstance(step, FunctionTransformer) or not isinstance(step.func, operator.methodcaller):
        return None
    arguments: Any = step.func.__reduce__()[1]
    return list(arguments[1]) if arguments[0] == "take" and arguments[2:] == (1,) else None


def _trace_columns(transformer: ColumnTransformer, inputs: Sources) -> Sources | None:
    width = max((part.stop for part in transformer.output_indices_.values()), default=0)
    sources: list[frozenset[int]] = [frozenset()] * width
    positions = transformer._transformer_to_input_indices
    for name, part, _ in transformer.transformers_:
        place = transformer.output_indices_.get(name)
        if place is None or place.stop == place.start:
            continue
        block = trace(part, [inputs[j] for j in positions[name]], place.stop - place.start)
        if block is None or len(block) != place.stop - place.start:
            return None
        sources[place] = block
    return sources


def _trace_imputer(imputer: SimpleImputer, inputs: Sources) -> Sources:
    statistics = imputer.statistics_
    kept = [bool(imputer.keep_empty_features) or not bool(pd.isna(value)) for value in statistics]
    sources = [source for source, keep in zip(inputs, kept, strict=True) if keep]
    if imputer.indicator_ is not None:
        sources += [inputs[j] for j in imputer.indicator_.features_]
    return sources
