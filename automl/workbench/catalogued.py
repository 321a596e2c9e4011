"""What every page over the catalogue begins with: the catalogue, open and up to date, or why it is not.

A catalogue stays open from one visit to the next. The page looks, as the commands do, whether runs have ended
that it does not know; a few are registered at once, many by a job.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import streamlit as st

from automl.errors import CatalogueError, MissingExtraError
from automl.store import END_STATES, Home, RunFolder
from automl.store.catalogue import CATALOGUE, Catalogue, Place, place_of
from automl.workbench import components, navigation, overviews, working
from automl.workbench import format as fmt

__all__ = ["draw", "not_here"]

_AT_ONCE = 3  # runs that are registered while the page is drawn; each takes some 20 ms


def draw(body: Callable[[Catalogue], None], *, nothing: str, soon: str) -> None:
    """Draw a page's body over the catalogue; where there is none, or it cannot be used, what to do.

    Parameters
    ----------
    body : callable
    nothing, soon : str
        What there is none of yet, in a few words, and what brings it, in a sentence.
    """
    home = navigation.home()
    try:
        catalogue = _opened(home)
        if catalogue is None:
            _nothing(nothing, soon)
            return
        _caught_up(catalogue, home)
        body(catalogue)
    except (CatalogueError, MissingExtraError) as error:
        _unusable(error)


def not_here(what: str, path: str, label: str) -> None:
    """What the address names is not in the catalogue (any more).

    Parameters
    ----------
    what : str
        Such as "version 7 of churn"; from the address, so it is shown as it is.
    path, label : str
        Of the page that the way back leads to.
    """
    shown = what if len(what) <= 80 else f"{what[:79]}…"
    components.problem(
        f"There is no {shown} in the catalogue.", "The address may be of another home. Choose from the list."
    )
    navigation.link(path, label, icon=":material/arrow_back:")


def _opened(home: Home) -> Catalogue | None:
    """The catalogue; None where there is none, and nothing that would be in one."""
    place = place_of(home.path)
    if not place.exists and not any(each.state in END_STATES for each in overviews.overviews(home)):
        return None
    with st.spinner("Opening the catalogue …"):
        return _kept_open(place, _identity(place))


@lru_cache(maxsize=4)
def _kept_open(place: Place, _file: tuple[int, int] | None) -> Catalogue:
    return Catalogue(place)


def _identity(place: Place) -> tuple[int, int] | None:
    """Tells the file that is there from one that was there before; of other databases nothing."""
    try:
        found = os.stat(place.file)
    except OSError:
        return None
    return found.st_dev, found.st_ino


_refused: dict[tuple[Path, str], str] = {}  # folders that could not be registered as they are, and why


def _caught_up(catalogue: Catalogue, home: Home) -> None:
    from automl.store.catalogue.registering import UNREADABLE, pending, register_run
    from automl.store.catalogue.run_facts import seen_of

    missing = {(run.path, seen_of(run)): run for run in pending(catalogue, home.path)}
    new = {key: run for key, run in missing.items() if key not in _refused}
    if len(new) > _AT_ONCE:
        _offer(home, len(new))
    else:
        for key, run in new.items():
            try:
                register_run(catalogue, run)
            except UNREADABLE as error:
                _refused[key] = f"{type(error).__name__}: {error}"
    _tell_refused([(run, _refused[key]) for key, run in missing.items() if key in _refused])


def _offer(home: Home, many: int) -> None:
    """Many runs at once, as after years without a catalogue: a job registers them."""
    work = home.work()
    job = working.latest(work, "register", {})
    with st.container(border=True, key="gb-register"):
        if job is not None and not job.is_over:
            working.show_progress(
                work, job, f"Registering {fmt.plural(many, 'run')}",
                "Each with its data, its model and what became of it. The page goes on when they are there.",
                key="register",
            )  # fmt: skip
            return
        problems = (job.result or {}).get("problems", []) if job is not None else []
        st.markdown(
            f":orange[:material/inventory:] **{fmt.plural(many, 'run')} that ended "
            f"{'is' if many == 1 else 'are'} not in the catalogue.** Either an earlier Glassbench made them, "
            "or the catalogue could not be reached when they ended."
        )
        if job is not None and job.state == "failed":
            working.failed(job, "They could not be registered.")
        for text in problems[:5]:
            components.note(text)
        if st.button("Register them", key="register", type="primary", icon=":material/inventory:"):
            from automl import jobs

            jobs.launch(work.path, "register")
            st.rerun()


def _tell_refused(found: list[tuple[RunFolder, str]]) -> None:
    if not found:
        return
    with st.expander(
        f"{fmt.plural(len(found), 'run')} could not be registered", icon=":material/warning:", type="compact"
    ):
        for run, reason in found[:20]:
            components.note(f"{run.id}: {reason}")


def _nothing(nothing: str, soon: str) -> None:
    with st.container(border=True):
        components.empty(nothing, soon)
        with st.container(horizontal=True, horizontal_alignment="center"):
            navigation.link("new", "Start a run")
            navigation.link("runs", "Go to the runs")
        st.space("small")


def _unusable(error: CatalogueError | MissingExtraError) -> None:
    with st.container(border=True, key="gb-unusable"):
        components.empty(
            "The catalogue cannot be used now",
            "It knows about data, models and decisions across all runs. Runs, their models and bundles do "
            "not depend on it: they can be used as before.",
        )
        components.problem(error.message, error.fix)
        with st.container(horizontal=True, horizontal_alignment="center", vertical_alignment="center"):
            st.button("Try again", key="again", type="primary", icon=":material/refresh:")
            navigation.link("runs", "Go to the runs")
        st.caption(
            f"It is the file catalogue.db in the home folder, or the database at the address in {CATALOGUE}. "
            "`automl catalogue show` says the same in a terminal."
        )
