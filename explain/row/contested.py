"""Contested reasons: models of like quality that move a row's output in opposite directions by one column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import formats
from ..errors import InputError
from ..explanation import Explanation
from ..reasons import explained_output
from ..stored import Stored

Floats = NDArray[np.float64]

_SURE = 2.0  # standard errors that a contribution must be away from zero to take a side


@dataclass(frozen=True)
class ContestedReason:
    """One column that some models count for a row's output and others against it.

    Attributes
    ----------
    column : str
    raises, lowers : tuple of str
        Models on each side, the strongest first.
    unsure : tuple of str
        Models within two standard errors of zero, or next to it.
    contribution : dict of str to float
        By model, in units of the scale.
    stderr : dict of str to (float or None)
    strength : float
        How much the two sides really oppose each other: the smaller of the largest contribution upwards and
        the largest downwards, in units of the scale.
    share : float
        The strength as a share of how far an average column set moves this row: the mean over the models of
        the sum of absolute contributions. 0.1 is a tenth of all movement.
    certainty : float or None
        The gap between the two strongest opponents in standard errors of it; None where both are exact.
    """

    column: str
    raises: tuple[str, ...]
    lowers: tuple[str, ...]
    unsure: tuple[str, ...]
    contribution: dict[str, float]
    stderr: dict[str, float | None]
    strength: float
    share: float
    certainty: float | None


@dataclass(frozen=True)
class Contested(Stored):
    """What several models disagree on for one row.

    Attributes
    ----------
    models : tuple of str
    row : int
    output : str or None
        Class explained; None for regression.
    scale : str
    prediction : dict of str to float
        The output by model.
    reasons : tuple of ContestedReason
        The strongest first.
    agreed : float
        Share of all movement (sum of absolute contributions, mean over the models) in columns on which no two
        models take opposite sides, 0..1.
    """

    models: tuple[str, ...]
    row: int
    output: str | None
    scale: str
    prediction: dict[str, float]
    reasons: tuple[ContestedReason, ...]
    agreed: float

    def sentence(self) -> str:
        """What is contested, in plain words."""
        share = formats.number(100 * self.agreed, 2)
        if not self.reasons:
            return (
                f"The {len(self.models)} models agree on the direction of every column that moves this row "
                "noticeably."
            )
        first = self.reasons[0]
        others = [reason.column for reason in self.reasons[1:3]]
        high = formats.change(max(first.contribution.values()), self.scale)
        low = formats.change(min(first.contribution.values()), self.scale)
        more = f" Also contested: {' and '.join(others)}." if others else ""
        return (
            f"The models do not agree on {first.column}: {_names(first.raises)} used it upwards ({high}), "
            f"{_names(first.lowers)} downwards ({low}): no reason to give on its own.{more} "
            f"They agree on the direction of {share} % of all movement."
        )


def contested_reasons(
    explanations: Mapping[str, Explanation], i: int, output: Any = None, *, least: float = 0.02
) -> Contested:
    """Columns whose direction depends on which of several models is asked.

    Where near-tied models disagree, a reason says more about the choice of the model than about the row
    (Marx, Calmon and Ustun, 2020, call it predictive multiplicity).

    Parameters
    ----------
    explanations : mapping of model name to Explanation
        Of the same rows, on the same scale, against the same background.
    i : int
        Row position.
    output : class label or position, optional
        Default: the class that the first model predicts, of three or more; the positive class of two.
    least : float
        Sides count from this share of the row's movement on; smaller contributions are unsure.

    Returns
    -------
    Contested

    Raises
    ------
    InputError
        If there are fewer than two explanations or they cannot be compared.
    """
    _require_alike(explanations)
    names = list(explanations)
    first = explanations[names[0]]
    position = explained_output(first, i, output)
    label = first.output_name(position)
    values, errors = [], []
    predictions: dict[str, float] = {}
    for name, explanation in explanations.items():
        own = explanation.output_index(label) if label is not None else position
        local = explanation.local(i)
        values.append(local.values[:, own])
        errors.append(np.zeros(len(first.columns)) if local.stderr is None else local.stderr[:, own])
        predictions[name] = float(local.prediction[own])
    moved, noise = np.array(values), np.array(errors)
    movement = float(np.abs(moved).sum(axis=1).mean())
    side = np.sign(moved) * ((np.abs(moved) > _SURE * noise) & (np.abs(moved) > max(least * movement, 1e-12)))
    opposed = np.flatnonzero((side > 0).any(axis=0) & (side < 0).any(axis=0))
    reasons = [
        _reason(first.columns[j], names, moved[:, j], noise[:, j], side[:, j], explanations, movement)
        for j in opposed
    ]
    quiet = np.delete(np.abs(moved), opposed, axis=1).sum(axis=1).mean()
    return Contested(
        models=tuple(names),
        row=i,
        output=label,
        scale=first.scale,
        prediction=predictions,
        reasons=tuple(sorted(reasons, key=lambda reason: -reason.strength)),
        agreed=float(quiet / movement) if movement > 0 else 1.0,
    )


def _reason(
    column: str,
    names: list[str],
    moved: Floats,
    noise: Floats,
    side: Floats,
    explanations: Mapping[str, Explanation],
    movement: float,
) -> ContestedReason:
    up = [int(m) for m in np.argsort(-moved, kind="stable") if side[m] > 0]
    down = [int(m) for m in np.argsort(moved, kind="stable") if side[m] < 0]
    gap, spread = moved[up[0]] - moved[down[0]], np.hypot(noise[up[0]], noise[down[0]])
    strength = float(min(moved[up[0]], -moved[down[0]]))
    sampled = {name: explanations[name].stderr is not None for name in names}
    return ContestedReason(
        column=column,
        raises=tuple(names[m] for m in up),
        lowers=tuple(names[m] for m in down),
        unsure=tuple(name for name, taken in zip(names, side.tolist(), strict=True) if taken == 0),
        contribution=dict(zip(names, moved.tolist(), strict=True)),
        stderr={n: e if sampled[n] else None for n, e in zip(names, noise.tolist(), strict=True)},
        strength=strength,
        share=strength / movement,
        certainty=float(gap / spread) if spread > 0 else None,
    )


def _require_alike(explanations: Mapping[str, Explanation]) -> None:
    if len(explanations) < 2:
        raise InputError(f"Expected explanations of at least two models, found {len(explanations)}.")
    (name, first), *others = explanations.items()
    for other, explanation in others:
        for what, mine, theirs in (
            ("scale", first.scale, explanation.scale),
            ("columns", first.columns, explanation.columns),
            ("classes", _labels(first), _labels(explanation)),
            ("background", first.background_hash, explanation.background_hash),
            ("number of rows", first.rows, explanation.rows),
        ):
            if mine != theirs:
                raise InputError(
                    f"Expected explanations with the same {what}; {name} and {other} differ. Explain all "
                    "models with the same rows, background and scale."
                )
        if not first.data.reset_index(drop=True).equals(explanation.data.reset_index(drop=True)):
            raise InputError(f"Expected explanations of the same rows; those of {name} and {other} differ.")


def _labels(explanation: Explanation) -> list[str] | None:
    return None if explanation.classes is None else sorted(map(str, explanation.classes))


def _names(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
