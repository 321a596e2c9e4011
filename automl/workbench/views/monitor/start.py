"""Other data to watch a model with: a table with a date column, or a prediction log with labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from automl import jobs
from automl.data import Kind, Schema
from automl.errors import GlassbenchError
from automl.monitoring.known import is_at_hand
from automl.store import RunFolder
from automl.workbench import components, data_folders, drafts, glances, navigation, table_field
from automl.workbench import format as fmt
from automl.workbench.data_folders import VARIABLE
from automl.workbench.drafts import Draft
from automl.workbench.reading import Standing

__all__ = ["about", "start"]

_PERIODS: Mapping[str, str] = {
    "day": "day", "week": "week", "month": "month", "quarter": "quarter", "rows": "so many rows",
}  # fmt: skip
_ROWS = 1_000


def start(run: RunFolder, model: Standing) -> None:
    """Ask for data."""
    st.subheader("Look at other data", anchor=False)
    st.caption(
        "Data that you have already, cut into windows of time: a year of rows shows at once what a year of "
        "scoring would have shown."
    )
    with st.expander("A table with a column of dates", icon=":material/calendar_month:"):

        def chosen(draft: Draft) -> None:
            navigation.go("monitor", run=run.id, model=model.id, table=draft.id)

        table_field.ask("monitor-upload", chosen)
    with st.expander("A prediction log, with labels that came later", icon=":material/receipt_long:"):
        _log(run, model)


def _begin(run: RunFolder, model: Standing, **params: Any) -> None:
    folder = jobs.launch(run.path, "timeline", model=model.id, **params)
    navigation.go("monitor", run=run.id, model=model.id, timeline=folder.name)


def about(run: RunFolder, model: Standing, draft_id: str) -> None:
    """Ask which column of a table holds the dates, and how long a window is.

    Parameters
    ----------
    run : RunFolder
    model : Standing
    draft_id : str
        Of the table, from the address.
    """
    try:
        draft = drafts.open_draft(navigation.home(), draft_id)
        rows = _first_rows(run, draft)
    except GlassbenchError as error:
        components.problem(error.message, error.fix)
        _back(run, model)
        return
    size = fmt.size(draft.table.stat().st_size)
    st.markdown(f":material/table: **{components.plain(draft.name)}** :gray[{size}]")
    names = list(rows.columns)
    dates = _dates(run, rows)
    if not dates:
        components.problem(
            "No column of this table looks like dates.",
            "Windows of time need one. Give the table with a column such as 2026-03-31, or score it on the "
            "page Score.",
        )
        _back(run, model)
        return
    others = [name for name in names if name not in dates]
    with st.form("timeline", border=True):
        left, middle, right = st.columns([2, 1, 1])
        by = left.selectbox("Column of dates", [*dates, *others], help="Those that hold dates come first.")
        period = middle.selectbox(
            "One window for each", list(_PERIODS), index=2, format_func=lambda each: _PERIODS[each]
        )
        count = right.number_input(
            "Rows in a window", min_value=50, max_value=10_000_000, value=_ROWS, step=500,
            help="Counts only where a window is so many rows.",
        )  # fmt: skip
        groups = st.selectbox(
            "Groups to watch", others, index=None, placeholder="none",
            help="A column by whose groups fairness is measured in each window, where the rows have labels.",
        )  # fmt: skip
        if st.form_submit_button("Look at it", type="primary", icon=":material/play_arrow:"):
            _begin(
                run, model, table=str(draft.table), name=draft.name, by=by,
                every=f"{count} rows" if period == "rows" else period, fairness=groups,
            )  # fmt: skip
    _back(run, model)


def _first_rows(run: RunFolder, draft: Draft) -> pd.DataFrame:
    """The first rows as they were read; a page reads no more than it needs to name the columns."""
    if is_at_hand(run):
        seen = glances.quick(run, draft.table, draft.name, {}, {})
        return pd.DataFrame(list(seen.preview))
    from automl.monitoring.pieces import pieces

    piece = next(pieces(draft.table, size=200_000, excel_rows=5))
    return piece.table.frame.head(5)


def _dates(run: RunFolder, rows: pd.DataFrame) -> list[str]:
    """Columns that hold dates: by the schema, or by how their first values look."""
    known = Schema.from_json(run.read("schema.json")) if run.has("schema.json") else None
    found = []
    for name in rows.columns:
        if known is not None and name in known:
            if known[name].kind == Kind.DATETIME:
                found.append(str(name))
            continue
        texts = rows[name].dropna().astype(str)
        if len(texts) and _look_like_dates(texts):
            found.append(str(name))
    return found


def _look_like_dates(texts: pd.Series[Any]) -> bool:
    if pd.to_numeric(texts, errors="coerce").notna().any() or not texts.str.contains(r"\d").all():
        return False
    return bool(pd.to_datetime(texts, errors="coerce", format="mixed").notna().all())


def _back(run: RunFolder, model: Standing) -> None:
    navigation.link("monitor", "Back", icon=":material/arrow_back:", run=run.id, model=model.id)


def _log(run: RunFolder, model: Standing) -> None:
    if not data_folders.folders():
        components.note(
            "Logs are read in place. Whoever runs this workbench names the folders that it may read:"
        )
        st.code(f"{VARIABLE}=/path/to/logs automl app", language="bash", wrap_lines=True)
        return
    with st.form("log", border=False):
        log = st.text_input(
            "Log, or a folder of logs", placeholder="/srv/predictions",
            help="As `automl serve --log` writes it: nothing is predicted again.",
        )  # fmt: skip
        left, right = st.columns([3, 1])
        labels = left.text_input("File of labels", placeholder="none: how good it is stays unknown")
        identity = right.text_input("Its column of ids", value="id")
        period = st.selectbox(
            "One window for each", [each for each in _PERIODS if each != "rows"], index=2, key="log-period"
        )
        if not st.form_submit_button("Look at it", icon=":material/play_arrow:") or not log.strip():
            return
    try:
        params = {"log": _allowed(log.strip()), "every": period}
        if labels.strip():
            params |= {"labels": str(data_folders.allowed_file(labels.strip())), "id": identity.strip()}
    except GlassbenchError as error:
        components.problem(error.message, error.fix)
        return
    _begin(run, model, **params)


def _allowed(path: str) -> str:
    """A file or folder of logs, if it is in an allowed folder."""
    try:
        return str(data_folders.allowed_folder(path))
    except GlassbenchError:
        return str(data_folders.allowed_file(path))
