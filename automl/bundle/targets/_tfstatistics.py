"""What the bundle keeps of the rows learned from, as statistics of tensorflow-metadata.

https://github.com/tensorflow/metadata/blob/master/tensorflow_metadata/proto/v0/statistics.proto
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any

from automl.data import Kind
from automl.data.review.celltype import LISTED

from ._pbtxt import Message, Symbol
from ._tfdata import feature_type
from .target import Facts

__all__ = ["statistics"]

_BUCKETS = 10


def statistics(facts: Facts) -> Message:
    """A `DatasetFeatureStatisticsList` of one table.

    Numbers are counted between cuts; buckets of equal width are read from these counts on straight lines, so
    they are estimates, exact at the cuts.
    """
    reference = facts.reference or {"columns": (), "rows": 0}
    described = {column["name"]: column for column in facts.columns}
    features = [
        ("features", _feature(described[profile["grid"]["name"]], profile))
        for profile in reference["columns"]
        if profile["grid"]["name"] in described
    ]
    return [("datasets", [("name", facts.name), ("num_examples", reference["rows"]), *features])]


def _feature(column: Mapping[str, Any], profile: Mapping[str, Any]) -> Message:
    kind = feature_type(column, profile)
    counts = profile["counts"]
    name: list[tuple[str, Any]] = [
        ("path", [("step", column["name"])]),
        ("type", Symbol("STRING" if kind == "BYTES" else kind)),
    ]
    common = ("common_stats", _common(counts))
    if kind == "BYTES":
        return [*name, ("string_stats", [common, *_labels(column, profile)])]
    listed = Kind(column["kind"]) in LISTED
    points = _of_labels(column, counts) if listed else _of_cuts(profile)
    return [*name, ("num_stats", [common, *_numbers(points, counts, profile)])]


def _common(counts: Mapping[str, Any]) -> Message:
    present = counts["rows"] - counts["missing"]
    ends = [("min_num_values", 1), ("max_num_values", 1), ("avg_num_values", 1.0)] if present else []
    return [
        ("num_non_missing", present),
        ("num_missing", counts["missing"]),
        *ends,
        ("tot_num_values", present),
    ]


def _labels(column: Mapping[str, Any], profile: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """How often each category occurs, the most frequent first; of texts and dates nothing is kept."""
    if Kind(column["kind"]) not in LISTED:
        return []
    categories = column.get("categories") or ()
    levels = profile["grid"]["levels"]
    ranked = sorted(
        zip(categories[:levels], profile["counts"]["cells"][:levels], strict=True), key=lambda each: -each[1]
    )
    top = [("top_values", [("value", label), ("frequency", float(count))]) for label, count in ranked[:20]]
    buckets = [
        (
            "buckets",
            [("low_rank", rank), ("high_rank", rank), ("label", label), ("sample_count", float(count))],
        )
        for rank, (label, count) in enumerate(ranked)
    ]
    return [("unique", len(categories)), *top, ("rank_histogram", buckets)]


Points = list[tuple[float, float]]
"""Values, ascending, and how many rows have at most that."""


def _of_labels(column: Mapping[str, Any], counts: Mapping[str, Any]) -> Points:
    """Categories that are numbers."""
    cells = counts["cells"]
    pairs = sorted(
        (float(label), float(count)) for label, count in zip(column["categories"], cells, strict=False)
    )
    return _added([value for value, _ in pairs], [count for _, count in pairs])


def _of_cuts(profile: Mapping[str, Any]) -> Points:
    counts, cuts = profile["counts"], list(profile["grid"]["cuts"])
    if counts["minimum"] is None:
        return []
    return _added([*cuts, max(counts["maximum"], *cuts)], counts["cells"])


def _added(values: Sequence[float], counts: Sequence[float]) -> Points:
    total, points = 0.0, []
    for value, count in zip(values, counts, strict=True):
        total += count
        points.append((float(value), total))
    return points


def _numbers(points: Points, counts: Mapping[str, Any], profile: Mapping[str, Any]) -> list[tuple[str, Any]]:
    if not points or not points[-1][1]:
        return []
    total = points[-1][1]
    discrete = profile["grid"]["discrete"] or counts["minimum"] is None
    low = counts["minimum"] if counts["minimum"] is not None else points[0][0]
    high = counts["maximum"] if counts["maximum"] is not None else points[-1][0]
    mean = _mean(points) if counts["minimum"] is None else float(counts["total"]) / total
    found: list[tuple[str, Any]] = [("mean", mean)]
    if profile.get("deviation") is not None:
        found.append(("std_dev", float(profile["deviation"])))
    found += [("min", float(low)), ("median", _quantile(points, 0.5)), ("max", float(high))]
    width = (high - low) / _BUCKETS
    ends = [low + width * number for number in range(_BUCKETS)] + [high]
    # A bucket holds its lower end, and the last one its upper end as well.
    below = [_below(points, end, low, discrete=discrete) for end in ends[:-1]] + [total]
    below[0] = 0.0
    standard = [
        _bucket(ends[number], ends[number + 1], below[number + 1] - below[number])
        for number in range(_BUCKETS)
    ]
    tenths = [low, *(_quantile(points, number / 10) for number in range(1, 10)), high]
    quantiles = [_bucket(tenths[number], tenths[number + 1], total / 10) for number in range(10)]
    return [
        *found,
        ("histograms", [*standard, ("type", Symbol("STANDARD"))]),
        ("histograms", [*quantiles, ("type", Symbol("QUANTILES"))]),
    ]


def _bucket(low: float, high: float, count: float) -> tuple[str, Any]:
    return "buckets", [
        ("low_value", float(low)),
        ("high_value", float(high)),
        ("sample_count", float(max(count, 0.0))),
    ]


def _below(points: Points, value: float, low: float, *, discrete: bool) -> float:
    """How many rows have less than a value."""
    place = bisect_left([at for at, _ in points], value)
    before = points[place - 1] if place else (low, 0.0)
    if discrete or place == len(points):
        return before[1]
    after = points[place]
    if after[0] == before[0]:
        return before[1]
    return before[1] + (after[1] - before[1]) * (value - before[0]) / (after[0] - before[0])


def _quantile(points: Points, share: float) -> float:
    """The least value kept that so many rows do not exceed."""
    wanted = share * points[-1][1]
    return next(value for value, count in points if count >= wanted)


def _mean(points: Points) -> float:
    before, total = 0.0, 0.0
    for value, count in points:
        total += value * (count - before)
        before = count
    return total / before
