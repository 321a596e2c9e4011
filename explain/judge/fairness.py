"""How a model treats groups of rows: rates and errors by group, how far apart they are, and how sure that is.

What a measure is, is as in fairlearn (`MetricFrame`, `fairlearn.metrics`): rates by group, their difference
(highest less lowest) and ratio (lowest by highest); demographic parity looks at the selection rate, equal
opportunity at the true positive rate, equalised odds at the worse of true and false positive rate. Nothing
here calls a model fair: whether a difference is justified is not in these numbers, and different criteria
exclude each other.

References
----------
Bird et al. (2020), "Fairlearn: a toolkit for assessing and improving fairness in AI".
Hardt, Price and Srebro (2016), "Equality of opportunity in supervised learning".
Chouldechova (2017), "Fair prediction with disparate impact".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..clock import Clock, Progress
from ..errors import InputError
from ..stored import Stored
from .row_groups import RowGroups, group_rows
from .scored import Scored
from .spread import Spread, holm

Floats = NDArray[np.float64]

MINIMUM = 30
"""Rows in the denominator of a measure from which a group is ranked."""


class Definition(NamedTuple):
    """What a measure is: its name in words, whether it is a share, whether it judges the model."""

    words: str
    share: bool
    judges: bool


MEASURES = {
    "selection_rate": Definition("selection rate", True, True),
    "true_positive_rate": Definition("true positive rate", True, True),
    "false_positive_rate": Definition("false positive rate", True, True),
    "false_negative_rate": Definition("false negative rate", True, False),  # 1 less the true positive rate
    "precision": Definition("precision", True, True),
    "accuracy": Definition("accuracy", True, True),
    "base_rate": Definition("base rate", True, False),
    "mean_probability": Definition("mean probability", True, False),
    "calibration_gap": Definition("calibration gap", True, True),
    "mean_prediction": Definition("mean prediction", False, True),
    "mean_target": Definition("mean of the target", False, False),
    "mean_residual": Definition("mean residual", False, True),
    "mean_absolute_error": Definition("mean absolute error", False, True),
}


@dataclass(frozen=True, eq=False)
class Measure(Stored):
    """One measure by group.

    Attributes
    ----------
    name : str
        A key of ``MEASURES``. The calibration gap is the base rate less the mean probability.
    output : str or None
        The class it is about; None where it is about all of them.
    values, low, high : arrays of shape (G,)
        NaN where the denominator is empty.
    support : array of shape (G,)
        Rows in the denominator (of weighted rows the effective number).
    ranked : array of bool, shape (G,)
        Whether that is enough to be compared.
    overall : float
        Over all rows.
    difference : Spread
    ratio : Spread or None
        None for measures that may be negative.
    """

    name: str
    output: str | None
    values: Floats
    low: Floats
    high: Floats
    support: Floats
    ranked: NDArray[np.bool_]
    overall: float
    difference: Spread
    ratio: Spread | None

    @property
    def words(self) -> str:
        """The name for people."""
        name = MEASURES[self.name].words
        return name if self.output is None else f"{name} of “{self.output}”"

    @property
    def share(self) -> bool:
        """Whether it is a share, to be shown in percent."""
        return MEASURES[self.name].share


@dataclass(frozen=True)
class Criterion(Stored):
    """A criterion of fairness for one class: how far it is from being met.

    Attributes
    ----------
    name : {"demographic_parity", "equal_opportunity", "equalised_odds"}
    output : str
    difference, ratio : Spread
        0 and 1 where it is met exactly.
    """

    name: str
    output: str
    difference: Spread
    ratio: Spread


@dataclass(frozen=True, eq=False)
class Fairness(Stored):
    """Measures of a model by group.

    Attributes
    ----------
    columns : tuple of str
        One column, or two whose combinations are the groups.
    kind : {"binary", "multiclass", "regression"}
    groups : tuple of str, length G
    rows : array of int, shape (G,)
    mixed : array of bool, shape (G,)
        Rests of rare labels, never ranked.
    measures : tuple of Measure
    criteria : tuple of Criterion
        Empty for regression.
    minimum : int
    level : float
    draws : int
    """

    columns: tuple[str, ...]
    kind: str
    groups: tuple[str, ...]
    rows: NDArray[np.int64]
    mixed: NDArray[np.bool_]
    measures: tuple[Measure, ...]
    criteria: tuple[Criterion, ...]
    minimum: int
    level: float
    draws: int

    def measure(self, name: str, output: str | None = None) -> Measure:
        """A measure by its name; of those by class that of ``output``, by default of the last class.

        Raises
        ------
        InputError
            If there is no such measure.
        """
        found = [m for m in self.measures if m.name == name and (output is None or m.output == str(output))]
        if not found:
            offered = ", ".join(dict.fromkeys(m.name for m in self.measures))
            raise InputError(f"Expected a measure out of {offered}, found {name!r} of {output!r}.")
        return found[-1]

    def found(self) -> tuple[Measure, ...]:
        """Measures of the model in which groups differ, allowing for the number of measures looked at.

        The chance that any is named although none differs is at most 1 less the level.
        """
        asked = [m for m in self.measures if MEASURES[m.name].judges and m.difference.known]
        adjusted = holm([m.difference.p_value for m in asked])
        chosen = [m for m, p in zip(asked, adjusted, strict=True) if p <= 1 - self.level]
        return tuple(sorted(chosen, key=lambda m: (not m.share, -m.difference.value)))

    def verdict(self) -> str:
        """What was found, in words."""
        from .fairness_text import verdict

        return verdict(self)


def group_fairness(
    scored: Scored,
    columns: str | Sequence[str] | RowGroups,
    *,
    bins: int = 4,
    minimum: int = MINIMUM,
    level: float = 0.95,
    draws: int = 1000,
    seed: int = 0,
) -> Fairness:
    """Measure a model by the groups of a column, or of combinations of columns.

    Parameters
    ----------
    scored : Scored
        Rows that the model did not learn from.
    columns : str, sequence of str, or RowGroups
        Need not be columns that the model uses.
    bins : int
        Into how many groups numbers are cut.
    minimum : int
        A group with fewer rows in a measure's denominator is shown but not compared.
    level : float
        Of the intervals: of one group at a time, and of the differences over all pairs.
    draws : int
    seed : int

    Returns
    -------
    Fairness

    Notes
    -----
    Intervals of shares come from draws of the cells (group, truth, decision), those of means from Student's
    distribution, so the time does not depend on the number of rows beyond counting them.
    """
    from .group_measures import Maker

    if not 0.5 <= level < 1 or draws < 100 or minimum < 1:
        raise InputError(
            f"Expected level in 0.5..1, at least 100 draws and a minimum of at least 1, found level={level}, "
            f"draws={draws}, minimum={minimum}."
        )
    groups = columns if isinstance(columns, RowGroups) else group_rows(scored.frame, columns, bins=bins)
    if len(groups.code) != scored.rows:
        raise InputError(f"Expected groups of {scored.rows} rows, found {len(groups.code)}.")
    maker = Maker(scored, groups, minimum, level, draws, np.random.default_rng(seed))
    measures: tuple[Measure, ...]
    criteria: tuple[Criterion, ...] = ()
    if scored.classes is None:
        measures = tuple(maker.regression())
    else:
        measures, criteria = maker.classification()
    return Fairness(
        groups.columns,
        scored.kind,
        groups.names,
        groups.counts(),
        groups.mixed,
        measures,
        criteria,
        minimum,
        level,
        draws,
    )


def survey(
    scored: Scored,
    columns: Sequence[str],
    *,
    pairs: bool = True,
    time_budget: float | None = None,
    progress: Progress | None = None,
    seed: int = 0,
    level: float = 0.95,
) -> tuple[Fairness, ...]:
    """Measure by each of the columns and then by each pair of them.

    Within a ``time_budget`` (seconds) the first column is always measured, then as many others, in the order
    given, as there is time for: the columns of the results say which.
    """
    clock = Clock(time_budget)
    wanted: list[tuple[str, ...]] = [(name,) for name in columns]
    if pairs:
        wanted += list(combinations(columns, 2))
    done: list[Fairness] = []
    for names in wanted:
        if done and clock.left() < clock.spent() / len(done):
            break
        done.append(group_fairness(scored, names, seed=seed, level=level))
        if progress is not None:
            progress(len(done) / len(wanted))
    return tuple(done)
