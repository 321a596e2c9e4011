"""A run and its verbs: search, compare, explain, report, export.

This is the Python interface, and what the terminal and the jobs call. Nothing heavy is imported before a
verb needs it, so that the pages can hold a `Run` as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from time import time as now
from typing import TYPE_CHECKING, Any, Literal

from automl.costs import checked_costs
from automl.errors import DataError, RunError, SettingError
from automl.extras import require_extra
from automl.search.constraints import Constraints
from automl.store import (
    Home,
    RunFolder,
    calibration_of,
    decisions,
    is_id,
    pick_model,
    picked,
    preferred_model,
    unpick_model,
)
from automl.store.files import file_sha256, json_records, read_json, replacing
from automl.store.run_folder import REVIEWED_SCHEMA
from automl.store.who import who
from automl.tracking import checked_track, track_by
from automl.tracking import start as start_tracking

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.pipeline import Pipeline

    from automl.conformal import Conformal
    from automl.data import Schema
    from automl.data.review import ReviewedSchema
    from automl.inspection import Inspected, Inspection, Matter, Scope
    from automl.monitoring import Reference, Scored, Watched
    from automl.monitoring.estimate import Estimator
    from automl.monitoring.timeline import Timeline
    from automl.report import BundleFacts, Evidence, Subject
    from automl.search.prepare import Prepared
    from automl.store.catalogue import Catalogue
    from explain import Explanation
    from explain.certificate import Certificate

__all__ = ["Run", "create_run", "fit", "load_run"]

ENSEMBLE = "ensemble"
_BACKGROUND_ROWS = 100
_EXPLAINED_ROWS = 100
_KNOWN_ROWS = 2_000
_ENOUGH_HELD = 500
_HELD, _OUT_OF_FOLD = "the sealed holdout", "rows predicted out of fold"
_EXPLAIN_SECONDS = 30.0
_INSPECT_SECONDS = 30.0
_REPORT_SECONDS = 60.0
_SAMPLE_ROWS = 30
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?\s*", re.IGNORECASE)
_LEAST_MEMORY = 100_000_000
_CALIBRATE = ("auto", "off")
_SCHEMA_CHECKS = ("refuse", "warn")
_ADDRESS = re.compile(r"(tcp|tls)://(\[[0-9A-Fa-f:.]+\]|[\w.-]+):\d{1,5}")


def create_run(
    table: pd.DataFrame | str | Path,
    target: str,
    *,
    task: str | None = None,
    metric: str | None = None,
    budget: float = 60,
    seed: int = 0,
    n_jobs: int | None = None,
    max_trials: int | None = None,
    executor: str | None = None,
    extra_families: Sequence[str] = (),
    memory: float | str | None = None,
    home: str | Path | None = None,
    out: str | Path | None = None,
    kinds: Mapping[str, str] | None = None,
    excluded: Sequence[str] = (),
    groups: str | None = None,
    time: str | None = None,
    weights: str | None = None,
    warm_start: str | Path | None = None,
    monotone: Mapping[str, str] | None = None,
    interpretable: bool = False,
    max_latency_ms: float | None = None,
    max_size_mb: float | None = None,
    drop_duplicates: bool = False,
    calibrate: str = "auto",
    costs: Mapping[Any, Any] | None = None,
    reviewed: ReviewedSchema | str | Path | None = None,
    schema_check: str = "refuse",
    read: Mapping[str, Any] | None = None,
    name: str | None = None,
    track: str | bool | Mapping[str, Any] | None = None,
) -> Run:
    """Make the folder of a new run, without starting it.

    Parameters
    ----------
    table : DataFrame or path
        CSV, TSV (also .gz), Excel or Parquet.
    target : str
        The column to predict.
    task : {"binary", "multiclass", "regression"}, optional
        Default: inferred from the target.
    metric : str, optional
        Default: roc_auc, log_loss or rmse.
    budget : float
        Seconds from the start to the written model.
    seed : int
    n_jobs : int, optional
        Cores to use; default all.
    max_trials : int, optional
        Stop after this many trials. With the same seed, and a budget that does not run out, they are the
        same trials.
    executor : str, optional
        Address of a Dask scheduler, `tcp://host:port` or `tls://host:port`, on whose workers the candidates
        are evaluated; default: processes of this machine. Dask runs what its scheduler sends: name only one
        that you trust.
    extra_families : sequence of str
        Model families to try beside the usual ones; they need a package more to learn, and none to predict.
        There is "catboost".
    memory : float or str, optional
        What the search may take with all its processes: bytes, or a text such as "8GB". Default: 80 % of what
        the machine (or the control group around this process) has available at the start. A candidate that
        would need more is not tried, and says so.
    home : path, optional
        The home folder; default `GLASSBENCH_HOME` or `./glassbench-home`.
    out : path, optional
        The run's folder itself, which must not exist; default one in the home folder.
    kinds : mapping of column to kind, optional
        Where the inferred kind is wrong.
    excluded : sequence of str
        Columns that the model must not read.
    groups : str, optional
        A column that says which rows belong together, such as a customer or patient with several rows. They
        are never on both sides of a split, intervals are drawn over whole groups, and the column itself is
        not used to predict.
    time : str, optional
        A column of dates or numbers that says which rows come later. The holdout is the latest rows, and
        models are validated on rows later than all that they learned from. The column stays a feature
        unless it is excluded.
    weights : str, optional
        A column of numbers of 0 or more that says how much each row counts: a row of weight 2 like two rows,
        in learning and in every score. Only their ratios matter. Rows of weight 0 are left out; the column
        itself is not used to predict, so new rows need none. Families that cannot weight rows are not tried.
    warm_start : path, optional
        Folder of an earlier run on the same target, whose best candidates are tried first.
    monotone : mapping of column to {"increasing", "decreasing"}, optional
        Number columns with which alone the prediction may only rise, or only fall; of two classes, the
        probability of the second one in their order. Families that cannot promise it are not tried.
    interpretable : bool
        Only models that a person can read: one straight linear model or one tree of at most 16 leaves.
    max_latency_ms : float, optional
        Milliseconds that the model may take to predict one row on this machine, from raw columns on.
    max_size_mb : float, optional
        Megabytes that the stored model may have. Where no model keeps within the limits, the smallest is
        given and `result["findings"]` says so.
    drop_duplicates : bool
        Leave out rows that repeat an earlier one in every column that is no identifier. A finding says how
        many there were.
    calibrate : {"auto", "off"}
        Whether probabilities may be calibrated, where cross-fitting shows that to lower the log loss beyond
        chance and the metric is not worse; see `automl.search.calibration`. Explanations of a calibrated
        model are sampled, with standard errors.
    costs : mapping, optional
        What errors cost, by which labels are then decided: of two classes
        ``{"false_positive": 1, "false_negative": 5}``, of any truth → predicted → cost; see `automl.costs`.
        The metric `cost` measures them; the default metric with costs is `log_loss`.
    reviewed : ReviewedSchema or path, optional
        What the table must be like (see `automl.data.review`), which also decides the kinds of its columns.
        Bundles carry it.
    schema_check : {"refuse", "warn"}
        What to do about a table that breaks it: end the run, or go on with findings.
    read : mapping, optional
        Fields of `automl.data.ReadOptions`, where the file is not read as it should be.
    name : str, optional
        Shown in the list of runs; default the file's name.
    track : str, bool or mapping, optional
        Address of an MLflow server that is told of the run as it goes on, True for that of
        `MLFLOW_TRACKING_URI`, or how to tell it; see `automl.tracking.checked_track`. Default: what
        `GLASSBENCH_TRACK` says, else nothing is sent anywhere.

    Raises
    ------
    SettingError, DataError
        When a setting makes no sense or the file is not there.
    RunError
        When there is nothing in `warm_start` to start from.
    MissingExtraError
        When `executor` is given and Dask is not installed, or an extra family's package is not, or that of
        MLflow's client where the run is to be tracked.
    """
    _check_settings(target, budget, n_jobs, max_trials, excluded)
    _check_split_settings(target, groups, time)
    _check_weights(weights, target, groups, time)
    _check_executor(executor)
    if calibrate not in _CALIBRATE:
        raise SettingError(f"calibrate is {calibrate!r}.", fix=f"Give {' or '.join(map(repr, _CALIBRATE))}.")
    _check_extra_families(extra_families)
    if schema_check not in _SCHEMA_CHECKS:
        raise SettingError(
            f"schema_check is {schema_check!r}.", fix=f"Give {' or '.join(map(repr, _SCHEMA_CHECKS))}."
        )
    must_be = None if reviewed is None else _reviewed(reviewed)
    earlier = None
    if warm_start is not None:
        from automl.search.warm import best_candidates

        before = RunFolder.open(warm_start)
        earlier = {"run": before.id, "candidates": best_candidates(before, target)}
    constraints = Constraints(dict(monotone or {}), bool(interpretable), max_latency_ms, max_size_mb)
    constraints.check({target, groups, weights, *excluded})
    costs = checked_costs(costs)
    tracked = checked_track(track)
    memory = None if memory is None else _bytes_of(memory)
    path: Path | None = None
    if isinstance(table, str | Path):
        path = Path(table).absolute()
        if not path.is_file():
            raise DataError(f"There is no file {path}.", fix="Check the path.")
    name = name or (path.name.split(".")[0] if path else "table")
    created = now()
    folder_path = Path(out).absolute() if out else Home(home).new_run_path(name)
    if folder_path.exists():
        raise SettingError(f"{folder_path} exists already.", fix="Name a folder that does not exist yet.")
    if not is_id(folder_path.name):
        raise SettingError(
            f"{folder_path.name!r} cannot name a run.", fix="Use letters, digits, '-' and '_' only."
        )
    spec = {
        "version": 1,
        "id": folder_path.name,
        "name": name,
        "created": created,
        "source": str(path) if path else None,
        "target": target,
        "task": task,
        "metric": metric,
        "budget": float(budget),
        "seed": int(seed),
        "n_jobs": n_jobs,
        "max_trials": max_trials,
        "executor": executor,
        "extra_families": list(extra_families),
        "memory": memory,
        "kinds": {column: str(kind) for column, kind in (kinds or {}).items()},
        "excluded": list(excluded),
        "groups": groups,
        "time": time,
        "weights": weights,
        "warm_start": earlier,
        **constraints.to_json(),
        "drop_duplicates": bool(drop_duplicates),
        "calibrate": calibrate,
        "costs": costs,
        **({} if must_be is None else {"schema_check": schema_check}),
        "read": dict(read) if read else None,
        "who": who(),
        "track": tracked,
    }
    folder = RunFolder.create(folder_path, spec)
    if must_be is not None:
        folder.write(REVIEWED_SCHEMA, must_be)
    return Run(folder)


def fit(
    table: pd.DataFrame | str | Path,
    target: str,
    *,
    progress: Callable[[dict[str, Any]], None] | None = None,
    **settings: Any,
) -> Run:
    """Search the best model for `target` within a time budget.

    Parameters
    ----------
    table, target, **settings
        As for `create_run`.
    progress : callable, optional
        Called with the run's status at every trial, and once a second.

    Returns
    -------
    Run
        With `model`, `predict()`, `leaderboard()`, `explain()`, `report()` and `export()`.

    Examples
    --------
    >>> import automl
    >>> run = automl.fit("churn.csv", target="Churn", budget=60)  # doctest: +SKIP
    >>> run.leaderboard()  # doctest: +SKIP
    >>> run.export("churn.zip")  # doctest: +SKIP
    """
    started = monotonic()
    run = create_run(table, target, **settings)
    if run.folder.spec["track"]:
        start_tracking(run.folder)
    run.search(table=None if isinstance(table, str | Path) else table, started=started, progress=progress)
    return run


def load_run(path: str | Path) -> Run:
    """The run in the folder `path`.

    Raises
    ------
    RunError
        When there is none.
    """
    return Run(RunFolder.open(path))


class Run:
    """One search and what came of it.

    Parameters
    ----------
    folder : RunFolder
        Everything a run knows is in its folder; two `Run` objects on one folder are the same run.
    """

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self._models: dict[tuple[str, str | None], Pipeline] = {}

    def __repr__(self) -> str:
        return f"Run({str(self.folder.path)!r})"

    # -- search --------------------------------------------------------------------------------------------

    def search(
        self,
        *,
        table: pd.DataFrame | None = None,
        started: float | None = None,
        progress: Callable[[dict[str, Any]], None] | None = None,
    ) -> dict[str, Any]:
        """Start the search, or go on with one that was stopped; see `automl.search.driver.run_search`."""
        from automl.search.driver import run_search

        result, model = run_search(self.folder, table=table, started=started, progress=progress)
        if model is not None:
            self._models = {(result["chosen"], calibration_of(result)): model}
        self._note()
        return result

    def _note(self, tell: Callable[[Catalogue, RunFolder], Any] | None = None) -> None:
        """Tell the catalogue of the run's home what has happened; see `automl.store.catalogue.note`."""
        from automl.store.catalogue import note, register_run

        note(self.folder, tell or register_run)

    def work_on(self, executor: str | None) -> None:
        """Choose other workers for a search that is taken up again.

        Parameters
        ----------
        executor : str or None
            Address of a Dask scheduler, as for `create_run`; None: processes of this machine.

        Raises
        ------
        SettingError
            When it is no such address.
        MissingExtraError
            When Dask is not installed.
        RunError
            When the search is under way.
        """
        _check_executor(executor)
        with self.folder.hold(wait=5):
            self.folder.write("spec.json", self.folder.spec | {"executor": executor})
            self.folder.add_event("executor_changed", executor=executor)

    def track(self, to: str | bool | Mapping[str, Any] | None = None) -> None:
        """Tell an MLflow server of this run from a process of its own, now and as long as it goes on.

        Returns at once. What the server knows already is not sent again.

        Parameters
        ----------
        to : str, bool or mapping, optional
            As `track` for `create_run`; default: as the run was started.
        """
        track_by(self.folder, to)
        start_tracking(self.folder)

    def status(self) -> dict[str, Any]:
        """Where the run stands."""
        return self.folder.status

    @property
    def result(self) -> dict[str, Any] | None:
        """The chosen model and its scores; None before the search has ended."""
        return self.folder.result

    def leaderboard(self) -> pd.DataFrame:
        """All trials, best first; see `automl.leaderboard.leaderboard`."""
        from automl.leaderboard import leaderboard

        return leaderboard(self.folder)

    def front(self) -> pd.DataFrame:
        """What a better score costs in time and size; see `automl.search.front.front`."""
        from automl.search.front import front

        return front(self.folder)

    def standing(self) -> dict[str, Any]:
        """The front, and what tells tied models apart; see `automl.search.standing.standing`."""
        from automl.search.standing import standing

        return standing(self.folder)

    def compare(self, models: Sequence[str]) -> dict[str, Any]:
        """Compare models on the rows that none of them had learned from; nothing is trained.

        Parameters
        ----------
        models : sequence of str
            Two or more ids from the leaderboard.

        Returns
        -------
        dict
            Scores with intervals on all metrics, fold by fold, and for each pair the difference with its
            interval and the probability that one is better; see `automl.search.comparison.compare`.

        Raises
        ------
        SettingError
            When fewer than two different models are named.
        RunError
            When one is not there.
        """
        from automl.search.comparison import compare

        named = list(dict.fromkeys(models))
        if len(named) < 2:
            raise SettingError(
                f"Expected two models or more to compare, found {named}.", fix="Name another one as well."
            )
        members = {name: self._members(name)[1:] for name in named}
        return compare(self.folder, self._prepared().task, members)

    def pick(
        self,
        model: str,
        *,
        reason: str = "",
        who: str = "",
        answers: Sequence[str] = (),
        ruled_out: Mapping[str, str] | None = None,
    ) -> None:
        """Use another model than the one that the search chose, wherever none is named from now on.

        The search's own choice and its scores stay as they are; the pick, its reason and its time are kept in
        the run and shown on card and report.

        Parameters
        ----------
        model : str
            Id from the leaderboard.
        reason, who : str
            Why, and by whom.
        answers : sequence of str
            Which of `automl.store.ANSWERS` led to it.
        ruled_out : mapping of model to str, optional
            Why others that were tied with it were not taken.

        Raises
        ------
        RunError
            When the search has not ended, or there is no such model.
        """
        pick_model(self.folder, model, reason=reason, who=who, answers=answers, ruled_out=ruled_out)
        self._note()

    def unpick(self, *, reason: str = "", who: str = "") -> None:
        """Use the model that the search chose again."""
        unpick_model(self.folder, reason=reason, who=who)
        self._note()

    @property
    def used(self) -> str | None:
        """Id of the model that is used where none is named; None before the search has ended."""
        return preferred_model(self.folder)

    # -- models --------------------------------------------------------------------------------------------

    @property
    def model(self) -> Pipeline:
        """The model that is used: the one picked, else the one that the search chose.

        Before the search has ended, the best that can be made of what is there.
        """
        return self.model_for(None)

    def model_for(self, model: str | None) -> Pipeline:
        """A model by its id on the leaderboard, None for the one that is used.

        Returns
        -------
        Pipeline
            A fitted scikit-learn pipeline: raw DataFrame in; `predict`, `predict_proba` and `classes_` out.

        Raises
        ------
        RunError
            When there is no such model, or none at all yet.
        """
        model_id, weights, calibration = self._members(model)
        key = model_id, calibration
        if key not in self._models:
            from automl.search.assemble import assemble

            result = self.result or {}
            refitted = result.get("refitted", ()) if model_id == result.get("chosen") else ()
            self._models[key] = assemble(self.folder, self._prepared().task, weights, refitted, calibration)
        return self._models[key]

    def predict(
        self,
        rows: pd.DataFrame | str | Path,
        *,
        model: str | None = None,
        interval: float | None = None,
    ) -> pd.DataFrame:
        """Predict new rows, just as the exported bundle does.

        Parameters
        ----------
        rows : DataFrame or path
            With the columns that the model reads.
        model : str, optional
            Id of a model; default the chosen one.
        interval : float, optional
            Probability, such as 0.9, with which an interval (for classes: a set of labels) shall hold the
            truth; see `automl.conformal`.

        Returns
        -------
        DataFrame
            `prediction` and, for classes, `probability_<label>`; with `interval` also `low` and `high`, or
            `set`, a tuple of labels.

        Raises
        ------
        SettingError
            When the run has too few rows for the level.
        """
        from automl.bundle.scoring import Scorer

        prepared = self._prepared()
        scorer = Scorer(
            self.model_for(model),
            prepared.schema,
            prepared.task.classes,
            conformal=None if interval is None else self._conformal(model),
            costs=prepared.task.costs,
        )
        return scorer.predictions(scorer.coerce(rows).frame, interval=interval)

    def score(
        self,
        rows: pd.DataFrame | str | Path,
        *,
        model: str | None = None,
        out: str | Path | None = None,
        name: str | None = None,
        interval: float | None = None,
        reasons: int = 0,
        missing_columns: Literal["error", "missing"] = "error",
        read: Mapping[str, Any] | None = None,
        names: Mapping[str, str] | None = None,
        time_budget: float | None = _EXPLAIN_SECONDS,
        progress: Callable[[float, str], None] | None = None,
    ) -> Scored:
        """Predict new rows, and say what is to be known before the predictions are relied on.

        Parameters
        ----------
        rows : DataFrame or path
            With the columns that the model reads; where they have the target as well, the predictions are
            compared with it. A large file is read in pieces.
        model : str, optional
            Id of a model; default the chosen one.
        out : path, optional
            CSV file for the predictions.
        name : str, optional
            Of the table; default the file's.
        interval : float, optional
            As for `predict`.
        reasons : int
            So many columns that moved a row's prediction most are named for each of the first 2,000 rows.
        missing_columns : {"error", "missing"}
            Whether rows that lack columns stay unscored, or are scored with these as missing.
        read : mapping, optional
            How a file is to be read, as in `ReadOptions`; default: detected.
        names : mapping of str to str, optional
            Columns that the table has under other names: from its name to that which the model knows.
        time_budget : float or None
            Seconds for splitting the shift of the mean prediction into columns; None: it is left out.
        progress : callable, optional
            Called with the share done (0 to 1) and what is being done.

        Returns
        -------
        Scored
            Its `report`, a `automl.monitoring.DriftReport`, has the verdict.
        """
        from automl.data import ReadOptions
        from automl.monitoring import score
        from automl.store.catalogue.registering import register_check

        model_id, *_ = self._members(model)
        path = None if out is None else Path(out).absolute()
        done = score(
            self.watched(model_id, intervals=interval is not None),
            rows,
            out=path,
            name=name,
            interval=interval,
            reasons=reasons,
            missing_columns=missing_columns,
            read=ReadOptions.from_json(read) if read else None,
            names=names,
            time_budget=time_budget,
            seed=self.folder.spec["seed"],
            progress=progress,
        )
        self._note(
            lambda catalogue, folder: register_check(
                catalogue, folder, model_id, report=done.report, predictions=path
            )
        )
        return done

    def timeline(
        self,
        table: pd.DataFrame | str | Path | None = None,
        *,
        by: str | None = None,
        log: str | Path | None = None,
        labels: str | Path | None = None,
        id: str = "id",
        label: str | None = None,
        labelled_at: str | None = None,
        every: str = "month",
        segments: Sequence[str] | None = None,
        fairness: str | None = None,
        model: str | None = None,
        missing_columns: Literal["error", "missing"] = "error",
        time_budget: float | None = _EXPLAIN_SECONDS,
        name: str | None = None,
        progress: Callable[[float, str], None] | None = None,
    ) -> Timeline:
        """Follow a model over time: windows, changes, segments, groups, and what became of promises.

        Parameters
        ----------
        table : DataFrame or path, optional
            Rows with a column of dates.
        by : str, optional
            That column.
        log : path, optional
            A prediction log of the server, or the folder of them, instead of a table. With neither, windows
            are the tables that the model has scored, and nothing is scored again.
        labels : path, optional
            A file of labels to be joined to the predictions.
        id, label, labelled_at : str, optional
            Its columns: the id of the prediction, the label (default: the target), and when it came.
        every : str
            "day", "week", "month", "quarter", or such as "5000 rows".
        segments : sequence of str, optional
            Columns by whose values performance is split; default those of few labels.
        fairness : str, optional
            Column by whose groups the model is judged in each window.
        model : str, optional
            Id of a model; default the chosen one.
        missing_columns : {"error", "missing"}
            Whether a table that lacks columns is refused, or they count as missing.
        time_budget : float or None
            Seconds for splitting the shifts of the mean prediction into columns; None: they are left out.
        name : str, optional
            Of the table; default the file's.
        progress : callable, optional
            Called with the share done (0 to 1) and what is being done.
        """
        from automl.monitoring.timeline import Asked, scorings_timeline

        model_id, *_ = self._members(model)
        seed = self.folder.spec["seed"]
        if table is None and log is None:
            return scorings_timeline(self.folder, self._prepared().task, model_id, seed=seed)
        asked = Asked(
            table, by, log, labels, id, label, labelled_at, every, segments, fairness, missing_columns,
            time_budget, name,
        )  # fmt: skip
        made = asked.answer(self.watched(model_id, intervals=True), seed=seed, progress=progress)
        if log is None:
            return made
        note = "Whether the log is of this very model is not known: name its bundle to have that checked."
        return replace(made, notes=(*made.notes, note))

    def watched(self, model: str | None = None, *, intervals: bool = False) -> Watched:
        """A model with all that new rows are compared with.

        Parameters
        ----------
        model : str, optional
            Id of a model; default the chosen one.
        intervals : bool
            Whether it shall be able to make intervals.
        """
        from automl.bundle.scoring import Scorer
        from automl.monitoring import Watched

        model_id, *_ = self._members(model)
        prepared, data = self._prepared(), self._data()
        return Watched(
            name=f"{self.folder.spec['name']} ({model_id})",
            scorer=Scorer(
                self.model_for(model_id),
                prepared.schema,
                prepared.task.classes,
                conformal=self._conformal(model_id) if intervals else None,
                costs=prepared.task.costs,
            ),
            task=prepared.task,
            reference=self.reference(model_id),
            known=data.sample(min(len(data), _KNOWN_ROWS), random_state=self.folder.spec["seed"] + 3),
            background=self._background(),
            promised=self._promised(model_id),
            reviewed=self._reviewed(),
            estimator=self.estimator(model_id),
        )

    def _reviewed(self) -> ReviewedSchema | None:
        """What the reviewed schema says of the columns that the model reads."""
        from automl.search.reviewing import reviewed_schema

        found = reviewed_schema(self.folder)
        return None if found is None else found.read_by(self.schema)

    def reference(self, model: str | None = None) -> Reference:
        """What new rows are compared with: the run's rows, and predictions of such rows, as counts.

        They are counted once and kept in the run folder.
        """
        from automl.monitoring import Reference, make_reference

        model_id, *_ = self._members(model)
        path, fingerprint = f"references/{model_id}.json", self.fingerprint(model_id)
        stored = self.folder.read(path)
        if stored is not None and stored["fingerprint"] == fingerprint:
            return Reference.from_json(stored["reference"])
        prepared = self._prepared()
        prediction, predicted = self._foretold(model_id)
        made = make_reference(self._data(), prepared.schema, prepared.task, prediction, predicted=predicted)
        (self.folder.path / path).parent.mkdir(exist_ok=True)
        self.folder.write(path, {"fingerprint": fingerprint, "reference": made.to_json()})
        return made

    def estimator(self, model: str | None = None) -> Estimator | None:
        """What estimates performance on new rows without labels; None where there are too few rows to tell.

        It is made once, from rows that the model had not learned from, and kept in the run folder.
        """
        import numpy as np

        from automl.monitoring.estimate import Estimator, make_estimator
        from automl.search.decide import labels, threshold_of
        from automl.search.honest import honest_predictions
        from automl.search.prepare import load_split

        model_id, weights, calibration = self._members(model)
        path, fingerprint = f"estimators/{model_id}.json", self.fingerprint(model_id)
        stored = self.folder.read(path)
        if stored is not None and stored["fingerprint"] == fingerprint:
            made = stored["estimator"]
            return None if made is None else Estimator.from_json(made)
        prepared = self._prepared()
        task, opened = prepared.task, model_id == (self.result or {}).get("chosen")
        truth, honest = honest_predictions(self.folder, task, weights, calibration, opened=opened)
        known = np.isfinite(honest).all(axis=1)
        decided, judged = None, np.zeros(len(honest), dtype=np.bool_)
        judged[load_split(self.folder).holdout] = True
        if task.classes is not None:
            decided = np.full(len(honest), -1, dtype=np.int64)
            decided[known] = labels(
                task, honest[known], threshold_of(self.folder, task, weights, calibration)
            )
        estimator = make_estimator(
            task, prepared.schema, self._data(), truth, honest, decided, judged, (_HELD, _OUT_OF_FOLD)
        )
        (self.folder.path / path).parent.mkdir(exist_ok=True)
        content = None if estimator is None else estimator.to_json()
        self.folder.write(path, {"fingerprint": fingerprint, "estimator": content})
        return estimator

    def _foretold(self, model_id: str) -> tuple[Any, str]:
        """Predictions of rows that a model had not learned from, and which rows these are.

        Those of the sealed holdout are by the very model; those out of fold by parts of it, each of which is
        a little less smooth than their vote.
        """
        import numpy as np

        from automl.search.honest import honest_predictions
        from automl.search.prepare import load_split

        _, weights, calibration = self._members(model_id)
        opened = model_id == (self.result or {}).get("chosen")
        _, honest = honest_predictions(
            self.folder, self._prepared().task, weights, calibration, opened=opened
        )
        held = honest[load_split(self.folder).holdout]
        held = held[~np.isnan(held).any(axis=1)]
        if len(held) >= _ENOUGH_HELD:
            return held, _HELD
        return honest[~np.isnan(honest).any(axis=1)], _OUT_OF_FOLD

    def _promised(self, model_id: str) -> Mapping[str, Mapping[str, Any]]:
        """The scores of a model as they were shown."""
        result = self._current_result()
        if model_id == result["chosen"]:
            promised: dict[str, Mapping[str, Any]] = result["metrics"]
            return promised
        trial = self.folder.read(f"trials/{model_id}.json")
        return {result["metric"]: {"score": trial["score"], "interval": trial["interval"]}}

    def threshold(
        self,
        *,
        costs: Mapping[Any, Any] | None = None,
        model: str | None = None,
        keep: bool = False,
        reason: str = "",
        who: str = "",
    ) -> pd.DataFrame:
        """What each threshold between two classes would bring, on out-of-fold predictions.

        Nothing is trained again.

        Parameters
        ----------
        costs : mapping, optional
            What errors cost, as for `create_run`; default those of the run.
        model : str, optional
            Id of a model; default the chosen one.
        keep : bool
            Decide the labels of this run by these costs from now on, in what is exported as well.
        reason, who : str
            Why, and by whom; kept with the decision and shown on the model's card.

        Returns
        -------
        DataFrame
            `threshold`, `precision`, `recall`, `positives` (share called positive), `cost_per_1000` rows,
            `score` (the run's metric, where it counts labels) and `chosen`, the threshold that the model has.

        Raises
        ------
        SettingError
            When the costs make no sense or there are not two classes; with `keep`, when the run was searched
            by its costs.
        """
        import pandas as pd

        from automl.search.reconsider import reconsidered, thresholds, with_costs

        task = with_costs(self._prepared().task, costs)
        _, weights, calibration = self._members(model)
        table = pd.DataFrame(thresholds(task, self.folder, weights, calibration))
        if keep:
            reconsidered(self.folder, task, reason=reason, who=who)
            self._models = {}
            self._note()
        return table

    def restore_costs(self, *, reason: str = "", who: str = "") -> None:
        """Decide the labels as it was when the search began: by the costs that it was given, if any.

        Raises
        ------
        SettingError
            When the run was searched by its costs.
        """
        from automl.search.reconsider import as_asked, reconsidered

        reconsidered(self.folder, as_asked(self.folder, self._prepared().task), reason=reason, who=who)
        self._models = {}
        self._note()

    def threshold_counts(self, model: str | None = None) -> dict[str, Any]:
        """Right and wrong calls at many thresholds; see `automl.search.trade_off.threshold_counts`."""
        from automl.search.trade_off import threshold_counts

        _, weights, calibration = self._members(model)
        return threshold_counts(self.folder, self._prepared().task, weights, calibration)

    def _conformal(self, model: str | None) -> Conformal:
        """What the intervals of a model are made from: its out-of-fold predictions."""
        from automl.search.coverage import conformal_of

        _, weights, calibration = self._members(model)
        return conformal_of(self.folder, self._prepared().task, weights, calibration)

    def _members(self, model: str | None) -> tuple[str, dict[str, float], str | None]:
        """The id of a model, the weights of the trials in it, and how its probabilities are calibrated."""
        from automl.search.select import load_trials, ranked

        if model is None and (taken := picked(self.folder)) is not None:
            model = str(taken["model"])
        if model is None or model == ENSEMBLE:
            result = self._current_result()
            if model in (None, result["chosen"]):
                members = {member["id"]: member["weight"] for member in result["members"]}
                return result["chosen"], members, calibration_of(result)
        usable = [trial.id for trial in ranked(load_trials(self.folder))]
        best = f"Its best are: {', '.join(usable[:20]) or 'none'}."
        if model is None or model not in usable:
            raise RunError(f"The run {self.folder.id} has no model {model!r}.", fix=best)
        if not self.folder.trial_path(model, ".joblib").exists():
            raise RunError(
                f"The model of {model} was not kept: {usable.index(model)} trials are better.", fix=best
            )
        result = self.result or {}
        # Whether to calibrate was found out for the chosen model only.
        return model, {model: 1.0}, calibration_of(result) if model == result.get("chosen") else None

    def _current_result(self) -> dict[str, Any]:
        """The result, or what it would be with the trials so far: a killed search can be exported, too."""
        if self.result is not None:
            return self.result
        from automl.search.finish import summarise
        from automl.search.select import choose, load_trials

        task = self._prepared().task
        trials = load_trials(self.folder)
        choice = choose(self.folder, task, trials)
        if choice is None:
            raise RunError(
                f"The run {self.folder.id} has no model yet.", fix="Wait for its first trial, or resume it."
            )
        return summarise(self.folder, task, choice, trials)

    # -- explanations --------------------------------------------------------------------------------------

    def explain(
        self,
        rows: pd.DataFrame | Sequence[int] | None = None,
        *,
        model: str | None = None,
        time_budget: float | None = _EXPLAIN_SECONDS,
        store: bool = False,
        progress: Callable[[float], None] | None = None,
    ) -> Explanation:
        """Why a model predicts what it predicts, in the columns of the table.

        Parameters
        ----------
        rows : DataFrame or sequence of int, optional
            Rows to explain: a table with the same columns, or positions (from 0) in the run's table.
            Default: a sample, for the global picture.
        model : str, optional
            Id of a model; default the chosen one.
        time_budget : float, optional
            Seconds. A slow model is answered with a larger standard error, not later.
        store : bool
            Keep the explanation of the sample in the run folder, where the pages find it.
        progress : callable, optional
            Called with the share done, 0 to 1.

        Returns
        -------
        Explanation
        """
        import pandas as pd

        import explain

        model_id, *_ = self._members(model)
        data = self._data()
        if rows is None:
            sample = data.sample(min(len(data), _EXPLAINED_ROWS), random_state=self.folder.spec["seed"] + 1)
            sample = sample.sort_index()
        elif isinstance(rows, pd.DataFrame):
            sample = self.schema.coerce(rows).frame
        else:
            self._require_rows(rows, len(data))
            sample = data.iloc[list(rows)]
        explanation = explain.explain(
            self.model_for(model_id),
            sample,
            self._background(),
            seed=self.folder.spec["seed"],
            time_budget=time_budget,
            progress=progress,
        )
        if store and rows is None:
            self.folder.write(f"explanations/{model_id}.rows.json", [int(row) for row in sample.index])
            self.folder.write(f"explanations/{model_id}.json", explanation.to_json())
        return explanation

    @staticmethod
    def _require_rows(rows: Sequence[int], count: int) -> None:
        for row in rows:
            if not 0 <= row < count:
                raise SettingError(f"There is no row {row}.", fix=f"Rows are counted from 0 to {count - 1}.")

    @property
    def schema(self) -> Schema:
        """The schema of the columns that the model reads."""
        return self._prepared().schema

    def _prepared(self) -> Prepared:
        """What the search knows of the table."""
        from automl.search.prepare import load_prepared

        return load_prepared(self.folder)

    def _data(self) -> pd.DataFrame:
        """The canonical rows, without target and unused columns."""
        import pandas as pd

        return pd.read_parquet(self.folder.path / "data.parquet")[list(self.schema.names)]

    def _background(self) -> pd.DataFrame:
        """Rows that stand for "nothing known": a sample of those trained on."""
        from automl.search.prepare import load_split

        train = self._data().iloc[load_split(self.folder).train]
        return train.sample(min(len(train), _BACKGROUND_ROWS), random_state=self.folder.spec["seed"])

    def _sample(self) -> pd.DataFrame:
        """Rows that stand for the table where some have to be shown."""
        data = self._data()
        return data.sample(min(len(data), _SAMPLE_ROWS), random_state=self.folder.spec["seed"] + 2)

    def explanation(self, model: str) -> Explanation | None:
        """The stored explanation of a model's sample of rows; None when it has not been explained."""
        from explain import Explanation

        content = self.folder.read(f"explanations/{model}.json")
        return None if content is None else Explanation.from_json(content)

    def _certificate(self, model: str, explanation: Explanation) -> Certificate:
        """How the explanation of a model fares against brute force; measured once."""
        from explain.certificate import Certificate, certify

        name = f"explanations/{model}.certificate.json"
        stored = self.folder.read(name)
        if stored is not None:
            known = Certificate.from_json(stored)
            if (known.model_hash, known.method) == (explanation.model_hash, explanation.method):
                return known
        made = certify(self.model_for(model), explanation, self._sample(), self._background())
        self.folder.write(name, made.to_json())
        return made

    # -- inspections ---------------------------------------------------------------------------------------

    def inspect(
        self,
        name: str,
        *,
        model: str | None = None,
        time_budget: float | None = _INSPECT_SECONDS,
        progress: Callable[[float], None] | None = None,
        again: bool = False,
        **params: Any,
    ) -> Any:
        """Find out more about a model: how good, how fair, where it fails, what would change a prediction.

        It is made once and kept in the run folder; asked again, the stored result is given, unless the model
        has become another since.

        Parameters
        ----------
        name : str
            One of `automl.inspection.inspections()`: performance, fairness (`column`), thresholds (`column`,
            `rate`), failures, stability, importance (`players`), curve (`column`, `kind`), interactions,
            clusters, surrogate, difference (`other`), cohorts (`column`), counterfactuals (`row`, `goal`,
            ...), what_if (`row`, `changes`), neighbours (`row`), contested (`row`), prototypes.
        model : str, optional
            Id of a model; default the chosen one.
        time_budget : float, optional
            Seconds. With little time the result is wider or shorter and says so.
        progress : callable, optional
            Called with the share done, 0 to 1.
        again : bool
            Make it anew in any case, for instance with more time.
        **params
            What the inspection is asked.

        Returns
        -------
        result
            A dataclass of `explain`, with `to_json`. What a model is judged on are predictions of rows that
            it had not learned from; `inspected` says of which.

        Raises
        ------
        SettingError
            When there is no such inspection, a parameter makes no sense, or these rows cannot answer it.
        RunError
            When there is no such model.
        """
        return self.inspected(
            name, model=model, time_budget=time_budget, progress=progress, again=again, params=params
        ).result

    def inspected(
        self,
        name: str,
        *,
        model: str | None = None,
        time_budget: float | None = _INSPECT_SECONDS,
        progress: Callable[[float], None] | None = None,
        again: bool = False,
        params: Mapping[str, Any] | None = None,
    ) -> Inspected:
        """The same with all that is known of the result: on what it was made, and its words.

        Parameters
        ----------
        name, model, time_budget, progress, again
            As for `inspect`.
        params : mapping, optional
            What the inspection is asked.
        """
        from automl.inspection import Inspected, file_of, get_inspection, read_params
        from explain import ExplainError

        what = get_inspection(name)
        if time_budget is not None and not time_budget > 0:
            raise SettingError(f"The time budget is {time_budget!r} seconds.", fix="Give a positive number.")
        model_id, *_ = self._members(model)
        read = read_params(what, params or {}, self.scope())
        fingerprint = self.fingerprint(model_id, *what.models(read))
        stored = None if again else self.stored_inspection(what, model_id, read, fingerprint)
        if stored is not None:
            return stored
        started = monotonic()
        matter = self.matter(model_id)
        try:
            result = what.make(matter, time_budget=time_budget, progress=progress, **read)
        except ExplainError as error:
            raise SettingError(str(error)) from error
        made = Inspected(
            name=name,
            model=model_id,
            params=read,
            notes=tuple(matter.notes),
            seconds=monotonic() - started,
            fingerprint=fingerprint,
            result=result,
        )
        path = self.folder.path / file_of(what, model_id, read)
        path.parent.mkdir(parents=True, exist_ok=True)
        self.folder.write(str(path.relative_to(self.folder.path)), made.to_json())
        return made

    def matter(self, model: str | None = None) -> Matter:
        """All that an inspection of a model may look at.

        Parameters
        ----------
        model : str, optional
            Id of a model; default the chosen one.
        """
        from automl.search.matter import gather

        model_id, weights, calibration = self._members(model)
        return gather(
            self.folder,
            self._prepared(),
            model_id,
            weights,
            calibration,
            load=self.model_for,
            background=self._background(),
            explanation=self.explanation(model_id),
        )

    def stored_inspection(
        self, what: Inspection, model_id: str, params: Mapping[str, Any], fingerprint: str
    ) -> Inspected | None:
        """What is stored of an inspection; None where nothing is, or it is of another state of the model.

        Parameters
        ----------
        what : Inspection
        model_id : str
        params : mapping
            All parameters, checked.
        fingerprint : str
            Of the model as it is now.
        """
        from automl.inspection import Inspected, file_of

        content = self.folder.read(file_of(what, model_id, params))
        if content is None or content.get("fingerprint") != fingerprint:
            return None
        return Inspected.from_json(content)

    def scope(self) -> Scope:
        """What the parameters of an inspection may name."""
        from automl.inspection import scope_of

        return scope_of(self.folder)

    def fingerprint(self, model: str | None = None, *others: str) -> str:
        """Of all that makes a model and its decisions, and other models, what they are."""
        from automl.inspection import joint_fingerprint, model_fingerprint

        every = (self._members(model)[0], *others)
        return joint_fingerprint(model_fingerprint(self.folder, *self._members(each)) for each in every)

    # -- report and export ---------------------------------------------------------------------------------

    def report(
        self,
        path: str | Path,
        *,
        model: str | None = None,
        fairness: Sequence[str] = (),
        time_budget: float = _REPORT_SECONDS,
        progress: Callable[[float, str], None] | None = None,
    ) -> Path:
        """Write the report of a model: one HTML file that loads nothing from anywhere and prints well.

        Parameters
        ----------
        path : path
            Of the file; an existing one is replaced.
        model : str, optional
            Id of a model; default the chosen one.
        fairness : sequence of str
            Columns by whose groups the model is judged; it need not read them.
        time_budget : float
            Seconds for all inspections together; those that there was no time for are named. What is stored
            takes none.
        progress : callable, optional
            Called with the share done (0 to 1) and what is being done.

        Returns
        -------
        Path
        """
        from automl.report import build_report, versions
        from explain.report import render_html

        step = progress or (lambda _share, _what: None)
        target = Path(path).absolute()
        if not target.parent.is_dir():
            raise SettingError(
                f"There is no folder {str(target.parent)!r}.", fix="Make it first, or choose another."
            )
        model_id, *_ = self._members(model)
        self._require_fairness(fairness)
        subject = self._subject(model_id, lambda share, what: step(0.3 * share, what))
        subject = replace(
            self._with_inspections(
                subject,
                model_id,
                fairness,
                time_budget,
                lambda share, what: step(0.3 + 0.5 * share, what),
            ),
            packages=versions(lightgbm=True),
        )
        document = build_report(subject, progress=lambda share: step(0.8 + 0.15 * share, "Drawing figures"))
        with replacing(target) as stream:
            stream.write(render_html(document).encode("utf-8"))
        target.chmod(0o644)
        step(1.0, "Done")
        return target

    def _subject(self, model_id: str, step: Callable[[float, str], None]) -> Subject:
        """All that card, report and bundle say of a model."""
        from automl.report import Subject

        prepared = self._prepared()
        step(0.0, "Explaining the model")
        explanation = self.explanation(model_id) or self.explain(
            model=model_id, store=True, progress=lambda share: step(0.7 * share, "Explaining the model")
        )
        step(0.7, "Checking explanations against brute force")
        return Subject(
            schema=prepared.schema,
            task=prepared.task,
            facts=self._facts(model_id),
            explanation=explanation,
            certificate=self._certificate(model_id, explanation),
            evidence=self._evidence(model_id, explanation),
        )

    def stored_subject(self, model_id: str) -> Subject:
        """What is stored of a model, and was made of the model as it is."""
        from automl.inspection import Inspected
        from automl.report import Subject
        from explain.certificate import Certificate

        prepared, explanation = self._prepared(), self.explanation(model_id)
        certificate = self.folder.read(f"explanations/{model_id}.certificate.json")
        fingerprint = self.fingerprint(model_id)
        found: dict[str, Any] = {}
        notes: dict[str, tuple[str, ...]] = {}
        for path in sorted(self.folder.path.glob(f"inspections/{model_id}/*.json")):
            made = Inspected.from_json(read_json(path))
            if made is None or made.fingerprint != fingerprint:
                continue
            of = made.params.get("column") or made.params.get("row")
            key = made.name if of is None else f"{made.name}:{of}"
            found[key], notes[key] = made.result, made.notes
        return Subject(
            schema=prepared.schema,
            task=prepared.task,
            facts=self._facts(model_id),
            explanation=explanation,
            certificate=None if certificate is None else Certificate.from_json(certificate),
            evidence=None if explanation is None else self._evidence(model_id, explanation),
            inspections=found,
            inspection_notes=notes,
        )

    def _facts(self, model_id: str) -> BundleFacts:
        """Where a model comes from and how good it is."""
        from automl.report import BundleFacts

        report, spec = self.folder.read("read_report.json"), self.folder.spec
        return BundleFacts(
            name=spec["name"],
            run_id=self.folder.id,
            result=self._current_result(),
            leaderboard=json_records(self.leaderboard()),
            findings=self.folder.read("findings.json", []),
            source=Path(spec["source"]).name if spec["source"] else None,
            sha256=report["sha256"],
            rows=report["rows"],
            rows_sha256=file_sha256(self.folder.path / "data.parquet"),
            created=self._made(),
            model_id=model_id,
            picked=picked(self.folder),
            decisions=decisions(self.folder),
        )

    def _made(self) -> str:
        """When the model became what it is: at the end of its search, or by a decision later."""
        ended = [(self.result or {}).get("finished") or self.folder.spec["created"]]
        if self.result is None:
            ended += [trial.get("finished", 0.0) for trial in self.folder.trials()]
        ended += [decision["t"] for decision in decisions(self.folder)]
        return datetime.fromtimestamp(max(ended), UTC).isoformat(timespec="seconds")

    def _require_fairness(self, columns: Sequence[str]) -> None:
        from automl.inspection import get_inspection, read_params

        if isinstance(columns, str):
            raise SettingError(
                f"Expected fairness as a list of columns, found the text {columns!r}.",
                fix=f"Give [{columns!r}].",
            )
        for column in columns:
            read_params(get_inspection("fairness"), {"column": column}, self.scope())

    def _with_inspections(
        self,
        subject: Subject,
        model_id: str,
        fairness: Sequence[str],
        time_budget: float,
        step: Callable[[float, str], None],
    ) -> Subject:
        """The subject with what inspections found; what could not be made says why."""
        from automl.inspection import get_inspection, plan, read_params
        from automl.report.examples import examples

        explanation, evidence = subject.explanation, subject.evidence
        columns: Sequence[str] = () if explanation is None else explanation.global_().columns
        rows: list[int] = []
        if explanation is not None and evidence is not None:
            shown = examples(subject.task, explanation, evidence)
            rows = [int(evidence.rows[example.position]) for example in shown]
        found: dict[str, Any] = {}
        notes: dict[str, tuple[str, ...]] = {}
        missing: dict[str, str] = {}
        scope, fingerprint = self.scope(), self.fingerprint(model_id)
        ends = monotonic() + time_budget
        planned = plan(columns, rows, fairness)
        for number, each in enumerate(planned):
            step(number / len(planned), f"Inspecting: {each.key.replace(':', ' of ')}")
            what, left = get_inspection(each.name), ends - monotonic()
            read = read_params(what, each.params, scope)
            made = self.stored_inspection(what, model_id, read, fingerprint)
            if made is None and left <= 0:
                missing[each.key] = "There was no time for it."
                continue
            try:
                made = made or self.inspected(
                    each.name, model=model_id, time_budget=min(each.seconds, left), params=each.params
                )
            except SettingError as error:
                missing[each.key] = str(error)
            else:
                found[each.key], notes[each.key] = made.result, made.notes
        return replace(subject, inspections=found, inspection_notes=notes, not_inspected=missing)

    def _evidence(self, model_id: str, explanation: Explanation) -> Evidence | None:
        """What is known of the explained rows; None where it was not noted which rows these are."""
        import numpy as np

        from automl.report import Evidence
        from automl.search.honest import honest_predictions

        rows = self.folder.read(f"explanations/{model_id}.rows.json")
        if rows is None or len(rows) != explanation.rows:
            return None
        _, weights, calibration = self._members(model_id)
        truth, honest = honest_predictions(
            self.folder,
            self._prepared().task,
            weights,
            calibration,
            opened=model_id == (self.result or {}).get("chosen"),
        )
        facts, spec = self.folder.read("prepared.json"), self.folder.spec
        split = {name: facts[name] for name in ("training_rows", "holdout_rows", "folds") if name in facts}
        at = np.asarray(rows, dtype=np.int64)
        return Evidence(
            rows=tuple(rows),
            truth=truth[at],
            honest=honest[at],
            profile=self.folder.read("profile.json", {}),
            split=split | {name: spec[name] for name in ("groups", "time")},
        )

    def export(
        self,
        path: str | Path,
        *,
        model: str | None = None,
        progress: Callable[[float, str], None] | None = None,
    ) -> Path:
        """Write the bundle of a model: one zip that predicts and verifies itself without Glassbench.

        Parameters
        ----------
        path : path
            Of the zip.
        model : str, optional
            Id of a model; default the chosen one.
        progress : callable, optional
            Called with the share done (0 to 1) and what is being done.

        Raises
        ------
        BundleError
            When the bundle does not reproduce the model's predictions in a process of its own.
        """
        from automl.bundle import write_bundle
        from automl.store.catalogue.registering import register_bundle

        step = progress or (lambda _share, _what: None)
        model_id, *_ = self._members(model)
        written = write_bundle(
            path,
            model=self.model_for(model_id),
            subject=self._subject(model_id, lambda share, what: step(0.4 * share, what)),
            sample=self._sample(),
            background=self._background(),
            conformal=self._conformal(model_id),
            reference=self.reference(model_id),
            reviewed=self._reviewed(),
            estimator=self.estimator(model_id),
            progress=lambda share, what: step(0.4 + 0.6 * share, what),
        )
        self._note(lambda catalogue, folder: register_bundle(catalogue, folder, model_id, written))
        return written


