"""What every page about a run's models begins with: the run, its header, and its models once it has some."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from automl import jobs
from automl.store import RunFolder
from automl.workbench import components, navigation, reading
from automl.workbench.reading import Standing

__all__ = ["Modelled", "modelled_run"]

_EVERY = 3.0  # seconds between looks for the first model


@dataclass(frozen=True)
class Modelled:
    """A run that has models.

    Attributes
    ----------
    run : RunFolder
    now : JobState
        Of its search.
    rows : list of Standing
        Its models, best first.
    """

    run: RunFolder
    now: jobs.JobState
    rows: list[Standing]


def modelled_run(*, nothing: str, soon: str, busy: str = "No model yet") -> Modelled | None:
    """Draw the header of the run that the address names; None where there is no model, which the page says.

    Parameters
    ----------
    nothing : str
        What cannot be done with a run that ended without a model, in a few words.
    soon : str
        What to expect while there is none yet, in a sentence; `busy` is its title.
    busy : str
    """
    run = navigation.current_run()
    if run is None:
        components.no_run_chosen()
        return None
    now = jobs.state(run.path)
    components.run_header(run, now.status)
    rows = reading.standings(reading.trials(run), run.result)
    if rows:
        return Modelled(run, now, rows)
    if now.is_over:
        components.empty(nothing, "This run has no model. Its page says why.")
    else:
        components.busy(busy, soon)
        st.fragment(_wait, run_every=_EVERY)(run.id)
    with st.container(horizontal=True, horizontal_alignment="center"):
        navigation.link("run", "See the progress", run=run.id)
    return None


def _wait(run_id: str) -> None:
    """Redraw the page when there is a model, or will be none."""
    run = navigation.home().run(run_id)
    if reading.successful(reading.trials(run)) or jobs.state(run.path).is_over:
        st.rerun()
