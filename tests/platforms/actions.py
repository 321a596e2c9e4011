"""A workflow of GitHub Actions, its jobs run by a shell as a runner does it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from .test_kubeflow import command_line

__all__ = ["Job", "Runner"]

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}")
_TOKEN = re.compile(r"'[^']*'|&&|\|\||==|[()]|always\(\)|[A-Za-z_][\w.-]*|\S")
_WORDS = {"&&": "and", "||": "or", "==": "==", "(": "(", ")": ")", "always()": "True"}


@dataclass(frozen=True)
class Job:
    """What became of a job: `success`, `failure` or `skipped`, where it ran, how its last step ended."""

    result: str
    place: Path
    code: int = 0
    said: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)


class Runner:
    """Runs the steps of a workflow's jobs, each job in a checkout of its own.

    What installs packages is left out: they are there, in the versions of the bundle. Actions (`uses`) are,
    too: the checkout is what they would bring.

    Parameters
    ----------
    context : str
        What expressions find under a name: `Runner(…, **{"vars.NEW_ROWS": "rows.csv"})`; others are empty.
    """

    def __init__(self, workflow: Path, checkout: Path, folder: Path, **context: str) -> None:
        self.workflow = yaml.safe_load(workflow.read_text())
        self.checkout, self.folder = checkout, folder
        self.context: dict[str, str] = dict(context)
        self.environment = command_line(folder / "bin", sys.executable)

    def run(self) -> dict[str, Job]:
        """Run all jobs in their order, each if those succeeded that it needs, or if it says `always()`."""
        done: dict[str, Job] = {}
        for name, job in self.workflow["jobs"].items():
            needs = job.get("needs", [])
            needs = [needs] if isinstance(needs, str) else needs
            for need in needs:
                self.context[f"needs.{need}.result"] = done[need].result
                self.context |= {f"needs.{need}.outputs.{k}": v for k, v in done[need].outputs.items()}
            asked = str(job.get("if", "always()" if not needs else ""))
            wanted = not asked or bool(self._value(asked))
            if "always()" not in asked:
                wanted = wanted and all(done[need].result == "success" for need in needs)
            done[name] = self.job(name) if wanted else Job("skipped", self.folder)
        return done

    def job(self, name: str) -> Job:
        """Run a job; one step that fails is the last."""
        job, place = self.workflow["jobs"][name], self.folder / name
        shutil.copytree(self.checkout, place)
        environment = self.environment | self._filled(self.workflow["env"]) | self._filled(job.get("env", {}))
        for i, step in enumerate(job["steps"]):
            if "run" not in step or "pip install" in step["run"]:
                continue
            script, told = self.folder / f"{name}-{i}.sh", self.folder / f"{name}-{i}.txt"
            script.write_text(step["run"])
            told.touch()
            done = subprocess.run(
                ["bash", "-e", script], cwd=place, env=environment | {"GITHUB_OUTPUT": str(told)},
                capture_output=True, text=True, check=False, timeout=300,
            )  # fmt: skip
            if done.returncode:
                return Job("failure", place, done.returncode, done.stderr)
            for line in told.read_text().splitlines():
                key, _, value = line.partition("=")
                self.context[f"steps.{step['id']}.outputs.{key}"] = value
        return Job("success", place, outputs=self._filled(job.get("outputs", {})))

    def _filled(self, values: Mapping[str, Any]) -> dict[str, str]:
        return {
            name: _EXPRESSION.sub(lambda found: str(self._value(found[1])), str(value))
            for name, value in values.items()
        }

    def _value(self, expression: str) -> Any:
        """What an expression comes to: comparisons, `&&` and `||` of texts and names."""
        words = [
            _WORDS.get(token) or (token if token[0] == "'" else repr(self.context.get(token, "")))
            for token in _TOKEN.findall(expression)
        ]
        return eval(" ".join(words), {"__builtins__": {}})
