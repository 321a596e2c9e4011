"""Who is at work: the name that decisions and the audit log carry."""

from __future__ import annotations

import os
import pwd

from automl.errors import SettingError

__all__ = ["USER", "who"]

USER = "GLASSBENCH_USER"
"""Environment variable: the name to be written down instead of the operating system's."""

_LONGEST = 100


def who() -> str:
    """The name in `GLASSBENCH_USER`, else that of the process's user.

    It is not that of `$USER`, which anybody may set without meaning to.

    Raises
    ------
    SettingError
        When the name that was set is longer than a name.
    """
    named = " ".join(os.environ.get(USER, "").split())
    if len(named) > _LONGEST:
        raise SettingError(
            f"Expected a name of at most {_LONGEST} characters in {USER}, found {len(named):,}.",
            fix="Shorten it.",
        )
    if named:
        return named
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may run as a number that has no name
        return f"uid {os.getuid()}"
