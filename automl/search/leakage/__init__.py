"""The leakage court: every column is heard, and what a suspicion rests on is measured.

Each charge is a file: `alone`, `copies`, `order`, `rows`, `distinguishable`, `times`. `court` hears them on
a sample of the training rows (`case`) with a quick model (`bench`), and `words` makes findings of what was
found. No column is ever removed; the holdout's target is never read.
"""

from __future__ import annotations

from .court import hear
from .hearing import Hearing

__all__ = ["Hearing", "hear"]
