"""Predictions as clients want them: records, columns, CSV; the same names everywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from ..bundle.scoring import PROBABILITY, predictions_to_csv
from .http import CSV, LINES, Response, json_response, to_json

__all__ = ["Answer", "json_records", "plain_columns", "tabular"]


@dataclass(frozen=True)
class Answer:
    """The predictions of a request.

    Parameters
    ----------
    ids : sequence of str
        One a row.
    columns : dict of name to list
        Plain values by the names that ``predict.py`` writes: ``prediction``, ``probability_<label>`` and,
        where asked for, ``low`` and ``high``, or ``set``.
    warnings : sequence of dict
        What was odd about the rows.
    """

    ids: Sequence[str]
    columns: Mapping[str, Sequence[Any]]
    warnings: Sequence[Mapping[str, Any]]

    @cached_property
    def records(self) -> list[dict[str, Any]]:
        """A row each, by the names that ``predict.py`` writes."""
        names = list(self.columns)
        return [dict(zip(names, row, strict=True)) for row in zip(*self.columns.values(), strict=True)]

    @cached_property
    def outcomes(self) -> list[dict[str, Any]]:
        """A row each, with all probabilities in one object by label."""
        told = []
        for record in self.records:
            probabilities = {
                name.removeprefix(PROBABILITY): value
                for name, value in record.items()
                if name.startswith(PROBABILITY)
            }
            outcome = {"prediction": record["prediction"]}
            if probabilities:
                outcome["probabilities"] = probabilities
            told.append(outcome | {name: record[name] for name in ("low", "high", "set") if name in record})
        return told

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The prediction ids, for bodies with no room for them: the star stands for a row's number."""
        return (("x-prediction-ids", f"{self.ids[0].rpartition('-')[0]}-*"),) if self.ids else ()


def tabular(answer: Answer, kind: str, *, names: bool = True, ids: bool = False) -> Response:
    """Predictions as a table: CSV, or one JSON object a line.

    Parameters
    ----------
    answer : Answer
    kind : {CSV, LINES}
    names : bool
        Whether CSV begins with a line of names.
    ids : bool
        Whether the first column is the prediction's id.
    """
    if kind == LINES:
        rows = answer.records
        if ids:
            rows = [{"id": name, **row} for name, row in zip(answer.ids, rows, strict=True)]
        return Response(b"".join(to_json(row) + b"\n" for row in rows), 200, LINES, answer.headers)
    table = pd.DataFrame(
        {name: pd.Series(_hashable(values), dtype=object) for name, values in answer.columns.items()}
    )
    text = predictions_to_csv(table, {"id": list(answer.ids)} if ids else None)
    if not names:
        text = text.partition("\n")[2]
    return Response(text.encode("utf-8"), 200, f"{CSV}; charset=utf-8", answer.headers)


def plain_columns(frame: pd.DataFrame) -> dict[str, list[Any]]:
    """What ``Scorer.predictions`` gives, as plain values."""
    return {
        str(name): [list(value) if isinstance(value, tuple) else value for value in values.tolist()]
        for name, values in frame.items()
    }


def _hashable(values: Sequence[Any]) -> list[Any]:
    return [tuple(value) if isinstance(value, list) else value for value in values]


def json_records(answer: Answer, around: str | None) -> Response:
    """Predictions as records, in an object under a name or as they are."""
    return json_response(answer.records if around is None else {around: answer.records}, 200, answer.headers)
