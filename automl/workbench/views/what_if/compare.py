"""Several rows or variants of rows side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from automl.desk import Desk
from automl.errors import GlassbenchError
from automl.workbench import asking, components
from automl.workbench.views.what_if import state
from automl.workbench.views.what_if.decided import Decider
from automl.workbench.views.what_if.state import Asked, Variant
from explain import formats
from explain.frames import frame_from_json, plain_cell

__all__ = ["section"]

_MOST_COLUMNS = 15


def section(desk: Desk, facts: Mapping[str, Any], asked: Asked, decider: Decider | None) -> None:
    """What was kept to compare; nothing where nothing was."""
    if not asked.variants:
        return
    st.subheader("Side by side", anchor=False)
    kept = {chr(ord("A") + place): each for place, each in enumerate(asked.variants)}
    shown = kept if asked.now in asked.variants else {**kept, "Now": asked.now}
    try:
        answer = asking.ask(desk, "compare", variants=[each.asked() for each in shown.values()])
    except GlassbenchError as error:
        components.problem(error.message, error.fix)
        return
    if decider is not None:
        answer = {**answer, "labels": decider.labels(answer["outputs"], answer["classes"])}
    st.html(_table(list(shown), list(shown.values()), answer, facts))
    for name, variant in kept.items():
        with st.container(horizontal=True, gap="small", key=f"variant-{name}"):
            st.button(
                f"Open {name}", key=f"open-{name}", icon=":material/edit:", disabled=variant == asked.now,
                on_click=_open, args=(variant, facts),
            )  # fmt: skip
            st.button(
                f"Remove {name}",
                key=f"remove-{name}",
                type="tertiary",
                on_click=_remove,
                args=(variant, facts),
            )


def _open(variant: Variant, facts: Mapping[str, Any]) -> None:
    state.write(Asked(variant, state.read(facts).variants))


def _remove(variant: Variant, facts: Mapping[str, Any]) -> None:
    asked = state.read(facts)
    state.write(asked.kept(*(each for each in asked.variants if each != variant)))


def _table(
    names: list[str], variants: list[Variant], answer: Mapping[str, Any], facts: Mapping[str, Any]
) -> str:
    """Columns in which they differ, and what the model says of each."""
    rows = frame_from_json(answer["rows"])
    cells = {
        column["name"]: [plain_cell(value) for value in rows[column["name"]].tolist()]
        for column in facts["columns"]
    }
    differ = [name for name, values in cells.items() if len({str(value) for value in values}) > 1]
    text = components.text
    heads = "".join(
        f'<th scope="col">{name}<span>row {variant.row + 1:,}{", edited" * bool(variant.edits)}</span></th>'
        for name, variant in zip(names, variants, strict=True)
    )
    lines = []
    for name in differ[:_MOST_COLUMNS]:
        values = []
        for variant, value in zip(variants, cells[name], strict=True):
            shown = text(_words(value))
            values.append(f"<td>{f'<b>{shown}</b>' if name in variant.edits else shown}</td>")
        lines.append(f'<tr><th scope="row">{text(name)}</th>{"".join(values)}</tr>')
    if len(differ) > _MOST_COLUMNS:
        more = f"{len(differ) - _MOST_COLUMNS} more columns differ"
        lines.append(f'<tr><th scope="row">{more}</th>{"<td></td>" * len(names)}</tr>')
    classes, scale = answer["classes"], answer["scale"]
    noun = "Prediction" if classes is None else f"{scale.capitalize()} of “{classes[-1]}”"
    if classes is not None and len(classes) > 2:
        noun = f"{scale.capitalize()} of what it says"
    levels = [formats.level(output, scale) for output in _outputs(answer)]
    ends = "".join(f"<td>{text(level)}</td>" for level in levels)
    says = ""
    if answer["labels"] is not None:
        told = "".join(f"<td>{text(str(label))}</td>" for label in answer["labels"])
        says = f'<tr class="wi-end"><th scope="row">The model says</th>{told}</tr>'
    return (
        '<div class="wi-wide" tabindex="0" role="region" aria-label="Variants side by side">'
        '<table class="gb wi-table wi-variants"><caption>Columns in which they differ; edited values are bold'
        f'</caption><thead><tr><th scope="col">Column</th>{heads}</tr></thead><tbody>{"".join(lines)}'
        f'<tr class="wi-end"><th scope="row">{text(noun)}</th>{ends}</tr>{says}</tbody></table></div>'
    )


def _outputs(answer: Mapping[str, Any]) -> list[float]:
    """The prediction of each variant: of several classes, the probability of the one that it says."""
    classes = [str(name) for name in answer["classes"] or ()]
    if len(classes) <= 2:
        return [output[-1] for output in answer["outputs"]]
    return [
        output[classes.index(str(label))]
        for output, label in zip(answer["outputs"], answer["labels"], strict=True)
    ]


def _words(value: Any) -> str:
    if value is None:
        return "missing"
    if isinstance(value, float):
        return formats.plain(value)
    return formats.shortened(str(value).removesuffix("T00:00:00"), 40)
