"""New run: a table, then three decisions — what to predict, what counts as good, how long it may take."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from automl.data import Kind
from automl.errors import GlassbenchError, SettingError
from automl.metrics import metrics_for
from automl.search.weigh import read_weights
from automl.task import Task
from automl.workbench import actions, charts, components, drafts, navigation, theme, understanding
from automl.workbench import format as fmt
from automl.workbench.drafts import Draft
from automl.workbench.settings import UPLOAD_MEGABYTES
from automl.workbench.understanding import Understanding
from automl.workbench.views import constraint_options, cost_options, reading_options, table_details

__all__ = ["show"]

BUDGETS = {30: "30 s", 60: "1 min", 300: "5 min", 900: "15 min", 3600: "1 h"}
_TASK_NAMES = {"binary": "Two classes", "multiclass": "Several classes", "regression": "A number"}
_TYPES = ["csv", "tsv", "txt", "gz", "xlsx", "xlsm", "parquet", "pq"]


def show() -> None:
    """Draw the page."""
    draft_id = st.query_params.get("upload")
    if draft_id is None:
        _ask_for_table()
        return
    draft = drafts.open_draft(navigation.home(), draft_id)
    st.title("New run", anchor=False)
    with st.spinner("Reading the table …"):
        try:
            table = understanding.understand(draft.table, draft.get("read", {}), draft.get("kinds", {}))
        except GlassbenchError as error:
            _unreadable(draft, error)
            return
    _table_line(draft, table)
    decisions, facts = st.columns([3, 2], gap="large")
    with decisions:
        settings = _decide(draft, table, facts)
    table_details.show(draft, table, _task(draft, table))
    if settings is not None and st.session_state.pop("start_asked", False):
        with st.spinner("Starting the search …"):
            run = actions.start(navigation.home(), draft, settings)
        navigation.go("run", run=run.id)


def _ask_for_table() -> None:
    st.title("New run", anchor=False)
    components.lead("Start with a table: one row for each case, one column for each thing known about it.")
    uploaded = st.file_uploader(
        "Upload a table",
        type=_TYPES,
        key="upload",
        max_upload_size=UPLOAD_MEGABYTES,
        help="CSV or TSV (also .gz), Excel, or Parquet. The file stays on this machine.",
    )
    if uploaded is not None:
        draft = drafts.from_upload(navigation.home(), uploaded.name, uploaded)
        navigation.go("new", upload=draft.id)
    found = drafts.samples()
    if found:
        st.html('<p class="gb gb-muted" style="margin:0.6rem 0 0">Or try a sample table:</p>')
        with st.container(horizontal=True):
            for sample in found:
                if st.button(sample.title, key=f"sample-{sample.path.stem}", help=sample.text):
                    chosen = drafts.from_sample(navigation.home(), sample)
                    navigation.go("new", upload=chosen.id)


def _unreadable(draft: Draft, error: GlassbenchError) -> None:
    st.markdown(f"**{components.plain(draft.name)}** · {fmt.size(draft.table.stat().st_size)}")
    components.problem(error.message, error.fix)
    with st.container(horizontal=True):
        if st.button("Upload another table", type="primary", icon=":material/upload_file:"):
            navigation.go("new")
    reading_options.show(draft, None)


def _table_line(draft: Draft, table: Understanding) -> None:
    report = table.raw.report
    rows = (
        f"first {fmt.count(report.rows)} rows looked at" if table.partial else fmt.plural(report.rows, "row")
    )
    facts = f"{rows} · {fmt.plural(report.columns, 'column')} · {fmt.size(draft.table.stat().st_size)}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/table: **{components.plain(draft.name)}** :gray[{facts}]", width="content")
        if st.button("Use another table", type="tertiary", icon=":material/swap_horiz:"):
            navigation.go("new")


def _task(draft: Draft, table: Understanding) -> Task | None:
    target = draft.get("target")
    if target not in table.schema.names:
        return None
    try:
        return understanding.task_of(
            table, target, draft.get("task"), draft.get("metric"), draft.get("costs")
        )
    except GlassbenchError:
        return None  # `_decide` shows it where the target is chosen


def _decide(draft: Draft, table: Understanding, facts: Any) -> dict[str, Any] | None:
    """Ask the three questions; the settings of the run, or None while something is missing."""
    names = list(table.schema.names)
    target = draft.get("target")
    chosen = st.selectbox(
        "Which column do you want to predict?",
        names,
        index=names.index(target) if target in names else None,
        placeholder="Choose the target",
        key=f"target-{draft.id}",
    )
    if chosen != target:
        draft.put(target=chosen, task=None, metric=None, costs=None)
        st.rerun()
    if chosen is None:
        with facts:
            _next_step()
        _budget(draft)
        st.button("Start the search", type="primary", disabled=True, icon=":material/play_arrow:")
        return None
    try:
        task = understanding.task_of(
            table, chosen, draft.get("task"), draft.get("metric"), draft.get("costs")
        )
    except GlassbenchError as error:
        components.problem(error.message, error.fix)
        if draft.get("task") and st.button("Let Glassbench tell what kind of target it is"):
            draft.put(task=None, metric=None, costs=None)
            st.rerun()
        return None
    with facts:
        _target_facts(table, task)
    _metric(draft, task)
    budget = _budget(draft)
    settings = {
        "target": chosen,
        "task": draft.get("task"),
        "metric": draft.get("metric"),
        "costs": draft.get("costs"),
        "budget": budget,
        "kinds": {k: v for k, v in draft.get("kinds", {}).items() if k in names},
        "excluded": [name for name in draft.get("excluded", []) if name in names and name != chosen],
        "read": draft.get("read"),
        "name": draft.get("name"),
        **_more(draft, task, table),
    }
    blocking = [f for f in understanding.findings_of(table, task) if f.severity == "error"]
    for finding in blocking:
        components.problem(finding.message, finding.fix)
    wrong = _weights_problem(table, settings["weights"], chosen)
    if wrong is not None:
        components.problem(wrong.message, wrong.fix)
    if st.button(
        "Start the search",
        type="primary",
        icon=":material/play_arrow:",
        disabled=bool(blocking) or wrong is not None,
        key="start",
    ):
        st.session_state["start_asked"] = True
    return settings


def _next_step() -> None:
    with st.container(border=True):
        components.empty(
            "What should be predicted?",
            "Choose the column that you want to know for new rows. All other columns are used to predict it.",
        )


def _metric(draft: Draft, task: Task) -> None:
    options = [metric.name for metric in metrics_for(task.kind, task.costs)]
    picked = st.selectbox(
        "What counts as a good prediction?",
        options,
        index=options.index(task.metric),
        format_func=lambda name: f"{fmt.metric_label(name)} — {_METRIC_WORDS.get(name, '')}".rstrip(" —"),
        key=f"metric-{draft.id}-{task.kind}-{task.costs is None}",
    )
    if picked != task.metric:
        draft.put(metric=picked)
        st.rerun()


_METRIC_WORDS = {
    "roc_auc": "how well it ranks the cases",
    "average_precision": "how well it finds a rare class",
    "log_loss": "how honest its probabilities are",
    "brier": "squared error of its probabilities",
    "accuracy": "share of right answers",
    "balanced_accuracy": "right answers, each class counting the same",
    "f1": "balance of precision and recall",
    "mcc": "correlation of answer and truth",
    "cost": "what its errors cost",
    "rmse": "typical error, large errors count more",
    "mae": "average error",
    "mape": "average error in percent",
    "r2": "share of the variance explained",
    "rmsle": "typical relative error",
}


def _budget(draft: Draft) -> float:
    current = draft.get("budget", 60)
    options = sorted({*BUDGETS, int(current)})
    chosen = st.segmented_control(
        "How long may it search?",
        options,
        default=int(current),
        format_func=lambda seconds: BUDGETS.get(seconds, fmt.duration(seconds)),
        required=True,
        key=f"budget-{draft.id}",
        help="From the start to the finished model. Cancel at any time: the best model so far is kept.",
    )
    draft.put(budget=chosen)
    return float(chosen if chosen is not None else current)


def _more(draft: Draft, task: Task, table: Understanding) -> dict[str, Any]:
    """Settings that most people never need."""
    with st.expander("More settings", key=f"more-{draft.id}"):
        left, right = st.columns(2)
        name = left.text_input("Name of the run", draft.get("name") or draft.name.split(".")[0], max_chars=80)
        kinds = ["binary", "multiclass"] if task.kind != "regression" else ["regression"]
        options = list(dict.fromkeys([*kinds, "multiclass", "regression"]))
        kind = right.selectbox(
            "Kind of target",
            options,
            index=options.index(task.kind),
            format_func=lambda kind: _TASK_NAMES[kind],
            key=f"task-{draft.id}-{draft.get('target')}",
        )
        trials = left.number_input(
            "Stop after this many trials", min_value=1, value=None, placeholder="no limit"
        )
        seed = right.number_input(
            "Random seed", min_value=0, value=0, help="The same seed repeats the same search."
        )
        others = [name for name in table.schema.names if name != task.target]
        groups = left.selectbox(
            "Rows that belong together",
            others,
            index=None,
            placeholder="none do",
            key=f"groups-{draft.id}-{task.target}",
            help="Such as the customer or patient of several rows. They are kept on one side of every split.",
        )
        ordered = table.schema.of_kind(Kind.DATETIME, Kind.NUMBER, Kind.IDENTIFIER)
        time = right.selectbox(
            "Order of time",
            [name for name in ordered if name != task.target],
            index=None,
            placeholder="plays no part" if groups is None else "not together with groups",
            disabled=groups is not None,
            key=f"time-{draft.id}-{task.target}",
            help="Models are judged on rows later than all that they learned from.",
        )
        weights = left.selectbox(
            "How much a row counts",
            [name for name in _numeric(table) if name not in (task.target, groups, time)],
            index=None,
            placeholder="all the same",
            key=f"weights-{draft.id}-{task.target}",
            help="Such as the weights of a survey, or how often a row was seen: numbers of 0 or more. A row "
            "of weight 2 counts like two rows, in learning and in every score. New rows need no such column.",
        )
        earlier = _earlier_runs(task.target)
        warm_start = right.selectbox(
            "Start from an earlier run",
            list(earlier),
            format_func=lambda path: earlier[path],
            index=None,
            placeholder="from scratch" if earlier else "there is none on this target",
            disabled=not earlier,
            key=f"warm-{draft.id}-{task.target}",
            help="The best models of that run are tried first. For a later version of the same table.",
        )
        constraints = constraint_options.ask(draft, task, table)
        costs = cost_options.ask(draft, task)
        memory = left.number_input(
            "Memory, GB",
            min_value=0.5,
            value=None,
            placeholder="80 % of what is free",
            key=f"memory-{draft.id}",
            help="All processes of the search together. Models that would need more are not tried.",
        )
        calibrate = task.kind == "regression" or st.checkbox(
            "Calibrate probabilities where that is shown to pay",
            value=True,
            key=f"calibrate-{draft.id}",
            help="Only if it lowers the log loss beyond chance, cross-fitted, and the metric is not worse. "
            "Explanations of a calibrated model are sampled, with standard errors.",
        )
    draft.put(name=name.strip() or None)
    if costs != draft.get("costs"):
        # Without costs there is nothing for the metric of them to measure.
        draft.put(costs=costs, metric=None if task.metric == "cost" else draft.get("metric"))
        st.rerun()
    if kind != task.kind:
        draft.put(task=kind, metric=None, costs=None)
        st.rerun()
    return {"name": name.strip() or None, "max_trials": trials, "seed": int(seed)} | {
        "groups": groups,
        "time": None if groups is not None else time,
        "weights": weights,
        "warm_start": warm_start,
        **constraints,
        "calibrate": "auto" if calibrate else "off",
        "memory": None if memory is None else memory * 1e9,
    }


def _numeric(table: Understanding) -> list[str]:
    """Columns that may hold weights: numbers, also those taken for categories since they are few."""
    return [c.name for c in table.schema.columns if c.kind == Kind.NUMBER or c.numeric_values]


def _weights_problem(table: Understanding, column: str | None, target: str) -> SettingError | None:
    """What is wrong with the weights in the rows looked at."""
    try:
        read_weights(table.dataset, column, None if column is None else table.raw.frame[column], target)
    except SettingError as error:
        return error
    return None


def _earlier_runs(target: str) -> dict[str, str]:
    """Folders of the runs that predicted a column of this name and have a model, and what they are called."""
    runs = [run for run in navigation.home().runs() if run.spec["target"] == target and run.result]
    return {str(run.path): f"{run.spec['name']}, {fmt.ago(float(run.spec['created']))}" for run in runs}


def _target_facts(table: Understanding, task: Task) -> None:
    column = table.dataset.frame[task.target]
    missing = int(column.isna().sum())
    with st.container(border=True):
        st.markdown(f"**{components.plain(task.target)}**: {_TASK_NAMES[task.kind].lower()}")
        if task.kind == "regression":
            values = column.dropna().to_numpy(dtype=float)
            figure = charts.histogram(values, colors=theme.palette())
            text = (
                f"From {fmt.score(float(values.min()))} to {fmt.score(float(values.max()))}, "
                f"half of the rows below {fmt.score(float(np.median(values)))}."
            )
        else:
            shares = column.value_counts(normalize=True)
            figure = charts.shares(
                {str(name): float(share) for name, share in shares.items()}, colors=theme.palette()
            )
            most = f"{shares.index[0]} ({fmt.percent(float(shares.iloc[0]))})"
            text = f"{fmt.plural(len(shares), 'class', 'classes')}, the most frequent is {most}."
            if task.kind == "binary":
                text += f" Probabilities and explanations are about {task.positive}."
        st.plotly_chart(
            figure,
            config=charts.CONFIG,
            key="target-chart",
            theme=None,
            alt=f"Distribution of {task.target}. {text}",
        )
        st.caption(components.plain(text))
        if missing:
            st.caption(f"{fmt.plural(missing, 'row')} without a target are left out.")
