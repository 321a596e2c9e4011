"""The preprocessor: raw columns in, one float64 matrix out.

It holds only scikit-learn classes plus module-level pandas, numpy and operator functions, so a shipped model
needs nothing of Glassbench. It accepts two forms of the same rows and gives the same matrix for both:

- the canonical frame of ``Schema.coerce`` (numbers float64, categories as text, dates as datetime64);
- what ``pandas.read_csv`` makes of the same file (0/1 as integers, ``True`` as bool, dates as text, …).

No step looks at the target, so it may be fitted once on all training rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sklearn.compose import ColumnTransformer

from automl.errors import SchemaError

from .categories import category_blocks
from .dates import date_blocks
from .numbers import number_blocks
from .pieces import piece_blocks
from .text import text_blocks
from .words import Common

if TYPE_CHECKING:
    from automl.data import Schema

#: Kinds that carry nothing a model could learn from.
_DROPPED = frozenset({"identifier", "constant"})


def build_preprocessor(
    schema: Schema,
    columns: Sequence[str],
    *,
    n_rows: int,
    seed: int,
    common: Mapping[str, Common] | None = None,
) -> Any:
    """Build the unfitted preprocessor for some columns of a schema.

    Parameters
    ----------
    schema : Schema
        Kinds and formats of the columns.
    columns : sequence of str
        The feature columns to use. Identifiers and constants among them are dropped.
    n_rows : int
        Training rows; sizes the text features and the number of categories worth a code.
    seed : int
        Seed of the randomised decomposition of text.
    common : mapping of str to Common, optional
        By column: words that get columns of their own, values that repeat; from `automl.features.common_in`.

    Returns
    -------
    sklearn.compose.ColumnTransformer
        Unfitted. ``transform`` takes a DataFrame with at least these columns (in any order) and returns a
        float64 array of shape (n, m) with NaN where a value is missing, or a category was not known in
        training.

    Raises
    ------
    SchemaError
        When no column is left to learn from.
    """
    used = [schema[name] for name in columns if str(schema[name].kind) not in _DROPPED]
    if not used:
        raise SchemaError(
            "Expected at least one column to learn from, but "
            + ("none is given." if not columns else "all of them are identifiers or constants."),
            fix="Keep another column, or change the kind of one of these.",
        )
    by_kind = {
        kind: [column for column in used if str(column.kind) == kind]
        for kind in ("number", "boolean", "category", "datetime", "text")
    }
    blocks = [
        *number_blocks(by_kind["number"]),
        *category_blocks(by_kind["boolean"] + by_kind["category"], n_rows=n_rows),
        *date_blocks(by_kind["datetime"]),
        *piece_blocks(by_kind["category"], common=common or {}),
        *text_blocks(by_kind["text"], common=common or {}, n_rows=n_rows, seed=seed),
    ]
    return ColumnTransformer(blocks, remainder="drop", sparse_threshold=0.0, verbose_feature_names_out=False)
