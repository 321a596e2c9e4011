"""A policy as a TOML file, reviewed and versioned like code.

[when]                  # what speaks for learning the model anew
match = "any"           # or "all" of those that are given
drift = "act"           # the verdict on the new rows: "look" or "act"
performance = "look"    # worse than promised: "look" (surely) or "act" (by far)
age_days = 90
new_rows = 2000         # with a label, that the model has not learned from

[limits]                # what forbids it, whatever speaks for it
cool_down_days = 14
most = 4                # retrainings in
period_days = 90

[then]
approval = true         # somebody has to approve the new model before it is used
better_by = 0.0         # by how much it must be better, in units of the metric; negative: may be worse
sure = 0.9              # how sure that must be
budget = 300            # seconds of the search
window = "all"          # of the rows to learn from, see `automl.monitoring.window`
holdout = "20%"         # of the new rows, the latest, to compare the models on
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from automl.errors import SettingError
from automl.monitoring.policy import Policy

__all__ = ["SECTIONS", "read_policy"]

SECTIONS = {
    "when": ("match", "drift", "performance", "age_days", "new_rows"),
    "limits": ("cool_down_days", "most", "period_days"),
    "then": ("approval", "better_by", "sure", "budget", "window", "holdout"),
}
"""The settings of a policy, by the section that they stand in."""


def read_policy(path: Path) -> Policy:
    """The policy in a TOML file.

    Raises
    ------
    SettingError
        When it is not there, is no TOML, or has something that no policy has.
    """
    if not path.is_file():
        raise SettingError(f"There is no policy {path}.", fix="Check the path.")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(f"The policy {path.name} is no TOML: {error}", fix="Correct the file.") from error
    return Policy(**_flat(content, path.name))


def _flat(content: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The settings of all sections by name; what is unknown is refused: typing errors must not pass."""
    found: dict[str, Any] = {}
    for section, settings in content.items():
        if section not in SECTIONS or not isinstance(settings, Mapping):
            raise SettingError(
                f"The policy {name} has {section!r}, which is no section of a policy.",
                fix=f"There is {', '.join(f'[{known}]' for known in SECTIONS)}.",
            )
        for setting, value in settings.items():
            if setting not in SECTIONS[section]:
                raise SettingError(
                    f"The policy {name} has {setting!r} under [{section}], which nothing reads.",
                    fix=f"There is {', '.join(SECTIONS[section])}.",
                )
            found[setting] = value
    return found
