"""Walks of models that were fitted to a function of the target."""

from __future__ import annotations

from typing import Any

import numpy as np

from .base import Floats, Ints, Walker


class MappedWalker(Walker):
    """Follows the walks of the inner model and brings its outputs back to the units of the target."""

    def __init__(self, walker: Walker, transformer: Any) -> None:
        self.walker = walker
        self.transformer = transformer
        self.players = walker.players
        self.outputs = walker.outputs
        self.fast = walker.fast

    def walk(self, x: Ints, z: Ints, order: Ints) -> Floats:
        return self._mapped(self.walker.walk(x, z, order))

    def arrive(self, x: Ints, z: Ints, order: Ints) -> Floats:
        return self._mapped(self.walker.arrive(x, z, order))

    def _mapped(self, inner: Floats) -> Floats:
        outer = self.transformer.inverse_transform(inner.reshape(-1, 1))
        return np.asarray(outer, dtype=np.float64).reshape(inner.shape)
