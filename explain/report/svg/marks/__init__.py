"""What stands in a figure: one kind of Plotly trace per file, found by looking into this package.

A file defines ``TYPE``, Plotly's name of the trace; ``spread(trace)``, the values it covers on the two axes;
and ``draw(trace, x, y)``, its SVG.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType
from typing import Any

from ....errors import InputError

__all__ = ["mark"]


@cache
def _marks() -> dict[str, ModuleType]:
    modules = (
        importlib.import_module(f"{__name__}.{info.name}")
        for info in pkgutil.iter_modules(__path__)
        if not info.name.startswith("_")
    )
    return {module.TYPE: module for module in modules}


def mark(trace: dict[str, Any]) -> Any:
    """The module that draws a trace.

    Raises
    ------
    InputError
        If there is none for its type.
    """
    kind = trace.get("type", "scatter")
    if kind not in _marks():
        raise InputError(
            f"Expected a figure of {', '.join(sorted(_marks()))}, found a trace of type {kind!r}; "
            "explain/report/svg/marks needs a file for it."
        )
    return _marks()[kind]