def _check_settings(
    target: str, budget: float, n_jobs: int | None, max_trials: int | None, excluded: Sequence[str]
) -> None:
    if not budget > 0:
        raise SettingError(f"The budget is {budget!r} seconds.", fix="Give a positive number of seconds.")
    if n_jobs is not None and n_jobs < 1:
        raise SettingError(f"n_jobs is {n_jobs!r}.", fix="Give the number of cores, 1 or more.")
    if max_trials is not None and max_trials < 1:
        raise SettingError(f"max_trials is {max_trials!r}.", fix="Give 1 or more, or leave it out.")
    if target in excluded:
        raise SettingError(
            f"The target {target!r} is among the excluded columns.", fix="Take it off that list."
        )


def _check_split_settings(target: str, groups: str | None, time: str | None) -> None:
    if target in (groups, time):
        raise SettingError(
            f"The target {target!r} is named as groups or time as well.", fix="Name another column."
        )
    if groups is not None and time is not None:
        raise SettingError(
            "Rows can be kept together by groups or be ordered by time, not both.",
            fix="Give one of the two.",
        )


def _check_weights(weights: str | None, target: str, groups: str | None, time: str | None) -> None:
    named = {target: "the target", groups: "groups", time: "time"}
    if weights is not None and weights in named:
        raise SettingError(
            f"The weights column {weights!r} is named as {named[weights]} as well.",
            fix="Name a column that only says how much each row counts.",
            column=weights,
        )


