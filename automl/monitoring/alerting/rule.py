"""Rules: when something is worth waking somebody, and when it is over, as data that a person can edit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

from automl.errors import SettingError
from automl.monitoring.alerting.typed import known_only, names, number, one_of, seconds, text, whole
from automl.monitoring.rules import ACT, APART, LOOK, MISSING, PART, RANK, WORSE, Level

__all__ = ["FACTS", "TIMED", "WHATS", "Rule", "What", "default_rules", "rules_from"]

What = Literal[
    "verdict", "drift", "missing", "effect", "predictions", "apart", "performance", "estimated", "anomaly",
    "rows", "silence", "unreadable",
]  # fmt: skip
WHATS: dict[What, str] = {
    "verdict": "the verdict on a table",
    "drift": "how far a column has moved: share of its rows, beyond chance",
    "missing": "change of a column's share of missing values",
    "effect": "how far one column moves the mean prediction: in standard deviations of the predictions",
    "predictions": "how far the predictions have moved: share of the rows, beyond chance",
    "apart": "how well a classifier tells new rows from old ones: area under the curve",
    "performance": "how much worse than promised the score is: in standard deviations",
    "estimated": "the same for the score that is estimated without labels",
    "anomaly": "what a table lacks, has more or writes otherwise, by its code",
    "rows": "a table with too few rows",
    "silence": "nothing has come for some time",
    "unreadable": "a file that cannot be read",
}
"""What a rule can be about."""

FACTS: tuple[What, ...] = ("rows", "silence", "unreadable")
"""Not a matter of chance: there is nothing to be false about."""
TIMED: tuple[What, ...] = ("silence",)
"""Judged by the clock, not by a check."""

_OPENS: dict[What, float] = {
    "drift": LOOK, "missing": MISSING, "effect": PART, "predictions": ACT, "apart": APART,
    "performance": WORSE, "estimated": WORSE,
}  # fmt: skip
_BY_COLUMN: tuple[What, ...] = ("drift", "missing", "effect", "anomaly")
_EASE = 0.7
"""An alert closes below this part of what opens it, unless the rule says otherwise: a value that lies at the
limit would open and close it again and again."""
_LONGEST_MEMORY = 8
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")


@dataclass(frozen=True)
class Rule:
    """When an alert is opened, and when it is closed.

    Attributes
    ----------
    name : str
        Unique among the rules of a watch.
    what : str
        What it is about; see `WHATS`.
    severity : {"look", "act"}
        How serious its alerts are.
    opens_at : float or None
        The value from which on a check is over the limit. Of `rows` that below which it is; of `silence`
        seconds; of `verdict` 1 for look and 2 for act; None where there is nothing to measure.
    closes_at : float or None
        The value below which (of `rows`: from which on) a check is fine again.
    opens_after, of : int
        So many of the last so many checks must be over the limit, by the same column where it is about
        columns.
    closes_after : int
        So many checks in a row must be fine.
    quiet : float
        Seconds after its closing in which it is not opened again.
    columns : tuple of str
        Only these; empty for all.
    codes : tuple of str
        Of `anomaly`: only these; empty for all that are warnings or errors.
    """

    name: str
    what: What
    severity: Level = "act"
    opens_at: float | None = None
    closes_at: float | None = None
    opens_after: int = 1
    of: int = 1
    closes_after: int = 1
    quiet: float = 0.0
    columns: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        where = f"the rule {self.name!r}"
        if not _NAME.fullmatch(self.name):
            raise SettingError(
                f"{self.name!r} cannot be the name of a rule.",
                fix="Use letters, digits, '_', '.' and '-', at most 60.",
            )
        if not 1 <= self.opens_after <= self.of <= _LONGEST_MEMORY:
            raise SettingError(
                f"Expected 1 ≤ opens_after ≤ of ≤ {_LONGEST_MEMORY} in {where}, found "
                f"opens_after = {self.opens_after} and of = {self.of}.",
                fix="Say how many of the last how many checks must be over the limit.",
            )
        if self.closes_after < 1:
            raise SettingError(
                f"Expected closes_after of 1 or more in {where}, found {self.closes_after}.",
                fix="Say how many checks in a row must be fine.",
            )
        if self.what in TIMED and (self.of, self.closes_after) != (1, 1):
            raise SettingError(
                f"Expected no opens_after, of or closes_after in {where}: no check counts silence.",
                fix="Leave them out, and set opens_at, such as '36h'.",
            )
        if self.columns and self.what not in _BY_COLUMN:
            raise SettingError(
                f"Expected no columns in {where}, which is about {WHATS[self.what]}.",
                fix=f"Leave them out; they belong to {', '.join(_BY_COLUMN)}.",
            )
        if self.codes and self.what != "anomaly":
            raise SettingError(
                f"Expected no codes in {where}, which is about {WHATS[self.what]}.",
                fix="Leave them out; they belong to anomaly.",
            )
        if self.opens_at is not None and self.closes_at is not None:
            eased = (
                self.closes_at >= self.opens_at if self.what == "rows" else self.closes_at <= self.opens_at
            )
            if not eased:
                raise SettingError(
                    f"Expected closes_at on the fine side of opens_at in {where}, found "
                    f"opens_at = {self.opens_at:g} and closes_at = {self.closes_at:g}.",
                    fix="What closes an alert must be no worse than what opens it.",
                )

    def to_json(self) -> dict[str, Any]:
        """As JSON or TOML values, without what is as it would be anyway."""
        told: dict[str, Any] = {"name": self.name, "what": self.what, "severity": self.severity}
        for field in fields(self)[3:]:
            value = getattr(self, field.name)
            if value != field.default:
                told[field.name] = list(value) if isinstance(value, tuple) else value
        if self.what == "verdict":
            for name in ("opens_at", "closes_at"):
                told[name] = RANK[int(told[name])]
        return told

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Rule:
        """A rule as it stands in a file.

        Raises
        ------
        SettingError
            When it is none, with what was expected in its place.
        """
        where = f"the rule {content.get('name', '')!r}"
        known_only(content, [field.name for field in fields(cls)], where)
        what: What = one_of(content, "what", get_args(What), where)
        opens_after = whole(content, "opens_after", where, 1)
        severity: Level = one_of(content, "severity", ("look", "act"), where, "act")
        opens_at, closes_at = _limits(content, what, severity, where)
        return cls(
            name=text(content, "name", where),
            what=what,
            severity=severity,
            opens_at=opens_at,
            closes_at=closes_at,
            opens_after=opens_after,
            of=whole(content, "of", where, opens_after),
            closes_after=whole(content, "closes_after", where, 1),
            quiet=seconds(content, "quiet", where, 0.0),
            columns=names(content, "columns", where),
            codes=names(content, "codes", where),
        )


def _limits(
    content: Mapping[str, Any], what: What, severity: Level, where: str
) -> tuple[float | None, float | None]:
    """What opens, and what closes."""
    if what in ("anomaly", "unreadable"):
        if unwanted := [name for name in ("opens_at", "closes_at") if name in content]:
            raise SettingError(
                f"Expected no {unwanted[0]} in {where}: there is nothing to measure about {WHATS[what]}.",
                fix="Leave it out.",
            )
        return None, None
    if what == "verdict":
        opens = one_of(content, "opens_at", ("look", "act"), where, severity)
        closes = one_of(content, "closes_at", ("look", "act"), where, opens)
        return float(RANK.index(opens)), float(RANK.index(closes))
    if what == "silence":
        opens_at = seconds(content, "opens_at", where)
        return opens_at, opens_at
    opens_at = number(content, "opens_at", where, _OPENS.get(what))
    if what == "rows":
        return opens_at, number(content, "closes_at", where, opens_at)
    if what == "apart":
        return opens_at, number(content, "closes_at", where, 0.5 + _EASE * (opens_at - 0.5))
    return opens_at, number(content, "closes_at", where, _EASE * opens_at)


def rules_from(content: Any, where: str = "the rules") -> tuple[Rule, ...]:
    """Rules as they stand in a file: a list, or under `rule`.

    Raises
    ------
    SettingError
        When there are none, one is none, or two have one name.
    """
    if isinstance(content, Mapping):
        known_only(content, ["rule"], where)
        content = content.get("rule")
    if not isinstance(content, list) or not content or not all(isinstance(e, Mapping) for e in content):
        raise SettingError(
            f"Expected a list of rules in {where}, found none.",
            fix='Write one as [[rule]], with name = "drift" and what = "drift".',
        )
    found = tuple(Rule.from_json(each) for each in content)
    called = [rule.name for rule in found]
    if twice := {name for name in called if called.count(name) > 1}:
        raise SettingError(f"Two rules are called {sorted(twice)[0]!r} in {where}.", fix="Rename one.")
    return found


def default_rules() -> tuple[Rule, ...]:
    """Rules for a model that new tables arrive for: quick where it matters, slow where it may be chance."""
    return rules_from(
        [
            {"name": "unreadable", "what": "unreadable", "severity": "act"},
            {"name": "columns", "what": "anomaly", "severity": "act",
             "codes": ["missing_column", "renamed_column", "changed_kind"]},
            {"name": "values", "what": "anomaly", "severity": "look", "opens_after": 2, "of": 3,
             "closes_after": 2, "codes": ["unreadable_values", "unseen_category", "out_of_range",
                                             "new_missing"]},
            {"name": "predictions", "what": "predictions", "severity": "act", "closes_after": 2},
            {"name": "effect", "what": "effect", "severity": "act", "opens_after": 2, "of": 3,
             "closes_after": 2},
            {"name": "drift", "what": "drift", "severity": "look", "opens_after": 2, "of": 3,
             "closes_after": 2, "quiet": "1d"},
            {"name": "missing", "what": "missing", "severity": "look", "opens_after": 2, "of": 3,
             "closes_after": 2},
            {"name": "worse", "what": "performance", "severity": "look", "opens_after": 2, "of": 3,
             "closes_after": 2},
            {"name": "far-worse", "what": "performance", "severity": "act", "opens_at": 3.0,
             "closes_at": 2.0},
            {"name": "estimated", "what": "estimated", "severity": "look", "opens_after": 2, "of": 3,
             "closes_after": 2},
        ],
        "the default rules",
    )  # fmt: skip
