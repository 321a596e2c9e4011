"""Weighted votes: the weighted sum of the members' attributions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.ensemble import VotingClassifier, VotingRegressor

from ..game import Game
from ..walkers import Walker, WeightedWalker, walker_for
from ..walkers.trees import TreeWalker
from .base import Attribution, Engine, Floats, UnsuitableError
from .constant import ConstantEngine
from .enumerate import affordable, enumerate_coalitions
from .linear import LinearEngine
from .sample import sample_permutations
from .trees import exact_seconds, exact_trees


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
        if not isinstance(game.estimator, (VotingClassifier, VotingRegressor)):
            raise UnsuitableError("not a vote")
        if game.scale == "margin" or getattr(game.estimator, "voting", "soft") != "soft":
            raise UnsuitableError("the vote is not an average on this scale")
        weights = vote_weights(game.estimator)
        values = np.zeros((game.n, game.players, game.outputs))
        rest: list[tuple[float, Walker]] = []
        exact = 0
        patience = 0.6 * game.clock.left()  # seconds for exact values of members that could be sampled
        members = game.estimator.estimators_
        for position, (member, weight) in enumerate(zip(members, weights, strict=True)):
            quiet = replace(game.member(member), progress=None)
            started = game.clock.spent()
            done, walker = _exact_or_walker(quiet, patience)
            if done is not None:
                values += weight * done
                exact += 1
                patience -= game.clock.spent() - started
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


def vote_weights(vote: Any) -> Floats:
    """Weights of the fitted members, summing to 1."""
    weights = vote._weights_not_none
    if weights is None:
        weights = [1.0] * len(vote.estimators_)
    shares = np.asarray(weights, dtype=np.float64)
    return np.asarray(shares / shares.sum(), dtype=np.float64)


def _exact_or_walker(game: Game, patience: float) -> tuple[Floats | None, Walker | None]:
    """Exact values of a member if they take at most ``patience`` seconds; else a walker for it."""
    for engine in (ConstantEngine(), LinearEngine()):
        try:
            return engine.attribute(game).values, None
        except UnsuitableError:
            continue
    walker = walker_for(game)
    if isinstance(walker, TreeWalker) and walker.seen.link == "identity":
        seconds = 0.0 if game.clock.budget is None or not game.n else exact_seconds(game, walker)
        if seconds <= patience:
            return exact_trees(game, walker).values, None
    return None, walker


def _followed(game: Game, members: Sequence[tuple[float, Walker]]) -> tuple[Floats, Floats | None, str]:
    """Values and standard errors of the members that are followed along walks."""
    together = WeightedWalker([walker for _, walker in members], [weight for weight, _ in members])
    if affordable(game, together):
        part = enumerate_coalitions(game, together)
        return part.values, None, "all coalitions"
    groups = [
        group
        for cost in range(3)
        if (group := [(weight, walker) for weight, walker in members if _cost(walker) == cost])
    ]
    values = np.zeros((game.n, game.players, game.outputs))
    variance = np.zeros_like(values)
    methods = []
    for position, group in enumerate(groups):
        last = position + 1 == len(groups)
        walker = WeightedWalker([member for _, member in group], [weight for weight, _ in group])
        part = sample_permutations(
            replace(game, clock=game.clock if last else game.clock.share(0.6), seed=game.seed + position),
            walker,
        )
        values += part.values
        variance += 0.0 if part.stderr is None else part.stderr**2
        methods.append(part.method)
    return values, np.sqrt(variance), " and ".join(dict.fromkeys(methods))


def _cost(walker: Walker) -> int:
    """Boosted and linear members cost least, then forests without time for exact values, then predictions."""
    if not walker.fast:
        return 2
    return 1 if isinstance(walker, TreeWalker) and walker.seen.link == "identity" else 0


def _second_half(game: Game) -> Any:
    return None if game.progress is None else lambda share: game.report(0.5 + 0.5 * share)
