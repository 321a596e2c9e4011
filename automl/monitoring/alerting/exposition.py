"""What a watch knows, in the text format that Prometheus reads (version 0.0.4).

All of it is read from the catalogue, so it survives a restart, and two watches of one name tell the same.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from automl.monitoring.alerting.rule import Rule
from automl.monitoring.report import DriftReport
from automl.monitoring.rules import RANK
from automl.store.catalogue import Catalogue
from automl.store.files import replacing

__all__ = ["CONTENT_TYPE", "Pulse", "exposition", "write_textfile"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_MOST_COLUMNS = 200

Sample = tuple[Mapping[str, str], float]


@dataclass(frozen=True)
class Pulse:
    """How a watch is.

    Attributes
    ----------
    at : float
        When it last looked, in seconds since 1970.
    failed : bool
        Whether it could not.
    model : str
    report : DriftReport or None
        The last comparison of this process.
    """

    at: float
    failed: bool
    model: str
    report: DriftReport | None = None


def exposition(catalogue: Catalogue, watch: str, rules: Sequence[Rule], pulse: Pulse) -> str:
    """All that is known, as text.

    Parameters
    ----------
    catalogue : Catalogue
    watch : str
    rules : sequence of Rule
    pulse : Pulse
    """
    known = catalogue.watching.summary(watch)
    last = known.last
    text = _Text({"watch": watch})
    text.add("watch_info", "gauge", "What is watched.", [({"model": pulse.model}, 1)])
    text.add("watch_last_look_timestamp_seconds", "gauge", "When it last looked.", [({}, pulse.at)])
    text.add("watch_failing", "gauge", "Whether it could not look.", [({}, int(pulse.failed))])
    text.add(
        "watch_checks_total", "counter", "Tables compared, by verdict.",
        [({"level": level}, known.levels.get(level, 0)) for level in RANK],
    )  # fmt: skip
    text.add(
        "watch_refused_total", "counter", "Files that could not be read.",
        [({}, known.refused)],
    )  # fmt: skip
    if last is not None:
        text.add(
            "watch_last_check_timestamp_seconds", "gauge", "When a table was last compared.", [({}, last.at)]
        )
        text.add("watch_last_check_rows", "gauge", "Rows of that table.", [({}, last.rows)])
        text.add(
            "watch_last_check_level", "gauge", "Its verdict: 0 fine, 1 have a look, 2 act.",
            [({}, RANK.index(last.level) if last.level in RANK else len(RANK) - 1)],
        )  # fmt: skip
    text.add(
        "alert_open", "gauge", "Whether a rule has an open alert.",
        [({"rule": e.name, "severity": e.severity}, known.open_now.get(e.name, 0)) for e in rules],
    )  # fmt: skip
    text.add(
        "alerts_opened_total", "counter", "Alerts opened.",
        [({"rule": rule.name}, known.opened.get(rule.name, 0)) for rule in rules],
    )  # fmt: skip
    text.add(
        "deliveries_waiting", "gauge", "What sinks could not be told yet.",
        [({"sink": sink}, number) for sink, number in sorted(known.waiting.items())],
    )  # fmt: skip
    if pulse.report is not None:
        _add_report(text, pulse.report)
    return text.whole


def _add_report(text: _Text, report: DriftReport) -> None:
    ranked = report.ranked()[:_MOST_COLUMNS]
    text.add(
        "column_moved_ratio", "gauge", "Share of the rows that have moved, beyond chance.",
        [({"column": each.column}, each.beyond_chance) for each in ranked],
    )  # fmt: skip
    parts = report.parts
    text.add(
        "column_effect", "gauge", "What a column adds to the shift of the mean prediction.",
        [({"column": each.column}, parts[each.column]) for each in ranked if each.column in parts],
    )  # fmt: skip
    text.add(
        "prediction_moved_ratio", "gauge", "Share of the predictions that have moved, beyond chance.",
        [({"output": each.column}, each.beyond_chance) for each in report.outputs],
    )  # fmt: skip
    if report.performance is not None:
        scored = [e for e in report.performance.metrics if e.score is not None]
        text.add(
            "score", "gauge", "Score on the labelled rows of the last table.",
            [({"metric": each.metric}, each.score or 0.0) for each in scored],
        )  # fmt: skip


def write_textfile(path: Path, text: str) -> None:
    """Write what node_exporter's textfile collector reads: whole or not at all, and readable by it."""
    with replacing(path) as stream:
        stream.write(text.encode())
        os.fchmod(stream.fileno(), 0o644)


class _Text:
    """Samples of metrics, each with the labels of all."""

    def __init__(self, labels: Mapping[str, str]) -> None:
        self._labels = labels
        self._lines: list[str] = []

    def add(self, name: str, kind: str, what: str, samples: Iterable[Sample]) -> None:
        """Add a metric; nothing where it has no samples."""
        found = [f"glassbench_{name}{self._shown(labels)} {_number(value)}" for labels, value in samples]
        if found:
            self._lines += [f"# HELP glassbench_{name} {what}", f"# TYPE glassbench_{name} {kind}", *found]

    @property
    def whole(self) -> str:
        """The text."""
        return "\n".join(self._lines) + "\n"

    def _shown(self, labels: Mapping[str, str]) -> str:
        pairs = (f'{name}="{_escaped(value)}"' for name, value in {**self._labels, **labels}.items())
        return f"{{{','.join(pairs)}}}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))
