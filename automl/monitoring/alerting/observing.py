"""What a rule sees in a comparison of new rows with old ones: which columns are over its limit, and by what.

Figures and sentences hold counts, shares and names of columns. They hold no value of any row: they are sent
to places that may not see the data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from automl.data import Finding
from automl.monitoring import words
from automl.monitoring.alerting import sentences
from automl.monitoring.alerting.machine import Seen
from automl.monitoring.alerting.rule import Rule, What
from automl.monitoring.alerting.sentences import Figures
from automl.monitoring.drift import ColumnDrift
from automl.monitoring.estimate.records import Estimated, EstimatedMetric
from automl.monitoring.performance import Measured, Performance
from automl.monitoring.report import DriftReport
from automl.monitoring.rules import ALARMS, RANK
from explain import formats

__all__ = ["TABLE", "Figures", "Observed", "by_columns", "observe", "unreadable"]

TABLE = ""
"""The name of what is about no column."""

Tell = Callable[[Sequence[Figures]], str]


@dataclass(frozen=True)
class Observed:
    """What a rule sees in a check, with the figures.

    Attributes
    ----------
    seen : Seen
    figures : mapping of str to mapping
        Of each column that is not fine, the worst first, as JSON values.
    tell : callable
        Makes a sentence of some of them.
    shared : float
        How much of what chance does is common to all checks, since they have the same old rows: a share of
        its variance.
    """

    seen: Seen
    figures: Mapping[str, Figures] = field(default_factory=dict)
    tell: Tell = field(default=lambda _: "", compare=False)
    shared: float = 0.0

    def about(self, names: Sequence[str]) -> list[Figures]:
        """The figures of some columns."""
        return [self.figures[name] for name in names if name in self.figures]

    def message(self, names: Sequence[str]) -> str:
        """What there is to say of some columns, in a sentence; empty where there is nothing."""
        told = self.about(names)
        return self.tell(told) if told else ""


def observe(rule: Rule, report: DriftReport, deviation: float | None = None) -> Observed | None:
    """What a rule sees in a report; None where that says nothing about it.

    Parameters
    ----------
    rule : Rule
    report : DriftReport
    deviation : float, optional
        Standard deviation that the predictions had before, of the output whose shift was split.
    """
    if rule.what == "effect":
        found = _effect(rule, report, deviation)
    else:
        look = _LOOKS.get(rule.what)
        found = None if look is None else look(rule, report)
    return None if found is None else replace(found, shared=_shared(rule, report))


def _shared(rule: Rule, report: DriftReport) -> float:
    """How much of what chance does comes from the old rows, or from the promise, which stay the same."""
    if rule.what in ("performance", "estimated"):
        measured = report.performance if rule.what == "performance" else report.estimated
        ends = None if measured is None else _ends(measured.main)
        if ends is None or None in ends:
            return 0.0
        low, high, promised_low, promised_high = (each or 0.0 for each in ends)
        own, theirs = (high - low) ** 2, (promised_high - promised_low) ** 2
        return theirs / (own + theirs) if own + theirs else 0.0
    if rule.what == "apart" and report.apart is not None:
        old, new = report.apart.rows
        return new / (old + new)
    rows = report.rows / (report.rows + report.known_rows) if report.rows else 0.0
    # The shift is split on as many rows of either side.
    return max(rows, 0.5) if rule.what in ("effect", "verdict") else rows


def _ends(main: Measured | EstimatedMetric) -> tuple[float | None, ...]:
    return main.low, main.high, main.promised_low, main.promised_high


def unreadable(rule: Rule, at: float, table: str) -> Observed | None:
    """What a rule sees in a file that could not be read: those about anything else see nothing."""
    if rule.what != "unreadable":
        return None
    message = f"The file {table} could not be read as a table."
    return Observed(Seen(at, (TABLE,), (TABLE,)), {TABLE: {"table": table}}, lambda _: message)


def by_columns(
    rule: Rule, at: float, columns: Sequence[ColumnDrift], outputs: Sequence[ColumnDrift]
) -> Observed | None:
    """The same for the drift of columns and predictions alone; None for rules about anything else."""
    if rule.what == "drift":
        found = {e.column: e.beyond_chance if e.is_sure and not e.expected else 0.0 for e in columns}
        return _measured(rule, at, found, _figures_of(columns), sentences.drifted)
    if rule.what == "missing":
        found = {e.column: abs(e.missing[1] - e.missing[0]) if _is_sure(e) else 0.0 for e in columns}
        return _measured(rule, at, found, _figures_of(columns), sentences.missing)
    if rule.what == "predictions":
        moved = [e for e in outputs if e.is_sure]
        worst = max(moved, key=lambda each: each.beyond_chance, default=None)
        found = {TABLE: 0.0 if worst is None else worst.beyond_chance}
        told = {} if worst is None else {TABLE: _drift_figures(worst)}
        return _measured(rule, at, found, told, sentences.predictions)
    return None


def _verdict(rule: Rule, report: DriftReport) -> Observed:
    figures = {"level": report.level, "concerned": report.concerned()}
    names = report.concerned()
    about = f": {formats.listed(sentences.few(names))}" if names else ""
    message = f"The verdict on {report.rows:,} new rows is “{words.LEVELS[report.level].lower()}”{about}."
    return _measured(
        rule, report.created, {TABLE: float(RANK.index(report.level))}, {TABLE: figures}, lambda _: message
    )


def _columns(rule: Rule, report: DriftReport) -> Observed | None:
    return by_columns(rule, report.created, report.columns, report.outputs) if report.scored else None


def _effect(rule: Rule, report: DriftReport, spread: float | None) -> Observed | None:
    if report.shift is None or not spread:
        return None
    found = {name: abs(part) / spread for name, part in report.parts.items()}
    figures = {
        name: {"column": name, "effect": found[name], "part": part, "of": report.part_of}
        for name, part in report.parts.items()
        if part
    }
    return _measured(rule, report.created, found, figures, sentences.moves)


def _apart(rule: Rule, report: DriftReport) -> Observed | None:
    found = report.apart
    if found is None:
        return None
    sure = found.adjusted is not None and found.adjusted <= ALARMS
    figures = {"auc": found.auc, "low": found.low, "high": found.high, "adjusted": found.adjusted}
    message = (
        f"A classifier tells new rows from old ones: area under the curve {found.auc:.2f} "
        f"({found.low:.2f} to {found.high:.2f})."
    )
    return _measured(
        rule, report.created, {TABLE: found.auc if sure else 0.5}, {TABLE: figures}, lambda _: message
    )


def _performance(rule: Rule, report: DriftReport) -> Observed | None:
    found = report.performance
    return None if found is None else _score(rule, report, found, "score", words.performance(found))


def _estimated(rule: Rule, report: DriftReport) -> Observed | None:
    found = report.estimated
    return None if found is None else _score(rule, report, found, "estimated", words.estimated(found))


def _score(
    rule: Rule, report: DriftReport, found: Performance | Estimated, value: str, message: str
) -> Observed | None:
    """The score that the model was chosen by, measured or estimated, beside the promise."""
    main = found.main
    if main.worse_by is None:
        return None
    names = ("metric", value, "low", "high", "promised", "worse_by")
    figures = {name: getattr(main, name) for name in names} | {"rows": found.rows}
    worse = {TABLE: max(main.worse_by, 0.0)}
    return _measured(rule, report.created, worse, {TABLE: figures}, lambda _: message)


def _anomaly(rule: Rule, report: DriftReport) -> Observed:
    found: dict[str, list[Finding]] = {}
    for each in report.findings:
        if each.severity != "info" and (not rule.codes or each.code in rule.codes):
            found.setdefault(each.column or TABLE, []).append(each)
    figures = {
        name: {"column": name or None, "codes": [e.code for e in those], "rows": _count(those)}
        for name, those in found.items()
    }
    return _measured(rule, report.created, dict.fromkeys(found, 1.0), figures, sentences.anomalies, limit=1.0)


def _rows(rule: Rule, report: DriftReport) -> Observed:
    assert rule.opens_at is not None
    assert rule.closes_at is not None
    few, still = report.rows < rule.opens_at, report.rows < rule.closes_at
    message = f"{report.rows:,} rows have come; at least {rule.opens_at:,.0f} are expected."
    return Observed(
        Seen(report.created, (TABLE,) if few else (), (TABLE,) if still else ()),
        {TABLE: {"rows": report.rows, "expected": rule.opens_at}} if still else {},
        lambda _: message,
    )


def _readable(rule: Rule, report: DriftReport) -> Observed:
    return Observed(Seen(report.created))


_LOOKS: dict[What, Callable[[Rule, DriftReport], Observed | None]] = {
    "verdict": _verdict,
    "drift": _columns,
    "missing": _columns,
    "predictions": _columns,
    "apart": _apart,
    "performance": _performance,
    "estimated": _estimated,
    "anomaly": _anomaly,
    "rows": _rows,
    "unreadable": _readable,
}


def _measured(
    rule: Rule,
    at: float,
    values: Mapping[str, float],
    figures: Mapping[str, Figures],
    tell: Tell,
    limit: float | None = None,
) -> Observed:
    """What is over the limits, of values by column."""
    opens = limit if limit is not None else rule.opens_at
    closes = limit if limit is not None else rule.closes_at
    assert opens is not None
    assert closes is not None
    meant = {name: value for name, value in values.items() if not rule.columns or name in rule.columns}
    worst = sorted(meant, key=lambda name: -meant[name])
    over = tuple(name for name in worst if meant[name] >= opens)
    still = tuple(name for name in worst if meant[name] >= closes)
    return Observed(Seen(at, over, still), {name: figures[name] for name in still if name in figures}, tell)


def _figures_of(columns: Sequence[ColumnDrift]) -> dict[str, Figures]:
    return {each.column: _drift_figures(each) for each in columns}


def _drift_figures(drift: ColumnDrift) -> Figures:
    return {
        "column": drift.column, "moved": drift.moved, "chance": drift.chance, "adjusted": drift.adjusted,
        "psi": drift.psi, "test": drift.test, "missing": list(drift.missing),
    }  # fmt: skip


def _is_sure(drift: ColumnDrift) -> bool:
    return drift.missing_adjusted is not None and drift.missing_adjusted <= ALARMS


def _count(findings: Sequence[Finding]) -> int | None:
    """Rows concerned by the worst of some findings, where they say so."""
    counted = [int(each.evidence["count"]) for each in findings if "count" in each.evidence]
    return max(counted, default=None)
