"""The Explanation: what every engine returns and what plots, text and reports read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .errors import InputError
from .frames import column_position
from .groups import Groups, grouped_data, owners
from .labels import Outputs
from .reference import Reference
from .stored import Stored

if TYPE_CHECKING:
    import shap

    from .reasons import Reason

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LocalExplanation:
    """Why the model gives one row its outputs.

    Attributes
    ----------
    columns : tuple of str, length M
    row : dict
        Raw values by column.
    values : array of shape (M, K)
    stderr : array of shape (M, K) or None
    base, prediction : arrays of shape (K,)
    classes : tuple or None
    """

    columns: tuple[str, ...]
    row: dict[str, Any]
    values: Floats
    stderr: Floats | None
    base: Floats
    prediction: Floats
    classes: tuple[Any, ...] | None

    def top(self, k: int = 5, output: int = -1) -> list[tuple[str, float]]:
        """The ``k`` largest attributions for one output, without those within two standard errors of 0."""
        values = self.values[:, output]
        order = np.argsort(-np.abs(values), kind="stable")
        kept = [int(j) for j in order if self._clear(int(j), output)]
        return [(self.columns[j], float(values[j])) for j in kept[:k]]

    def _clear(self, column: int, output: int) -> bool:
        size = abs(float(self.values[column, output]))
        noise = 0.0 if self.stderr is None else 2.0 * float(self.stderr[column, output])
        return size > max(noise, 1e-12)


@dataclass(frozen=True, eq=False)
class GlobalImportance:
    """Mean absolute attribution by column, largest first.

    Attributes
    ----------
    columns : tuple of str, length M
    importance : array of shape (M,)
        Mean over the rows of |attribution|, in units of the scale; with three or more classes also the mean
        over them.
    stderr : array of shape (M,)
        Standard error of that mean: spread over the explained rows (the noise of sampled attributions is
        part of it).
    by_output : array of shape (M, K)
    """

    columns: tuple[str, ...]
    importance: Floats
    stderr: Floats
    by_output: Floats

    def to_frame(self) -> pd.DataFrame:
        """Columns ``column``, ``importance``, ``stderr``."""
        return pd.DataFrame(
            {"column": list(self.columns), "importance": self.importance, "stderr": self.stderr}
        )


@dataclass(frozen=True, eq=False)
class Explanation(Outputs, Stored):
    """Attributions of a model's outputs to raw columns.

    Attributes
    ----------
    values : array of shape (n, M, K)
        Attribution of each row, column and output; always three-dimensional.
    base : array of shape (K,)
        Mean output over the background rows.
    prediction : array of shape (n, K)
        The model's own output for each row.
    data : DataFrame of shape (n, M)
        The rows as given.
    columns : tuple of str, length M
    classes : tuple of length K, or None for regression
    scale : {"probability", "target", "margin"}
        Units of values, base and prediction.
    method : str
        What was done.
    exact : bool
        Whether the values are exact up to rounding.
    stderr : array of shape (n, M, K) or None
        Standard errors where sampled.
    additivity_error : float
        Largest |base + sum of values − prediction|.
    reference : tuple of Reference, length M
        What is usual in each column, from the background.
    background_rows : int
    background_hash, model_hash : str
        Fingerprints (SHA-256): of the background's values, and of the model's outputs on them.
    seed : int
    milliseconds : float
        Time taken, in all.
    """

    values: Floats
    base: Floats
    prediction: Floats
    data: pd.DataFrame
    columns: tuple[str, ...]
    classes: tuple[Any, ...] | None
    scale: str
    method: str
    exact: bool
    stderr: Floats | None
    additivity_error: float
    reference: tuple[Reference, ...]
    background_rows: int
    background_hash: str
    model_hash: str
    seed: int
    milliseconds: float

    def __post_init__(self) -> None:
        n, columns, outputs = self.values.shape
        expected = {
            "base": (self.base.shape, (outputs,)),
            "prediction": (self.prediction.shape, (n, outputs)),
            "data": (self.data.shape, (n, columns)),
            "columns": ((len(self.columns),), (columns,)),
            "reference": ((len(self.reference),), (columns,)),
        }
        if self.stderr is not None:
            expected["stderr"] = (self.stderr.shape, (n, columns, outputs))
        if self.classes is not None:
            expected["classes"] = ((len(self.classes),), (outputs,))
        for name, (found, wanted) in expected.items():
            if found != wanted:
                raise InputError(f"Expected {name} of shape {wanted}, found {found}.")

    @property
    def rows(self) -> int:
        """Number n of explained rows."""
        return int(self.values.shape[0])

    def column_index(self, column: str) -> int:
        """Position of a column.

        Raises
        ------
        InputError
            If there is no such column.
        """
        return column_position(self.columns, column)

    def local(self, i: int) -> LocalExplanation:
        """The explanation of row ``i`` (0-based position)."""
        if not -self.rows <= i < self.rows:
            raise InputError(f"Expected a row between 0 and {self.rows - 1}, found {i}.")
        row = dict(zip(self.columns, self.data.iloc[i].tolist(), strict=True))
        stderr = None if self.stderr is None else self.stderr[i]
        return LocalExplanation(
            self.columns, row, self.values[i], stderr, self.base, self.prediction[i], self.classes
        )

    def reasons(self, i: int, output: Any = None, *, top: int = 4) -> tuple[Reason, ...]:
        """Reason codes of row ``i``, the largest first; see :func:`explain.reason_codes`."""
        from .reasons import reason_codes

        return reason_codes(self, i, output, top=top)

    def global_(self) -> GlobalImportance:
        """Mean |attribution| by column over the explained rows."""
        if not self.rows:
            raise InputError("Expected at least one explained row for global importance, found none.")
        size = np.abs(self.values)
        by_output = size.mean(axis=0)
        per_row = size.mean(axis=2)
        importance = per_row.mean(axis=0)
        spread = per_row.std(axis=0, ddof=1) if self.rows > 1 else np.full(len(self.columns), np.nan)
        order = np.argsort(-importance, kind="stable")
        return GlobalImportance(
            tuple(self.columns[j] for j in order),
            importance[order],
            (spread / np.sqrt(self.rows))[order],
            by_output[order],
        )

    def take(self, rows: Any) -> Explanation:
        """The explanation of some of the rows (positions or a boolean mask)."""
        chosen = np.arange(self.rows)[rows]
        return replace(
            self,
            values=self.values[chosen],
            prediction=self.prediction[chosen],
            data=self.data.iloc[chosen].reset_index(drop=True),
            stderr=None if self.stderr is None else self.stderr[chosen],
        )

    def cohort(self, mask: Any) -> Explanation:
        """The explanation of the rows for which ``mask`` is true.

        Parameters
        ----------
        mask : sequence of bool, length n
            For example ``explanation.data["age"] > 60``.

        Raises
        ------
        InputError
            If it is no such mask, or no row is in it.
        """
        chosen = checked_mask(mask, self.rows)
        if not chosen.any():
            raise InputError("Expected at least one row in the cohort, found none; widen its condition.")
        return self.take(chosen)

    def grouped(self, groups: Groups) -> Explanation:
        """The attributions of columns summed into groups.

        The sum is the Shapley value that the group would have as one player where the model adds up over the
        groups: columns may work together inside of a group, not across groups. Where they do, what k columns
        add together is split into k equal parts, and a group with more of them gets more parts; as one player
        it would get one. ``explain(..., groups=...)`` computes that value. Both add up to the prediction.

        Standard errors of sums are bounded by the sums of the columns' standard errors (how these hang
        together is not kept), so they are too wide rather than too narrow.

        Parameters
        ----------
        groups : mapping of str to sequence of str
            Name of the group → its columns; columns in no group stay on their own.

        Returns
        -------
        Explanation
            ``columns`` are the groups; ``data`` has the values of a group as text.

        Raises
        ------
        InputError
            If a column is unknown or in two groups.
        """
        names, owner = owners(self.columns, groups)
        member = np.eye(len(names))[owner]
        data, reference = grouped_data(self.data, self.reference, names, owner)
        return replace(
            self,
            values=np.einsum("nmk,mg->ngk", self.values, member),
            stderr=None if self.stderr is None else np.einsum("nmk,mg->ngk", self.stderr, member),
            data=data,
            columns=names,
            reference=reference,
            method=f"{self.method}; summed by group",
        )

    def to_shap(self) -> shap.Explanation:
        """As a ``shap.Explanation``, for shap's own plots: (n, M) with one output, else (n, M, K)."""
        import shap

        single = self.outputs == 1
        data = self.data.to_numpy(dtype=object)
        names = [str(label) for label in self.classes] if self.classes is not None else None
        errors = None
        if self.stderr is not None:
            errors = self.stderr[:, :, 0] if single else self.stderr
        return shap.Explanation(
            values=self.values[:, :, 0] if single else self.values,
            base_values=np.full(self.rows, self.base[0]) if single else np.tile(self.base, (self.rows, 1)),
            data=data,
            display_data=data,
            feature_names=list(self.columns),
            output_names=None if single else names,
            error_std=errors,
            compute_time=self.milliseconds / 1000,
        )

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Inverse of :meth:`to_json`.

        Raises
        ------
        InputError
            See :meth:`explain.stored.Stored.from_json`.
        """
        if data.get("values") == []:  # so were explanations of no rows written at first
            shape = [0, len(data["columns"]), len(data["base"])]
            empty = {"values": {"shape": shape}, "prediction": {"shape": [0, shape[2]]}}
            data = {**data, **empty, "stderr": data["stderr"] and {"shape": shape}}
        return super().from_json(data)


def checked_mask(mask: Any, rows: int) -> NDArray[np.bool_]:
    """A mask of rows as an array of shape (rows,).

    Raises
    ------
    InputError
        If it has another length or holds anything but true and false.
    """
    chosen = np.asarray(mask)
    if chosen.shape != (rows,) or (
        chosen.dtype != np.bool_ and not all(type(v) is bool for v in chosen.tolist())
    ):
        raise InputError(
            f"Expected a mask of {rows} values, true or false, found {chosen.dtype} of shape {chosen.shape}."
        )
    return chosen.astype(np.bool_)
