"""`automl monitor`."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import automl
from automl.bundle.manifest import is_bundle
from automl.cli.console import Console, find_run, number
from automl.errors import SettingError
from automl.monitoring import DriftReport, score, watched_bundle, words
from automl.run import load_run
from automl.store.catalogue.noting import note_bundle
from automl.store.catalogue.verdicts import verdict_facts
from automl.store.files import write_document

__all__ = ["monitor"]

_MOST_COLUMNS = 15


def monitor(options: Namespace, console: Console) -> int:
    """Compare new rows with those that a model was learned from; the exit code is the verdict."""
    report = _report(options, console)
    if options.out is not None:
        write_document(options.out, report.to_json())
    console.document(report.to_json())
    console.say(f"{words.LEVELS[report.level].lower()}: {report.headline}")
    if report.concerned():
        console.say(f"columns concerned: {', '.join(report.concerned())}")
    _say_reasons(report, console)
    _say_columns(report, console)
    if options.out is not None:
        console.say("", f"report: {options.out}")
    return report.exit_code


def _report(options: Namespace, console: Console) -> DriftReport:
    budget = None if options.no_split else options.budget
    if not options.table.is_file():
        raise SettingError(f"There is no file {options.table}.", fix="Check the path.")
    if is_bundle(Path(options.model_of)):
        if options.model is not None:
            raise SettingError("A bundle holds one model.", fix="Leave out --model.")
        bundle = automl.load_bundle(options.model_of)
        console.note(*bundle.notes)
        watched = watched_bundle(bundle)
        report = score(
            watched, options.table, missing_columns=options.missing_columns, time_budget=budget
        ).report
        problem = note_bundle(
            Path(options.model_of),
            lambda catalogue, model, digest: catalogue.life.add_check(
                f"{digest[:32]}:{report.created}", model=model, run_id=model.run_id, **verdict_facts(report)
            ),
        )
        console.note(*([f"note: {problem}"] if problem else []))
        return report
    run = load_run(find_run(options.model_of, options.home))
    return run.score(
        options.table, model=options.model, missing_columns=options.missing_columns, time_budget=budget
    ).report


def _say_reasons(report: DriftReport, console: Console) -> None:
    if report.performance is not None and report.performance.level == "fine":
        console.say("", words.performance(report.performance))
    if report.estimated is not None:
        if report.estimated.level == "fine":
            console.say("", words.estimated(report.estimated))
        console.note(f"note: {words.estimated_from(report.estimated)} {words.BLIND}")
    told = [reason for reason in report.reasons if reason not in report.headline]
    if told:
        console.say("", *told)
    notes = [finding.message for finding in report.findings if finding.severity == "info"]
    of_scores = [note for each in (report.performance, report.estimated) if each for note in each.notes]
    console.note(*(f"note: {note}" for note in (*notes, *report.notes, *of_scores)))


def _say_columns(report: DriftReport, console: Console) -> None:
    """Columns that have changed or move the predictions, those that do so most first."""
    parts = report.parts
    shown = [
        each
        for each in report.ranked()
        if each.has_moved or each.misses_more or parts.get(each.column, 0.0) != 0
    ]
    if not shown:
        return
    console.say("")
    console.table(
        ("column", "moved", "by chance", "PSI", "p (adjusted)", "missing", "moves prediction by"),
        [
            (
                each.column,
                words.share(each.moved),
                words.share(each.chance),
                number(each.psi, 2),
                number(each.adjusted, 2),
                f"{words.share(each.missing[0])} → {words.share(each.missing[1])}",
                f"{parts[each.column]:+.3g}" if parts.get(each.column) else "–",
            )
            for each in shown[:_MOST_COLUMNS]
        ],
        right=("moved", "by chance", "PSI", "p (adjusted)", "missing", "moves prediction by"),
    )
    if len(shown) > _MOST_COLUMNS:
        console.say(f"and {len(shown) - _MOST_COLUMNS} more: see --json or --out")
