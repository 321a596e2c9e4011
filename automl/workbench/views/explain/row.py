"""Why one row is predicted as it is: any row of the table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from automl.errors import GlassbenchError
from automl.store import RunFolder
from automl.workbench import asking, components, navigation, plots
from automl.workbench import format as fmt
from automl.workbench.contributions import contributions
from automl.workbench.reading import Standing
from automl.workbench.views.explain import row_more
from explain import formats
from explain.explanation import Explanation
from explain.reasons import Reason, explained_output

__all__ = ["one_row"]

_SECONDS = 1.0
_REASONS = 6


def one_row(run: RunFolder, model: Standing, explanation: Explanation, output: Any) -> None:
    """Draw all about the row that the address names: `row`, its number in the table, from 1."""
    target = str(run.spec["target"])
    positions: list[int] | None = run.read(f"explanations/{model.id}.rows.json")
    rows = int((run.read("prepared.json") or {}).get("rows") or 0)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        if positions and rows:
            number = _choose_any(positions, rows)
            _choose_explained(explanation, positions, number, target, output)
        else:  # it was not noted which rows these are
            number = _choose_example(explanation, target, output)
    place = number - 1 if not positions else positions.index(number - 1) if number - 1 in positions else None
    found = _answered(run, model, number - 1) if place is None else (explanation, place)
    if found is None:
        return
    shown, index = found
    name = f"row {number:,}" if positions else f"example {number}"
    told = plots.sentence(shown, index, output)
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.html(f'<p class="gb gb-sentence">{components.text(told)}</p>')
        with st.container(key="gb-wide-waterfall"):
            plots.draw(plots.waterfall(shown, index, output, name), key="waterfall", alt=told)
        with st.container(key="gb-narrow-waterfall"):
            one = shown.take([index])
            st.html(contributions(one, explained_output(one, 0, output)))
    with right:
        st.subheader("Reasons", anchor=False)
        _reasons(shown.reasons(index, output, top=_REASONS))
        with st.expander("All values of this row", key="row-values"):
            components.definitions((name, _cell(value)) for name, value in shown.local(index).row.items())
    if positions and rows:
        with st.container(horizontal=True, gap="small"):
            query = {"row": str(number)}
            navigation.link("what-if", "Change its values", run=run.id, model=model.id, **query)
        row_more.sections(run, model, number - 1, output)


def _choose_any(positions: Sequence[int], rows: int) -> int:
    asked = st.query_params.get("row", "")
    usable = asked.isdecimal() and len(asked) < 12 and 1 <= int(asked) <= rows
    now = int(asked) if usable else positions[0] + 1
    picked = st.number_input(
        "Row of your table", min_value=1, max_value=rows, value=now, key=f"row-{now}", width=170,
        help=f"From 1 to {rows:,}, among the rows that have a target.",
    )  # fmt: skip
    if picked != now:
        _go_to(int(picked))
    return now


def _choose_explained(
    explanation: Explanation, positions: Sequence[int], number: int, target: str, output: Any
) -> None:
    """A way to rows with known predictions."""
    place = positions.index(number - 1) if number - 1 in positions else None
    picked = st.selectbox(
        "Or one of those explained together", range(explanation.rows), index=place,
        format_func=lambda i: f"Row {positions[i] + 1}: {_predicted(explanation, i, target, output)}",
        placeholder="choose by prediction", key=f"explained-{number}", width=380,
    )  # fmt: skip
    if picked is not None and picked != place:
        _go_to(positions[picked] + 1)


def _choose_example(explanation: Explanation, target: str, output: Any) -> int:
    asked = st.query_params.get("row", "")
    now = int(asked) if asked.isdecimal() and 1 <= int(asked) <= explanation.rows else 1
    picked = st.selectbox(
        "Row", range(explanation.rows), index=now - 1, key=f"row-{now}", width=420,
        format_func=lambda i: f"Example {i + 1}: {_predicted(explanation, i, target, output)}",
    )  # fmt: skip
    if picked != now - 1:
        _go_to(picked + 1)
    return now


def _go_to(number: int) -> None:
    st.query_params["row"] = str(number)
    st.rerun()


def _answered(run: RunFolder, model: Standing, position: int) -> tuple[Explanation, int] | None:
    """The explanation of a row that is not among those explained together, from the model's desk."""
    desk = asking.desk_for(run, model)
    if desk is None:
        return None
    try:
        answer = asking.ask(desk, "row", row=position, seconds=_SECONDS)
    except GlassbenchError as error:
        components.problem(error.message, error.fix)
        return None
    return Explanation.from_json(answer["explanation"]), 0


def _predicted(explanation: Explanation, i: int, target: str, output: Any) -> str:
    k = explanation.output_index(output)
    value = float(explanation.prediction[i, k])
    told = fmt.percent(value) if explanation.scale == "probability" else fmt.score(value)
    of = f" {explanation.output_name(output)}" if explanation.classes is not None else ""
    return f"{target}{of} {told}"


def _reasons(reasons: Sequence[Reason]) -> None:
    """Reasons with what is usual, their direction, and the code that names them in letters and logs."""
    if not reasons:
        components.note("No column moves this prediction noticeably away from the average.")
        return
    items = []
    for each in reasons:
        sign = "↑ raises it" if each.direction == "raises" else "↓ lowers it"
        place = each.comparison.percentile
        share = "" if place is None else f" · percentile {100 * place:.0f}"
        items.append(
            f"<li><b>{components.text(each.column)}</b> <span>{sign}{components.text(share)}</span><br>"
            f"{components.text(each.sentence)}<br><code>{components.text(each.code)}</code></li>"
        )
    st.html(f'<ol class="gb gb-reasons">{"".join(items)}</ol>')
    components.note("Below each: the code by which the bundle and its server name the reason.")


def _cell(value: Any) -> str:
    if formats.is_missing(value):
        return "missing"
    if isinstance(value, float):
        return f"{value:,.6g}"
    return str(value)
