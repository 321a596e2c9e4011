"""Why one row is predicted as it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from automl.store import RunFolder
from automl.workbench import actions, components, navigation, plots
from automl.workbench import format as fmt
from automl.workbench.reading import Standing, explanation_at
from explain.explanation import Explanation

__all__ = ["one_row"]


def one_row(run: RunFolder, model: Standing, explanation: Explanation, output: Any) -> None:
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
        return explanation_at(path)
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
