"""Two or three models side by side: how much better, how sure, where they differ, and what each costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from automl.store import RunFolder, version_of
from automl.workbench import charts, compare_charts, components, standing, theme, working
from automl.workbench import format as fmt
from automl.workbench.reading import Standing
from automl.workbench.views.models.compared import agreement_words, scores_table, verdict_words
from automl.workbench.views.models.explained import side_by_side
from automl.workbench.views.models.selected import about_model, value

__all__ = ["compare"]

_MOST = 3


def compare(run: RunFolder, rows: Sequence[Standing], metric: str) -> None:
    models = _choose(run, rows)
    if len(models) < 2:
        components.empty("Choose two or three models", "They are compared on the very same rows.")
        return
    if not standing.is_settled(run):
        components.empty(
            "Not while the search goes on",
            "Models are compared when it has ended, on rows that none of them had learned from.",
        )
        return
    named = {row.id: row for row in models}
    labels = {row.id: row.label for row in models}
    asked = {"models": list(named), "version": version_of(run)}
    found = standing.content_of(
        run,
        working.result_of(
            run, "compare", asked, title="Comparing them on the same rows",
            text="All metrics, fold by fold, and how each difference holds when rows are drawn anew.",
            key=f"compare-{'-'.join(named)}",
        )
    )  # fmt: skip
    if found is None:
        return
    for words in verdict_words(found, labels):
        st.markdown(words)
    st.html(scores_table(found, labels))
    _note(found, labels)
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Fold by fold", anchor=False)
        st.caption(
            "Each on rows that the fold's models had not seen. Lines that do not cross agree everywhere."
        )
        st.plotly_chart(
            compare_charts.by_fold(found["folds"], labels, metric=metric, colors=theme.palette()),
            theme=None,
            config=charts.CONFIG,
            key="by-fold",
            alt=f"{fmt.metric_label(metric)} of each model on each fold",
        )
    with right:
        st.subheader("Where they differ", anchor=False)
        for words in agreement_words(found, labels):
            st.markdown(words)
        st.html(_facts(models))
    _curves(found, labels, str((run.read("task.json") or {}).get("target", "")))
    st.subheader("What they look at", anchor=False)
    side_by_side(run, models)
    _parameters(models)


def _choose(run: RunFolder, rows: Sequence[Standing]) -> list[Standing]:
    """Models from the address, which the choice is written back to."""
    named = {row.id: row for row in rows}
    wanted = [name for name in st.query_params.get("compare", "").split(",") if name in named][:_MOST]
    if not wanted and "compare" not in st.query_params:
        best = next((row for row in rows if row.chosen), rows[0])
        others = [row for row in rows if row.id != best.id]
        wanted = [best.id] + [row.id for row in others[:1]]
    chosen = st.multiselect(
        "Models to compare",
        list(named),
        default=wanted,
        format_func=lambda name: named[name].label,
        max_selections=_MOST,
        key=f"compare-{run.id}-{','.join(wanted)}",
        placeholder="Two or three",
        help="The first one is what the others are compared with.",
    )
    if chosen != wanted:
        st.query_params["compare"] = ",".join(chosen)
        st.rerun()
    return [named[name] for name in chosen]


def _note(found: dict[str, Any], labels: dict[str, str]) -> None:
    words = (
        f"On {fmt.count(found['rows'])} rows that none of the models had learned from. In brackets: 90 % "
        "intervals; those of scores are for new rows, those of differences for endlessly many like these. "
        f"The probability is the share of {found['draws']} draws of the rows in which a model is better."
    )
    if found["corrected"]:
        words += (
            f" {labels[found['corrected']]} was chosen on these very rows; the optimism of that is taken off "
            "its differences."
        )
    else:
        words += (
            " The best of many models looks a little better on the rows that it was chosen by than it is."
        )
    components.note(words)


def _facts(models: Sequence[Standing]) -> str:
    lines = [
        ("Train, all folds", [fmt.duration(row.fit_seconds) for row in models]),
        ("Predict one row", [fmt.duration(row.row_ms / 1000) for row in models]),
        ("Predict 1,000 rows", [fmt.duration(row.predict_ms / 1000) for row in models]),
        ("Size on the disk", [fmt.size(row.bytes) for row in models]),
    ]
    head = "".join(f'<th scope="col">{components.text(row.label)}</th>' for row in models)
    body = "".join(
        f'<tr><th scope="row">{name}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
        for name, cells in lines
    )
    return (
        '<div class="gb-scroll" tabindex="0" role="region" aria-label="What they cost">'
        f'<table class="gb '
        f'gb-side"><thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _curves(found: dict[str, Any], labels: dict[str, str], target: str) -> None:
    performance: dict[str, Any] = found["performance"]
    some = next(iter(performance.values()))
    if some["residuals"] is not None:
        st.subheader("How far off they are", anchor=False)
        st.caption("Away from the line, a model is off in one direction for what it predicts so; bars: 95 %.")
        st.plotly_chart(
            compare_charts.residuals(
                {name: each["residuals"] for name, each in performance.items()},
                labels,
                target=target,
                colors=theme.palette(),
            ),
            theme=None,
            config=charts.CONFIG,
            key="residuals",
            alt="Mean residual of each model by what it predicted",
        )
        return
    shared = [
        each["output"]
        for each in some["ranking"]
        if all(each["output"] in {r["output"] for r in own["ranking"]} for own in performance.values())
    ]
    if not shared:
        return
    st.subheader("How well they rank, and whether their probabilities keep their word", anchor=False)
    output = shared[0]
    if len(shared) > 1:
        output = st.pills("Class", shared, default=shared[0], key="curve-class", required=True)
    else:
        st.caption(f"Of the class “{components.plain(output)}”.")
    kind = st.segmented_control(
        "Curve", ["ROC", "Precision and recall"], default="ROC", key="curve", required=True,
        label_visibility="collapsed",
    )  # fmt: skip
    field = "roc" if kind == "ROC" else "precision_recall"
    ranking = {name: _of(each["ranking"], output) for name, each in performance.items()}
    left, right = st.columns(2, gap="large")
    with left:
        st.plotly_chart(
            compare_charts.roc(
                {name: each[field] for name, each in ranking.items()},
                labels,
                kind=field,
                colors=theme.palette(),
            ),
            theme=None,
            config=charts.CONFIG,
            key=f"curve-{field}",
            alt=f"{kind} of each model",
        )
    with right:
        calibration = {name: _of(each["calibration"], output) for name, each in performance.items()}
        st.plotly_chart(
            compare_charts.calibration(calibration, labels, colors=theme.palette()),
            theme=None,
            config=charts.CONFIG,
            key="calibration",
            alt="Predicted probability against how often it happened, of each model",
        )
        errors = ", ".join(
            f"{labels[name]} {fmt.score(each['ece'])} (chance alone: up to {fmt.score(each['ece_bound'])})"
            for name, each in calibration.items()
        )
        components.note(f"Mean distance from the diagonal: {errors}.")


def _of(parts: Sequence[dict[str, Any]], output: str) -> dict[str, Any]:
    return next(part for part in parts if part["output"] == output)


def _parameters(models: Sequence[Standing]) -> None:
    st.subheader("What they are", anchor=False)
    columns = st.columns(len(models), gap="large")
    for column, row in zip(columns, models, strict=True):
        with column:
            st.markdown(f"**{components.plain(row.label)}**")
            components.note(about_model(row))
            if row.params:
                with st.expander(f"Parameters of {row.label}", type="compact"):
                    components.definitions((name, value(found)) for name, found in row.params.items())
