"""Champion and challenger on the same labelled rows: may the challenger take its place?

Both are scored on the very same draws of the rows (a paired bootstrap), so what is hard about the rows for
both does not count. The challenger is blessed where it is sure enough that it gains more than asked for; a
gain below zero that is asked for makes it a question of not being worse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path

import numpy as np

from automl.bundle import Bundle
from automl.data import RawTable, read_table
from automl.errors import SettingError
from automl.metrics import Metric, get_metric
from automl.monitoring.judged import Judged, Roles
from automl.monitoring.paired import judged_by, paired_gain
from automl.store.files import write_document
from explain.stored import Stored

__all__ = ["BLESSED", "NOT_BLESSED", "Blessing", "Contestant", "bless", "write_blessing"]

#: Empty files by which TFX's Pusher, and others after it, tell what may be pushed.
BLESSED, NOT_BLESSED = "BLESSED", "NOT_BLESSED"

_LEVEL = 0.9


@dataclass(frozen=True)
class Contestant(Stored):
    """A model and its score on the rows.

    Attributes
    ----------
    name : str
        The bundle's, and the model's in its run.
    sha256 : str
        Of the model file.
    score : float
    low, high : float
        90 % interval for rows like these.
    """

    name: str
    sha256: str
    score: float
    low: float
    high: float


@dataclass(frozen=True)
class Blessing(Stored):
    """Whether a challenger may take the champion's place.

    Attributes
    ----------
    blessed : bool
    reasons : tuple of str
        What speaks for it, or against it, in sentences.
    metric, label : str
        Its name, and that for people.
    rows, unlabelled : int
        Rows that were judged, and those without a label that both models know.
    challenger : Contestant
    champion : Contestant or None
    gain, gain_low, gain_high : float or None
        By how much the challenger is better (negative: worse), with a 90 % interval.
    asked, sure : float
        The gain that it must exceed, and how sure that must be.
    probability : float or None
        How sure it is.
    threshold : float or None
        The score that it must reach.
    """

    blessed: bool
    reasons: tuple[str, ...]
    metric: str
    label: str
    rows: int
    unlabelled: int
    challenger: Contestant
    champion: Contestant | None
    gain: float | None
    gain_low: float | None
    gain_high: float | None
    asked: float
    sure: float
    probability: float | None
    threshold: float | None

    @property
    def exit_code(self) -> int:
        """0 blessed, 2 not."""
        return 0 if self.blessed else 2


def bless(
    challenger: Bundle,
    rows: RawTable | str | PathLike[str],
    *,
    champion: Bundle | None = None,
    threshold: float | None = None,
    metric: str | None = None,
    better_by: float = 0.0,
    sure: float = 0.9,
    seed: int = 0,
) -> Blessing:
    """Judge a challenger on labelled rows that neither model has learned from.

    Parameters
    ----------
    challenger : Bundle
    rows : RawTable or path
        With the target and all columns that the models read.
    champion : Bundle, optional
        The model in use.
    threshold : float, optional
        A score that the challenger must reach, whatever the champion's is.
    metric : str, optional
        Default: that of the challenger's run.
    better_by : float
        How much better than the champion it must be, in units of the metric; negative: how much worse it may
        be.
    sure : float
        Probability with which it must be.
    seed : int
        Of the draws.

    Raises
    ------
    SettingError
        When there is nothing to judge by, or the two do not predict the same.
    DataError, SchemaError
        When the rows cannot be read, or lack columns.
    """
    if champion is None and threshold is None:
        raise SettingError(
            "There is nothing to judge the challenger by.",
            fix="Name a champion, or a score to reach, or both.",
        )
    if not 0 < sure < 1:
        raise SettingError(f"Expected a probability between 0 and 1, found {sure}.", fix="Such as 0.9.")
    task = challenger.task
    if champion is not None:
        _check_alike(challenger, champion)
    chosen = get_metric(metric or task.metric, task.kind, task.costs)
    table = read_table(rows) if isinstance(rows, str | PathLike) else rows
    contestants = [challenger] if champion is None else [challenger, champion]
    roles = _roles(contestants)
    judged = judged_by(task, table, [each.predictions(table) for each in contestants], roles)
    told = [_contestant(*each, chosen, seed) for each in zip(contestants, judged, strict=True)]
    gain = None if champion is None else paired_gain(chosen, *judged, seed=seed)
    probability = None if gain is None else gain.probability(better_by)
    low, high = (None, None) if gain is None else gain.interval
    reached = threshold is None or not chosen.better(threshold, told[0].score)
    better = champion is None or (probability is not None and probability >= sure)
    found = Blessing(
        blessed=reached and better,
        reasons=(),
        metric=chosen.name,
        label=chosen.label,
        rows=len(judged[0]),
        unlabelled=len(table.frame) - len(judged[0]),
        challenger=told[0],
        champion=told[1] if champion is not None else None,
        gain=None if gain is None else gain.point,
        gain_low=low,
        gain_high=high,
        asked=better_by,
        sure=sure,
        probability=probability,
        threshold=threshold,
    )
    reasons = _reasons(found, reached=reached, better=better)
    return replace(found, reasons=(*reasons, *roles.notes(judged[0])))


def write_blessing(found: Blessing, folder: Path) -> Path:
    """Write a blessing as other tools read it: an empty file of that name, and all that was found as JSON.

    Returns
    -------
    Path
        Of the empty file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    verdict, other = (BLESSED, NOT_BLESSED) if found.blessed else (NOT_BLESSED, BLESSED)
    (folder / other).unlink(missing_ok=True)
    write_document(folder / "blessing.json", found.to_json())
    (folder / verdict).touch()
    return folder / verdict


