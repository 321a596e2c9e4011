"""Looking at real processes, through /proc."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Process:
    """A line of the process table."""

    pid: int
    parent: int
    group: int
    session: int
    state: str
    command: str


def processes() -> list[Process]:
    """All processes that can be seen."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text()
            command = (entry / "cmdline").read_text(errors="replace").replace("\0", " ").strip()
        except OSError:  # gone while we looked
            continue
        state, parent, group, session = stat[stat.rindex(")") + 2 :].split()[:4]
        found.append(Process(int(entry.name), int(parent), int(group), int(session), state, command))
    return found


def mentioning(text: object) -> list[Process]:
    """Living processes whose command line holds `text`, this one left out."""
    return [p for p in processes() if str(text) in p.command and p.state != "Z" and p.pid != os.getpid()]


def in_session(session: int) -> list[Process]:
    """Living processes of a session."""
    return [p for p in processes() if p.session == session and p.state != "Z"]


def until(look: Callable[[], T], *, seconds: float = 20.0) -> T:
    """Look until there is something true to see; the last look's answer when the time is up."""
    end = time.monotonic() + seconds
    while not (seen := look()) and time.monotonic() < end:
        time.sleep(0.02)
    return seen
