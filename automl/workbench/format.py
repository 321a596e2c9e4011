"""Numbers and times the way people read them: with units, and with no more digits than they carry."""

from __future__ import annotations

import math
import re
import time

__all__ = [
    "ago",
    "count",
    "duration",
    "metric_label",
    "moment",
    "ordinal",
    "percent",
    "plural",
    "score",
    "size",
    "smoothed",
]

_OPTION = re.compile(r"\s*\(--[^)]*\)")
_PERCENT = re.compile(r"(\d)%")
_SEVERAL = re.compile(r"(?<![\d,.])((?!1 )[\d,]+ (?:\w+ )?\w+)\(s\)")
_ONE = re.compile(r"(?<![\d,.])(1 (?:\w+ )?\w+)\(s\)(?! (?:are|end|have|hold|lie|repeat|were)\b)")
_METRIC_LABELS = {
    "roc_auc": "ROC AUC",
    "average_precision": "Average precision",
    "log_loss": "Log loss",
    "brier": "Brier score",
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "f1": "F1",
    "mcc": "MCC",
    "cost": "Cost per row",
    "rmse": "RMSE",
    "mae": "MAE",
    "mape": "MAPE",
    "r2": "R²",
    "rmsle": "RMSLE",
}


def metric_label(name: str) -> str:
    """The name of a metric as the field writes it."""
    return _METRIC_LABELS.get(name, name.replace("_", " "))


def score(value: float | None) -> str:
    """A score with four significant digits; an en dash where there is none.

    >>> score(0.84213), score(18234.6), score(12.3456), score(None)
    ('0.8421', '18,235', '12.35', '–')
    """
    if value is None or not math.isfinite(value):
        return "–"
    size_of = abs(value)
    if size_of >= 1000:
        return f"{value:,.0f}".replace("-", "−")
    if size_of >= 100:
        return f"{value:.1f}".replace("-", "−")
    if size_of >= 10:
        return f"{value:.2f}".replace("-", "−")
    if size_of >= 1:
        return f"{value:.3f}".replace("-", "−")
    if size_of >= 0.001 or size_of == 0:
        return f"{value:.4f}".replace("-", "−")
    return f"{value:.2e}".replace("-", "−")


def ordinal(number: int) -> str:
    """A place in a line.

    >>> ordinal(1), ordinal(2), ordinal(3), ordinal(11), ordinal(22)
    ('1st', '2nd', '3rd', '11th', '22nd')
    """
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def percent(share: float | None) -> str:
    """A share as a percentage.

    >>> percent(0.2653), percent(0.004), percent(0.0001), percent(1.0)
    ('27 %', '0.4 %', '<0.1 %', '100 %')
    """
    if share is None:
        return "–"
    if 0 < share < 0.001:
        return "<0.1 %"
    if 0 < share < 0.095:
        return f"{100 * share:.1f} %"
    return f"{100 * share:.0f} %"


def smoothed(text: str) -> str:
    """A message with its percentages and plurals as the pages write them, and no options of commands.

    >>> smoothed("12.5% of 1,201 row(s)"), smoothed("1 column(s) that it does not read")
    ('12.5 % of 1,201 rows', '1 column that it does not read')
    >>> smoothed("Name the column that says so (--groups).")
    'Name the column that says so.'
    """
    text = _PERCENT.sub(r"\1 %", _OPTION.sub("", text))
    return _ONE.sub(r"\1", _SEVERAL.sub(r"\1s", text))


def count(number: int | None) -> str:
    """An integer with thousands separators.

    >>> count(1234567)
    '1,234,567'
    """
    return "–" if number is None else f"{number:,}"


def plural(number: int, noun: str, nouns: str | None = None) -> str:
    """A number with its noun.

    >>> plural(1, "model"), plural(3, "model"), plural(2, "entry", "entries")
    ('1 model', '3 models', '2 entries')
    """
    return f"{number:,} {noun if number == 1 else (nouns or noun + 's')}"


def duration(seconds: float | None) -> str:
    """A duration in its two largest units.

    >>> duration(0.0421), duration(3.21), duration(42.4), duration(95), duration(3720)
    ('42 ms', '3.2 s', '42 s', '1 min 35 s', '1 h 2 min')
    """
    if seconds is None or not math.isfinite(seconds):
        return "–"
    if seconds == 0:
        return "0 s"
    if seconds < 0.9995:
        return f"{1000 * seconds:.0f} ms" if seconds >= 0.001 else "<1 ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        minutes, rest = divmod(whole, 60)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, rest = divmod(whole // 60, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def ago(moment: float | None, now: float | None = None) -> str:
    """How long ago a moment (Unix seconds) was.

    >>> ago(1000, 1030), ago(1000, 1000 + 60 * 5), ago(1000, 1000 + 3600 * 30)
    ('just now', '5 min ago', 'yesterday')
    """
    if moment is None:
        return "–"
    seconds = max(0.0, (time.time() if now is None else now) - moment)
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{int(seconds // 60)} min ago"
    if seconds < 86400:
        return f"{int(seconds // 3600)} h ago"
    days = int(seconds // 86400)
    if days == 1:
        return "yesterday"
    if days < 14:
        return f"{days} days ago"
    return time.strftime("%d %b %Y", time.localtime(moment)).lstrip("0")


def moment(at: float | None) -> str:
    """A moment (Unix seconds), to the minute.

    >>> moment(1774000000.0), moment(None)
    ('2026-03-20 09:46 UTC', '–')
    """
    return "–" if at is None else time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(at))


def size(number: float | None) -> str:
    """Bytes in decimal units.

    >>> size(512), size(23_400), size(1_840_000), size(2_300_000_000)
    ('512 B', '23 kB', '1.8 MB', '2.3 GB')
    """
    if number is None:
        return "–"
    if number < 1000:
        return f"{number:.0f} B"
    for unit in ("kB", "MB", "GB"):
        number /= 1000
        if number < 9.95:
            return f"{number:.1f} {unit}"
        if number < 999.5:
            return f"{number:.0f} {unit}"
    return f"{number / 1000:.1f} TB"
