"""Codes of categories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ..compiling import CannotCompileError, arguments_of
from ..gate.cells import NAN, plain_number
from .base import Encoder

if TYPE_CHECKING:
    from ...data import Column

__all__ = ["CodeEncoder", "compile_codes"]


class CodeEncoder(Encoder):
    """The code of a category; NaN for missing and unknown ones."""

    kind: ClassVar[str] = "code"

    def __init__(self, described: Mapping[str, Any]) -> None:
        super().__init__(described)
        self._numeric = bool(described["numeric"])
        keys = described["categories"]
        self._codes: dict[Any, float] = {key: float(code) for code, key in enumerate(keys)}
        for spelling, category in described.get("spellings", {}).items():
            self._codes[spelling] = self._codes.get(category, NAN)

    def encode(self, value: Any) -> Any:
        if self._numeric:
            return NAN if value is None else self._codes.get(plain_number(value), NAN)
        return self._codes.get(value, NAN)


def compile_codes(transformer: Any, columns: Sequence[Column]) -> list[dict[str, Any]]:
    """Blocks ``number_codes`` and ``text_codes``."""
    encoder = transformer.named_steps["codes"]
    if not (np.isnan(encoder.unknown_value) and np.isnan(encoder.encoded_missing_value)):
        raise CannotCompileError("Codes whose unknown categories are not missing")
    numeric = "parse" in transformer.named_steps
    spellings: dict[str, Any] = {}
    if "spelling" in transformer.named_steps:
        spellings = arguments_of(transformer.named_steps["spelling"].func)[1]
    return [
        {
            "kind": CodeEncoder.kind,
            "column": column.name,
            "numeric": numeric,
            "categories": [float(key) if numeric else str(key) for key in np.asarray(categories).tolist()],
            "spellings": dict(spellings.get(column.name, {})),
        }
        for column, categories in zip(columns, encoder.categories_, strict=True)
    ]
