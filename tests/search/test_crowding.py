"""How crowded the machine is, told by what our own threads wait."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from automl.search import crowding as measured
from automl.search.crowding import CrowdingMeter

SPIN = "while True: pass"

linux_only = pytest.mark.skipif(not os.path.exists("/proc/self/schedstat"), reason="Linux counts what waits")


@contextmanager
def ours(program: str) -> Iterator[None]:
    """A process for each core that never rests."""
    busy = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(os.cpu_count() or 1)]
    try:
        time.sleep(0.5)
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


@contextmanager
def strangers(program: str) -> Iterator[None]:
    """Busy processes, one a core, that are nobody's children here."""
    start = (
        "import os, subprocess, sys\n"
        "for _ in range(os.cpu_count() or 1):\n"
        "    print(subprocess.Popen([sys.executable, '-c', sys.argv[1]], stdout=subprocess.DEVNULL).pid)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", start, program], stdout=subprocess.PIPE, text=True, check=True
    )
    pids = [int(line) for line in told.stdout.split()]
    try:
        time.sleep(0.3)
        yield
    finally:
        for pid in pids:
            os.kill(pid, 9)


def measure(seconds: float = 1.5) -> float:
    """What a meter says of work that keeps every core busy, in processes of our own."""
    meter = CrowdingMeter()
    meter.look()
    meter._looks.clear()  # what this process did before
    with ours(SPIN):
        time.sleep(seconds)
        return meter.look()


@pytest.mark.slow
@linux_only
def test_programs_that_want_the_same_cores_count_and_those_that_give_way_do_not() -> None:
    for _ in range(3):  # whatever else the machine does at the time is in these figures, too
        free = measure()
        with strangers(SPIN):
            crowded = measure()
        with strangers(f"import os\nos.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))\n{SPIN}"):
            beside_idle = measure()
        if crowded > 1.3 * free and beside_idle < (crowded + free) / 2:
            return
    pytest.fail(f"free {free:.2f}, crowded {crowded:.2f}, beside programs that give way {beside_idle:.2f}")


def test_where_nothing_was_done_the_load_of_the_machine_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measured, "_waits", lambda process: {})
    monkeypatch.setattr(os, "getloadavg", lambda: (3.0 * (os.cpu_count() or 1), 0.0, 0.0))
    assert CrowdingMeter().look() == 3.0
    monkeypatch.setattr(os, "getloadavg", lambda: (100.0 * (os.cpu_count() or 1), 0.0, 0.0))
    assert CrowdingMeter().look() == 4.0