def _check_alike(challenger: Bundle, champion: Bundle) -> None:
    for what, one, other in (
        ("target", champion.task.target, challenger.task.target),
        ("kind of task", champion.task.kind, challenger.task.kind),
        ("classes", champion.task.classes, challenger.task.classes),
    ):
        if one != other:
            raise SettingError(
                f"The {what} of the two models differ: {one!r} of the champion, {other!r} of the challenger.",
                fix="Compare models that predict the same, or name a score to reach instead of a champion.",
            )


def _roles(contestants: Sequence[Bundle]) -> Roles:
    """What one of them knows of how rows are to be judged holds for both."""
    told = [Roles.of_bundle(each).to_json() for each in reversed(contestants)]
    return Roles(**{name: column for each in told for name, column in each.items()})


def _contestant(bundle: Bundle, judged: Judged, metric: Metric, seed: int) -> Contestant:
    score = judged.score(metric)
    if not np.isfinite(score):
        raise SettingError(
            f"{metric.label} is not defined for these rows.",
            fix="Bring rows of all classes, or choose another metric.",
        )
    low, high = judged.interval(metric, level=_LEVEL, draws=200, seed=seed)
    manifest = bundle.manifest
    return Contestant(
        f"{manifest['name']} ({manifest['lineage']['model']['id']})",
        str(manifest["files"]["model/model.skops"]["sha256"]),
        score,
        low,
        high,
    )


def _reasons(found: Blessing, *, reached: bool, better: bool) -> tuple[str, ...]:
    reasons = []
    score = f"{found.label} of {found.challenger.score:.4g} on {found.rows:,} rows"
    if found.threshold is not None:
        verb = "reaches" if reached else "does not reach"
        reasons.append(f"The challenger's {score} {verb} {found.threshold:.4g}.")
    if found.champion is not None and found.gain is not None:
        what = "is better by" if found.gain >= 0 else "is worse by"
        asked = "better" if found.asked == 0 else f"better by more than {found.asked:.4g}"
        if found.asked < 0:
            asked = f"not worse by {-found.asked:.4g} or more"
        sure = "not known" if found.probability is None else f"{found.probability:.1%}"
        reasons.append(
            f"The challenger's {score} {what} {abs(found.gain):.4g} than the champion's "
            f"{found.champion.score:.4g}; the probability that it is {asked} is {sure}, "
            f"{'at least' if better else 'less than'} the {found.sure:.0%} asked for."
        )
    return tuple(reasons)
