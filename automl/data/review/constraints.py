"""What is allowed in one column, as a person may write it down and change it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Literal, get_args

from ...errors import SchemaError
from ..columns import Kind

__all__ = ["NAMES", "Constraints", "Grade"]

Grade = Literal["error", "warning"]

_TEXTS = frozenset({Kind.BOOLEAN, Kind.CATEGORY, Kind.CONSTANT, Kind.TEXT, Kind.IDENTIFIER})
_MEASURED = frozenset({Kind.NUMBER, Kind.DATETIME})
_COMPARED = frozenset({Kind.NUMBER, Kind.BOOLEAN, Kind.CATEGORY})
_LARGEST = 1e300
_LONGEST_PATTERN = 500
_WRITTEN = {"minimum": "min", "maximum": "max"}


@dataclass(frozen=True)
class Constraints:
    """What is allowed in one column.

    Parameters
    ----------
    name : str
    kind : Kind
        As the column is read; it is changed by inferring the schema again.
    required : bool
        Whether a table must have the column.
    min_present : float
        The smallest share of the rows that must hold a value.
    whole : bool
        Numbers: whether all must be whole.
    minimum, maximum : float, str or None
        Of numbers; of dates in ISO 8601. Written `min` and `max`.
    domain : tuple of str or None
        The values that may occur, as the schema writes them.
    min_domain_mass : float
        The smallest share of the values that must be in the domain; 1 closes it.
    unique : bool
        Whether no value may occur twice.
    max_length : int or None
        Of a text, in characters.
    pattern : str or None
        A regular expression that texts must match from the first character to the last.
    drift, skew : float or None
        By how much the column may differ from an earlier table, or rows to predict from those learned from.
        Of labels the largest difference of a share; of numbers the Jensen–Shannon divergence (base 2) of
        histograms.
    severity : {"error", "warning"}
        Of what is found in the cells of the column.

    Raises
    ------
    SchemaError
        When a constraint makes no sense, or none for such a column.
    """

    name: str
    kind: Kind
    required: bool = True
    min_present: float = 0.0
    whole: bool = False
    minimum: float | str | None = None
    maximum: float | str | None = None
    domain: tuple[str, ...] | None = None
    min_domain_mass: float = 1.0
    unique: bool = False
    max_length: int | None = None
    pattern: str | None = None
    drift: float | None = None
    skew: float | None = None
    severity: Grade = "error"

    def __post_init__(self) -> None:
        self._check_flags()
        self._check_shares()
        self._check_ends()
        self._check_texts()

    @property
    def is_closed(self) -> bool:
        """Whether no value outside of the domain is allowed."""
        return self.domain is not None and self.min_domain_mass >= 1

    def to_json(self) -> dict[str, Any]:
        """What is constrained, as JSON values; what is not is left out."""
        told: dict[str, Any] = {"name": self.name, "kind": self.kind.value}
        for field in _FIELDS:
            value = getattr(self, field.name)
            if field.name in ("required", "min_present") or value != field.default:
                told[_WRITTEN.get(field.name, field.name)] = list(value) if type(value) is tuple else value
        return told

    @classmethod
    def from_json(cls, payload: Mapping[str, Any]) -> Constraints:
        """The constraints that `to_json` described, or somebody wrote.

        Raises
        ------
        SchemaError
            When a name is unknown, or a value makes no sense.
        """
        if not isinstance(payload, Mapping) or not isinstance(payload.get("name"), str):
            raise SchemaError("Each column of a reviewed schema needs a name.", fix='Give it as "name".')
        name = payload["name"]
        unknown = sorted(set(payload) - {"name", "kind", *NAMES})
        if unknown:
            raise SchemaError(
                f"There is no constraint {unknown[0]!r}, as written for the column {name!r}.",
                fix=f"There are: {', '.join(NAMES)}.",
                column=name,
            )
        try:
            kind = Kind(str(payload.get("kind")))
        except ValueError:
            raise SchemaError(
                f"The column {name!r} has the kind {payload.get('kind')!r}, which there is not.",
                fix=f"Kinds are: {', '.join(each.value for each in Kind)}.",
                column=name,
            ) from None
        return cls(name, kind).having(
            **{key: value for key, value in payload.items() if key not in ("name", "kind")}
        )

    def having(self, **changes: Any) -> Constraints:
        """The constraints with some of them changed, by the names that they are written with.

        Raises
        ------
        SchemaError
            When a value makes no sense.
        """
        meant = {_READ.get(name, name): value for name, value in changes.items()}
        if isinstance(meant.get("domain"), list | tuple):
            meant["domain"] = tuple(meant["domain"])
        return replace(self, **meant)

    def _refuse(self, what: str, value: Any, expected: str) -> SchemaError:
        return SchemaError(
            f"Expected {expected} as {what} of the column {self.name!r}, found {value!r}.", column=self.name
        )

    def _require_kind(self, what: str, value: Any, kinds: frozenset[Kind]) -> None:
        if value not in (None, False) and self.kind not in kinds:
            raise SchemaError(
                f"The column {self.name!r} is of the kind {self.kind.value}, which has no {what}.",
                fix=f"Leave it out; there is one of: {', '.join(sorted(kind.value for kind in kinds))}.",
                column=self.name,
            )

    def _check_flags(self) -> None:
        for what in ("required", "whole", "unique"):
            if type(getattr(self, what)) is not bool:
                raise self._refuse(what, getattr(self, what), "true or false")
        if self.severity not in get_args(Grade):
            raise self._refuse("severity", self.severity, "error or warning")
        self._require_kind("whole", self.whole, frozenset({Kind.NUMBER}))

    def _check_shares(self) -> None:
        for what in ("min_present", "min_domain_mass", "drift", "skew"):
            value = getattr(self, what)
            if value is None and what in ("drift", "skew"):
                continue
            if not _is_number(value) or not 0 <= value <= 1:
                raise self._refuse(what, value, "a number from 0 to 1")
        self._require_kind("drift", self.drift, _COMPARED)
        self._require_kind("skew", self.skew, _COMPARED)
        if self.min_present > 0 and not self.required:
            raise SchemaError(
                f"The column {self.name!r} may be absent, but {self.min_present:g} of its rows must hold a "
                "value.",
                fix="Set min_present to 0, or required to true.",
                column=self.name,
            )

    def _check_ends(self) -> None:
        for what, value in (("min", self.minimum), ("max", self.maximum)):
            self._require_kind(what, value, _MEASURED)
            if value is None:
                continue
            if self.kind is Kind.NUMBER and not _is_number(value):
                raise self._refuse(what, value, "a number")
            if self.kind is Kind.DATETIME and not _is_date(value):
                raise self._refuse(what, value, "a date such as 2026-01-31, without a zone,")
        low, high = self.minimum, self.maximum
        if low is not None and high is not None and low > high:  # type: ignore[operator]
            raise self._refuse("max", high, f"at least the min, {low!r},")

    def _check_texts(self) -> None:
        self._require_kind("domain", self.domain, _TEXTS)
        self._require_kind("max_length", self.max_length, _TEXTS)
        self._require_kind("pattern", self.pattern, _TEXTS)
        if self.domain is not None and (
            type(self.domain) is not tuple
            or not all(type(value) is str for value in self.domain)
            or len(set(self.domain)) != len(self.domain)
        ):
            raise self._refuse("domain", self.domain, "different texts")
        if self.max_length is not None and (type(self.max_length) is not int or self.max_length < 1):
            raise self._refuse("max_length", self.max_length, "a whole number of 1 or more")
        if self.pattern is not None:
            if type(self.pattern) is not str or len(self.pattern) > _LONGEST_PATTERN:
                raise self._refuse(
                    "pattern", self.pattern, f"a text of at most {_LONGEST_PATTERN} characters"
                )
            try:
                re.compile(self.pattern)
            except (re.error, OverflowError, RecursionError) as error:
                raise self._refuse("pattern", self.pattern, f"a regular expression ({error})") from None


_FIELDS = tuple(field for field in fields(Constraints) if field.name not in ("name", "kind"))
_READ = {written: name for name, written in _WRITTEN.items()}
NAMES = tuple(_WRITTEN.get(field.name, field.name) for field in _FIELDS)
"""The names of all constraints, as they are written."""


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) < _LARGEST  # NaN is not, either


def _is_date(value: Any) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is None
    except (TypeError, ValueError):
        return False
