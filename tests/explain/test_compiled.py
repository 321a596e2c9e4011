"""Where compiled code is kept: beside its source, or, where nothing may be written there, with the user."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
ASK = "from explain.trees.compiled import count_bits; print(count_bits.stats.cache_path)"


def kept(*options: str, **environment: str) -> str:
    """Where a process keeps it."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("NUMBA", "XDG"))}
    done = subprocess.run(
        [sys.executable, *options, "-c", ASK],
        env={**inherited, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPATH": str(ROOT), **environment},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.strip()


def test_beside_the_source_only_where_python_writes_there(tmp_path: Path) -> None:
    assert kept() == str(ROOT / "explain" / "trees" / "__pycache__")
    own = kept("-B", XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert own.startswith(str(tmp_path / "cache" / "glassbench" / "compiled"))
    assert kept("-B", NUMBA_CACHE_DIR=str(tmp_path / "told")).startswith(str(tmp_path / "told"))


def test_not_where_others_can_write(tmp_path: Path) -> None:
    folder = tmp_path / "glassbench" / "compiled"
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    assert kept("-B", XDG_CACHE_HOME=str(tmp_path)) == "None"
    (tmp_path / "file").write_text("")
    assert kept("-B", XDG_CACHE_HOME=str(tmp_path / "file")) == "None"
