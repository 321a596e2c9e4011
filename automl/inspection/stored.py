"""A result as it lies in the run folder: with what it was asked, and on what it was made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .registry import Inspection, Told, get_inspection

__all__ = ["Inspected", "file_of", "fingerprint_of"]

_FORMAT = 1
_DIGITS = 12


@dataclass(frozen=True, eq=False)
class Inspected:
    """A result and where it comes from.

    Attributes
    ----------
    name : str
        Of the inspection.
    model : str
        Id of the model.
    params : dict
        All parameters.
    notes : tuple of str
        On what it was made, in sentences.
    seconds : float
        That it took.
    fingerprint : str
        Of the model that it was made of: another one makes it stale.
    result : Any
        A result of :mod:`explain`.
    """

    name: str
    model: str
    params: dict[str, Any]
    notes: tuple[str, ...]
    seconds: float
    fingerprint: str
    result: Any

    def told(self) -> Told:
        """The result in sentences and a table."""
        return get_inspection(self.name).tell(self.result)

    def to_json(self) -> dict[str, Any]:
        """As JSON; :meth:`from_json` gives it back exactly."""
        return {
            "format": _FORMAT,
            "inspection": self.name,
            "model": self.model,
            "params": self.params,
            "notes": list(self.notes),
            "seconds": self.seconds,
            "fingerprint": self.fingerprint,
            "result": self.result.to_json(),
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Inspected | None:
        """Inverse of :meth:`to_json`; None for what another version wrote in another format."""
        from explain import InputError

        if content.get("format") != _FORMAT:
            return None
        try:
            result = get_inspection(content["inspection"]).read(content["result"])
        except InputError:  # the result's own format
            return None
        return cls(
            name=content["inspection"],
            model=content["model"],
            params=content["params"],
            notes=tuple(content["notes"]),
            seconds=content["seconds"],
            fingerprint=content["fingerprint"],
            result=result,
        )


def file_of(what: Inspection, model: str, params: Mapping[str, Any]) -> str:
    """Where a result lies in the run folder; named by the parameters that are not as by default."""
    named = what.plain(params)
    digest = f"-{fingerprint_of(named)[:_DIGITS]}" if named else ""
    return f"inspections/{model}/{what.name}{digest}.json"


def fingerprint_of(content: Any) -> str:
    """A digest of what JSON can hold."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
