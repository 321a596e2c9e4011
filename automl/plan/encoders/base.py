"""What an encoder is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

__all__ = ["Encoder"]


class Encoder(ABC):
    """Makes columns of the matrix of one raw column.

    Parameters
    ----------
    described : mapping
        From its compiler; ``column`` is the raw column's name.

    Attributes
    ----------
    column : str
    width : int
        Columns that it makes.
    """

    kind: ClassVar[str]
    width: int = 1

    def __init__(self, described: Mapping[str, Any]) -> None:
        self.column: str = described["column"]

    @abstractmethod
    def encode(self, value: Any) -> Any:
        """Return the number, or for more than one column the sequence of numbers, of a read cell."""
