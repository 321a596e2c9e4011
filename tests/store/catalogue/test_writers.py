"""Many writers at once: nothing is lost, and the chain holds."""

from __future__ import annotations

import subprocess
import sys

import pytest

from automl.store.catalogue import Place, open_catalogue

MANY = [pytest.mark.slow, pytest.mark.timeout(3600)]

CODE = """
import sys
from automl.store.catalogue import open_catalogue
name, count = sys.argv[1], int(sys.argv[2])
with open_catalogue() as catalogue:
    sys.stdin.readline()
    for number in range(count):
        catalogue.audit.append("written", name, details={"number": number}, event=f"{name}:{number}")
"""


@pytest.mark.parametrize(("writers", "events"), [(3, 300), pytest.param(8, 10_000, marks=MANY)])
def test_writers_lose_nothing(place: Place, writers: int, events: int) -> None:
    open_catalogue().close()
    children = [
        subprocess.Popen(
            [sys.executable, "-c", CODE, f"writer-{number}", str(events // writers)],
            stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for number in range(writers)
    ]  # fmt: skip
    try:
        for child in children:
            assert child.stdin is not None
            child.stdin.write("go\n")
            child.stdin.flush()
        for child in children:
            _, said = child.communicate()
            assert (child.returncode, said) == (0, "")
    finally:
        for child in children:
            child.kill()
            child.communicate()
    with open_catalogue() as catalogue:
        entries = catalogue.audit.entries()
        assert catalogue.audit.flaws() == []
    assert [entry.number for entry in entries] == list(range(1, events + 1))
    for number in range(writers):
        mine = [entry for entry in entries if entry.subject == f"writer-{number}"]
        told = [entry.facts()["details"]["number"] for entry in mine]
        assert told == list(range(events // writers))
