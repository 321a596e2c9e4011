"""The portfolio: candidates in the order in which they are worth trying on a table that nobody has seen.

The order was learned from out-of-fold predictions on many tables (`portfolio.json` says on which and when);
`tests/benchmarks/learn_portfolio.py` learns it anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import zip_longest
from typing import Any

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from automl.models import Context, get_family

__all__ = ["Portfolio", "adapted", "first_candidates", "portfolio"]

_FILE = "portfolio.json"
_DUMMY = "dummy"
_APART = 3  # candidates of the portfolio between those of a family unknown to it


@dataclass(frozen=True)
class Portfolio:
    """What was learned.

    Attributes
    ----------
    candidates : tuple of (str, mapping)
        Family and parameters of each, best first; parameters for tables of all kinds.
    judged : frozenset of str
        The families of all candidates that were judged, also of those that are not worth an early try.
    """

    candidates: tuple[tuple[str, Mapping[str, Any]], ...]
    judged: frozenset[str]


@cache
def portfolio() -> Portfolio:
    """The portfolio of this version."""
    content = json.loads(files(__package__).joinpath(_FILE).read_text(encoding="utf-8"))
    candidates = tuple((each["family"], each["params"]) for each in content["candidates"])
    return Portfolio(candidates, frozenset(content["families"]))


def first_candidates(context: Context, families: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The candidates to try before any search on a table.

    Parameters
    ----------
    context : Context
    families : sequence of str
        Those that can be used on this table.

    Yields
    ------
    (str, dict)
        Family and parameters, none twice: the dummy, the portfolio as far as it has a meaning here, between
        its candidates those that families unknown to it try first, and after it those of families that were
        judged and left out.
    """
    known = portfolio()
    learned = [] if context.interpretable else [each for each in known.candidates if each[0] in families]
    others = [name for name in families if name not in {family for family, _ in learned} | {_DUMMY}]
    wanted: list[tuple[str, Mapping[str, Any]]] = [(name, {}) for name in families if name == _DUMMY]
    for several in _in_turn([name for name in others if name not in known.judged], context):
        wanted += learned[:_APART] + several
        learned = learned[_APART:]
    wanted += learned
    for several in _in_turn([name for name in others if name in known.judged], context):
        wanted += several
    yielded: list[tuple[str, dict[str, Any]]] = []
    for name, params in wanted:
        fitting = get_family(name).hurried(adapted(name, params, context), context)
        if (name, fitting) not in yielded:
            yielded.append((name, fitting))
            yield name, fitting


def _in_turn(families: Sequence[str], context: Context) -> Iterator[list[tuple[str, Mapping[str, Any]]]]:
    """What each of the families tries first, then what each tries second, and so on."""
    each = [[(name, params) for params in get_family(name).first_candidates(context)] for name in families]
    for several in zip_longest(*each):
        yield [candidate for candidate in several if candidate is not None]


def adapted(family: str, params: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Parameters that were chosen on another table, as far as they have a meaning on this one.

    What is missing, or out of bounds here, is as in the family's first candidate.
    """
    kinds = get_family(family).distributions(context)
    usual = get_family(family).first_candidates(context)[0]
    known = {name: params[name] for name in kinds if name in params and _holds(kinds[name], params[name])}
    return {**usual, **known}


def _holds(kind: BaseDistribution, value: Any) -> bool:
    """Whether a value may come from a distribution."""
    if isinstance(kind, CategoricalDistribution):
        return value in kind.choices
    assert isinstance(kind, FloatDistribution | IntDistribution)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and kind.low <= value <= kind.high
