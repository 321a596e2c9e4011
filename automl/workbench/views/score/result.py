"""What came of a scoring: the verdict on top, then the file, the predictions, and what has changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from automl import jobs
from automl.monitoring import DriftReport
from automl.monitoring.history import Scoring
from automl.monitoring.reference import PROBABILITY
from automl.store import RunFolder
from automl.workbench import charts, components, drift_charts, navigation, theme
from automl.workbench import format as fmt
from automl.workbench.reading import Standing
from automl.workbench.views.score.drift import drift
from automl.workbench.views.score.estimated import estimated
from automl.workbench.views.score.levels import badge
from automl.workbench.views.score.measured import measured
from automl.workbench.views.score.start import again
from automl.workbench.views.score.told import told, where

__all__ = ["result"]

_FEW = 4  # reasons that are shown at once


def result(run: RunFolder, rows: Sequence[Standing], one: Scoring) -> None:
    """Draw a finished scoring."""
    path = one.folder / "report.json"
    report = _report(one, path.stat().st_mtime_ns)
    _verdict(run, rows, one, report)
    _file(run, one, report)
    if not report.scored:
        return
    _predictions(one, report)
    measured(report)
    estimated(report)
    drift(one, report)
    _method(report)


@lru_cache(maxsize=16)
def _report(one: Scoring, _stamp: int) -> DriftReport:
    return one.report()


def _verdict(run: RunFolder, rows: Sequence[Standing], one: Scoring, report: DriftReport) -> None:
    label = next((row.label for row in rows if row.id == one.model), one.model)
    facts = [fmt.plural(one.rows, "row"), f"{'scored' if report.scored else 'read'} {fmt.ago(one.created)}"]
    if report.scored:
        facts += [f"by {label}", f"compared with {fmt.plural(report.known_rows, 'row')} learned from"]
    with st.container(border=True, key="gb-verdict"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            badge(report.level)
            st.markdown(f"**{components.plain(one.name)}**", width="content")
        st.html(f'<p class="gb gb-sentence" role="status">{components.text(report.headline)}</p>')
        more = [reason for reason in report.reasons if reason not in report.headline]
        for reason in more[:_FEW]:
            st.markdown(f"- {components.plain(reason)}")
        if len(more) > _FEW:
            with st.expander(f"{len(more) - _FEW} more reasons"):
                for reason in more[_FEW:]:
                    st.markdown(f"- {components.plain(reason)}")
        components.note(" · ".join(facts))
        with st.container(horizontal=True, vertical_alignment="center"):
            _download(one)
            navigation.link(
                "score", "Score another table", icon=":material/upload_file:", run=run.id, model=one.model
            )
            navigation.link("monitor", "See the model over time", run=run.id, model=one.model)


def _download(one: Scoring) -> None:
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(one.name).stem).strip("-") or "table"
    if (predictions := one.predictions) is not None:
        st.download_button(
            "Download predictions", data=_reader(predictions), file_name=f"{stem}-predictions.csv",
            mime="text/csv", type="primary", icon=":material/download:", on_click="ignore",
            key="download-predictions",
        )  # fmt: skip
    st.download_button(
        "Report (JSON)", data=_reader(one.folder / "report.json"), file_name=f"{stem}-report.json",
        mime="application/json", type="tertiary", icon=":material/data_object:", on_click="ignore",
        key="download-report",
    )  # fmt: skip


def _reader(path: Path) -> Callable[[], bytes]:
    return path.read_bytes


def _file(run: RunFolder, one: Scoring, report: DriftReport) -> None:
    st.subheader("The file", anchor=False)
    if not report.findings:
        st.markdown(
            ":green[:material/check_circle:] All columns that the model reads are there, and written as it "
            "expects."
        )
        return
    told(report.findings)
    where(report.findings)
    if not report.scored and (params := _params(run, one)):
        st.markdown(
            "Mend the file and upload it again, or have what is missing taken as missing in every row."
        )
        again(
            run, params, label="Score it all the same", icon=":material/play_arrow:", primary=False,
            missing_columns="missing",
        )  # fmt: skip


def _params(run: RunFolder, one: Scoring) -> dict[str, object]:
    """What the job was asked; nothing where its folder is gone."""
    folder = run.path / "jobs" / one.id
    return jobs.state(folder).params if (folder / "spec.json").is_file() else {}


def _predictions(one: Scoring, report: DriftReport) -> None:
    st.subheader("Predictions", anchor=False)
    left, right = st.columns([3, 2], gap="large")
    with left:
        records = one.preview()
        table = pd.DataFrame(records)
        st.dataframe(
            table, hide_index=True, height=300, key=f"preview-{one.id}", column_config=_formats(table),
            alt="The first rows with their predictions; the file to download has all of them",
        )  # fmt: skip
        if one.rows > len(records):
            st.caption(f"The first {len(records)} of {fmt.count(one.rows)} rows, each beside its prediction.")
    with right:
        moved = max(report.outputs, key=lambda each: each.beyond_chance)
        values = moved.kind != PROBABILITY
        of = moved.column if values else f"Probability of “{moved.column}”"
        st.caption(f"{of}: these rows beside {report.predicted}. " + _means(moved.means, values))
        st.plotly_chart(
            drift_charts.shares(moved, colors=theme.palette(), height=260),
            theme=None, config=charts.CONFIG, key=f"outputs-{one.id}", alt=drift_charts.told(moved),
        )  # fmt: skip


def _means(means: tuple[float | None, float | None], values: bool) -> str:
    before, after = means
    if before is None or after is None:
        return ""
    shown = fmt.score if values else fmt.percent
    return f"The mean is {shown(after)}; it was {shown(before)}."


def _formats(table: pd.DataFrame) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in table.columns:
        if str(name).startswith("probability_"):
            found[str(name)] = st.column_config.ProgressColumn(
                f"P({str(name).removeprefix('probability_')})", format="percent", min_value=0, max_value=1
            )
        elif name in ("prediction", "low", "high") and pd.api.types.is_numeric_dtype(table[name]):
            found[str(name)] = st.column_config.NumberColumn(str(name), format="%.6g")
    return found


def _method(report: DriftReport) -> None:
    with st.expander("How this is judged", icon=":material/help:"):
        st.markdown(
            "- **Drift.** Each column is compared with the rows that the model was learned from by a test of "
            "two samples: Kolmogorov–Smirnov for numbers, dates and lengths of texts, chi-square for labels "
            "and words, and one of its own for missing values. A column has drifted if that is beyond chance "
            "with all columns in mind (Benjamini–Hochberg, 5 %) and at least a tenth of its rows has moved "
            "more than chance moves.\n"
            "- **Effect.** A prediction is a base plus what each column contributes; so the shift of the "
            "mean prediction is the sum of the columns' shifts. Columns that move it come first; drift that "
            "the model does not notice comes last.\n"
            "- **Act** is said where columns are missing or of another kind, where the predictions have "
            "moved for a fifth of the rows, where one column alone moves their mean by a quarter of their "
            "standard deviation, or where the score is far below what was promised. An estimate without "
            "labels calls for a look at most."
        )
        for note in report.notes:
            st.caption(components.plain(note))
