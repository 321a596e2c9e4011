"""What is needed no more is the system's again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from automl.freeing import let_go

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="measured through /proc")

# Forty columns of 6 MB with small blocks between them, of which the columns alone are freed, twice: by then
# glibc has put them into its heap, each behind a block that stays.
FREED = """
import numpy as np, pandas as pd, pyarrow as pa
from automl.freeing import map_large_arrays
from automl.search.memory import tree_memory
if {mapped}:
    map_large_arrays()
np.ones(3_900_000)
kept = []
before = tree_memory()
for _ in range(2):
    columns = []
    for _ in range(40):
        columns.append(np.ones(750_000))
        kept.append(bytearray(60_000))
    texts = pa.array(np.arange(5_000_000))
    del columns, texts
print(pa.default_memory_pool().backend_name, round((tree_memory() - before) / 1e6))
"""


@pytest.mark.parametrize("mapped", [True, False])
def test_large_arrays_are_given_back_at_once(mapped: bool) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FREED.format(mapped=mapped)], capture_output=True, text=True, check=True
    )
    backend, megabytes = done.stdout.split()
    assert (backend == "system") == mapped
    assert (int(megabytes) < 20) == mapped, "without it there is nothing to show"


def test_a_mapped_matrix_is_let_go_and_read_again(tmp_path: Path) -> None:
    def held() -> int:
        lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith("Pss_File:")) * 1024

    matrix = np.random.default_rng(0).normal(size=(500_000, 10))
    np.save(tmp_path / "X.npy", matrix)
    mapped = np.ascontiguousarray(np.load(tmp_path / "X.npy", mmap_mode="r")[:400_000])
    before = held()
    total = mapped.sum()
    assert held() > before + 20e6
    let_go(mapped)
    assert held() < before + 5e6
    assert mapped.sum() == total
    let_go(matrix)  # not mapped: nothing to do
    assert matrix[:400_000].sum() == total
