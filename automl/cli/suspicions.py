"""What the search for leakage found, in lines for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from automl.store import RunFolder

__all__ = ["suspicions"]

_WIDTH = 100
_ALWAYS = "leakage_not_heard"


def suspicions(run: RunFolder) -> Iterator[str]:
    """Lines about what may make the score too good, and about what was not searched for it.

    Parameters
    ----------
    run : RunFolder
    """
    found: list[dict[str, Any]] = (run.read("leakage.json") or {}).get("findings", [])
    for finding in found:
        if finding["severity"] != "info" or finding["code"] == _ALWAYS:
            text = f"{finding['severity']}: {finding['message']} {finding['fix']}".rstrip()
            yield from textwrap.wrap(text, _WIDTH, subsequent_indent="         ", break_on_hyphens=False)
