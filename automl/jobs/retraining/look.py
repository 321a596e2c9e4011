"""The first step of a retraining: how new rows differ, and how good the champion is on them."""

from __future__ import annotations

import shutil
from pathlib import Path

from automl.jobs.retraining.steps import Steps
from automl.monitoring.history import SCORINGS, keep
from automl.monitoring.parts import main_output
from automl.monitoring.policy import Facts
from automl.monitoring.reference import Reference
from automl.monitoring.report import DriftReport
from automl.monitoring.rules import Level
from automl.monitoring.verdict import judge
from automl.monitoring.words import performance as performance_words
from automl.run import load_run
from automl.store import RunFolder, files
from automl.store.catalogue import Catalogue, ModelVersion
from automl.store.catalogue.registering import register_check

__all__ = ["drift_alone", "facts_of", "looked_at"]

_SECONDS = 10.0  # for splitting the shift of the predictions into columns


def looked_at(
    catalogue: Catalogue,
    run: RunFolder,
    champion: ModelVersion,
    table: Path,
    name: str,
    scoring: str,
    steps: Steps,
) -> DriftReport:
    """The verdict of the champion on new rows; kept among the scorings of its run, and told to the catalogue.

    Parameters
    ----------
    catalogue : Catalogue
    run : RunFolder
    champion : ModelVersion
    table : Path
    name : str
        What the person calls it.
    scoring : str
        Id of the scoring: one that is there already is taken.
    steps : Steps
    """
    from automl.monitoring.scoring import score

    folder = run.path / SCORINGS / scoring
    if (folder / "scoring.json").is_file():
        report = DriftReport.from_json(files.read_json(folder / "report.json"))
    else:
        if folder.exists():  # killed while it was made
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        done = score(
            load_run(run.path).watched(champion.model), table, out=folder / "predictions.csv", name=name,
            missing_columns="missing", time_budget=_SECONDS, seed=run.spec["seed"],
            progress=lambda share, what: steps.tell("decision", share, what),
        )  # fmt: skip
        report = done.report
        keep(folder, report, model=champion.model, columns=done.columns, preview=done.preview)
    register_check(catalogue, run, champion.model, report=report, predictions=folder / "predictions.csv")
    return report


def facts_of(
    report: DriftReport,
    reference: Reference,
    *,
    trained: float,
    now: float,
    more_rows: int = 0,
    retrained: tuple[float, ...] = (),
) -> Facts:
    """What a policy wants to know of new rows.

    Parameters
    ----------
    report : DriftReport
        The champion's verdict on them.
    reference : Reference
        Of the champion.
    trained, now : float
        When the champion was made, and now, in seconds since 1970.
    more_rows : int
        Rows with a label, beside these, that the champion has not learned from.
    retrained : tuple of float
        When it was learned anew before.
    """
    found = report.performance
    drift, words = drift_alone(report, reference)
    return Facts(
        now=now,
        trained=trained,
        drift=drift,
        drift_words=words,
        performance=None if found is None else found.level,
        performance_words="" if found is None else performance_words(found),
        worse_by=None if found is None else found.main.worse_by,
        new_rows=more_rows + (0 if found is None else found.rows),
        retrained=retrained,
    )


def drift_alone(report: DriftReport, reference: Reference) -> tuple[Level, str]:
    """The verdict on new rows, labels aside, and the first reason for it."""
    deviation = None
    if report.shift is not None:
        of = main_output(report.shift) if len(reference.outputs) > 1 else 0
        deviation = reference.outputs[min(of, len(reference.outputs) - 1)].deviation
    found = judge(
        rows=report.rows, findings=report.findings, scored=report.scored, columns=report.columns,
        outputs=report.outputs, deviation=deviation, apart=report.apart, shift=report.shift,
    )  # fmt: skip
    return found.level, found.reasons[0] if found.reasons else found.headline
