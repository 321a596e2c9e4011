"""All that an inspection may look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from automl.data import Schema
    from automl.task import Task
    from explain import Explanation
    from explain.judge.scored import Scored

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["Fold", "Matter"]

Made = TypeVar("Made")


@dataclass(frozen=True, eq=False)
class Fold:
    """What the model is made of, as far as it has not learned from some rows.

    Attributes
    ----------
    model : Pipeline
        The vote of its members' models of this fold.
    unseen : array of int
        Positions of the rows that these have not learned from.
    """

    model: Any
    unseen: Ints


@dataclass(frozen=True, eq=False)
class Matter:
    """A model of a run and its rows. Positions of rows are those in the run's table.

    Attributes
    ----------
    model : Pipeline
        Fitted; takes a DataFrame of raw columns.
    schema : Schema
        Columns that the model reads.
    task : Task
    rows : DataFrame of shape (n, M)
        Canonical rows of all that have a target, the model's columns.
    table : DataFrame of shape (n, ...)
        The same rows with all columns but the target.
    truth : array of shape (n,)
        Codes of classes, or values; NaN where they are sealed.
    honest : array of shape (n, K)
        What was predicted for each row by models that had not learned from it: out of fold, and of the
        holdout where it was opened. NaN where there is none.
    decided : array of int, shape (n,), or None
        The label that each of these predictions is, as the model decides; -1 where there is none. None for
        regression.
    holdout : array of bool, shape (n,)
        Which rows are of the holdout.
    learned : array of int
        Positions of the rows that the model learned from.
    weight : array of shape (n,) or None
        How much each row counts.
    background : DataFrame of shape (B, M)
        Rows that stand for "nothing known".
    explanation : Explanation or None
        The stored one, of a sample of rows.
    seed : int
    load : callable
        Gives any model of the run by its id.
    others : callable
        Gives the models that the data cannot tell from this one, by id.
    folds : callable
        Gives the model's folds; empty where their models were not kept.
    notes : list of str
        On what the result was made, in sentences; inspections add to it.
    edits : mapping of int to DataFrame
        Rows that are to be looked at with other values than the table has.
    kept : dict
        What :meth:`once` has made.
    groups : array of int, shape (n,), or None
        Which rows belong together: the run has kept them on one side of every split.
    """

    model: Any
    schema: Schema
    task: Task
    rows: pd.DataFrame
    table: pd.DataFrame
    truth: Floats
    honest: Floats
    decided: Ints | None
    holdout: NDArray[np.bool_]
    learned: Ints
    weight: Floats | None
    background: pd.DataFrame
    explanation: Explanation | None
    seed: int
    load: Callable[[str], Any]
    others: Callable[[], Mapping[str, Any]]
    folds: Callable[[], tuple[Fold, ...]]
    notes: list[str] = field(default_factory=list)
    edits: Mapping[int, pd.DataFrame] = field(default_factory=dict)
    kept: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    groups: Ints | None = None

    def row(self, position: int) -> pd.DataFrame:
        """One row, as it was edited where it was; a DataFrame of shape (1, M)."""
        return self.edits[position] if position in self.edits else self.rows.iloc[[position]]

    def once(self, what: str, make: Callable[[], Made], *, of: Any = None) -> Made:
        """What several questions need and none changes: made for the first and kept with the matter.

        Parameters
        ----------
        what : str
            Its name.
        make : callable
        of : object
            What it was made of; made anew where that is another.
        """
        if what not in self.kept or self.kept[what][0] != of:
            self.kept[what] = (of, make())
        made: Made = self.kept[what][1]
        return made

    def labels(self, codes: Ints) -> NDArray[Any]:
        """Classes by their codes, shape as ``codes``."""
        import numpy as np

        return np.array(self.task.classes, dtype=object)[codes]

    def outcomes(self, positions: Ints) -> list[Any]:
        """True labels or values of rows; None where they are sealed."""
        import numpy as np

        found = []
        for value in self.truth[positions].tolist():
            known = not np.isnan(value)
            classes = self.task.classes
            found.append((value if classes is None else classes[int(value)]) if known else None)
        return found

    def sample(self, most: int, *, among: Ints | None = None, what: str = "rows") -> Ints:
        """Positions of at most ``most`` rows, by default of all, drawn at random and noted."""
        import numpy as np

        pool = np.arange(len(self.rows)) if among is None else among
        if len(pool) <= most:
            return pool
        note = f"Made on {most:,} of {len(pool):,} {what}, drawn at random."
        if note not in self.notes:
            self.notes.append(note)
        rng = np.random.default_rng([self.seed, 31])
        return np.sort(rng.choice(pool, most, replace=False))

    def judged(self, *, most: int) -> Ints:
        """Positions of rows with a truth that were predicted before they were learned from; noted.

        Parameters
        ----------
        most : int
            Of more rows a sample is drawn.

        Raises
        ------
        InputError
            If no row has such a prediction.
        """
        import numpy as np

        from explain import InputError

        known = np.flatnonzero(np.isfinite(self.honest).all(axis=1) & np.isfinite(self.truth))
        if not len(known):
            raise InputError("Expected rows that were predicted before they were learned from, found none.")
        opened = int(self.holdout[known].sum())
        parts = [f"{len(known) - opened:,} out of fold"] + ([f"{opened:,} of the holdout"] if opened else [])
        self.notes.append(
            f"Judged on predictions of {len(known):,} rows ({' and '.join(parts)}) by models that had not "
            "learned from them."
        )
        return self.sample(most, among=known, what="such rows")

    def scored(self, frame: pd.DataFrame | None = None, *, rows: Ints) -> Scored:
        """Rows with truth and what was predicted for them by models that had not learned from them.

        Parameters
        ----------
        frame : DataFrame of shape (n, ...), optional
            Columns to judge by; default the model's.
        rows : array of int
            Positions, as :meth:`judged` gives them.
        """
        import numpy as np

        from explain import Scored

        X = (self.rows if frame is None else frame).iloc[rows]
        weight = None if self.weight is None else self.weight[rows]
        if weight is not None:
            self.notes.append("Each row counts by its weight.")
        honest, truth = self.honest[rows], self.truth[rows]
        groups = None if self.groups is None else self.groups[rows]
        if self.decided is None:
            found = Scored.of_predictions(
                X, truth, prediction=honest[:, 0], sample_weight=weight, groups=groups
            )
        else:
            found = Scored.of_predictions(
                X,
                self.labels(truth.astype(np.int64)),
                prediction=self.labels(self.decided[rows]),
                probability=honest,
                classes=self.task.classes,
                sample_weight=weight,
                groups=groups,
            )
        if groups is not None:
            self.notes.append(
                f"Rows of one group are alike: {found.rows:,} tell as much as "
                f"{found.rows / found.inflation:,.0f} that have nothing to do with each other."
            )
        return found
