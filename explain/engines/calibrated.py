"""Votes whose probabilities are calibrated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..game import Game
from ..walkers import CalibratedWalker, TreeWalker, agrees, calibrated_vote, walker_for
from .base import Attribution, Engine, UnsuitableError
from .enumerate import affordable, enumerate_coalitions
from .sample import sample_permutations
from .trees import exact_seconds, exact_trees
from .vote import vote_weights


class CalibratedEngine(Engine):
    """A soft vote with a map of its probabilities on top.

    The map is bent, so that the members' values do not add up to those of the whole. But Shapley values are
    linear in the game: members with exact values on the scale of probabilities are explained exactly and
    taken off, and only what is left of the output is followed along sampled walks. Where all members are
    exact, that is no more than the bend, and the standard errors are a fraction of what they would be.
    """

    name = "calibrated"
    order = 36

    def attribute(self, game: Game) -> Attribution:
        pair = calibrated_vote(game.estimator)
        if pair is None or game.scale != "probability":
            raise UnsuitableError("not a calibrated vote")
        weights = vote_weights(pair.estimator).tolist()
        games = [replace(game.member(member), progress=None) for member in pair.estimator.estimators_]
        walkers = [walker_for(each) for each in games]
        whole = CalibratedWalker(walkers, weights, pair, [False] * len(walkers))
        if not agrees(whole, game):
            raise UnsuitableError("the members as read do not give the model's outputs")
        if affordable(game, whole):
            return enumerate_coalitions(game, whole)
        values = np.zeros((game.n, game.players, game.outputs))
        off = [False] * len(walkers)
        patience = 0.5 * game.clock.left()  # seconds for exact values of members that could be sampled
        for i, (walker, weight) in enumerate(zip(walkers, weights, strict=True)):
            if not isinstance(walker, TreeWalker) or walker.seen.link != "identity":
                continue
            started = game.clock.spent()
            if game.clock.budget is None or not game.n or exact_seconds(games[i], walker) <= patience:
                values += weight * exact_trees(games[i], walker).values
                off[i] = True
            patience -= game.clock.spent() - started
        rest = sample_permutations(game, CalibratedWalker(walkers, weights, pair, off))
        method = f"calibrated vote of {len(walkers)} members: {sum(off)} exact, the rest {rest.method}"
        return Attribution(values + rest.values, rest.stderr, method)
