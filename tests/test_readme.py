"""What the README shows works: its snippets run, its commands parse, its pictures are there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from automl.cli.parser import build_parser

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")

SNIPPETS = re.findall(r"<!-- runs -->\n```python\n(.*?)```", README, re.DOTALL)
COMMANDS = [
    line.strip()
    for block in re.findall(r"```bash\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.strip()
]


def test_there_are_snippets_and_commands() -> None:
    assert len(SNIPPETS) == 2
    assert len([line for line in COMMANDS if line.startswith("automl ")]) > 10


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda text: re.findall(r"import (\w+)", text)[-1])
def test_snippets_run(snippet: str, tmp_path: Path) -> None:
    (tmp_path / "sample_data").symlink_to(ROOT / "sample_data")
    # As it is written, but for the time that it takes.
    text = snippet.replace("budget=60", "budget=600, max_trials=3, n_jobs=1")
    text = text.replace('run.report("churn.html"', 'run.report("churn.html", time_budget=3')
    (tmp_path / "snippet.py").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "snippet.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    printed = [line for line in done.stdout.splitlines() if line]
    assert len(printed) >= snippet.count("\nprint(")
    written = re.findall(r"(?:write_html|report|export)\(\"([^\"]+)\"\)", snippet)
    assert written
    for name in written:
        assert (tmp_path / name).stat().st_size > 1000


@pytest.mark.parametrize("line", [line for line in COMMANDS if line.startswith("automl ")])
def test_commands_of_the_terminal_are_understood(line: str) -> None:
    words = shlex.split(line, comments=True)
    options = build_parser().parse_args(words[1:])
    assert options.command == words[1]


def test_programs_of_the_zip_are_there() -> None:
    scripts = {path.name for path in (ROOT / "automl" / "bundle" / "scripts").glob("[!_]*.py")}
    named = {line.split()[1] for line in COMMANDS if line.startswith("python ") and "/" not in line}
    assert named == scripts


def test_pictures_are_there_and_small() -> None:
    shown = re.findall(r"(?:src|srcset)=\"([^\"]+)\"", README)
    assert shown
    files = [ROOT / name for name in shown]
    assert all(file.is_file() for file in files)
    assert set(files) == set((ROOT / ".github" / "images").iterdir())
    sizes = [file.stat().st_size for file in files]
    assert max(sizes) < 100_000
    assert sum(sizes) < 1_500_000
