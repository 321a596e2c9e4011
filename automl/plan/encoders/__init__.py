"""From read cells to the preprocessor's matrix: one file per kind of block of `automl.features`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..compiling import CannotCompileError, class_name
from .base import Encoder
from .codes import CodeEncoder, compile_codes
from .dates import DateEncoder, compile_date
from .numbers import NumberEncoder, compile_numbers
from .pieces import PieceEncoder, compile_pieces
from .texts import TextEncoder, compile_text

if TYPE_CHECKING:
    from ...data import Schema

__all__ = ["Encoder", "compile_encoders", "encoders"]

_COMPILERS = {
    "numbers": compile_numbers,
    "parsed": compile_numbers,
    "clean": compile_numbers,
    "number_codes": compile_codes,
    "text_codes": compile_codes,
    "date": compile_date,
    "text": compile_text,
    "pieces": compile_pieces,
}
_KINDS: dict[str, type[Encoder]] = {
    kind.kind: kind for kind in (NumberEncoder, CodeEncoder, DateEncoder, TextEncoder, PieceEncoder)
}


def compile_encoders(prepare: Any, schema: Schema) -> tuple[list[dict[str, Any]], int]:
    """How each raw column becomes columns of the matrix, in their order; and how wide the matrix is.

    Raises
    ------
    CannotCompileError
        For a preprocessor of other blocks than `automl.features.build_preprocessor` makes.
    """
    if class_name(prepare) != "sklearn.ColumnTransformer":
        raise CannotCompileError(f"The preprocessor {class_name(prepare)}")
    described: list[dict[str, Any]] = []
    width = 0
    for block, transformer, columns in prepare.transformers_:
        if block == "remainder":
            continue
        kind = block if block in _COMPILERS else block.rpartition("_")[0]
        if kind not in _COMPILERS:
            raise CannotCompileError(f"The block {block!r} of the preprocessor")
        names = [columns] if isinstance(columns, str) else list(columns)
        described += _COMPILERS[kind](transformer, [schema[name] for name in names])
        span = prepare.output_indices_[block]
        width += span.stop - span.start
        made = sum(_KINDS[each["kind"]](each).width for each in described)
        if span.stop != width or made != width:
            raise CannotCompileError(
                f"The block {block!r}", "it makes another number of columns than expected"
            )
    return described, width


def encoders(described: Sequence[Mapping[str, Any]]) -> list[Encoder]:
    """The encoders of a plan."""
    return [_KINDS[one["kind"]](one) for one in described]
