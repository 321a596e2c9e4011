"""From a table and what is asked of it to a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import monotonic
from time import time as now
from typing import TYPE_CHECKING, Any

from automl.costs import checked_costs
from automl.errors import DataError, SettingError
from automl.run.settings import (
    bytes_of,
    check_choice,
    check_executor,
    check_extra_families,
    check_settings,
    check_split_settings,
    check_weights,
    reviewed_json,
)
from automl.run.verbs import Run
from automl.search.constraints import Constraints
from automl.store import Home, RunFolder, is_id
from automl.store.run_folder import REVIEWED_SCHEMA
from automl.store.who import who
from automl.tracking import checked_track
from automl.tracking import start as start_tracking

if TYPE_CHECKING:
    import pandas as pd

    from automl.data.review import ReviewedSchema

__all__ = ["create_run", "fit", "load_run"]

_CALIBRATE = ("auto", "off")
_SCHEMA_CHECKS = ("refuse", "warn")


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
    check_settings(target, budget, n_jobs, max_trials, excluded)
    check_split_settings(target, groups, time)
    check_weights(weights, target, groups, time)
    check_executor(executor)
    check_choice("calibrate", calibrate, _CALIBRATE)
    check_extra_families(extra_families)
    check_choice("schema_check", schema_check, _SCHEMA_CHECKS)
    must_be = None if reviewed is None else reviewed_json(reviewed)
    earlier = None
    if warm_start is not None:
        from automl.search.warm import best_candidates

        before = RunFolder.open(warm_start)
        earlier = {"run": before.id, "candidates": best_candidates(before, target)}
    constraints = Constraints(dict(monotone or {}), bool(interpretable), max_latency_ms, max_size_mb)
    constraints.check({target, groups, weights, *excluded})
    costs = checked_costs(costs)
    tracked = checked_track(track)
    memory = None if memory is None else bytes_of(memory)
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
