"""Numbers are themselves: whatever had to be parsed or cleaned is a number once it has been read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from .base import Encoder

if TYPE_CHECKING:
    from ...data import Column

__all__ = ["NumberEncoder", "compile_numbers"]


class NumberEncoder(Encoder):
    """The number itself."""

    kind: ClassVar[str] = "number"

    def encode(self, value: Any) -> Any:
        return value


def compile_numbers(transformer: Any, columns: Sequence[Column]) -> list[dict[str, Any]]:
    """Blocks ``numbers``, ``parsed`` and ``clean_<i>``."""
    return [{"kind": NumberEncoder.kind, "column": column.name} for column in columns]
