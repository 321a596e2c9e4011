"""The bearer token: where it comes from, and comparing it without telling how much of it was right."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from pathlib import Path

from ..errors import SettingError

__all__ = ["VARIABLE", "find_token", "is_token"]

VARIABLE = "GLASSBENCH_TOKEN"
_SHORTEST = 16


def find_token(file: Path | None, environment: Mapping[str, str] = os.environ) -> str | None:
    """The token of a file, else of the environment, else none.

    Raises
    ------
    SettingError
        When the file cannot be read, or the token is shorter than 16 characters or not plain ASCII.
    """
    if file is not None:
        try:
            token = file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingError(
                f"The token file {str(file)!r} cannot be read ({type(error).__name__}).",
                fix="Check the path.",
            ) from None
        where = f"The token in {str(file)!r}"
    elif VARIABLE in environment:
        token, where = environment[VARIABLE].strip(), f"The token in ${VARIABLE}"
    else:
        return None
    if len(token) < _SHORTEST or not token.isascii() or not token.isprintable() or " " in token:
        raise SettingError(
            f"{where} must be at least {_SHORTEST} printable ASCII characters without spaces.",
            fix="Make one with: python -c 'import secrets; print(secrets.token_urlsafe(32))'",
        )
    return token


def is_token(header: str, token: str) -> bool:
    """Whether an Authorization header shows the token; takes as long whatever is wrong with it."""
    scheme, _, given = header.partition(" ")
    same = hmac.compare_digest(_digest(given.strip()), _digest(token))
    return same and scheme.lower() == "bearer"


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", errors="surrogatepass")).digest()
