"""What downloaded files are called."""

from __future__ import annotations

import re

from automl.store import RunFolder

__all__ = ["file_name"]


def file_name(run: RunFolder, model: str, ending: str) -> str:
    """A name for the file of a model, safe on any system."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", str(run.spec["name"])).strip("-") or "bundle"
    return f"{name}-{model}{ending}"
