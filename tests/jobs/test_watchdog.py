from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from .processes import mentioning, until

# A process with a child; when told so, it ends in the way its second argument says.
SCRIPT = """
import ctypes, os, pathlib, subprocess, sys, time
from automl.jobs import watchdog
folder, how = pathlib.Path(sys.argv[1]), sys.argv[2]
watchdog.guard(folder)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", str(folder)])
(folder / "ready").touch()
while not (folder / "go").exists(): time.sleep(0.02)
if how == "leave": sys.exit(0)
if how == "raise": raise ValueError
if how == "vanish": os._exit(3)
if how == "abort": os.abort()
"""


def test_children_end_with_their_parent_however_it_ends(tmp_path: Path) -> None:
    for how in ("leave", "raise", "vanish", "abort"):
        folder = tmp_path / how
        folder.mkdir()
        process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, folder, how], start_new_session=True, stderr=subprocess.DEVNULL
        )
        assert until((folder / "ready").exists)
        assert len(mentioning(folder)) == 3  # process, watchdog, child
        (folder / "go").touch()
        process.wait(timeout=20)
        assert until(lambda: not mentioning(folder)), how  # noqa: B023


def test_never_ends_a_process_outside_of_its_group(tmp_path: Path) -> None:
    # Without a session of its own, the process would share the group of whoever started it: us.
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, tmp_path, "leave"])
    assert until((tmp_path / "ready").exists)
    (tmp_path / "stop").touch()
    assert process.wait(timeout=20) != 0
    assert until(lambda: not mentioning(tmp_path))
