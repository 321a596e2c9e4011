"""An explainer: what does not depend on the rows, found out once."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from .clock import Clock, Progress, part
from .engines import Attribution, attribute
from .errors import InputError
from .explanation import Explanation
from .frames import checked_background, checked_rows, frame_hash
from .game import Game
from .groups import Groups, grouped_data, owners
from .introspect import resolve
from .memo import Memo
from .outputs import choose_scale, model_classes, predictor, widen, widen_level
from .reference import Reference
from .shortcuts import Shortcuts
from .space import MAX_PAIRS, FrameSpace

_BLOCK = 64, 1024  # rows explained together, at least and at most: bounds memory


class Explainer:
    """Explains rows as they come, against one background.

    What is known of the model and the background (how columns are encoded, what the trees decide for the
    background) is kept, so that the second call takes a fraction of the first. The model must not be changed
    meanwhile.

    Parameters
    ----------
    model : fitted scikit-learn estimator or pipeline
    background : DataFrame of shape (B, M)
    scale : {"probability", "target", "margin", "log"}, optional
    groups : mapping of str to sequence of str, optional
    seed : int
    shortcuts : Shortcuts, optional
        Shorter ways to what the model's parts say.

    Raises
    ------
    InputError, ScaleError
        See :func:`explain.explain`, which has the parameters described.
    """

    def __init__(
        self,
        model: Any,
        background: pd.DataFrame,
        *,
        scale: str | None = None,
        groups: Groups | None = None,
        seed: int = 0,
        shortcuts: Shortcuts | None = None,
    ) -> None:
        self._model = model
        self._background = checked_background(background)
        self._columns = tuple(str(name) for name in self._background.columns)
        self._owner = None
        if groups is not None:
            self._columns, self._owner = owners(self._columns, groups)
        self._scale = choose_scale(model, scale)
        self._classes = model_classes(model)
        self._outputs = predictor(model, self._scale)(self._background)
        self._seed = seed
        self._memo = Memo(shortcuts)

    def explain(
        self, X: pd.DataFrame, *, time_budget: float | None = None, progress: Progress | None = None
    ) -> Explanation:
        """Attribute the model's outputs for some rows to their columns.

        Parameters
        ----------
        X : DataFrame of shape (n, M)
        time_budget : float, optional
            Seconds.
        progress : callable, optional
            Called with the share done, 0..1.

        Returns
        -------
        Explanation

        Raises
        ------
        InputError
            If the rows do not fit the background.
        """
        clock = Clock(time_budget)
        if time_budget is not None and not time_budget > 0:
            raise InputError(f"Expected time_budget above 0 seconds, found {time_budget}.")
        rows = checked_rows(X, self._background)
        n = len(rows)
        parts, own = [], []
        size = int(np.clip(MAX_PAIRS // len(self._background), *_BLOCK))
        for start in range(0, max(n, 1), size):
            block = rows.iloc[start : start + size]
            share = clock.share(len(block) / max(1, n - start))
            game = self._game(block, share, part(progress, start / max(1, n), len(block) / max(1, n)))
            own.append(game.predictions[: len(block)])
            parts.append(attribute(game))
        attribution = _joined(parts)
        values = widen(attribution.values, self._classes)
        base = widen_level(self._outputs.mean(axis=0), self._classes, self._scale)
        prediction = widen_level(np.concatenate(own), self._classes, self._scale)
        data, reference = rows, self._reference
        if self._owner is not None:
            data, reference = grouped_data(rows, reference, self._columns, self._owner)
        gap = np.abs(base + values.sum(axis=1) - prediction)
        stderr = None if attribution.stderr is None else np.abs(widen(attribution.stderr, self._classes))
        return Explanation(
            values=values,
            base=base,
            prediction=prediction,
            data=data,
            columns=self._columns,
            classes=self._classes,
            scale=self._scale,
            method=attribution.method,
            exact=attribution.exact,
            stderr=stderr,
            additivity_error=float(gap.max(initial=0.0)),
            reference=reference,
            background_rows=len(self._background),
            background_hash=self._background_hash,
            model_hash=self._model_hash,
            seed=self._seed,
            milliseconds=1000 * clock.spent(),
        )

    def _game(self, rows: pd.DataFrame, clock: Clock, progress: Progress | None) -> Game:
        raw = FrameSpace(rows, self._background, self._memo, owner=self._owner)
        estimator, space = resolve(self._model, raw, seed=self._seed)
        game = Game(estimator, space, self._outputs.shape[1], self._scale, self._seed, clock, progress)
        if np.allclose(game.usual, self._outputs, rtol=1e-9, atol=1e-9, equal_nan=True):
            return game
        return replace(game, estimator=self._model, space=raw)  # a pipeline that predicts in its own way

    @cached_property
    def _reference(self) -> tuple[Reference, ...]:
        return tuple(Reference.of(self._background.iloc[:, j]) for j in range(self._background.shape[1]))

    @cached_property
    def _background_hash(self) -> str:
        return frame_hash(self._background)

    @cached_property
    def _model_hash(self) -> str:
        """SHA-256 of what the model is and answers: equal for a model and its reloaded copy."""
        digest = hashlib.sha256(f"{type(self._model).__name__}\0{self._classes}\0".encode())
        digest.update(np.round(self._outputs, 9).tobytes())
        return digest.hexdigest()


def _joined(parts: list[Attribution]) -> Attribution:
    """Blocks of rows put together; sampled if one block is."""
    if len(parts) == 1:
        return parts[0]
    stderr = None
    if not all(part.exact for part in parts):
        errors = [np.zeros_like(part.values) if part.stderr is None else part.stderr for part in parts]
        stderr = np.concatenate(errors)
    methods = " | ".join(dict.fromkeys(part.method for part in parts))
    return Attribution(np.concatenate([part.values for part in parts]), stderr, methods)
