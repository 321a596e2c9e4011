"""Weighted votes: the weighted sum of the members' attributions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from ..game import Game
from ..walkers import Walker, WeightedWalker, vote_weights
from ..walkers.trees import TreeWalker
from .base import Attribution, Engine, Floats, UnsuitableError
from .enumerate import affordable, enumerate_coalitions, seconds_a_walk
from .exactly import exactly
from .sample import sample_permutations


class VoteEngine(Engine):
    """Soft votes and averages.

    Shapley values are linear in the game, so the weighted sum of the members' values, against the same
    background on the same scale, is the vote's own value. Members with an exact engine use it; the others are
    followed together along sampled walks, in groups of like cost, so that slow members do not use up the time
    of all.
    """

    name = "vote"
    order = 35

    def attribute(self, game: Game) -> Attribution:
        weights = vote_weights(game.estimator, game.scale)
        if weights is None:
            raise UnsuitableError("not a vote, or no average on this scale")
        values = np.zeros((game.n, game.players, game.outputs))
        rest: list[tuple[float, Walker]] = []
        exact = 0
        patience = 0.6 * game.clock.left()  # seconds for exact values of members that could be sampled
        members = game.estimator.estimators_
        for position, (member, weight) in enumerate(zip(members, weights, strict=True)):
            started = game.clock.spent()
            # A member that would take much more than its part of the time is better followed along walks.
            done, walker = exactly(game.member(member), patience / (len(members) - position))
            patience -= game.clock.spent() - started
            if done is not None:
                values += weight * done
                exact += 1
            elif walker is not None:
                rest.append((weight, walker))
            game.report(0.5 * (position + 1) / len(members))
        if not rest:
            return Attribution(values, None, f"exact: vote of {exact} members")
        sampled, stderr, how = _followed(replace(game, progress=_second_half(game)), rest)
        if stderr is None:
            return Attribution(values + sampled, None, f"exact: vote of {len(members)} members; {how}")
        method = f"vote of {len(members)} members: {exact} exact, {len(rest)} {how}"
        return Attribution(values + sampled, stderr, method)


def _followed(game: Game, members: Sequence[tuple[float, Walker]]) -> tuple[Floats, Floats | None, str]:
    """Values and standard errors of the members that are followed along walks."""
    together = WeightedWalker([walker for _, walker in members], [weight for weight, _ in members])
    if affordable(game, together):
        try:
            return (
                enumerate_coalitions(game, together, 0.7 * game.clock.left()).values,
                None,
                "all coalitions",
            )
        except UnsuitableError:
            pass  # slower than it looked
    groups = {
        cost: WeightedWalker([walker for _, walker in group], [weight for weight, _ in group])
        for cost in range(3)
        if (group := [(weight, walker) for weight, walker in members if _cost(walker) == cost])
    }
    values = np.zeros((game.n, game.players, game.outputs))
    variance = np.zeros_like(values)
    methods = []
    needs = [1.0] * len(groups)
    if len(groups) > 1 and game.clock.budget is not None:
        # They set proportions only, so that those of rows before these do as well.
        needs = [
            game.recall(f"need of cost {cost} for {game.n} rows", partial(_need, game, walker))
            for cost, walker in groups.items()
        ]
    for position, walker in enumerate(groups.values()):
        clock = game.clock.share(needs[position] / sum(needs[position:]))
        part = sample_permutations(replace(game, clock=clock, seed=game.seed + position), walker)
        values += part.values
        variance += 0.0 if part.stderr is None else part.stderr**2
        methods.append(part.method)
    return values, np.sqrt(variance), " and ".join(dict.fromkeys(methods))


def _need(game: Game, walker: WeightedWalker) -> float:
    """The part of the time that a group of members needs, beside others: as it counts, and by the root of
    what a walk costs. So the sum of their variances becomes least where their outputs vary alike.
    """
    active = np.flatnonzero(walker.players & game.space.varying)
    if not len(active) or not game.n:
        return 1.0
    return sum(walker.weights) * math.sqrt(seconds_a_walk(game, walker, active))


def _cost(walker: Walker) -> int:
    """Boosted and linear members cost least, then forests without time for exact values, then predictions."""
    if not walker.fast:
        return 2
    return 1 if isinstance(walker, TreeWalker) and walker.seen.link == "identity" else 0


def _second_half(game: Game) -> Any:
    return None if game.progress is None else lambda share: game.report(0.5 + 0.5 * share)
