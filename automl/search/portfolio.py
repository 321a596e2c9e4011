"""The portfolio: candidates in the order in which they are worth trying on a table that nobody has seen.

The order was learned from out-of-fold predictions on many tables (`portfolio.json` says on which and when);
`tests/benchmarks/learn_portfolio.py` learns it anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
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

__all__ = ["adapted", "first_candidates", "portfolio"]

_FILE = "portfolio.json"
_DUMMY = "dummy"
_APART = 3  # candidates of the portfolio between those of a family outside of it


@cache
def portfolio() -> tuple[tuple[str, Mapping[str, Any]], ...]:
    """Family and parameters of each candidate, best first; parameters for tables of all kinds."""
    content = json.loads(files(__package__).joinpath(_FILE).read_text(encoding="utf-8"))
    return tuple((each["family"], each["params"]) for each in content["candidates"])


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
        Family and parameters, none twice: the dummy, the portfolio as far as it has a meaning here, and
        between its candidates those that families outside of it try first.
    """
    learned = [] if context.interpretable else [entry for entry in portfolio() if entry[0] in families]
    known = {family for family, _ in learned} | {_DUMMY}
    others = zip_longest(
        *(
            [(name, params) for params in get_family(name).first_candidates(context)]
            for name in families
            if name not in known
        )
    )
    wanted: list[tuple[str, Mapping[str, Any]]] = [(name, {}) for name in families if name == _DUMMY]
    for several in others:
        wanted += learned[:_APART]
        learned = learned[_APART:]
        wanted += [entry for entry in several if entry is not None]
    wanted += learned
    yielded: list[tuple[str, dict[str, Any]]] = []
    for name, params in wanted:
        fitting = get_family(name).hurried(adapted(name, params, context), context)
        if (name, fitting) not in yielded:
            yielded.append((name, fitting))
            yield name, fitting


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
