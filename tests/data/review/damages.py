"""A real table, damaged in ways that happen, and what is wrong with each; TensorFlow is asked, too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from automl.data.review import codes

__all__ = ["DAMAGES", "TARGET", "Damage", "cells_of"]

TARGET = "Churn"
Change = Callable[[pd.DataFrame], pd.DataFrame]


@dataclass(frozen=True)
class Damage:
    """A damaged table.

    Attributes
    ----------
    change : callable
        From the cells of the table to those of the damaged one.
    expected : set of (str, str)
        Columns ("" for the table) and codes.
    """

    change: Change
    expected: frozenset[tuple[str, str]]


def cells_of(path: object) -> pd.DataFrame:
    """The cells of a table as text."""
    return pd.read_csv(path, dtype=str, keep_default_na=False)  # type: ignore[call-overload, no-any-return]


def _damage(change: Change, *expected: tuple[str, str]) -> Damage:
    return Damage(change, frozenset(expected))


def _some(column: str, value: Callable[[pd.Series], object] | str, every: int = 50) -> Change:
    """Another value in every fiftieth row."""

    def change(cells: pd.DataFrame) -> pd.DataFrame:
        chosen = cells.index % every == 0
        new = value if isinstance(value, str) else value(cells.loc[chosen, column])
        changed = cells.copy()
        changed.loc[chosen, column] = new
        return changed

    return change


DAMAGES = {
    "a column is gone": _damage(
        lambda cells: cells.drop(columns="Contract"), ("Contract", codes.MISSING_COLUMN)
    ),
    "a column is new": _damage(
        lambda cells: cells.assign(
            Region=["north", "south"] * (len(cells) // 2) + ["north"] * (len(cells) % 2)
        ),
        ("Region", codes.NEW_COLUMN),
    ),
    "a column bears another name": _damage(
        lambda cells: cells.rename(columns={"tenure": "Tenure"}),
        ("tenure", codes.MISSING_COLUMN),
        ("Tenure", codes.NEW_COLUMN),
    ),
    "labels in another spelling": _damage(
        _some("Contract", lambda old: old.str.lower()), ("Contract", codes.DOMAIN)
    ),
    "negative numbers of months": _damage(_some("tenure", "-1"), ("tenure", "INT_TYPE_SMALL_INT")),
    "more months than a life has": _damage(
        _some("tenure", "9999", every=500),
        ("tenure", "INT_TYPE_BIG_INT"),
        ("tenure", codes.DIVERGED),
    ),
    "some charges in cents": _damage(
        _some("MonthlyCharges", lambda old: (old.astype(float) * 100).map("{:.1f}".format)),
        ("MonthlyCharges", "FLOAT_TYPE_BIG_FLOAT"),
        ("MonthlyCharges", codes.DIVERGED),
    ),
    "values are missing": _damage(_some("gender", ""), ("gender", codes.MISSING)),
    "a column is empty": _damage(
        lambda cells: cells.assign(PaymentMethod=""), ("PaymentMethod", codes.NOT_PRESENT)
    ),
    "words among whole numbers": _damage(
        _some("tenure", lambda old: old + " months"),
        ("tenure", codes.TYPE),
        ("tenure", "INT_TYPE_NOT_INT_STRING"),
    ),
    "words among numbers": _damage(
        _some("MonthlyCharges", "free"),
        ("MonthlyCharges", codes.TYPE),
        ("MonthlyCharges", "FLOAT_TYPE_STRING_NOT_FLOAT"),
    ),
    "halves of whole numbers": _damage(_some("tenure", "12.5"), ("tenure", codes.TYPE)),
    "a code that is no label": _damage(
        _some("SeniorCitizen", "2"), ("SeniorCitizen", "INT_TYPE_BIG_INT"), ("SeniorCitizen", codes.DIVERGED)
    ),
    "a column of numbers under the name of labels": _damage(
        lambda cells: cells.assign(gender=cells["tenure"]),
        ("gender", codes.TYPE),
        ("gender", codes.SHARES),
    ),
    "hardly any rows": _damage(lambda cells: cells.sample(600, random_state=1), ("", codes.TOO_FEW_ROWS)),
    "all customers pay in one way": _damage(
        lambda cells: cells.assign(PaymentMethod="Mailed check"), ("PaymentMethod", codes.SHARES)
    ),
}
