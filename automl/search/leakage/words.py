"""What the court found, as findings: plain words with the figures, and what to do."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterable, Sequence
from typing import Any

from automl.data import Finding
from automl.search.leakage.alone import Strength
from automl.search.leakage.bench import Fall
from automl.search.leakage.case import Case
from automl.search.leakage.distinguishable import Difference
from automl.search.leakage.rows import Twins
from automl.search.leakage.times import Later
from automl.store.files import json_number

__all__ = [
    "CODES",
    "apart",
    "dominant",
    "harder",
    "not_examined",
    "not_heard",
    "ordered",
    "repeated",
    "too_good",
    "with_findings",
]

CODES = (
    "leak_copy",
    "leak_alone",
    "leak_order",
    "ordered_identifier",
    "duplicate_rows_across_split",
    "dominant_column",
    "holdout_differs",
    "later_rows_harder",
    "leakage_not_heard",
)
"""Of all findings of the court; only the first three call something a leak."""

_REPLACED = {
    "target_leak": {"leak_copy", "leak_alone", "leak_order"},
    "duplicate_rows": {"duplicate_rows_across_split"},
    "time_column_found": {"later_rows_harder"},
}
"""Findings of the first look at the table that these say better, of the same column."""


def with_findings(before: Sequence[dict[str, Any]], findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """The findings of a run with those of the court, the latter first of their severity, as JSON."""
    new = [finding.to_json() for finding in findings]
    kept = [
        old
        for old in before
        if old["code"] not in CODES
        and not any(
            each["code"] in _REPLACED.get(old["code"], ()) and each["column"] == old["column"] for each in new
        )
    ]
    return [*new, *kept]


def too_good(
    case: Case,
    name: str,
    alone: Strength,
    rest: Strength,
    fall: Fall | None,
    alike: float | None,
    guilty: Sequence[str],
    together: Fall,
) -> Finding:
    """A column that is too good to be true, or the target once more."""
    message = f"{name!r} alone {_tells(case, alone.skill)}"
    if alike is not None:
        message = f"{name!r} is nearly the target itself: it {_agrees(case, alike)}; alone it "
        message += _tells(case, alone.skill)
    others = "all other columns" if len(guilty) == 1 else "the columns not suspected"
    message += f", {others} together {_tells(case, rest.skill, verb=False)}."
    if fall is not None:
        message += f" Without it {_falls(case, fall)}."
    if len(guilty) > 1:
        message += f" Without all {len(guilty)} suspected columns {_falls(case, together)}."
    evidence = {
        "alone": round(_shown(case, alone.skill), 4),
        "others": round(_shown(case, rest.skill), 4),
        "measure": _measure(case),
        "likeness": alike if alike is None else round(alike, 4),
        "suspected": list(guilty),
        "without": None if fall is None else _evidence(case, fall),
        "without_all": _evidence(case, together),
        "rows": len(case.y),
    }
    code = "leak_alone" if alike is None else "leak_copy"
    return Finding(code, "warning", name, message, evidence, _exclude(name))


def dominant(case: Case, name: str, alone: Strength, rest: Strength, fall: Fall) -> Finding:
    """A column that carries the model."""
    return Finding(
        "dominant_column",
        "info",
        name,
        f"{name!r} alone {_tells(case, alone.skill)}, all other columns together "
        f"{_tells(case, rest.skill, verb=False)}. Without it {_falls(case, fall)}. A good column can be "
        "that good.",
        {
            "alone": round(_shown(case, alone.skill), 4),
            "others": round(_shown(case, rest.skill), 4),
            "measure": _measure(case),
            "without": _evidence(case, fall),
            "rows": len(case.y),
        },
        "Make sure that it is known at the moment of a prediction.",
    )


def ordered(
    case: Case, name: str, alone: Strength, fall: Fall, later: Later | None, *, used: bool, matters: bool
) -> Finding:
    """A counting column that tells the target; a leak only if the score loses without it."""
    tells = f"{name!r} counts the rows, and the order tells the target: alone it {_tells(case, alone.skill)}."
    if used:
        message = f"{tells} Without it {_falls(case, fall)}. New rows will have numbers never seen."
        fix = _exclude(name)
    elif not matters:
        message = f"{tells} It is left out as an identifier, and the score would gain nothing by it."
        fix = "Leave it out."
    else:
        message = (
            f"{tells} It is left out as an identifier; with it the score would seem to be "
            f"{figure(fall.before)} instead of {figure(fall.after)}."
        )
        fix = (
            f"Leave it out. If {name!r} grows with time, have the model judged on later rows (--time "
            f"{shlex.quote(name)})."
        )
    if later is not None and later.harder:
        message += (
            f" On the third of the rows with the largest numbers {_falls(case, later.fall)} when only the "
            "others are learned from."
        )
    evidence = {
        "alone": round(_shown(case, alone.skill), 4),
        "measure": _measure(case),
        "used": used,
        "without": _evidence(case, fall),
        "later": None if later is None else _evidence(case, later.fall),
        "rows": len(case.y),
    }
    code = "leak_order" if matters else "ordered_identifier"
    return Finding(code, "warning" if used and matters else "info", name, message, evidence, fix)


def repeated(case: Case, twins: Twins | None) -> Finding:
    """Rows on both sides of a split."""
    code = "duplicate_rows_across_split"
    held = "" if case.sealed is None else (
        f", and {case.sealed.known:,} of {case.sealed.rows:,} holdout rows equal one of them"
    )  # fmt: skip
    message = f"{case.repeated:,} of {case.rows:,} training rows equal another one in all columns used{held}."
    evidence: dict[str, Any] = {
        "repeated": case.repeated,
        "training_rows": case.rows,
        "holdout_known": None if case.sealed is None else case.sealed.known,
    }
    if twins is None:
        return Finding(
            code,
            "info",
            None,
            f"{message} Too few to measure what that does to the score.",
            evidence,
        )
    evidence |= {
        "measured_rows": twins.rows,
        "apart": _evidence(case, twins.fall),
        "apart_overall": _evidence(case, twins.overall),
        "agreement_z": round(twins.agreement, 2),
        "flattered": twins.copies,
    }
    message += (
        f" Judged by models that have not seen their twins, {_falls(case, twins.fall)} on {twins.rows:,} of "
        f"them; over all rows {_falls(case, twins.overall)}."
    )
    if twins.copies:
        return Finding(
            code, "warning", None, message + " Their targets agree beyond chance: the score is flattered.",
            evidence,
            "If they are copies, remove them and run again; if they are several rows of one thing, name the "
            "column that says so (--groups).",
        )  # fmt: skip
    return Finding(
        code,
        "info",
        None,
        message + " That is within three standard errors, or no more than rows alike by chance do.",
        evidence,
    )


def apart(case: Case, difference: Difference, known: tuple[str, ...]) -> Finding:
    """A holdout that differs from the training rows."""
    why = f" Rows were split by {known[0]!r}, so some difference is to be expected." if known else ""
    return Finding(
        "holdout_differs",
        "info" if known else "warning",
        difference.column,
        f"Holdout and training rows can be told apart by their columns (ROC AUC {difference.auc:.3f}), best "
        f"by {difference.column!r} (alone {difference.column_auc:.3f}).{why}",
        {
            "auc": round(difference.auc, 4),
            "z": round(difference.z, 2),
            "column_auc": round(difference.column_auc, 4),
        },
        f"If {difference.column!r} merely grows with time or names its group, exclude it: models cannot use "
        "values that they have never seen.",
    )


def harder(case: Case, name: str, later: Later) -> Finding:
    """A score that is flattered by knowing later rows."""
    return Finding(
        "later_rows_harder",
        "warning",
        name,
        f"Models that know only earlier rows by {name!r} are worse: on the latest {later.rows:,} rows "
        f"{_falls(case, later.fall)}. The folds are drawn at random, and know rows of the same time.",
        _evidence(case, later.fall) | {"rows": later.rows},
        f"If the model will predict rows later than these, run again with --time {shlex.quote(name)} (in the "
        "workbench: More settings), and expect the lower score.",
    )


def not_heard(what: Sequence[str]) -> Finding:
    """What there was no time for."""
    shown = ", ".join(what[:6]) + (f" and {len(what) - 6} more" if len(what) > 6 else "")
    return Finding(
        "leakage_not_heard", "info", None, f"There was no time to search for leakage in: {shown}.",
        {"unheard": list(what)}, "A longer search has time for it.",
    )  # fmt: skip


def not_examined(why: str) -> Finding:
    """A table that was not heard at all."""
    return Finding("leakage_not_heard", "info", None, f"Leakage was not searched for: {why}.", {}, "")


def figure(value: float) -> str:
    """A score for a sentence."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _measure(case: Case) -> str:
    return "ROC AUC" if case.classes else "squared rank correlation"


