"""More about one row, each found out when it is opened: rows like it, other models, the way to the output."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from automl.desk import Desk
from automl.errors import GlassbenchError
from automl.store import RunFolder
from automl.workbench import asking, components, navigation, plots, row_look
from automl.workbench.reading import Standing
from explain import formats
from explain.row.contested import Contested
from explain.row.neighbours import Neighbours
from explain.row.paths import DecisionPaths

__all__ = ["sections"]

_NEIGHBOURS = 5
_SECONDS = 6.0
_DIFFER = 4  # columns named for each neighbour


def sections(run: RunFolder, model: Standing, position: int, output: Any) -> None:
    """What can be opened about a row.

    Parameters
    ----------
    run : RunFolder
    model : Standing
    position : int
        Of the row, counted from 0.
    output : class label or None
        Whose probability is looked at.
    """
    parts: list[tuple[str, str, str, Callable[[Desk], None]]] = [
        (
            "row-like", "What became of rows like it", ":material/group_work:",
            lambda desk: _neighbours(desk, run, model, position),
        ),
        (
            "row-contested", "Do models that are as good agree?", ":material/balance:",
            lambda desk: _contested(desk, position, output),
        ),
        (
            "row-path", "How the prediction builds up", ":material/stacked_line_chart:",
            lambda desk: _paths(desk, position, output),
        ),
    ]  # fmt: skip
    for key, label, icon, draw in parts:
        opened = st.expander(label, icon=icon, key=key, on_change="rerun")
        if not opened.open:
            continue
        with opened:
            desk = asking.desk_for(run, model, key=key)
            if desk is None:
                continue
            try:
                with st.spinner("Looking …"):
                    draw(desk)
            except GlassbenchError as error:
                st.info(
                    f"{components.plain(error.message)} {components.plain(error.fix)}".strip(),
                    icon=":material/info:",
                )


def _neighbours(desk: Desk, run: RunFolder, model: Standing, position: int) -> None:
    answer = asking.ask(desk, "neighbours", row=position, count=_NEIGHBOURS, seconds=_SECONDS)
    found = Neighbours.from_json(answer["result"])
    st.html(f'<p class="gb gb-sentence">{components.text(found.sentence())}</p>')
    guesses = found.predictions or (None,) * (1 + len(found.positions))
    lines = []
    for place, far, outcome, guess, differ in zip(
        found.positions, found.distances, found.outcomes, guesses[1:], found.differ, strict=True
    ):
        names = list(found.rows.columns)
        row = 1 + found.positions.index(place)
        parts = []
        for name in differ[:_DIFFER]:
            j = names.index(name)
            shown = formats.cell(found.rows.iloc[row, j], found.reference[j])
            parts.append(f"{components.text(name)}: {components.text(shown)}")
        more = f" and {len(differ) - _DIFFER} more" if len(differ) > _DIFFER else ""
        cells = [f"{place + 1:,}", _value(outcome), _value(guess), formats.number(far, 2)]
        told = "".join(f"<td>{components.text(cell)}</td>" for cell in cells[1:])
        differs = f"{', '.join(parts) or 'nothing'}{more}"
        lines.append(f'<tr><th scope="row">Row {cells[0]}</th>{told}<td>{differs}</td></tr>')
    st.html(
        '<div class="wi-wide" tabindex="0" role="region" aria-label="Rows like it">'
        '<table class="gb gb-rows"><thead><tr><th scope="col">Learned from</th><th scope="col">Outcome</th>'
        '<th scope="col">Predicted</th><th scope="col">Distance</th><th scope="col">Differs most in</th></tr>'
        f"</thead><tbody>{''.join(lines)}</tbody></table></div>"
    )
    components.note(
        "Distance 1 is an ordinary difference in one column. Predictions are by models that had not learned "
        "from the row."
    )
    with st.container(horizontal=True, gap="small"):
        for place in found.positions:
            query = {"explain-view": "One row", "row": str(place + 1)}
            navigation.link("explain", f"Row {place + 1:,}", run=run.id, model=model.id, **query)


def _contested(desk: Desk, position: int, output: Any) -> None:
    goal = {} if output is None else {"goal": output}
    answer = asking.ask(desk, "contested", row=position, seconds=_SECONDS, **goal)
    found = Contested.from_json(answer["result"])
    told = found.sentence()
    st.html(f'<p class="gb gb-sentence">{components.text(told)}</p>')
    if found.reasons:
        plots.draw(row_look.contested(found), key="contested", alt=told)
    components.note(" ".join(answer["notes"]))


def _paths(desk: Desk, position: int, output: Any) -> None:
    answer = asking.ask(desk, "paths", row=position, output=output, seconds=_SECONDS)
    found = DecisionPaths.from_json(answer["result"])
    told = found.sentence()
    st.html(f'<p class="gb gb-sentence">{components.text(told)}</p>')
    st.caption(
        "From the average at the top, column by column, to the prediction at the bottom. Thin lines are the "
        "explained rows most like this one."
    )
    rows = ["an explained row" if place is None else f"row {place + 1:,}" for place in answer["rows"]]
    plots.draw(row_look.paths(found, rows), key="paths", alt=told)


def _value(value: Any) -> str:
    if value is None:
        return "not known"
    return formats.number(value, 4) if isinstance(value, float) else str(value)
