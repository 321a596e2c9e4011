"""How checks are written, found and run."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from ..findings import SEVERITIES, Finding
from ..schema import Dataset

__all__ = ["TaskLike", "check", "check_dataset", "checks"]


class TaskLike(Protocol):
    """What a check needs to know of the task: `automl.task.Task` stands above this package."""

    @property
    def kind(self) -> str:
        """Binary, multiclass or regression."""

    @property
    def target(self) -> str:
        """The column to predict."""


Check = Callable[[Dataset, TaskLike | None], Iterable[Finding]]
_CHECKS: dict[str, Check] = {}


def check(function: Check) -> Check:
    """Register a check: a function of (dataset, task or None) that yields findings, nothing if all is well.

    Examples
    --------
    >>> from automl.data.checks import checks
    >>> "constant_columns" in checks()
    True
    """
    _CHECKS[function.__name__] = function
    return function


def checks() -> dict[str, Check]:
    """All checks by name; those in this package are found by looking into it."""
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        importlib.import_module(f"{__package__}.{module.name}")
    return dict(_CHECKS)


def check_dataset(dataset: Dataset, task: TaskLike | None = None) -> list[Finding]:
    """Run every check.

    Parameters
    ----------
    dataset : Dataset
    task : Task, optional
        With it the target is judged too.

    Returns
    -------
    list of Finding
        The gravest first.
    """
    found = [finding for _, function in sorted(checks().items()) for finding in function(dataset, task)]
    return sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))