def _shown(case: Case, skill: float) -> float:
    return (skill + 1) / 2 if case.classes else skill


def _tells(case: Case, skill: float, *, verb: bool = True) -> str:
    if case.classes:
        return f"{'gives ROC AUC ' if verb else ''}{_shown(case, skill):.3f}"
    return f"explains {skill:.1%} of the target's order" if verb else f"{skill:.1%}"


def _agrees(case: Case, alike: float) -> str:
    if case.classes:
        return f"tells {alike:.1%} of what guessing the largest class leaves"
    return f"explains {alike:.1%} of it as it stands"


def _falls(case: Case, fall: Fall) -> str:
    metric = case.metric
    if not math.isfinite(fall.loss):
        return f"{metric.label} is undefined"
    if fall.loss <= 0 or figure(fall.before) == figure(fall.after):
        return f"{metric.label} gets no worse ({figure(fall.before)}, then {figure(fall.after)})"
    verb = "falls" if metric.greater_is_better else "rises"
    return (
        f"{metric.label} {verb} from {figure(fall.before)} to {figure(fall.after)} (90 % interval of the "
        f"loss {figure(fall.low)} to {figure(fall.high)})"
    )


def _evidence(case: Case, fall: Fall) -> dict[str, Any]:
    return {
        "metric": case.metric.name,
        "before": json_number(fall.before),
        "after": json_number(fall.after),
        "loss": json_number(fall.loss),
        "interval": [json_number(fall.low), json_number(fall.high)],
        "z": json_number(fall.beyond_chance),
    }


def _exclude(name: str) -> str:
    return (
        f"If you would not know {name!r} at the moment of a prediction, exclude it and run again: --exclude "
        f"{shlex.quote(name)}, or take its tick away under Columns."
    )
