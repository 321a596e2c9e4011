"""Votes whose probabilities are calibrated."""

from __future__ import annotations

import numpy as np

from ..game import Game
from ..walkers import CalibratedWalker, TreeWalker, agrees, calibrated_vote, vote_weights, walker_for
from .base import Attribution, Engine, UnsuitableError
from .enumerate import affordable, enumerate_coalitions
from .exactly import exactly
from .sample import sample_permutations


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
        shares = None if pair is None else vote_weights(pair.estimator, game.scale)
        if pair is None or shares is None:
            raise UnsuitableError("not a calibrated vote, or not its probabilities")
        weights = shares.tolist()
        vote = game.member(pair.estimator)
        games = [vote.member(member) for member in pair.estimator.estimators_]
        walkers = [walker_for(each) for each in games]
        whole = CalibratedWalker(walkers, weights, pair, [False] * len(walkers))
        if not agrees(whole, game):
            raise UnsuitableError("the members as read do not give the model's outputs")
        if affordable(game, whole):
            return enumerate_coalitions(game, whole, 0.7 * game.clock.left())
        values = np.zeros((game.n, game.players, game.outputs))
        off = [False] * len(walkers)
        patience = 0.5 * game.clock.left()  # seconds for exact values of members that could be sampled
        for i, (walker, weight) in enumerate(zip(walkers, weights, strict=True)):
            if not isinstance(walker, TreeWalker) or walker.seen.link != "identity":
                continue
            started = game.clock.spent()
            done, _ = exactly(games[i], patience, walker)
            patience -= game.clock.spent() - started
            if done is not None:
                values += weight * done
                off[i] = True
        rest = sample_permutations(game, CalibratedWalker(walkers, weights, pair, off))
        method = f"calibrated vote of {len(walkers)} members: {sum(off)} exact, the rest {rest.method}"
        return Attribution(values + rest.values, rest.stderr, method)
