"""What the catalogue knows of a model, to account for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from automl.store import RunFolder
from automl.store.audit import Entry, Flaw, Head
from automl.store.catalogue import (
    Alert,
    BundleRecord,
    Check,
    DatasetVersion,
    Deployment,
    ModelVersion,
    RunRecord,
    Statement,
)

if TYPE_CHECKING:
    from automl.store.catalogue import Catalogue

__all__ = ["Account", "account_of"]


@dataclass(frozen=True)
class Account:
    """What the catalogue knows of a model.

    Attributes
    ----------
    model : ModelVersion
    run : RunRecord
    dataset, before : DatasetVersion or None
        What it learned from, and the version that this came after.
    statements : sequence of Statement
    aliases : sequence of str
    bundles, deployments, checks, alerts : sequences
    entries : sequence of Entry
        Of the audit log, about the run, the model and its data.
    head : Head
    flaws : sequence of Flaw
        Of the audit log.
    changed : bool
        Whether the run has been changed since this version was registered.
    """

    model: ModelVersion
    run: RunRecord
    dataset: DatasetVersion | None
    before: DatasetVersion | None
    statements: Sequence[Statement]
    aliases: Sequence[str]
    bundles: Sequence[BundleRecord]
    deployments: Sequence[Deployment]
    checks: Sequence[Check]
    alerts: Sequence[Alert]
    entries: Sequence[Entry]
    head: Head
    flaws: Sequence[Flaw] = field(default=())
    changed: bool = False

    def said(self, kind: str) -> Statement | None:
        """The last statement of a kind."""
        return next((each for each in reversed(self.statements) if each.kind == kind), None)

    @property
    def approval(self) -> Statement | None:
        """The approval or rejection that counts."""
        verdicts = [each for each in self.statements if each.kind in ("approved", "rejected")]
        return verdicts[-1] if verdicts else None


def account_of(catalogue: Catalogue, model: ModelVersion) -> Account:
    """What a catalogue knows of a model; the whole audit log is verified for it."""
    from automl.store.catalogue.run_facts import model_state

    run = catalogue.models.run_of(model)
    dataset = None if run.dataset_version_id is None else catalogue.datasets.version(run.dataset_version_id)
    parent = None if dataset is None else dataset.parent_id
    aliases = [each.alias for each in catalogue.aliases.all(model.name) if each.model_id == model.id]
    subjects = [run.id, model.label, *(f"{model.name}@{alias}" for alias in aliases)]
    if dataset is not None:
        subjects.append(dataset.subject)
    return Account(
        model=model,
        run=run,
        dataset=dataset,
        before=None if parent is None else catalogue.datasets.version(parent),
        statements=catalogue.models.statements(model),
        aliases=aliases,
        bundles=catalogue.life.bundles(model),
        deployments=catalogue.life.deployments(model),
        checks=catalogue.life.checks(model),
        alerts=catalogue.life.alerts(model),
        entries=catalogue.audit.about(subjects),
        head=catalogue.audit.head(),
        flaws=catalogue.audit.flaws(),
        changed=model_state(RunFolder(run.path), model.model) != model.state,
    )
