"""What a model may be: directions of columns, readable by a person, quick, small."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from automl.errors import SettingError

if TYPE_CHECKING:
    from automl.data import Schema
    from automl.features.derived import DerivedColumn
    from automl.task import Task

__all__ = ["DIRECTIONS", "Constraints", "directed_columns"]

DIRECTIONS: Mapping[str, int] = {"increasing": 1, "decreasing": -1}


@dataclass(frozen=True)
class Constraints:
    """What was asked of the model beside its score.

    Attributes
    ----------
    monotone : mapping of column to {"increasing", "decreasing"}
        How the prediction may move when only this column grows; of two classes, the probability of the
        positive one.
    interpretable : bool
        Whether a person must be able to read the model.
    max_latency_ms : float or None
        Milliseconds to predict one row on this machine, the preparation of its columns included.
    max_size_mb : float or None
        Megabytes of the stored model.
    """

    monotone: Mapping[str, str] = field(default_factory=dict)
    interpretable: bool = False
    max_latency_ms: float | None = None
    max_size_mb: float | None = None

    @classmethod
    def of(cls, spec: Mapping[str, Any]) -> Constraints:
        """Those of a run's specification; older ones have none."""
        return cls(
            monotone=spec.get("monotone") or {},
            interpretable=bool(spec.get("interpretable")),
            max_latency_ms=spec.get("max_latency_ms"),
            max_size_mb=spec.get("max_size_mb"),
        )

    @property
    def limited(self) -> bool:
        """Whether time or size is limited."""
        return self.max_latency_ms is not None or self.max_size_mb is not None

    def to_json(self) -> dict[str, Any]:
        """As a dictionary of JSON values."""
        return asdict(self) | {"monotone": dict(self.monotone)}

    def check(self, unused: Collection[str | None]) -> None:
        """Refuse what makes no sense whatever the table.

        Parameters
        ----------
        unused : collection of str
            Columns that the model will not read: the target, excluded ones, the groups.

        Raises
        ------
        SettingError
        """
        for column, direction in self.monotone.items():
            if direction not in DIRECTIONS:
                raise SettingError(
                    f"Expected a direction for the column {column!r}, found {direction!r}.",
                    fix=f"Give {' or '.join(DIRECTIONS)}.",
                    column=column,
                )
            if column in unused:
                raise SettingError(
                    f"The prediction cannot follow {column!r}: the model does not read this column.",
                    fix="Take it off the monotone columns, or let the model read it.",
                    column=column,
                )
        for name, limit, unit in (
            ("max_latency_ms", self.max_latency_ms, "milliseconds for one row"),
            ("max_size_mb", self.max_size_mb, "megabytes"),
        ):
            if limit is not None and not limit > 0:
                raise SettingError(f"{name} is {limit!r}.", fix=f"Give a positive number of {unit}.")


def directed_columns(
    monotone: Mapping[str, str], schema: Schema, task: Task, derived: Sequence[DerivedColumn]
) -> list[tuple[int, int]]:
    """Where the monotone columns stand in the matrix, with 1 for rising and -1 for falling predictions.

    Parameters
    ----------
    monotone : mapping of column to {"increasing", "decreasing"}
    schema : Schema
    task : Task
    derived : sequence of DerivedColumn
        The columns of the matrix.

    Raises
    ------
    SettingError
        When a column holds no numbers, or there are more than two classes.
    """
    if monotone and task.kind == "multiclass":
        raise SettingError(
            "Expected two classes or a number to predict with monotone columns, found the "
            f"{task.n_classes} classes of {task.target!r}: the probabilities of all cannot rise together.",
            fix="Leave the monotone columns out, or predict one class against the others.",
            column=task.target,
        )
    for column in monotone:
        kind = schema[column].kind.value
        if kind != "number":
            raise SettingError(
                f"Expected numbers in the monotone column {column!r}, found {kind}: only numbers grow.",
                fix="Choose another column, or correct the column's kind if it does hold numbers.",
                column=column,
            )
    return [
        (position, DIRECTIONS[monotone[column.raw[0]]])
        for position, column in enumerate(derived)
        if column.raw[0] in monotone
    ]
