"""Explain: what a model looks at, and why it says what it says about one row."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st

from automl import jobs
from automl.store import RunFolder, files
from automl.workbench import actions, components, navigation, plots, reading
from automl.workbench import format as fmt
from automl.workbench.reading import Standing
from explain.explanation import Explanation

__all__ = ["show"]

_SCALES = {
    "probability": "Probability: a contribution of +10 points raises the predicted probability by that much.",
    "target": "Target: contributions are in the units of the target itself.",
    "margin": "Margin: contributions are on the model's internal scale (log-odds), not in probabilities.",
}


def show() -> None:
    """Draw the page."""
    run = navigation.current_run()
    if run is None:
        components.no_run_chosen()
        return
    now = jobs.state(run.path)
    components.run_header(run, now.status)
    rows = reading.standings(reading.trials(run), run.result)
    if not rows:
        _too_early(run, now)
        return
    choices = st.container(horizontal=True, vertical_alignment="bottom", gap="medium")
    with choices:
        model = components.choose_model(run, rows)
    path = run.path / "explanations" / f"{model.id}.json"
    if not path.is_file():
        _not_yet(run, now, model)
        return
    explanation = _load(path, path.stat().st_mtime_ns)
    with choices:
        output = _choose_output(explanation)
    _about(explanation)
    whole, column, row = st.tabs(
        ["All rows", "One column", "One row"], key="explain-view", on_change="rerun", bind="query-params"
    )
    if whole.open:
        with whole:
            _all_rows(explanation, output)
    if column.open:
        with column:
            _one_column(explanation, output)
    if row.open:
        with row:
            _one_row(run, model, explanation, output)


@lru_cache(maxsize=8)
def _load(path: Path, _stamp: int) -> Explanation:
    return Explanation.from_json(files.read_json(path))


def _too_early(run: RunFolder, now: jobs.JobState) -> None:
    if now.is_over:
        components.empty("Nothing to explain", "This run has no model. Its page says why.")
    else:
        components.busy("No model yet", "The winner is explained by itself when the search has ended.")
        st.fragment(_wait_for, run_every=3)(run.id, None)
    with st.container(horizontal=True, horizontal_alignment="center"):
        navigation.link("run", "See the progress", run=run.id)


def _not_yet(run: RunFolder, now: jobs.JobState, model: Standing) -> None:
    job = actions.latest_job(run, "explain", model=model.id)
    by_search = model.chosen and now.alive
    if by_search or (job is not None and not job.is_over):
        components.busy(
            f"Explaining {model.label}",
            "The model is asked about many variants of real rows, to see what each column changes. "
            "About half a minute.",
        )
        st.fragment(_wait_for, run_every=2)(run.id, model.id)
        return
    if job is not None and job.state == "failed":
        components.problem(job.message or "The explanation failed.")
        if job.error and job.error.get("id"):
            st.caption(f"Error {job.error['id']}; worker.log in the folder of job {job.id} has the details.")
    else:
        components.empty(
            "This model has not been explained yet",
            "It takes up to half a minute, and runs beside anything else that is going on.",
        )
    with st.container(horizontal=True, horizontal_alignment="center"):
        label = "Try again" if job is not None and job.state == "failed" else "Explain this model"
        if st.button(label, type="primary", icon=":material/lightbulb:", key="explain-now"):
            actions.explain(run, model.id)
            st.rerun()


def _wait_for(run_id: str, model_id: str | None) -> None:
    """Redraw the page when what it waits for is there, or will not come."""
    run = navigation.home().run(run_id)
    if model_id is None:
        if reading.successful(reading.trials(run)) or jobs.state(run.path).is_over:
            st.rerun()
        return
    job = actions.latest_job(run, "explain", model=model_id)
    waiting = jobs.state(run.path).alive or (job is not None and not job.is_over)
    if not waiting or (run.path / "explanations" / f"{model_id}.json").is_file():
        st.rerun()


def _choose_output(explanation: Explanation) -> Any:
    """Which class is explained; only asked where there are more than two."""
    if explanation.classes is None or explanation.outputs <= 2:
        return None
    names = [str(label) for label in explanation.classes]
    return st.pills(
        "Probability of", names, default=names[-1], key="output", required=True, bind="query-params"
    )


def _about(explanation: Explanation) -> None:
    """Scale, exactness and limits, in one line and one click deeper."""
    name = explanation.output_name()
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        what = {
            "probability": f"probability of {name}" if name and explanation.outputs <= 2 else "probability"
        }.get(
            explanation.scale,
            {"target": "units of the target", "margin": "log-odds"}.get(explanation.scale, explanation.scale),
        )
        st.badge(
            f"Scale: {what}", icon=":material/straighten:", color="gray", help=_SCALES.get(explanation.scale)
        )
        st.badge(
            "Exact" if explanation.exact else "Sampled, with standard errors",
            icon=":material/target:" if explanation.exact else ":material/scatter_plot:",
            color="green" if explanation.exact else "blue",
            help=f"{explanation.method} Largest additivity error: {explanation.additivity_error:.1e}.",
        )
        st.badge(f"{explanation.rows} rows explained", icon=":material/table_rows:", color="gray")
        with st.popover("How to read this", icon=":material/help:", type="tertiary"):
            st.markdown(
                "- **What it is.** Shapley values: how much knowing each column moves the prediction "
                "away from the "
                f"average over {explanation.background_rows} typical rows. They add up to the prediction.\n"
                f"- **Scale.** {_SCALES.get(explanation.scale, explanation.scale)}\n"
                "- **Not cause and effect.** It shows what the model uses, not what would happen if "
                "you changed "
                "the world.\n"
                "- **Shared credit.** Columns that say the same thing share the credit between them, "
                "so each looks "
                "less important than it is alone.\n"
                "- **About this model.** A model that is equally good may lean on other columns."
            )


def _all_rows(explanation: Explanation, output: Any) -> None:
    st.markdown(components.plain(plots.global_sentence(explanation)))
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Which columns matter", anchor=False)
        st.caption("Mean size of a column's contribution over the explained rows, with 95 % intervals.")
        plots.draw(
            plots.importance(explanation, output), key="importance", alt=plots.global_sentence(explanation)
        )
    with right:
        st.subheader("In which direction", anchor=False)
        st.caption("Each dot is a row. To the right it raises the prediction, to the left it lowers it.")
        plots.draw(
            plots.beeswarm(explanation, output),
            key="beeswarm",
            alt="Contributions of the most important columns, row by row",
        )


def _one_column(explanation: Explanation, output: Any) -> None:
    columns = list(explanation.global_().columns)
    picked = st.selectbox(
        "Column, the most important first",
        columns,
        key="column",
        bind="query-params",
        width=360,
    )
    st.caption(
        "How the contribution goes with the value. Dots at the same value that spread out show that "
        "other columns play a part."
    )
    plots.draw(
        plots.dependence(explanation, picked, output),
        key="dependence",
        alt=f"Contribution of {picked} against its value",
    )


def _one_row(run: RunFolder, model: Standing, explanation: Explanation, output: Any) -> None:
    target = str(run.spec["target"])
    positions = _positions(run, model)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        place = _choose_row(explanation, positions, target, output)
        wanted = _choose_any_row((run.read("prepared.json") or {}).get("rows"))
    shown, index = explanation, place
    if wanted is not None:
        other = _other_row(run, model, wanted)
        if other is None:
            return
        shown, index = other, 0
    told = plots.sentence(shown, index, output)
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.html(f'<p class="gb gb-sentence">{components.text(told)}</p>')
        plots.draw(plots.waterfall(shown, index, output), key="waterfall", alt=told)
    with right:
        st.markdown("**The row itself**")
        components.definitions((name, _cell(value)) for name, value in shown.local(index).row.items())


def _choose_row(explanation: Explanation, positions: Sequence[int] | None, target: str, output: Any) -> int:
    """One of the explained rows; the address keeps its number."""
    asked = st.query_params.get("row", "1")
    now = int(asked) - 1 if asked.isdecimal() and 1 <= int(asked) <= explanation.rows else 0
    picked = st.selectbox(
        "Row",
        range(explanation.rows),
        index=now,
        format_func=lambda i: _row_name(explanation, i, positions, target, output),
        key=f"row-{now}",
        width=420,
    )
    if picked != now:
        st.query_params["row"] = str(picked + 1)
        st.query_params.pop("any", None)
        st.rerun()
    return now


def _choose_any_row(rows: int | None) -> int | None:
    """The number of a row of the table, from 1; None when none was asked for."""
    asked = st.query_params.get("any", "")
    now = int(asked) if asked.isdecimal() and 1 <= int(asked) <= (rows or 1) else None
    picked = st.number_input(
        "Or any row of your table",
        min_value=1,
        max_value=rows,
        value=now,
        placeholder="number",
        key=f"any-{now}",
        width=200,
        help="Counted from 1 among the rows that have a target.",
    )
    if picked != now:
        if picked is None:
            st.query_params.pop("any", None)
        else:
            st.query_params["any"] = str(picked)
        st.rerun()
    return now


def _positions(run: RunFolder, model: Standing) -> list[int] | None:
    """Where in the table the explained rows stand, if that was recorded."""
    found: list[int] | None = run.read(f"explanations/{model.id}.rows.json")
    return found


def _row_name(
    explanation: Explanation, i: int, positions: Sequence[int] | None, target: str, output: Any
) -> str:
    k = explanation.output_index(output)
    value = float(explanation.prediction[i, k])
    told = fmt.percent(value) if explanation.scale == "probability" else fmt.score(value)
    of = f" {explanation.output_name(output)}" if explanation.classes is not None else ""
    row = f"Row {positions[i] + 1}" if positions else f"Example {i + 1}"
    return f"{row}: {target}{of} {told}"


def _other_row(run: RunFolder, model: Standing, number: int) -> Explanation | None:
    """The explanation of any row of the table, from a job of its own."""
    job = actions.latest_job(run, "explain", model=model.id, rows=[number - 1])
    if job is None:
        actions.explain(run, model.id, rows=[number - 1])
        job = actions.latest_job(run, "explain", model=model.id, rows=[number - 1])
    if job is not None and job.state == "finished" and job.result:
        path = Path(job.result["path"])
        return _load(path, path.stat().st_mtime_ns)
    if job is not None and job.is_over:
        components.problem(job.message or "The explanation was stopped.")
        if st.button("Try again", key="row-again"):
            actions.explain(run, model.id, rows=[number - 1])
            st.rerun()
        return None
    components.busy(f"Explaining row {number}", "A few seconds: a process of its own loads the model.")
    st.fragment(_wait_for_row, run_every=1)(run.id, model.id, number)
    return None


def _wait_for_row(run_id: str, model_id: str, number: int) -> None:
    run = navigation.home().run(run_id)
    job = actions.latest_job(run, "explain", model=model_id, rows=[number - 1])
    if job is None or job.is_over:
        st.rerun()


def _cell(value: Any) -> str:
    if value is None or value != value:
        return "missing"
    if isinstance(value, float):
        return f"{value:,.6g}"
    return str(value)
