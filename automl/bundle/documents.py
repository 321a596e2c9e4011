"""JSON documents of a bundle, read so that neither their size nor their depth can do harm."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..errors import BundleError

__all__ = ["DAMAGED", "MOST_BYTES", "parse_json", "read_json"]

#: Of one document; explanations of a hundred rows and columns have a tenth of it.
MOST_BYTES = 64 * 1024**2
#: What reading a document raises that is JSON, and not what was expected.
DAMAGED = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
_FIX = "Do not use this bundle unless you know why: download it again, or export the model again."


def parse_json(data: bytes, name: str, *, strict: bool = False) -> Any:
    """Read a JSON document.

    Parameters
    ----------
    data : bytes
    name : str
        Of the file, for the message.
    strict : bool
        Refuse a name that stands twice in one object, which different readers read differently.

    Raises
    ------
    BundleError
        When it is no JSON, too large, or nested too deeply.
    """
    if len(data) > MOST_BYTES:
        raise BundleError(
            f"{name} has {len(data):,} bytes; no document of a bundle has more than {MOST_BYTES:,}.", fix=_FIX
        )
    try:
        return json.loads(data, object_pairs_hook=_once if strict else None)
    except RecursionError:
        raise BundleError(f"{name} is no valid JSON: it is nested too deeply.", fix=_FIX) from None
    except ValueError as error:
        raise BundleError(f"{name} is no valid JSON ({error}).", fix=_FIX) from error


def read_json(files: Mapping[str, bytes], name: str) -> Any:
    """Read a JSON document of a bundle.

    Raises
    ------
    BundleError
        When there is none, or see `parse_json`.
    """
    if name not in files:
        raise BundleError(f"The bundle has no {name}.", fix="Export the model again.")
    return parse_json(files[name], name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice!r} stands there twice")
    return found