def _bytes_of(memory: float | str) -> int:
    """A size such as "8GB", "500 MB" or "1.5GiB" in bytes."""
    size = float(memory) if isinstance(memory, int | float) else 0.0
    if isinstance(memory, str) and (found := _SIZE.fullmatch(memory)):
        power = " kmgt".index(found[2].lower() or " ")
        size = float(found[1]) * (1024 if found[3] else 1000) ** power
    if not _LEAST_MEMORY <= size < float("inf"):
        raise SettingError(
            f"The memory must be at least 100 MB, not {memory!r}.", fix="Give bytes, or a size such as 8GB."
        )
    return int(size)


def _check_executor(executor: str | None) -> None:
    if executor is None:
        return
    if not _ADDRESS.fullmatch(executor):
        raise SettingError(
            f"{executor!r} is not the address of a Dask scheduler.",
            fix="Give tcp://host:port, or tls://host:port where Dask is configured with certificates.",
        )
    require_extra("dask", "Evaluating on a Dask cluster")


def _reviewed(given: ReviewedSchema | str | Path) -> dict[str, Any]:
    """A reviewed schema as JSON values, checked."""
    from automl.data.review import ReviewedSchema

    if not isinstance(given, ReviewedSchema):
        path = Path(given)
        if not path.is_file():
            raise SettingError(f"There is no file {path} with a reviewed schema.", fix="Check the path.")
        given = ReviewedSchema.from_json(path.read_text(encoding="utf-8"))
    return given.to_json()


def _check_extra_families(names: Sequence[str]) -> None:
    if not names:
        return
    from automl.models import FAMILIES  # not above: it takes a second

    optional = {name: family for name, family in FAMILIES.items() if family.extra}
    for name in names:
        if name not in optional:
            raise SettingError(
                f"{name!r} is not a model family that can be added.", fix=f"There is {', '.join(optional)}."
            )
        require_extra(optional[name].extra, f"The family {optional[name].label}")
