"""What is written about a model for people: the card in its bundle, and the report.

Both are made of the sections in :mod:`automl.report.sections`, one per file, from one :class:`Subject`: a
figure in one of them is the figure in the other.
"""

from __future__ import annotations

from .documents import build_card, build_report
from .facts import BundleFacts, installed, pinned, versions
from .subject import Evidence, Subject

__all__ = [
    "BundleFacts",
    "Evidence",
    "Subject",
    "build_card",
    "build_report",
    "installed",
    "pinned",
    "versions",
]
