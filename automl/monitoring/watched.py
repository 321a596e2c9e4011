"""A model under watch: what scores new rows, and what is known of those that it was learned from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from automl.bundle import Bundle
from automl.bundle.documents import DAMAGED, parse_json
from automl.bundle.scoring import Scorer
from automl.data import Schema
from automl.data.review import ReviewedSchema
from automl.errors import BundleError
from automl.monitoring.estimate.estimator import ESTIMATOR, Estimator
from automl.monitoring.judged import Roles
from automl.monitoring.reference import REFERENCE, Reference
from automl.task import Task
from explain import ExplainError

__all__ = ["Watched", "watched_bundle"]


@dataclass(frozen=True, eq=False)
class Watched:
    """A model and all that new rows are compared with.

    Attributes
    ----------
    name : str
        The model, in words.
    scorer : Scorer
    task : Task
    reference : Reference
    known : DataFrame
        Canonical rows that it was learned from: a sample, for what needs whole rows.
    background : DataFrame
        Rows that explanations compare with.
    promised : mapping of metric to mapping
        ``score`` and ``interval``.
    notes : tuple of str
        What limits the comparison.
    reviewed : ReviewedSchema or None
        What rows must be like, where a person has said so.
    estimator : Estimator or None
        What tells performance without labels; older bundles have none.
    roles : Roles
        Which columns say how rows are judged.
    """

    name: str
    scorer: Scorer
    task: Task
    reference: Reference
    known: pd.DataFrame
    background: pd.DataFrame
    promised: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    reviewed: ReviewedSchema | None = None
    estimator: Estimator | None = None
    roles: Roles = field(default_factory=Roles)

    @property
    def schema(self) -> Schema:
        """Of the columns that the model reads."""
        return self.scorer.schema


def watched_bundle(bundle: Bundle) -> Watched:
    """A bundle under watch.

    Raises
    ------
    BundleError
        When it was exported without a reference, or that is damaged.
    """
    content = bundle.file(REFERENCE)
    if content is None:
        raise BundleError(
            f"The bundle {bundle.path.name} has no {REFERENCE} to compare new rows with.",
            fix="Export the model again: bundles have one since Glassbench can monitor.",
        )
    try:
        reference = Reference.from_json(parse_json(content, REFERENCE))
    except (ExplainError, *DAMAGED) as error:
        raise BundleError(f"{REFERENCE} is damaged ({error}).", fix="Export the model again.") from error
    explanation = bundle.explanation()
    known = bundle.background() if explanation is None else bundle.coerce(explanation.data).frame
    estimator = None
    if (content := bundle.file(ESTIMATOR)) is not None:
        try:
            estimator = Estimator.from_json(parse_json(content, ESTIMATOR))
        except (ExplainError, *DAMAGED) as error:
            raise BundleError(f"{ESTIMATOR} is damaged ({error}).", fix="Export the model again.") from error
    result = bundle.metrics["result"]
    return Watched(
        name=f"{bundle.manifest['name']} ({bundle.manifest['lineage']['model']['id']})",
        scorer=bundle.scorer,
        task=bundle.task,
        reference=reference,
        known=known,
        background=bundle.background(),
        promised=result.get("metrics") or {},
        notes=(
            f"Whole rows are compared with the {len(known):,} that the bundle carries; the run has more.",
        ),
        reviewed=bundle.reviewed(),
        estimator=estimator,
        roles=Roles.of_bundle(bundle),
    )
