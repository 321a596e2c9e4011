"""Monitor: a model over time — is it fine, since when, which column did it, and what to do next."""

from __future__ import annotations

import streamlit as st

from automl import jobs
from automl.errors import RunError
from automl.monitoring.timeline.kept import TIMELINES, kept_timeline
from automl.monitoring.timeline.records import Timeline
from automl.store import RunFolder, is_id
from automl.workbench import components, navigation, timelines, watch_book, working
from automl.workbench.health import health_of
from automl.workbench.modelled import modelled_run
from automl.workbench.reading import Standing
from automl.workbench.views.monitor import shown
from automl.workbench.views.monitor.alerts import closed_alerts, open_alerts
from automl.workbench.views.monitor.anew import anew
from automl.workbench.views.monitor.card import card
from automl.workbench.views.monitor.effects import effects
from automl.workbench.views.monitor.ledger import ledger
from automl.workbench.views.monitor.more import fairness, method, segments
from automl.workbench.views.monitor.over_time import choose, over_time
from automl.workbench.views.monitor.overview import overview
from automl.workbench.views.monitor.start import about, start
from automl.workbench.views.monitor.window import one_window
from automl.workbench.watch_book import Alerts

__all__ = ["show"]


def show() -> None:
    """Draw the page."""
    if not st.query_params.get("run"):
        overview()
        return
    found = modelled_run(
        nothing="Nothing to watch",
        soon="A model can be watched from its first scored table on.",
    )
    if found is None:
        return
    run = found.run
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        model = components.choose_model(run, found.rows)
        asked = shown.choose(run, model.id)
    if (table := st.query_params.get("table")) is not None:
        about(run, model, table)
        return
    alerts = watch_book.alerts_of(run, model.id)
    timeline = _timeline(run, model, asked)
    if timeline is None:
        open_alerts(alerts)
    else:
        _draw(run, timeline, alerts, from_scorings=asked is None)
    start(run, model)


def _timeline(run: RunFolder, model: Standing, asked: str | None) -> Timeline | None:
    """The timeline that the address names; None where there is none (yet), which the page says."""
    if asked is None:
        return _of_scorings(run, model)
    if not is_id(asked):
        raise RunError("There is no such timeline here.", fix="Choose one from the list.")
    if (run.path / TIMELINES / asked / "about.json").is_file():
        return timelines.stored(kept_timeline(run, asked))
    folder = run.path / "jobs" / asked
    if not (folder / "spec.json").is_file() or jobs.state(folder).kind != "timeline":
        components.problem("There is no such timeline here.", "It may have been deleted.")
        navigation.link("monitor", "See the scored tables", run=run.id, model=model.id)
        return None
    _under_way(run, model, jobs.state(folder))
    return None


def _of_scorings(run: RunFolder, model: Standing) -> Timeline | None:
    """The timeline of the scored tables; of very many a job makes it, anew when there is another one."""
    found = timelines.scored(run, model.id)
    if not found:
        _nothing(run, model)
        return None
    timeline = timelines.at_once(run, found)
    if timeline is not None:
        return timeline
    many = f"{len(found):,} scored tables"
    # The newest one is named, so that each further table asks for another job.
    done = working.result_of(
        run, "timeline", {"model": model.id, "name": f"{many}, the last of them {found[0].id}"},
        title=f"Looking at {many}",
        text="What was found out about each of them is put together; nothing is scored again.",
        key="scorings",
    )  # fmt: skip
    return None if done is None else timelines.stored(kept_timeline(run, str(done["timeline"])))


def _under_way(run: RunFolder, model: Standing, job: jobs.JobState) -> None:
    if not job.is_over:
        working.show_progress(
            run, job, f"Looking at {shown.name_of(job)}",
            "Its rows are put into windows; each is compared with the rows that the model was learned from.",
            key="timeline",
        )  # fmt: skip
        return
    if job.state == "failed":
        working.failed(job, "The timeline could not be made.", (job.error or {}).get("fix") or "")
    else:
        components.empty(f"Looking at {shown.name_of(job)} was stopped", "Nothing of it was kept.")
    with st.container(horizontal=True, horizontal_alignment="center"):
        if st.button("Try again", type="primary", icon=":material/refresh:", key="timeline-again"):
            again = jobs.launch(run.path, "timeline", **job.params)
            navigation.go("monitor", run=run.id, model=model.id, timeline=again.name)
        navigation.link("monitor", "See the scored tables", run=run.id, model=model.id)


def _nothing(run: RunFolder, model: Standing) -> None:
    components.empty(
        "Nothing to watch yet",
        "Score a table with this model, and it appears here beside the rows that the model was learned from; "
        "with each further one you see how things change. Or look at data that you have already, below.",
    )
    with st.container(horizontal=True, horizontal_alignment="center"):
        navigation.link("score", "Score a table", run=run.id, model=model.id)


def _draw(run: RunFolder, timeline: Timeline, alerts: Alerts, *, from_scorings: bool) -> None:
    card(timeline, health_of(timeline, [each.level for each in alerts.open]))
    open_alerts(alerts)
    chosen = choose(timeline)
    over_time(timeline, chosen)
    scoring, report = timelines.behind(run, timeline, chosen) if from_scorings else (None, None)
    one_window(run, timeline, chosen, scoring, report)
    effects(timeline, chosen)
    ledger(timeline)
    with st.container(gap="xsmall"):
        segments(timeline)
        fairness(timeline)
        anew(run, timeline)
        closed_alerts(alerts)
        method(timeline)
