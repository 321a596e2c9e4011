"""What came of comparing new rows with those that a model was learned from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Self

from automl.data import Finding
from automl.monitoring.apart import Apart
from automl.monitoring.drift import ColumnDrift, ranked
from automl.monitoring.estimate.records import Estimated
from automl.monitoring.parts import clear_parts, main_label
from automl.monitoring.performance import Performance
from automl.monitoring.rules import Level
from explain.stored import Stored
from explain.whole.compare import Comparison

__all__ = ["DriftReport"]


@dataclass(frozen=True)
class DriftReport(Stored):
    """What is to be known before predictions of new rows are relied on.

    Attributes
    ----------
    table : str
        Name of the new table.
    sha256 : str or None
        Of its file.
    rows : int
    created : float
        When the comparison was made, in seconds since 1970.
    model, target : str
        The model, in words, and the column that it predicts.
    scored : bool
        Whether the rows could be scored. If not, `findings` say why, and nothing else is known.
    known_rows : int
        Rows that the model was learned from.
    predicted : str
        Of which rows the predictions are that the new ones are compared with.
    level : {"fine", "look", "act"}
    headline : str
        The verdict in a sentence.
    reasons : tuple of str
        For it, the most serious first.
    findings : tuple of Finding
        What the table lacks, has more, or writes otherwise than expected.
    columns, outputs : tuples of ColumnDrift
        Of the columns in the order of the schema, and of what is predicted.
    apart : Apart or None
        Whether a classifier tells new rows from old ones, all columns considered.
    shift : Comparison or None
        The shift of the mean prediction, split into columns.
    performance : Performance or None
        Where the rows carry the target.
    notes : tuple of str
        What was not done, and why.
    seconds : float
    estimated : Estimated or None
        How good predictions of the rows without the target are, as far as that can be told without.
    """

    table: str
    sha256: str | None
    rows: int
    created: float
    model: str
    target: str
    scored: bool
    known_rows: int
    predicted: str
    level: Level
    headline: str
    reasons: tuple[str, ...]
    findings: tuple[Finding, ...]
    columns: tuple[ColumnDrift, ...]
    outputs: tuple[ColumnDrift, ...]
    apart: Apart | None
    shift: Comparison | None
    performance: Performance | None
    notes: tuple[str, ...]
    seconds: float
    estimated: Estimated | None = None

    @property
    def exit_code(self) -> int:
        """For scripts: 0 where all is fine, else 2."""
        return 0 if self.level == "fine" else 2

    @property
    def parts(self) -> dict[str, float]:
        """What each column adds to the shift of the mean prediction, 0 where that may be chance."""
        return clear_parts(self.shift)

    @property
    def part_of(self) -> str | None:
        """The class whose mean probability is split; None for values."""
        return None if self.shift is None else self.shift.output_name(main_label(self.shift))

    def ranked(self) -> list[ColumnDrift]:
        """The columns, by what they do to the predictions; see `automl.monitoring.drift.ranked`."""
        return ranked(self.columns, self.parts)

    def concerned(self) -> list[str]:
        """Names of the columns that call for a look, those of the findings first."""
        named = [each.column for each in self.findings if each.column and each.severity != "info"]
        drifted = [each.column for each in self.ranked() if each.level != "fine"]
        return list(dict.fromkeys([*named, *drifted]))

    def to_json(self) -> dict[str, Any]:
        """As JSON values; `from_json` gives it back."""
        content = super().to_json()
        content["exit_code"] = self.exit_code
        content["concerned"] = self.concerned()
        return _finite(content)  # type: ignore[no-any-return]

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Inverse of `to_json`.

        Raises
        ------
        explain.InputError
            If it is damaged, or of another version.
        """
        derived = ("exit_code", "concerned")
        known = {name: value for name, value in data.items() if name not in derived}
        # Reports were first stored without an estimate.
        return super().from_json({"estimated": None} | known)


def _finite(content: Any) -> Any:
    """The same without tuples, and with texts for numbers that JSON has not."""
    if isinstance(content, dict):
        return {name: _finite(value) for name, value in content.items()}
    if isinstance(content, list | tuple):
        return [_finite(value) for value in content]
    if isinstance(content, float) and not math.isfinite(content):
        return "NaN" if math.isnan(content) else "Infinity" if content > 0 else "-Infinity"
    return content
