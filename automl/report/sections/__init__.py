"""The sections of card and report, one per file, found by looking into this package.

A file has one function with ``@section``: from a :class:`~automl.report.subject.Subject` to blocks, and to
none where there is nothing to say. Its order puts it between the others:

    10 what it predicts   20 how good it is   31 where it fails   32 groups   40 what it looks at
    50 single rows        60 the data         80 limits           90 how to use it
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from explain.report import Block

from ..subject import Subject

__all__ = ["Made", "Page", "section", "sections"]

Page = Literal["card", "report"]
Blocks = Callable[[Subject], Iterator[Block]]


@dataclass(frozen=True)
class Made:
    """How a section is made.

    Attributes
    ----------
    title : str
    order : int
    pages : tuple of str
        Where it stands.
    blocks : callable
    """

    title: str
    order: int
    pages: tuple[Page, ...]
    blocks: Blocks


_REGISTER: list[Made] = []


def section(
    title: str, *, order: int, pages: tuple[Page, ...] = ("card", "report")
) -> Callable[[Blocks], Blocks]:
    """Register a function that makes the blocks of a section."""

    def register(function: Blocks) -> Blocks:
        _REGISTER.append(Made(title, order, pages, function))
        return function

    return register


@cache
def _all() -> tuple[Made, ...]:
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return tuple(sorted(_REGISTER, key=lambda made: made.order))


def sections(page: Page) -> Iterator[Made]:
    """The sections of a page in their order."""
    yield from (made for made in _all() if page in made.pages)
