"""Where the model fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..matter import Matter
from ..registry import Told, inspection
from ._words import between, figure, percent

if TYPE_CHECKING:
    from explain.judge.failures import Failures

__all__ = ["failures"]

_MOST = 100_000
_FINDINGS = {"weak": "worse", "strong": "better", "unconfirmed": "not told from chance", "node": ""}


def _tell(result: Failures) -> Told:
    rows = tuple(
        (
            cohort.words or "all rows",
            percent(cohort.coverage),
            figure(cohort.loss.value),
            between(cohort.loss.low, cohort.loss.high),
            _FINDINGS[cohort.finding],
        )
        for cohort in result.leaves()
    )
    headers = ("rows where", "share", result.loss_words, "95 % interval", "than others")
    return Told((result.sentence(),), headers, rows, right=("share", result.loss_words))


@inspection(
    "cohorts of rows on which it does worse, found on one half and checked on the other",
    result="explain.judge.failures:Failures",
    tell=_tell,
)
def failures(matter: Matter, *, time_budget: float | None, progress: Any) -> Failures:
    """Grow and check an error tree of the honest predictions; a second or two for the most rows."""
    from explain import find_failures

    scored = matter.scored(rows=matter.judged(most=_MOST))
    return find_failures(scored, seed=matter.seed, time_budget=time_budget, progress=progress)
