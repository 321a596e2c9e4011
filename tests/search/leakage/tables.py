"""Simulated tables whose leaks, or want of leaks, are known."""

from __future__ import annotations

import numpy as np
import pandas as pd

KINDS = ("binary", "multiclass", "regression")


def honest(kind: str, *, rows: int = 600, seed: int = 0, noise: float = 1.0) -> pd.DataFrame:
    """A table with columns that matter, one that does not and one with gaps; the target is `y`.

    Parameters
    ----------
    kind : {"binary", "multiclass", "regression"}
    rows : int
    seed : int
    noise : float
        Standard deviation of what no column tells; the columns' own share is about 1.2.
    """
    rng = np.random.default_rng(seed)
    a, b, c = rng.normal(size=(3, rows))
    kind_of = rng.choice(["north", "south", "east"], rows)
    latent = a + 0.5 * b * (c > 0) + 0.6 * (kind_of == "north") + noise * rng.normal(size=rows)
    if kind == "binary":
        y = np.where(latent > 0.3, "yes", "no")
    elif kind == "multiclass":
        y = np.array(["low", "mid", "top"])[np.digitize(latent, [-0.6, 0.8])]
    else:
        y = np.round(100 * np.exp(0.5 * latent), 3)
    frame = pd.DataFrame({"a": a, "b": b, "c": c, "region": kind_of, "idle": rng.normal(size=rows), "y": y})
    frame.loc[rng.random(rows) < 0.1, "b"] = np.nan
    return frame


def codes(frame: pd.DataFrame) -> np.ndarray:
    """The target as numbers."""
    y = frame["y"]
    return y.to_numpy(float) if y.dtype == float else np.unique(y, return_inverse=True)[1].astype(float)
