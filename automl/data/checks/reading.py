"""How values were read, where the reading is a judgement that a person may want to overrule."""

from __future__ import annotations

from collections.abc import Iterator

from ..columns import Kind
from ..findings import Finding, preview
from ..schema import Dataset
from .registry import TaskLike, check

__all__ = ["ambiguous_dates", "hidden_numbers", "kept_words", "words_for_missing"]


@check
def hidden_numbers(dataset: Dataset, task: TaskLike | None) -> Iterator[Finding]:
    """Numbers that are written with signs around or within."""
    for name in dataset.schema.of_kind(Kind.NUMBER):
        column = dataset.schema[name]
        form = column.number
        if form is None or not form.needs_cleaning:
            continue
        yield Finding(
            "ambiguous_numbers" if form.ambiguous else "hidden_numbers",
            "warning" if form.ambiguous else "info",
            name,
            f"{name!r} is read as numbers: {column.why}.",
            form.to_json(),
            "Choose the decimal mark if the values are wrong, or the kind category if they are no numbers.",
        )


@check
def words_for_missing(dataset: Dataset, task: TaskLike | None) -> Iterator[Finding]:
    """Words that were taken for missing values."""
    for column in dataset.schema:
        words = [token for token in column.missing_tokens if token]
        if words:
            yield Finding(
                "missing_tokens",
                "info",
                column.name,
                f"In {column.name!r} {preview(words)} counts as missing.",
                {"tokens": words},
                "List the words that mean missing when reading the file, if others are meant.",
            )


@check
def kept_words(dataset: Dataset, task: TaskLike | None) -> Iterator[Finding]:
    """Words such as "NA" that other programs take for missing and that are kept as values here."""
    for column in dataset.schema:
        if column.value_tokens:
            yield Finding(
                "kept_as_value",
                "info",
                column.name,
                f"In {column.name!r} {preview(column.value_tokens)} is kept as a value; pandas would read "
                "it as missing.",
                {"tokens": list(column.value_tokens)},
                "If it means missing, declare it so when reading the file.",
            )


@check
def ambiguous_dates(dataset: Dataset, task: TaskLike | None) -> Iterator[Finding]:
    """Dates whose day could be the month."""
    for name in dataset.schema.of_kind(Kind.DATETIME):
        form = dataset.schema[name].date_format or ""
        if not ("%d" in form and "%m" in form) or form.startswith("%Y"):
            continue
        days = dataset.frame[name].dropna().dt.day
        if len(days) and int(days.max()) <= 12:
            first = "day" if form.find("%d") < form.find("%m") else "month"
            yield Finding(
                "ambiguous_dates",
                "warning",
                name,
                f"The dates of {name!r} are read with the {first} first ({form}); the values fit the other "
                "order too.",
                {"format": form},
                "Write dates like 2024-12-31 in the file if the order is wrong.",
            )
