"""What can go wrong when a model is explained."""

from __future__ import annotations


class ExplainError(Exception):
    """Base of every error raised by :mod:`explain`."""


class InputError(ExplainError, ValueError):
    """The rows, the background, or an option cannot be used: the message says which and what to do."""


class ScaleError(ExplainError, ValueError):
    """The model has no output on the requested scale."""
