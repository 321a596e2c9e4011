"""Unpack a bundle and let it verify itself in a process of its own, as its receiver will."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from automl.errors import BundleError

__all__ = ["self_check"]

_SECONDS = 600


def self_check(path: Path) -> dict[str, Any]:
    """Run ``verify.py`` of a bundle that this process wrote.

    Returns
    -------
    dict
        What verify.py reports: ``files``, ``rows``, ``largest_difference``, ``fast_path``, ``notes``.

    Raises
    ------
    BundleError
        When it does not pass.
    """
    with tempfile.TemporaryDirectory(prefix="glassbench-check-") as folder:
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder)
        try:
            # -P keeps the caller's folder off the import path, so that only installed packages are found.
            # Without numba: as on a machine that has the requirements only, and nothing has to be compiled.
            done = subprocess.run(
                [sys.executable, "-P", str(Path(folder) / "verify.py"), "--json", "--without-numba"],
                cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=_SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise BundleError(f"The bundle's self-check did not end within {_SECONDS} s.") from None
    try:
        outcome = json.loads(done.stdout)
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["no output"])[-1]
        raise BundleError(
            f"The bundle's self-check broke off (exit code {done.returncode}): {last}.",
            fix="Nothing was exported.",
        ) from None
    if done.returncode != 0 or outcome.get("ok") is not True:
        raise BundleError(
            f"The bundle failed its self-check: {outcome.get('error')}", fix="Nothing was exported."
        )
    checked: dict[str, Any] = outcome
    return checked
