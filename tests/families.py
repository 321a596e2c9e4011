"""The model families that can be tested here."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import pytest

from automl.extras import is_installed
from automl.models import FAMILIES

__all__ = ["installed_families", "parameters"]


def installed_families() -> list[str]:
    """Names of the families whose package is here; of all of them where nothing may be missing."""
    everything = bool(os.environ.get("GLASSBENCH_REQUIRE_ALL"))
    return [
        name
        for name, family in FAMILIES.items()
        if everything or not family.extra or is_installed(family.extra)
    ]


def parameters(names: Iterable[str] = FAMILIES) -> list[Any]:
    """Families as parameters of a test; those that need an extra are slow, or skipped where it is missing."""
    here = installed_families()
    return [_parameter(name, is_here=name in here) for name in names]


def _parameter(name: str, *, is_here: bool) -> Any:
    if not is_here:
        return pytest.param(name, marks=pytest.mark.skip(f"the package of {name} is missing"))
    return pytest.param(name, marks=pytest.mark.slow) if FAMILIES[name].extra else name
