"""Whether the fast path gives what the pipeline gives: on the sample, and on rows made odd on purpose."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..data import Column, Kind, Schema
from ..errors import BundleError
from ..plan import DeclinedError, Plan
from .documents import read_json
from .manifest import MANIFEST

__all__ = ["PLAN_FILES", "Proof", "prove", "prove_again", "proven_files"]

PLAN_FILES = ("model/plan.json", "model/plan.npz")

#: Absolute for probabilities, relative to the value for numbers above 1.
TOLERANCE = 1e-12
_MOST_BASE_ROWS = 12
_MOST_DECLINED = 0.1
_UNSEEN = "never seen before"

Predict = Callable[[pd.DataFrame], tuple[np.ndarray[Any, Any], list[Any] | None]]


@dataclass(frozen=True)
class Proof:
    """What was compared.

    Attributes
    ----------
    used : bool
        Whether the fast path may answer.
    rows : int
        Compared, the declined ones not among them.
    declined : int
        That the plan leaves to the pipeline.
    largest_difference : float or None
        Between both; None where nothing was compared.
    reason : str
        Why it is not used; empty where it is.
    """

    used: bool
    rows: int
    declined: int
    largest_difference: float | None
    reason: str = ""

    @classmethod
    def none(cls, reason: str) -> Proof:
        """There is no plan."""
        return cls(False, 0, 0, None, reason)

    def to_json(self) -> dict[str, Any]:
        """As the manifest holds it."""
        return dict(vars(self))


def prove(plan: Plan, schema: Schema, sample: pd.DataFrame, predict: Predict) -> Proof:
    """Compare a plan with the pipeline on the rows of a sample, and on the same rows made odd.

    Parameters
    ----------
    plan : Plan
    schema : Schema
    sample : DataFrame
        Canonical rows.
    predict : callable
        Of the pipeline: canonical rows → outputs, shape (rows, outputs), and labels, or None for values.
    """
    rows = list(_rows(sample, schema))
    canonical = schema.coerce(pd.DataFrame(rows, columns=list(schema.names))).frame
    with np.errstate(all="ignore"):  # extreme numbers overflow in the pipeline as they do here
        outputs, labels = _one_by_one(canonical, predict)
    declined = compared = 0
    largest = 0.0
    for number, row in enumerate(rows):
        wanted = outputs[number]
        if wanted is None:
            continue  # the pipeline refuses it
        expected = np.atleast_1d(wanted)
        try:
            given = plan.predict_row(row)
        except DeclinedError:
            declined += 1
            continue
        compared += 1
        found = np.atleast_1d(np.asarray(given, dtype=np.float64))
        gap = np.abs(found - expected) / np.maximum(1.0, np.abs(expected))
        if not (found.shape == expected.shape and np.all(gap <= TOLERANCE)):
            return Proof(
                False,
                compared,
                declined,
                float(np.max(gap)) if gap.size and np.isfinite(gap).all() else None,
                f"A row is predicted as {_shown(found)}, by the pipeline as {_shown(expected)}.",
            )
        largest = max(largest, float(gap.max(initial=0.0)))
        if labels is not None and plan.label(given) != labels[number] and not _tied(plan, given):
            return Proof(False, compared, declined, largest, "A row gets another label than by the pipeline.")
    if declined > _MOST_DECLINED * max(len(rows), 1):
        return Proof(
            False, compared, declined, largest, f"{declined} of {len(rows)} rows need the pipeline anyway."
        )
    return Proof(True, compared, declined, largest)


def _one_by_one(
    frame: pd.DataFrame, predict: Predict
) -> tuple[list[np.ndarray[Any, Any] | None], list[Any] | None]:
    """Predictions of all rows; of each alone where some are refused (then None)."""
    try:
        outputs, labels = predict(frame)
        return list(outputs), labels
    except ValueError:
        found: list[np.ndarray[Any, Any] | None] = []
        named: list[Any] = []
        for row in range(len(frame)):
            try:
                outputs, labels = predict(frame.iloc[[row]])
            except ValueError:
                found.append(None)
                named.append(None)
            else:
                found.append(outputs[0])
                named.append(None if labels is None else labels[0])
        return found, None if all(label is None for label in named) else named


def _tied(plan: Plan, given: Any) -> bool:
    """Whether rounding decides about the label."""
    nudged = [plan.label(np.asarray(given) + step) for step in _nudges(len(given))]
    return any(label != plan.label(given) for label in nudged)


def _nudges(size: int) -> Iterator[np.ndarray[Any, Any]]:
    for place in range(size):
        for sign in (-1, 1):
            step = np.zeros(size)
            step[place] = 2 * sign * TOLERANCE
            yield step


def _rows(sample: pd.DataFrame, schema: Schema) -> Iterator[dict[str, Any]]:
    """The sample as dicts; then with each column missing, unknown and extreme, one at a time and together."""
    cells = {name: [_plain(cell) for cell in sample[name].tolist()] for name in schema.names}
    base = [dict(zip(cells, row, strict=True)) for row in zip(*cells.values(), strict=True)]
    yield from base
    odd = {column.name: list(_odd(column)) for column in schema}
    number = 0
    for column in schema:
        for cell in odd[column.name]:
            yield base[number % len(base)] | {column.name: cell}
            number += 1
    for row, start in zip(base[:_MOST_BASE_ROWS], range(_MOST_BASE_ROWS), strict=False):
        mixed = {
            name: kinds[(start + place) % len(kinds)]
            for place, (name, kinds) in enumerate(odd.items())
            if (start + place) % 3
        }
        yield row | mixed
    yield dict.fromkeys(schema.names)


def _plain(cell: Any) -> Any:
    """A cell of a canonical frame as JSON or Python have it."""
    if isinstance(cell, str):
        return cell
    if cell is None or cell != cell:
        return None
    if isinstance(cell, datetime.datetime):
        return datetime.datetime(*cell.timetuple()[:6], cell.microsecond)
    return float(cell)


def _odd(column: Column) -> Iterator[Any]:
    """Cells that a column may meet: missing, unknown, at and beyond the ends of what it has seen."""
    yield None
    if column.kind is Kind.NUMBER:
        ends = [end for end in (column.minimum, column.maximum) if isinstance(end, float | int)]
        yield from (0.0, -1.0, 0.5, 1e6, -1e6, 1e15)
        for end in ends:
            yield from (float(end), math.nextafter(float(end), math.inf), 2.0 * float(end) + 1.0)
    elif column.kind is Kind.DATETIME:
        for year in (1900, 1970, 2000, 2099):
            yield datetime.datetime(year, 2, 28, 23, 59, 58, 999_999)
    elif column.kind is Kind.TEXT:
        yield from ("", "  ", "x", "ÄÖÜ ß? " * 3, "1234567890 ABC", "nan")
    else:
        yield from (_UNSEEN, "", "0", "1.0", "TRUE", "NA")
        yield from (column.categories or ())[:3]
        yield from (column.categories or ())[-2:]


def _shown(values: np.ndarray[Any, Any]) -> str:
    return ", ".join(f"{value:.17g}" for value in values[:4].tolist())


def proven_files(files: Mapping[str, bytes]) -> tuple[bytes, bytes] | None:
    """The plan of a bundle; None where its manifest does not say that it is used, as those of older ones.

    Raises
    ------
    BundleError
        When it says so, and there is none.
    """
    if MANIFEST not in files or not read_json(files, MANIFEST)["fast_path"]["used"]:
        return None
    if any(name not in files for name in PLAN_FILES):
        raise BundleError("The bundle has a fast path, but no plan.", fix="Export the model again.")
    text, arrays = (files[name] for name in PLAN_FILES)
    return text, arrays


def prove_again(plan: Plan | None, schema: Schema, sample: pd.DataFrame, predict: Predict) -> Proof | None:
    """Prove a bundle's plan where it is used; None where there is none.

    Raises
    ------
    BundleError
        When it does not give here what the pipeline gives.
    """
    if plan is None:
        return None
    again = prove(plan, schema, sample, predict)
    if not again.used:
        raise BundleError(
            f"The fast path does not give what the pipeline gives. {again.reason}",
            fix="Install exactly the versions of requirements.txt, or export the model again.",
        )
    return again
