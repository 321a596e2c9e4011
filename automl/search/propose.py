"""Which candidate to try next: first the portfolio (`automl.search.portfolio`), then Optuna's TPE.

A warm start puts the best candidates of an earlier run before them.
The family of a candidate is drawn by what a gain is expected to cost (`automl.search.gain`). The sequence
never depends on which worker happened to be quicker: candidate `i` is asked for when exactly the candidates
up to `i - lag` have been told. On large tables candidates learn from a sample; later the best of them grow
(`automl.search.ladder`). Where costs are counted in trials instead of seconds, the same seed gives the
same leaderboard.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import optuna

from automl.models import FAMILIES, Context, get_family
from automl.search.gain import FamilyCost, chances
from automl.search.ladder import due_rows, on_sample, sample_sizes, to_grow
from automl.search.more_rows import with_halved
from automl.search.portfolio import adapted, first_candidates
from automl.search.trial import Candidate, Origin, Trial

__all__ = ["Proposer"]


class Proposer:
    """Asks for candidates and is told of their trials.

    Parameters
    ----------
    context : Context
    families : sequence of str
        Those that can be used on this table.
    lag : int
        How many candidates may be under way, or finished and not yet told, when the next one is asked for.
    timed : bool
        Whether the cost of a candidate is its seconds; else each costs the same.
    earlier : sequence of mapping
        `family` and `params` of the candidates to try first, after the dummy.
    halves : bool
        Whether one of the first candidates also learns from half of the rows; see
        `automl.search.more_rows`. Where rows follow in time, half of them would be the early ones.
    """

    def __init__(
        self,
        context: Context,
        families: Sequence[str],
        *,
        lag: int,
        timed: bool = False,
        earlier: Sequence[Mapping[str, Any]] = (),
        halves: bool = False,
    ) -> None:
        self._sizes = sample_sizes(context)
        self._whole = context
        self._context = context = on_sample(context, due_rows(self._sizes, 0.0))
        self._families = tuple(families)
        self._tunable = tuple(name for name in families if get_family(name).distributions(context))
        self._first = self._in_order(earlier)
        if halves and not self._sizes and context.n_folds > 1:
            self._first = with_halved(self._first, context.learned_rows)
        self._known: dict[int, Candidate] = {}
        self._why: dict[int, dict[str, Any]] = {}
        self._lag = lag
        self._done: dict[int, Trial] = {}
        self._told = 0
        self._asked: dict[int, optuna.trial.Trial] = {}
        self._timed = timed
        self._costs = {name: FamilyCost() for name in self._tunable}
        self._studies = {name: self._new_study(name) for name in self._tunable}

    def _in_order(self, earlier: Sequence[Mapping[str, Any]]) -> list[Candidate]:
        """The candidates that are known before the first trial, numbered by their places."""
        dummy, *others = first_candidates(self._context, self._families)
        warm = [
            (each["family"], adapted(each["family"], each["params"], self._context))
            for each in earlier
            if each["family"] in self._tunable
        ]
        fresh = [candidate for candidate in others if candidate not in warm]
        wanted: list[tuple[str, dict[str, Any], Origin]] = [
            (*dummy, "first"),
            *((*candidate, "warm") for candidate in warm),
            *((*candidate, "first") for candidate in fresh),
        ]
        return [Candidate(place, *each, self._context.sample) for place, each in enumerate(wanted)]

    def _new_study(self, family: str) -> optuna.Study:
        with warnings.catch_warnings():
            # `multivariate`, `group` and `constant_liar` are marked experimental, and are what is wanted.
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            sampler = optuna.samplers.TPESampler(
                seed=self._context.seed + sorted(FAMILIES).index(family), multivariate=True, group=True,
                constant_liar=True, n_startup_trials=4,
            )  # fmt: skip
        verbosity = optuna.logging.get_verbosity()
        optuna.logging.set_verbosity(optuna.logging.WARNING)  # it announces every new study
        try:
            return optuna.create_study(sampler=sampler, direction="minimize")
        finally:
            optuna.logging.set_verbosity(verbosity)

    def widen(self, lag: int) -> None:
        """Let more candidates be under way, for workers that have joined."""
        self._lag = max(self._lag, lag)

    def can_ask(self, number: int) -> bool:
        """Whether enough has been told to ask for candidate `number`."""
        if not self._sizes and number < len(self._first):
            return True
        return bool(self._tunable) and all(n in self._done for n in range(self._told, number - self._lag + 1))

    def ask(self, number: int, share: float = 0.0, seconds: float = np.inf) -> Candidate:
        """The candidate with this number; numbers are asked for in their order.

        Parameters
        ----------
        number : int
        share : float
            Of the search that is over, from 0 to 1.
        seconds : float
            That it would be given if it were a trial that grows.
        """
        candidate = self._grown(number, share, seconds) or self._new(number)
        self._known[number] = candidate
        return candidate

    def _grown(self, number: int, share: float, seconds: float) -> Candidate | None:
        """A trial on more rows, where they are due and one is worth it."""
        rows = due_rows(self._sizes, share)
        if rows is None or rows == self._sizes[0]:
            return None
        # Where time plays a part there is no sequence to keep, and what has just finished counts as well.
        last = number if self._timed else number - self._lag
        told = [trial for trial in self._done.values() if trial.number <= last]
        context = on_sample(self._whole, rows)
        for trial in to_grow(told, self._known.values(), rows, seconds):
            if get_family(trial.family).unavailable(context) is None:
                self._why[number] = {"grown_from": trial.id}
                return Candidate(number, trial.family, trial.params, "grown", rows)
        return None

    def _new(self, number: int) -> Candidate:
        rows = self._context.sample
        place = number - sum(each.origin == "grown" for each in self._known.values() if each.number < number)
        if place < len(self._first):
            self._why[number] = {"place": place, "of": len(self._first) - 1}  # the dummy has place 0
            return replace(self._first[place], number=number)
        while self._told <= number - self._lag:
            self._tell(self._done[self._told])
        family = self._next_family(number)
        asked = self._studies[family].ask()
        self._asked[number] = asked
        return Candidate(number, family, get_family(family).suggest(asked, self._context), "tpe", rows)

    def why(self, number: int) -> dict[str, Any]:
        """Why this candidate is tried, in JSON values.

        Returns
        -------
        dict
            Of one of the first candidates its `place` and `of` how many; of one from the sampler the `chance`
            of its family to be drawn, how many of it were `tried` before, whether it `leads`, and after how
            many `seconds` it is expected to improve on the best of all; of one that grows, the trial that it
            was `grown_from`. Empty where that is not known.
        """
        return self._why.get(number, {})

    def add(self, trial: Trial) -> None:
        """Take in a finished trial, in whatever order they finish."""
        self._done[trial.number] = trial
        self._known[trial.number] = Candidate(
            trial.number, trial.family, trial.params, trial.origin, trial.rows
        )

    def _next_family(self, number: int) -> str:
        generator = np.random.default_rng([self._context.seed, number])
        chance = chances([*self._costs.values()])
        drawn = int(generator.choice(len(self._tunable), p=chance))
        self._why[number] = self._reason(self._tunable[drawn], float(chance[drawn]))
        return self._tunable[drawn]

    def _reason(self, family: str, chance: float) -> dict[str, Any]:
        """Why a family was drawn: its chance, and the seconds after which it is expected to be the best."""
        cost = self._costs[family]
        best = min(each.best for each in self._costs.values())
        seconds = cost.until_better(best)
        known = self._timed and cost.trials > 0 and np.isfinite(seconds)
        return {
            "chance": chance,
            "tried": cost.trials,
            "leads": bool(np.isfinite(best)) and cost.best <= best,
            "seconds": float(seconds) if known else None,
        }

    def _tell(self, trial: Trial) -> None:
        self._told += 1
        if trial.family not in self._studies or trial.origin in ("grown", "halved"):
            return  # what it needs and reaches with more or fewer rows is no measure for the others
        study = self._studies[trial.family]
        loss = trial.estimate if trial.loss is None else trial.loss
        self._costs[trial.family].add(trial.fit_seconds if self._timed else 1.0, loss)
        asked = self._asked.pop(trial.number, None)
        state = optuna.trial.TrialState.FAIL if loss is None else optuna.trial.TrialState.COMPLETE
        if asked is not None:
            study.tell(asked, loss, state=state)
        else:
            distributions = get_family(trial.family).distributions(self._context)
            params = {name: value for name, value in trial.params.items() if name in distributions}
            study.add_trial(
                optuna.trial.create_trial(
                    state=state,
                    value=loss,
                    params=params,
                    distributions={name: distributions[name] for name in params},
                )
            )
