"""A run and what can be asked of it: each verb is documented here, and done by a module beside this one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from automl.errors import SettingError
from automl.run.settings import EXPLAIN_SECONDS, check_executor
from automl.store import RunFolder, calibration_of, pick_model, preferred_model, unpick_model
from automl.tracking import start as start_tracking
from automl.tracking import track_by

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.pipeline import Pipeline

    from automl.data import Schema
    from automl.inspection import Inspected, Matter, Scope
    from automl.monitoring import Reference, Scored, Watched
    from automl.monitoring.estimate import Estimator
    from automl.monitoring.timeline import Timeline
    from automl.report import Subject
    from automl.run.model import Pipelines, RunModel
    from automl.search.prepare import Prepared
    from automl.store.catalogue import Catalogue
    from explain import Explanation

__all__ = ["Run"]

_INSPECT_SECONDS = 30.0
_REPORT_SECONDS = 60.0


class Run:
    """One search and what came of it.

    Parameters
    ----------
    folder : RunFolder
        Everything a run knows is in its folder; two `Run` objects on one folder are the same run.
    """

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self._pipelines: Pipelines = {}

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
            self._pipelines = {(result["chosen"], calibration_of(result)): model}
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
        check_executor(executor)
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
        models_of = {name: self._model(name) for name in named}
        members = {name: (found.weights, found.calibration) for name, found in models_of.items()}
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
        return self._model(model).pipeline()

    def _model(self, name: str | None) -> RunModel:
        from automl.run.model import RunModel

        return RunModel.named(self.folder, name, self._pipelines)

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
        scorer = self._model(model).scorer(intervals=interval is not None)
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
        time_budget: float | None = EXPLAIN_SECONDS,
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
        from automl.run.watching import watched
        from automl.store.catalogue.registering import register_check

        about = self._model(model)
        path = None if out is None else Path(out).absolute()
        done = score(
            watched(about, intervals=interval is not None),
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
                catalogue, folder, about.id, report=done.report, predictions=path
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
        time_budget: float | None = EXPLAIN_SECONDS,
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
        from automl.run.watching import watched

        about, seed = self._model(model), self.folder.spec["seed"]
        if table is None and log is None:
            return scorings_timeline(self.folder, about.prepared.task, about.id, seed=seed)
        asked = Asked(
            table, by, log, labels, id, label, labelled_at, every, segments, fairness, missing_columns,
            time_budget, name,
        )  # fmt: skip
        made = asked.answer(watched(about, intervals=True), seed=seed, progress=progress)
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
        from automl.run.watching import watched

        return watched(self._model(model), intervals=intervals)

    def reference(self, model: str | None = None) -> Reference:
        """What new rows are compared with: the run's rows, and predictions of such rows, as counts.

        They are counted once and kept in the run folder.
        """
        from automl.run.watching import reference

        return reference(self._model(model))

    def estimator(self, model: str | None = None) -> Estimator | None:
        """What estimates performance on new rows without labels; None where there are too few rows to tell.

        It is made once, from rows that the model had not learned from, and kept in the run folder.
        """
        from automl.run.watching import estimator

        return estimator(self._model(model))

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
        about = self._model(model)
        table = pd.DataFrame(thresholds(task, self.folder, about.weights, about.calibration))
        if keep:
            reconsidered(self.folder, task, reason=reason, who=who)
            self._pipelines = {}
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
        self._pipelines = {}
        self._note()

    def threshold_counts(self, model: str | None = None) -> dict[str, Any]:
        """Right and wrong calls at many thresholds; see `automl.search.trade_off.threshold_counts`."""
        from automl.search.trade_off import threshold_counts

        about = self._model(model)
        return threshold_counts(self.folder, about.prepared.task, about.weights, about.calibration)

    # -- explanations --------------------------------------------------------------------------------------

    def explain(
        self,
        rows: pd.DataFrame | Sequence[int] | None = None,
        *,
        model: str | None = None,
        time_budget: float | None = EXPLAIN_SECONDS,
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
        from automl.run.explaining import explained

        return explained(self._model(model), rows, time_budget=time_budget, store=store, progress=progress)

    @property
    def schema(self) -> Schema:
        """The schema of the columns that the model reads."""
        return self._prepared().schema

    def _prepared(self) -> Prepared:
        """What the search knows of the table."""
        from automl.search.prepare import load_prepared

        return load_prepared(self.folder)

    def explanation(self, model: str) -> Explanation | None:
        """The stored explanation of a model's sample of rows; None when it has not been explained."""
        from automl.run.model import stored_explanation

        return stored_explanation(self.folder, model)

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
        from automl.run.inspecting import inspected

        return inspected(
            self._model(model), name, params or {}, time_budget=time_budget, progress=progress, again=again
        )

    def matter(self, model: str | None = None) -> Matter:
        """All that an inspection of a model may look at.

        Parameters
        ----------
        model : str, optional
            Id of a model; default the chosen one.
        """
        from automl.run.inspecting import matter

        return matter(self._model(model))

    def scope(self) -> Scope:
        """What the parameters of an inspection may name."""
        from automl.inspection import scope_of

        return scope_of(self.folder)

    def fingerprint(self, model: str | None = None, *others: str) -> str:
        """Of all that makes a model and its decisions, and other models, what they are."""
        return self._model(model).fingerprint(*others)

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
        from automl.run.reporting import write_report

        return write_report(
            self._model(model),
            path,
            fairness=fairness,
            time_budget=time_budget,
            step=progress or (lambda _share, _what: None),
        )

    def stored_subject(self, model_id: str) -> Subject:
        """What is stored of a model, and was made of the model as it is."""
        from automl.run.reporting import stored_subject

        return stored_subject(self._model(model_id))

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
        from automl.run import rows, watching
        from automl.run.reporting import shipped_subject
        from automl.store.catalogue.registering import register_bundle

        step = progress or (lambda _share, _what: None)
        about = self._model(model)
        schema = about.prepared.schema
        written = write_bundle(
            path,
            model=about.pipeline(),
            subject=shipped_subject(about, lambda share, what: step(0.4 * share, what)),
            sample=rows.sample_rows(self.folder, schema),
            background=rows.background_rows(self.folder, schema),
            conformal=about.conformal(),
            reference=watching.reference(about),
            reviewed=watching.reviewed_columns(self.folder, schema),
            estimator=watching.estimator(about),
            progress=lambda share, what: step(0.4 + 0.6 * share, what),
        )
        self._note(lambda catalogue, folder: register_bundle(catalogue, folder, about.id, written))
        return written
