"""What a person should know about their data before a search; one file per theme, one function per check."""

from __future__ import annotations

from .registry import TaskLike, check, check_dataset, checks

__all__ = ["TaskLike", "check", "check_dataset", "checks"]
