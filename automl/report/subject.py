"""All that the sections of a card or report are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from automl.data import Schema
from automl.task import Task

from .facts import BundleFacts

if TYPE_CHECKING:
    from explain import Explanation
    from explain.certificate import Certificate

__all__ = ["Evidence", "Subject"]


@dataclass(frozen=True, eq=False)
class Evidence:
    """What is known of the explained rows, and of the table that they come from.

    Attributes
    ----------
    rows : tuple of int, length n
        Where the explained rows stand in the table, counted from 0.
    truth : array of shape (n,)
        Their true targets: codes of classes, or values; NaN where not known.
    honest : array of shape (n,) or (n, K)
        What was predicted for them by models that had not learned from them; NaN where nothing was.
    profile : mapping
        Facts of the columns, as `automl.data.profile` gives them.
    split : mapping
        ``training_rows``, ``holdout_rows``, ``folds``, ``ordered``, ``groups``, ``time``.
    """

    rows: tuple[int, ...]
    truth: NDArray[np.float64]
    honest: NDArray[np.float64]
    profile: Mapping[str, Any] = field(default_factory=dict)
    split: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Subject:
    """A model and what is known about it.

    Attributes
    ----------
    schema : Schema
        Columns that the model reads.
    task : Task
    facts : BundleFacts
        Where it comes from and how good it is.
    explanation : Explanation, optional
        Of a sample of rows.
    certificate : Certificate, optional
        How that explanation's method fared against brute force.
    evidence : Evidence, optional
    inspections : mapping
        Results of inspections by name, with the column or row behind a colon, as in ``curve:age``.
    inspection_notes : mapping of the same names to tuple of str
        On what each was made, in sentences.
    not_inspected : mapping of name to str
        Why an inspection could not be made.
    packages : mapping of name to version
        What prediction needs.
    model_sha256 : str
        Of the model file, where there is one.
    sample_rows, background_rows : int
        Rows of data that the bundle carries; 0 outside of bundles.
    """

    schema: Schema
    task: Task
    facts: BundleFacts
    explanation: Explanation | None = None
    certificate: Certificate | None = None
    evidence: Evidence | None = None
    inspections: Mapping[str, Any] = field(default_factory=dict)
    inspection_notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    not_inspected: Mapping[str, str] = field(default_factory=dict)
    packages: Mapping[str, str] = field(default_factory=dict)
    model_sha256: str = ""
    sample_rows: int = 0
    background_rows: int = 0
