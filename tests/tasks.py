"""Kinds of task as parameters of tests that take long: the usual run tries one, `-m slow` the others."""

from __future__ import annotations

from typing import Any

import pytest

__all__ = ["BINARY_FIRST"]

BINARY_FIRST: list[Any] = [
    "binary",
    *(pytest.param(kind, marks=pytest.mark.slow) for kind in ("multiclass", "regression")),
]
