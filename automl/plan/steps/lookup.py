"""Codes looked up in tables: new codes, mean targets, and one column per code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np

from ..compiling import Builder, CannotCompileError, step
from ..program import Floats, Ints, Operation

__all__ = ["Equal", "Lookup"]

_SPAN = float(2**26)
"""Codes, also joint ones, are whole numbers below."""


class Lookup(Operation):
    """What a table has for a code; one search in all tables at once, each in a range of numbers of its own.

    Parameters: ``keys`` and ``values`` of all columns in a row, ``sizes`` of each column's table, what codes
    get that are not in it (``other``), and what missing ones get (``missing``).
    """

    kind: ClassVar[str] = "lookup"

    def __init__(self, source: Any, parameters: Mapping[str, Any]) -> None:
        super().__init__(source, {})
        count = len(self.source)
        self.sizes = np.asarray(parameters["sizes"], dtype=np.intp)
        self.tables = {
            name: np.asarray(parameters[name], dtype=np.float64)
            for name in ("keys", "values", "other", "missing")
        }
        lengths = [len(self.tables[name]) for name in ("keys", "values", "other", "missing")]
        if len(self.sizes) != count or lengths != [self.sizes.sum(), self.sizes.sum(), count, count]:
            raise ValueError("lookup: tables of other sizes than told")
        keys = self.tables["keys"]
        if len(keys) and not (keys.min() >= 0 and keys.max() < _SPAN):
            raise ValueError("lookup: a key out of range")
        self._offset = (np.arange(count) * _SPAN)[:, None]
        flat = keys + np.repeat(self._offset.ravel(), self.sizes)
        order = np.argsort(flat, kind="stable")
        # A last key that nothing equals, so that every search ends at one.
        self._keys = np.append(flat[order], np.inf)
        self._values = np.append(self.tables["values"][order], 0.0)
        self._other, self._missing = self.tables["other"][:, None], self.tables["missing"][:, None]

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """One table of all."""
        tables = {name: np.concatenate([part.tables[name] for part in parts]) for name in parts[0].tables}
        sizes = np.concatenate([part.sizes for part in parts])
        return cls(np.concatenate([part.source for part in parts]), tables | {"sizes": sizes})

    def keys(self) -> list[bytes]:
        """What each column is made of: source, table, and what is not in it."""
        ends = np.cumsum(self.sizes)
        parts = zip(
            self.source, np.split(self.tables["keys"], ends[:-1]), np.split(self.tables["values"], ends[:-1]),
            self._other, self._missing, strict=True,
        )  # fmt: skip
        return [b"".join(each.tobytes() for each in (np.array([len(part[1])]), *part)) for part in parts]

    def chosen(self, columns: Ints) -> Self:
        """One table of some."""
        kept = np.repeat(np.isin(np.arange(len(self.sizes)), columns), self.sizes)
        tables = {name: self.tables[name][kept] for name in ("keys", "values")}
        tables |= {name: self.tables[name][columns] for name in ("other", "missing")}
        return type(self)(self.source[columns], tables | {"sizes": self.sizes[columns]})

    def compute(self, *values: Floats) -> Floats:
        (x,) = values
        missing = np.isnan(x)
        wanted = np.where((x >= 0) & (x < _SPAN), x, 0.5) + self._offset  # nothing has half a code
        place = self._keys.searchsorted(wanted)
        found = np.where(self._keys[place] == wanted, self._values[place], self._other)
        return np.asarray(np.where(missing, self._missing, found))


class Equal(Operation):
    """1 where a value is a given one, else 0."""

    kind: ClassVar[str] = "equal"
    names: ClassVar[tuple[str, ...]] = ("to",)

    def compute(self, *values: Floats) -> Floats:
        return np.asarray((values[0] == self.column("to")).astype(np.float64))


def _table(categories: Any, values: Any, default: float) -> tuple[Floats, Floats, float]:
    """Keys with their values, and the value of a missing one: the table's own where it knows it."""
    keys = np.asarray(categories, dtype=np.float64)
    values = np.asarray(values, dtype=np.float64)
    missing = values[np.isnan(keys)]
    known = ~np.isnan(keys)
    return keys[known], values[known], float(missing[0]) if len(missing) else default


def _add(builder: Builder, source: Sequence[int], tables: Sequence[Any], other: Sequence[float]) -> list[int]:
    return builder.add(
        "lookup",
        source,
        sizes=np.array([len(keys) for keys, _, _ in tables], dtype=np.int64),
        keys=np.concatenate([keys for keys, _, _ in tables]) if tables else np.empty(0),
        values=np.concatenate([values for _, values, _ in tables]) if tables else np.empty(0),
        other=np.asarray(other, dtype=np.float64),
        missing=np.array([missing for _, _, missing in tables], dtype=np.float64),
    )


@step("sklearn.OrdinalEncoder")
def _ordinal(fitted: Any, registers: list[int], builder: Builder) -> list[int]:
    if fitted.handle_unknown != "use_encoded_value" or getattr(fitted, "_infrequent_enabled", False):
        raise CannotCompileError("An ordinal encoder that refuses unknown codes, or joins rare ones")
    tables = []
    for categories in fitted.categories_:
        keys, values, missing = _table(categories, np.arange(len(categories)), float(fitted.unknown_value))
        known = bool(np.isnan(np.asarray(categories, dtype=np.float64)).any())
        tables.append((keys, values, float(fitted.encoded_missing_value) if known else missing))
    return _add(builder, registers, tables, [float(fitted.unknown_value)] * len(registers))


@step("sklearn.TargetEncoder")
def _means(fitted: Any, registers: list[int], builder: Builder) -> list[int]:
    several = fitted.target_type_ == "multiclass"
    classes = len(fitted.classes_) if several else 1
    means = np.atleast_1d(fitted.target_mean_)
    tables, source, other = [], [], []
    for number, values in enumerate(fitted.encodings_):
        column, default = number // classes, float(means[number % classes if several else 0])
        tables.append(_table(fitted.categories_[column], values, default))
        source.append(registers[column])
        other.append(default)
    return _add(builder, source, tables, other)


@step("sklearn.OneHotEncoder")
def _one_hot(fitted: Any, registers: list[int], builder: Builder) -> list[int]:
    if fitted.drop is not None or fitted.handle_unknown not in ("ignore", "infrequent_if_exist"):
        raise CannotCompileError("A one-hot encoder that drops columns or refuses unknown codes")
    joins = fitted._default_to_infrequent_mappings if fitted._infrequent_enabled else [None] * len(registers)
    tables, other = [], []
    for categories, join in zip(fitted.categories_, joins, strict=True):
        places = np.arange(len(categories)) if join is None else np.asarray(join)
        # Unknown codes go with the rare ones, which are last; without rare ones they are in no column.
        rest = -1.0 if join is None else float(places.max())
        tables.append(_table(categories, places, rest))
        other.append(rest)
    groups = _add(builder, registers, tables, other)
    spread = [(group, column) for group, width in zip(groups, fitted._n_features_outs, strict=True)
              for column in range(width)]  # fmt: skip
    return builder.add(
        "equal",
        [group for group, _ in spread],
        to=np.array([column for _, column in spread], dtype=np.float64),
    )
