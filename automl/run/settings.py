"""What a run may be asked for: settings are checked before anything is made of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.errors import SettingError
from automl.extras import require_extra

if TYPE_CHECKING:
    from automl.data.review import ReviewedSchema

__all__ = [
    "EXPLAIN_SECONDS",
    "bytes_of",
    "check_choice",
    "check_executor",
    "check_extra_families",
    "check_settings",
    "check_split_settings",
    "check_weights",
    "reviewed_json",
]

EXPLAIN_SECONDS = 30.0
"""That an explanation may take where nothing else is asked for."""
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?\s*", re.IGNORECASE)
_LEAST_MEMORY = 100_000_000
_ADDRESS = re.compile(r"(tcp|tls)://(\[[0-9A-Fa-f:.]+\]|[\w.-]+):\d{1,5}")


def check_settings(
    target: str, budget: float, n_jobs: int | None, max_trials: int | None, excluded: Sequence[str]
) -> None:
    """Raise a SettingError where numbers are out of range, or the target must not be read."""
    if not budget > 0:
        raise SettingError(f"The budget is {budget!r} seconds.", fix="Give a positive number of seconds.")
    if n_jobs is not None and n_jobs < 1:
        raise SettingError(f"n_jobs is {n_jobs!r}.", fix="Give the number of cores, 1 or more.")
    if max_trials is not None and max_trials < 1:
        raise SettingError(f"max_trials is {max_trials!r}.", fix="Give 1 or more, or leave it out.")
    if target in excluded:
        raise SettingError(
            f"The target {target!r} is among the excluded columns.", fix="Take it off that list."
        )


def check_choice(setting: str, value: str, choices: Sequence[str]) -> None:
    """Raise a SettingError unless a setting is one of its choices."""
    if value not in choices:
        raise SettingError(f"{setting} is {value!r}.", fix=f"Give {' or '.join(map(repr, choices))}.")


def check_split_settings(target: str, groups: str | None, time: str | None) -> None:
    """Raise a SettingError where columns that tell how to split make no sense together."""
    if target in (groups, time):
        raise SettingError(
            f"The target {target!r} is named as groups or time as well.", fix="Name another column."
        )
    if groups is not None and time is not None:
        raise SettingError(
            "Rows can be kept together by groups or be ordered by time, not both.",
            fix="Give one of the two.",
        )


def check_weights(weights: str | None, target: str, groups: str | None, time: str | None) -> None:
    """Raise a SettingError where the column of weights is needed for something else."""
    named = {target: "the target", groups: "groups", time: "time"}
    if weights is not None and weights in named:
        raise SettingError(
            f"The weights column {weights!r} is named as {named[weights]} as well.",
            fix="Name a column that only says how much each row counts.",
            column=weights,
        )


def bytes_of(memory: float | str) -> int:
    """A size such as "8GB", "500 MB" or "1.5GiB" in bytes."""
    size = float(memory) if isinstance(memory, int | float) else 0.0
    if isinstance(memory, str) and (found := _SIZE.fullmatch(memory)):
        power = " kmgt".index(found[2].lower() or " ")
        size = float(found[1]) * (1024 if found[3] else 1000) ** power
    if not _LEAST_MEMORY <= size < float("inf"):
        raise SettingError(
            f"The memory must be at least 100 MB, not {memory!r}.", fix="Give bytes, or a size such as 8GB."
        )
    return int(size)


def check_executor(executor: str | None) -> None:
    """Raise a SettingError for what is no address of a scheduler, a MissingExtraError without Dask."""
    if executor is None:
        return
    if not _ADDRESS.fullmatch(executor):
        raise SettingError(
            f"{executor!r} is not the address of a Dask scheduler.",
            fix="Give tcp://host:port, or tls://host:port where Dask is configured with certificates.",
        )
    require_extra("dask", "Evaluating on a Dask cluster")


def reviewed_json(given: ReviewedSchema | str | Path) -> dict[str, Any]:
    """A reviewed schema as JSON values, checked."""
    from automl.data.review import ReviewedSchema

    if not isinstance(given, ReviewedSchema):
        path = Path(given)
        if not path.is_file():
            raise SettingError(f"There is no file {path} with a reviewed schema.", fix="Check the path.")
        given = ReviewedSchema.from_json(path.read_text(encoding="utf-8"))
    return given.to_json()


def check_extra_families(names: Sequence[str]) -> None:
    """Raise a SettingError for families that cannot be added, a MissingExtraError without their package."""
    if not names:
        return
    from automl.models import FAMILIES  # not above: it takes a second

    optional = {name: family for name, family in FAMILIES.items() if family.extra}
    for name in names:
        if name not in optional:
            raise SettingError(
                f"{name!r} is not a model family that can be added.", fix=f"There is {', '.join(optional)}."
            )
        require_extra(optional[name].extra, f"The family {optional[name].label}")
