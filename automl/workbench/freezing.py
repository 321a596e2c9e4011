"""What the imports made, taken out of the garbage collector's sight.

Streamlit collects all generations after every script run; with a few hundred thousand long-lived objects
from imports that costs every tick of every open page tens of milliseconds. Streamlit runs the entry script
anew for every visit, so what was done is remembered here, in a module.
"""

from __future__ import annotations

import gc
import sys

__all__ = ["freeze_imports"]

_known = 0  # modules that were imported when it was last done


def freeze_imports() -> bool:
    """Freeze what is there, if a page has brought further modules; whether it was done.

    Never more often: what is frozen is never collected, should it become garbage.
    """
    global _known
    if len(sys.modules) <= _known:
        return False
    gc.collect()
    gc.freeze()
    _known = len(sys.modules)
    return True
