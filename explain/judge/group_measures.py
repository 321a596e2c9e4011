"""How the measures of :mod:`explain.judge.fairness` and their intervals are computed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..intervals import cell_draws, means_by, student, sums_by, tails
from .fairness import MEASURES, Criterion, Measure
from .row_groups import RowGroups
from .scored import Scored
from .spread import Block, difference, ratio

Floats = NDArray[np.float64]

_CRITERIA = {
    "demographic_parity": ("selection_rate",),
    "equal_opportunity": ("true_positive_rate",),
    "equalised_odds": ("true_positive_rate", "false_positive_rate"),
}
_SIGNED = {"calibration_gap", "mean_prediction", "mean_target", "mean_residual"}


class Maker:
    """Measures of the same rows and groups."""

    def __init__(
        self,
        scored: Scored,
        groups: RowGroups,
        minimum: int,
        level: float,
        draws: int,
        rng: np.random.Generator,
    ) -> None:
        self.scored, self.groups, self.minimum, self.level = scored, groups, minimum, level
        self.draws, self.rng = draws, rng
        self.size = len(groups.names)
        self.blocks: dict[tuple[str, str | None], Block] = {}

    def regression(self) -> Iterator[Measure]:
        truth, prediction = self.scored.truth, self.scored.prediction
        yield self._mean("mean_prediction", prediction)
        yield self._mean("mean_target", truth)
        yield self._mean("mean_residual", truth - prediction)
        yield self._mean("mean_absolute_error", np.abs(truth - prediction))

    def classification(self) -> tuple[tuple[Measure, ...], tuple[Criterion, ...]]:
        scored = self.scored
        assert scored.classes is not None
        measures: list[Measure] = []
        criteria: list[Criterion] = []
        outputs = [1] if scored.kind == "binary" else range(len(scored.classes))
        for k in outputs:
            name = str(scored.classes[k])
            measures += self._rates(scored.truth == k, scored.prediction == k, name)
            if scored.probability is not None:
                p = scored.probability[:, k]
                measures.append(self._mean("mean_probability", p, name))
                measures.append(self._mean("calibration_gap", (scored.truth == k) - p, name))
            for criterion, parts in _CRITERIA.items():
                blocks = [self.blocks[part, name] for part in parts]
                criteria.append(
                    Criterion(
                        criterion,
                        name,
                        difference(blocks, self.groups.names, self.level, 1.0),
                        ratio(blocks, self.groups.names, self.level),
                    )
                )
        measures.append(self._accuracy())
        return tuple(measures), tuple(criteria)

    def _rates(self, truth: NDArray[np.bool_], chosen: NDArray[np.bool_], output: str) -> Iterator[Measure]:
        total, squares = self._cells(2 * truth + chosen, 4)
        drawn = cell_draws(total, squares, self.draws, self.rng)
        for (
            name,
            above,
            below,
        ) in (  # cells: 0 true negative, 1 false positive, 2 false negative, 3 true positive
            ("selection_rate", [1, 3], [0, 1, 2, 3]),
            ("true_positive_rate", [3], [2, 3]),
            ("false_positive_rate", [1], [0, 1]),
            ("false_negative_rate", [2], [2, 3]),
            ("precision", [3], [1, 3]),
            ("base_rate", [2, 3], [0, 1, 2, 3]),
        ):
            yield self._share(name, output, total, squares, drawn, above, below)

    def _accuracy(self) -> Measure:
        total, squares = self._cells((self.scored.truth == self.scored.prediction).astype(np.int64), 2)
        drawn = cell_draws(total, squares, self.draws, self.rng)
        return self._share("accuracy", None, total, squares, drawn, [1], [0, 1])

    def _cells(self, cell: NDArray[np.int64], width: int) -> tuple[Floats, Floats]:
        """Sums of weights and of their squares by group and cell, shape (G, width)."""
        weight = self.scored.weights()
        place = self.groups.code * width + cell
        shape = (self.size, width)
        return (
            sums_by(place, weight, self.size * width).reshape(shape),
            sums_by(place, weight * weight, self.size * width).reshape(shape) * self.scored.inflation,
        )

    def _share(
        self,
        name: str,
        output: str | None,
        total: Floats,
        squares: Floats,
        drawn: Floats,
        above: list[int],
        below: list[int],
    ) -> Measure:
        whole = total[:, below].sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            values = total[:, above].sum(axis=1) / whole
            support = np.nan_to_num(whole**2 / squares[:, below].sum(axis=1))
            overall = float(total[:, above].sum() / whole.sum()) if whole.sum() > 0 else float("nan")
        draws = drawn[:, :, above].sum(axis=2) / drawn[:, :, below].sum(axis=2)
        low, high = np.quantile(draws, tails(self.level), axis=0)
        low = np.where(values <= 0, 0.0, np.minimum(low, values))
        high = np.where(values >= 1, 1.0, np.maximum(high, values))
        return self._measure(name, output, values, low, high, support, overall, draws)

    def _mean(self, name: str, values: Floats, output: str | None = None) -> Measure:
        weight = self.scored.weight
        mean, error, freedom = means_by(values, weight, self.groups.code, self.size, self.scored.inflation)
        off = self.rng.standard_t(np.maximum(freedom, 1.0), (self.draws, self.size))
        draws = mean + np.where(np.isfinite(error), error, 0.0) * off
        half = student(self.level, freedom) * error
        overall = float(np.average(values, weights=weight))
        support = np.where(np.isfinite(error), freedom + 1.0, np.minimum(self.groups.counts(), 1.0))
        return self._measure(name, output, mean, mean - half, mean + half, support, overall, draws)

    def _measure(
        self,
        name: str,
        output: str | None,
        values: Floats,
        low: Floats,
        high: Floats,
        support: Floats,
        overall: float,
        draws: Floats,
    ) -> Measure:
        ranked = (support >= self.minimum - 1e-6) & ~self.groups.mixed
        block = self.blocks[name, output] = Block(values, draws, ranked)
        names, cap = self.groups.names, 1.0 if MEASURES[name].share else np.inf
        return Measure(
            name,
            output,
            values,
            np.where(np.isnan(values), np.nan, low),
            np.where(np.isnan(values), np.nan, high),
            support,
            ranked,
            overall,
            difference([block], names, self.level, cap),
            None if name in _SIGNED else ratio([block], names, self.level),
        )
