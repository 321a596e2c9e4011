"""What a category is put together of: its common words, its first and its last number."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from ..gate.cells import NAN
from .base import Encoder
from .texts import CommonWords, compile_common

if TYPE_CHECKING:
    from ...data import Column

__all__ = ["PieceEncoder", "compile_pieces"]


class PieceEncoder(Encoder):
    """Whether a value holds some words, then numbers that patterns find in it; NaN where there are none."""

    kind: ClassVar[str] = "pieces"

    def __init__(self, described: Mapping[str, Any]) -> None:
        super().__init__(described)
        self._missing = frozenset(described["missing"])
        self._ending = re.compile(described["ending"])
        self._numbers = [re.compile(pattern) for pattern in described["numbers"]]
        self._words = CommonWords(described)
        self.width = len(self._words) + len(self._numbers)

    def encode(self, value: str | None) -> Any:
        text = "" if value is None or value in self._missing else self._ending.sub("", value)
        found = (pattern.search(text) for pattern in self._numbers)
        numbers = (NAN if digits is None else float(digits[1]) for digits in found)
        return [*self._words.held_by(text.lower()), *numbers]


def compile_pieces(transformer: Any, columns: Sequence[Column]) -> list[dict[str, Any]]:
    """Blocks ``pieces_<i>``."""
    steps = transformer.named_steps
    parts = dict(steps["features"].transformer_list)
    common = compile_common(parts.pop("common_words", None))
    numbers = [part.named_steps["digits"].func.__reduce__()[1][1] for part in parts.values()]
    (column,) = columns
    return [
        {
            "kind": PieceEncoder.kind,
            "column": column.name,
            "missing": list(steps["missing"].func.__reduce__()[1][1]),
            "ending": steps["whole"].func.__reduce__()[1][1],
            "numbers": numbers,
            **common,
        }
    ]
