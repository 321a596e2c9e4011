"""Who is at work: the name that decisions and the audit log carry."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from automl.errors import SettingError

__all__ = ["USER", "acting_as", "who"]

USER = "GLASSBENCH_USER"
"""Environment variable: the name to be written down instead of the operating system's."""

_LONGEST = 100
_ACTING: ContextVar[str | None] = ContextVar("acting", default=None)


def who() -> str:
    """The name of whoever acts (see `acting_as`), else that in `GLASSBENCH_USER`, else the process's user.

    It is not that of `$USER`, which anybody may set without meaning to.

    Raises
    ------
    SettingError
        When the name that was set is longer than a name.
    """
    acting = _ACTING.get()
    if acting is not None:
        return acting
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


@contextmanager
def acting_as(name: str | None) -> Iterator[None]:
    """Let what is done within the block carry this name.

    For a process that acts for several people, whose names something else has made sure of, such as a login.

    Parameters
    ----------
    name : str or None
        None, or nothing but blanks: whoever runs the process.
    """
    known = " ".join((name or "").split())[:_LONGEST]
    before = _ACTING.set(known or None)
    try:
        yield
    finally:
        _ACTING.reset(before)
