"""What a category is put together of: common words, its first and its last number; and who shares it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from ..compiling import arguments_of
from ..gate.cells import NAN
from .base import Encoder
from .texts import CommonWords, compile_common

if TYPE_CHECKING:
    from ...data import Column

__all__ = ["PieceEncoder", "compile_pieces"]


class PieceEncoder(Encoder):
    """Whether a value holds some words, numbers that patterns find in it, and how many rows share it."""

    kind: ClassVar[str] = "pieces"

    def __init__(self, described: Mapping[str, Any]) -> None:
        super().__init__(described)
        self._missing = frozenset(described["missing"])
        self._ending = re.compile(described["ending"])
        self._numbers = [re.compile(pattern) for pattern in described["numbers"]]
        self._words = CommonWords(described)
        self._rows: dict[str, float] | None = None
        if "rows" in described:
            self._rows = {str(shared): float(rows) for shared, rows in described["rows"].items()}
        self.width = len(self._words) + len(self._numbers) + (self._rows is not None)

    def encode(self, value: str | None) -> Any:
        text = "" if value is None or value in self._missing else self._ending.sub("", value)
        found = (pattern.search(text) for pattern in self._numbers)
        numbers = [NAN if digits is None else float(digits[1]) for digits in found]
        if self._rows is not None:
            numbers.append(self._rows.get(text, NAN))
        return [*self._words.held_by(text.lower()), *numbers]


def compile_pieces(transformer: Any, columns: Sequence[Column]) -> list[dict[str, Any]]:
    """Blocks ``pieces_<i>``."""
    steps = transformer.named_steps
    parts = dict(steps["features"].transformer_list)
    common = compile_common(parts.pop("common_words", None))
    shared = parts.pop("shared", None)
    numbers = [_argument(part.named_steps["step_1"]) for part in parts.values()]
    (column,) = columns
    return [
        {
            "kind": PieceEncoder.kind,
            "column": column.name,
            "missing": list(_argument(steps["missing"])),
            "ending": _argument(steps["whole"]),
            "numbers": numbers,
            **({} if shared is None else {"rows": _argument(shared.named_steps["step_0"])}),
            **common,
        }
    ]


def _argument(step: Any) -> Any:
    """The first argument of the method that a step calls."""
    return arguments_of(step.func)[1]
