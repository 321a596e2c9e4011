"""Simulated tables for rules that are about to open an alert, kept for the next one of about as many rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from automl.monitoring.alerting.rule import Rule
from automl.monitoring.alerting.simulated import SIMULATED, Simulated, simulate
from automl.monitoring.watched import Watched

__all__ = ["Simulations"]

_COLUMNS = 600
"""So many columns, in series of tables: wide tables are simulated in fewer, not longer."""
_FEWEST, _MOST = 4, 20


class Simulations:
    """What rules do on tables without any change.

    Parameters
    ----------
    rules : sequence of Rule
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = [rule for rule in rules if rule.what in SIMULATED]
        self._about: tuple[str, int] | None = None
        self._found: dict[str, Simulated] = {}

    def of(self, due: Collection[str], watched: Watched, reference: str, rows: int) -> dict[str, Simulated]:
        """What some rules do; those that cannot be simulated are left out.

        Parameters
        ----------
        due : collection of str
            Names of the rules. Nothing is simulated where there are none.
        watched : Watched
        reference : str
            Names what new rows are compared with.
        rows : int
            Of the table; about so many are simulated.
        """
        meant = [rule.name for rule in self._rules if rule.name in due]
        if not meant or not rows:
            return {}
        about = reference, int(float(f"{rows:.1e}"))
        if about != self._about:
            series = min(max(_COLUMNS // len(watched.reference.columns), _FEWEST), _MOST)
            self._found = simulate(watched.reference, watched.schema, self._rules, about[1], series=series)
            self._about = about
        return {name: self._found[name] for name in meant}
