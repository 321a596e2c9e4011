"""What the catalogue knows of a model under watch: its alerts, and the verdicts on what it has scored."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from automl.errors import CatalogueError, MissingExtraError
from automl.store import RunFolder
from automl.store.catalogue import Alert, Catalogue, open_catalogue, place_of
from automl.workbench import navigation

__all__ = ["Alerts", "alerts_of", "close", "open_alerts"]


@dataclass(frozen=True)
class Alerts:
    """The alerts of a run's models.

    Attributes
    ----------
    open, closed : tuple of Alert
        Newest first.
    models : dict of int to str
        What the models are called, by the id of their version.
    problem : str
        Why the catalogue could not be asked; empty where it could, or there is none.
    """

    open: tuple[Alert, ...] = ()
    closed: tuple[Alert, ...] = ()
    models: dict[int, str] | None = None
    problem: str = ""


@contextmanager
def _catalogue() -> Iterator[Catalogue | None]:
    """The catalogue of this home; None where there is none, and nothing is made then."""
    home = navigation.home().path
    if not place_of(home).exists:
        yield None
        return
    with open_catalogue(home) as catalogue:
        yield catalogue


def alerts_of(run: RunFolder, model: str) -> Alerts:
    """The alerts of one model of a run, in all versions of it.

    Parameters
    ----------
    run : RunFolder
    model : str
        Its id.
    """
    try:
        with _catalogue() as catalogue:
            if catalogue is None:
                return Alerts()
            versions = {each.id: each for each in catalogue.models.versions(run_id=run.id)}
            mine = {each.id for each in versions.values() if each.model == model}
            found = [each for each in catalogue.life.alerts() if each.model_id in mine]
    except (CatalogueError, MissingExtraError, OSError) as error:
        return Alerts(problem=str(error))
    return Alerts(
        open=tuple(each for each in found if each.closed is None),
        closed=tuple(each for each in found if each.closed is not None),
        models={each.id: each.label for each in versions.values()},
    )


def open_alerts() -> dict[str, int]:
    """How many open alerts the models of each run have, by the run's id; empty where nothing is known."""
    found: dict[str, int] = {}
    try:
        with _catalogue() as catalogue:
            if catalogue is None:
                return {}
            runs = {each.id: each.run_id for each in catalogue.models.versions()}
            for alert in catalogue.life.alerts(only_open=True):
                if alert.model_id in runs:
                    run = runs[alert.model_id]
                    found[run] = found.get(run, 0) + 1
    except (CatalogueError, MissingExtraError, OSError):
        return {}  # the page of a model says why
    return found


def close(alert_id: int, reason: str) -> None:
    """Close an alert with what was found.

    Raises
    ------
    CatalogueError
        When it is closed already, or the catalogue cannot be used.
    """
    with _catalogue() as catalogue:
        if catalogue is None:
            return
        alert = next((each for each in catalogue.life.alerts(only_open=True) if each.id == alert_id), None)
        if alert is None:
            raise CatalogueError(
                "This alert is closed already.", fix="Somebody was quicker; reload the page."
            )
        catalogue.life.close_alert(alert, reason=reason)
