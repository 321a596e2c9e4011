"""What the server did, as counts in the text format that Prometheus reads (version 0.0.4)."""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

__all__ = ["CONTENT_TYPE", "Metrics"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
#: Upper ends of the classes of the latency histogram, in seconds.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

Labels = tuple[tuple[str, str], ...]


class _Histogram:
    def __init__(self) -> None:
        self.counts = [0] * (len(BUCKETS) + 1)
        self.sum = 0.0


class Metrics:
    """Counters of one server; safe to use from several threads.

    Labels are routes of the table, classes and columns of the model and fixed words, so there is never more
    than a bounded number of time series, whatever clients send.

    Parameters
    ----------
    info : mapping of str to str
        Labels of the constant ``glassbench_info``.
    """

    def __init__(self, info: Mapping[str, str]) -> None:
        self._info = dict(info)
        self._started = time.time()
        self._lock = threading.Lock()
        self._requests: Counter[Labels] = Counter()
        self._seconds: dict[str, _Histogram] = {}
        self._rows: Counter[str] = Counter()
        self._predictions: Counter[str] = Counter()
        self._value_sum = 0.0
        self._errors: Counter[str] = Counter()
        self._warnings: Counter[str] = Counter()
        self._anomalies: Counter[Labels] = Counter()
        self.in_flight = 0

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        labels = (("route", route), ("method", method), ("status", str(status)))
        with self._lock:
            self._requests[labels] += 1
            histogram = self._seconds.setdefault(route, _Histogram())
            histogram.counts[bisect_left(BUCKETS, seconds)] += 1
            histogram.sum += seconds

    def failed(self, kind: str) -> None:
        """Count a request that was not answered as asked."""
        with self._lock:
            self._errors[kind] += 1

    def predicted(self, route: str, values: Sequence[Any], *, numeric: bool) -> None:
        """Count predicted rows: by class, or of numbers their sum."""
        with self._lock:
            self._rows[route] += len(values)
            if numeric:
                self._value_sum += float(sum(values))
            else:
                self._predictions.update(map(str, values))

    def warned(self, codes: Iterable[str]) -> None:
        """Count what was odd about rows that were predicted."""
        with self._lock:
            self._warnings.update(codes)

    def broken(self, code: str, column: str, rows: int) -> None:
        """Count rows that break the reviewed schema of the bundle."""
        with self._lock:
            self._anomalies[("code", code), ("column", column)] += rows

    def render(self, log: Mapping[str, float]) -> str:
        """All counts as text.

        Parameters
        ----------
        log : mapping of str to float
            Counts of the prediction log, by their names.
        """
        lines: list[str] = []

        def add(name: str, kind: str, what: str, samples: Iterable[tuple[Labels, float]]) -> None:
            lines.extend((f"# HELP {name} {what}", f"# TYPE {name} {kind}"))
            lines.extend(f"{name}{_labels(labels)} {_number(value)}" for labels, value in samples)

        with self._lock:
            add("glassbench_info", "gauge", "What is served.", [(tuple(self._info.items()), 1)])
            add("glassbench_start_time_seconds", "gauge", "When the server started.", [((), self._started)])
            add("glassbench_in_flight", "gauge", "Requests being answered.", [((), self.in_flight)])
            add("glassbench_requests_total", "counter", "Requests answered.", sorted(self._requests.items()))
            lines.extend(
                (
                    "# HELP glassbench_request_seconds Time from a request's head to its answer.",
                    "# TYPE glassbench_request_seconds histogram",
                )
            )
            for route, histogram in sorted(self._seconds.items()):
                lines.extend(_histogram(route, histogram))
            add("glassbench_rows_total", "counter", "Rows predicted.", _by("route", self._rows))
            add(
                "glassbench_predictions_total", "counter", "Predictions by class.",
                _by("class", self._predictions),
            )  # fmt: skip
            add("glassbench_prediction_sum", "counter", "Sum of predicted numbers.", [((), self._value_sum)])
            add(
                "glassbench_errors_total",
                "counter",
                "Requests refused, by reason.",
                _by("kind", self._errors),
            )
            add(
                "glassbench_warnings_total", "counter", "Oddities of predicted rows.",
                _by("code", self._warnings),
            )  # fmt: skip
            add(
                "glassbench_anomalies_total", "counter", "Rows that break the reviewed schema.",
                sorted(self._anomalies.items()),
            )  # fmt: skip
        for name, value in log.items():
            kind = "counter" if name.endswith("_total") else "gauge"
            add(f"glassbench_log_{name}", kind, "Of the prediction log.", [((), value)])
        return "\n".join(lines) + "\n"


def _histogram(route: str, histogram: _Histogram) -> list[str]:
    lines, seen = [], 0
    for end, count in zip((*BUCKETS, None), histogram.counts, strict=True):
        seen += count
        labels = (("route", route), ("le", "+Inf" if end is None else f"{end:g}"))
        lines.append(f"glassbench_request_seconds_bucket{_labels(labels)} {seen}")
    whole = _labels((("route", route),))
    lines.append(f"glassbench_request_seconds_sum{whole} {_number(histogram.sum)}")
    lines.append(f"glassbench_request_seconds_count{whole} {seen}")
    return lines


def _by(label: str, counts: Mapping[str, int]) -> list[tuple[Labels, float]]:
    return [(((label, key),), count) for key, count in sorted(counts.items())]


def _labels(labels: Labels) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))
