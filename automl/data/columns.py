"""What a schema knows about one column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from ..errors import SchemaError, SettingError

__all__ = ["Column", "Kind", "NumberFormat"]


class Kind(StrEnum):
    """What a column is to a model."""

    NUMBER = "number"
    BOOLEAN = "boolean"
    CATEGORY = "category"
    DATETIME = "datetime"
    TEXT = "text"
    IDENTIFIER = "identifier"
    CONSTANT = "constant"

    @classmethod
    def parse(cls, value: Kind | str) -> Kind:
        """The kind of that name.

        Raises
        ------
        SettingError
            If there is none.
        """
        try:
            return cls(str(value).strip().lower())
        except ValueError:
            raise SettingError(
                f"{value!r} is no kind of column.", fix=f"Kinds are: {', '.join(kind.value for kind in cls)}."
            ) from None


@dataclass(frozen=True)
class NumberFormat:
    """How numbers are written in a column.

    Parameters
    ----------
    decimal : {".", ","}
    thousands : {",", ".", " ", "'", "_"} or None
        The mark between groups of three digits; a space stands for every kind of space.
    affixes : tuple of str
        What stands before or after the digits and is dropped, such as ``"%"`` or ``"€"``. 12 % stays 12.
    needs_cleaning : bool
        Whether plain number parsing would fail on (or misread) some values.
    ambiguous : bool
        Whether the values fit another reading as well: "1,234" as a thousand or as a decimal.
    """

    decimal: str = "."
    thousands: str | None = None
    affixes: tuple[str, ...] = ()
    needs_cleaning: bool = False
    ambiguous: bool = False

    def replacements(self) -> tuple[tuple[str, str], ...]:
        """Patterns and replacements, in order, that turn a valid value into what plain parsing reads."""
        if not self.needs_cleaning:
            return ()
        drop = [r"\s", *(re.escape(affix) for affix in sorted(self.affixes, key=len, reverse=True))]
        if self.thousands and not self.thousands.isspace():
            drop.append("['’]" if self.thousands == "'" else re.escape(self.thousands))
        steps = [("|".join(drop), "")]
        if self.decimal == ",":
            steps.append((",", "."))
        steps.append(("[−–]", "-"))
        return tuple(steps)

    def to_json(self) -> dict[str, Any]:
        """The format as JSON values."""
        return {
            "decimal": self.decimal,
            "thousands": self.thousands,
            "affixes": list(self.affixes),
            "needs_cleaning": self.needs_cleaning,
            "ambiguous": self.ambiguous,
        }

    @classmethod
    def from_json(cls, payload: Mapping[str, Any]) -> NumberFormat:
        """The format that `to_json` described."""
        return cls(
            decimal=str(payload["decimal"]),
            thousands=payload.get("thousands"),
            affixes=tuple(payload.get("affixes") or ()),
            needs_cleaning=bool(payload.get("needs_cleaning", False)),
            ambiguous=bool(payload.get("ambiguous", False)),
        )


@dataclass(frozen=True)
class Column:
    """One column of a schema.

    Parameters
    ----------
    name : str
    kind : Kind
    nullable : bool
        Whether values were missing in the table that the schema comes from.
    why : str
        Why this kind, one plain sentence.
    categories : tuple of str or None
        Boolean, category and constant: the values as written, the most frequent first.
    numeric_values : bool
        Boolean, category, constant, identifier: all values are distinct as numbers too ("0" and "1";
        "00123").
    missing_tokens : tuple of str
        What is read as missing in this column besides empty cells.
    value_tokens : tuple of str
        Of the texts that pandas reads as missing ("NA", "None", …) those that are kept as values here.
    number : NumberFormat or None
        How numbers are written.
    date_format : str or None
        A strptime format, "ISO8601", or "mixed".
    minimum, maximum : float, str or None
        The range: numbers, or dates in ISO format.
    width : int or None
        The number of digits of codes with leading zeros, when all have the same: 123 stands for "00123".
    """

    name: str
    kind: Kind
    nullable: bool
    why: str
    categories: tuple[str, ...] | None = None
    numeric_values: bool = False
    missing_tokens: tuple[str, ...] = ()
    value_tokens: tuple[str, ...] = ()
    number: NumberFormat | None = None
    date_format: str | None = None
    minimum: float | str | None = None
    maximum: float | str | None = None
    width: int | None = None

    def renamed(self, name: str) -> Column:
        """The same column under another name."""
        return replace(self, name=name)

    def written_like(self, other: Column) -> Column:
        """The same column, its values written as in another one of its kind; unchanged for another kind.

        What was coerced once no longer tells how it was written: rows that come later are.
        """
        if self.kind != other.kind:
            return self
        categories = self.categories
        if categories is not None:
            categories += tuple(token for token in other.value_tokens if token not in categories)
        return replace(
            self,
            categories=categories,
            missing_tokens=other.missing_tokens,
            value_tokens=other.value_tokens,
            number=other.number,
            date_format=other.date_format,
            width=other.width,
        )

    def to_json(self) -> dict[str, Any]:
        """The column as JSON values."""
        payload = {item.name: getattr(self, item.name) for item in fields(self)}
        payload["kind"] = self.kind.value
        payload["categories"] = None if self.categories is None else list(self.categories)
        payload["missing_tokens"] = list(self.missing_tokens)
        payload["value_tokens"] = list(self.value_tokens)
        payload["number"] = None if self.number is None else self.number.to_json()
        return payload

    @classmethod
    def from_json(cls, payload: Mapping[str, Any]) -> Column:
        """The column that `to_json` described.

        Raises
        ------
        SchemaError
            If a field is absent or makes no sense.
        """
        try:
            categories = payload.get("categories")
            number = payload.get("number")
            return cls(
                name=str(payload["name"]),
                kind=Kind(payload["kind"]),
                nullable=bool(payload["nullable"]),
                why=str(payload.get("why") or ""),
                categories=None if categories is None else tuple(str(item) for item in categories),
                numeric_values=bool(payload.get("numeric_values", False)),
                missing_tokens=tuple(payload.get("missing_tokens") or ()),
                value_tokens=tuple(payload.get("value_tokens") or ()),
                number=None if number is None else NumberFormat.from_json(number),
                date_format=payload.get("date_format"),
                minimum=payload.get("minimum"),
                maximum=payload.get("maximum"),
                width=payload.get("width"),
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise SchemaError(
                f"The description of a column is damaged: {type(error).__name__}: {error}."
            ) from error
