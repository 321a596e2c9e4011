"""What can be typed. Nothing here imports more than argparse, so that `--help` answers at once."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from automl.cli import publish as publishing
from automl.cli import values
from automl.cli.catalogue_verbs import add_catalogue_verbs
from automl.cli.retrain_verbs import add_retrain
from automl.cli.schema_verbs import add_fit_options, add_schema_verbs
from automl.cli.timeline_verbs import add_judged_options, add_timeline_verb
from automl.cli.track_verbs import add_track, add_track_options
from automl.cli.trust_verbs import add_trust_verbs
from automl.cli.watch_verbs import add_watch_verbs
from automl.serving.options import add_options as add_server_options

__all__ = ["build_parser"]

if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction["_Parser"]

_RUN = "a run's folder, or its id in the home folder"
_EPILOG = """\
examples:
  automl fit churn.csv --target Churn --budget 60
  automl leaderboard RUN
  automl explain RUN --row 3
  automl inspect RUN failures
  automl report RUN --out churn.html
  automl export RUN churn.zip
  automl predict churn.zip new.csv -o predictions.csv
  automl monitor churn.zip new.csv
  automl timeline churn.zip --log churn-log --labels labels.csv --every week
  automl bless new.zip rows.csv --champion churn.zip
  automl retrain churn new.csv --policy retrain.toml
  automl serve churn.zip --port 8080
  automl publish churn.zip --to mlflow:http://127.0.0.1:5000
  automl verify churn.zip --key maker.pem

exit codes: 0 done, 1 could not be done, 2 wrong usage, 130 interrupted by Ctrl-C
            (monitor, timeline: 0 fine, 2 findings, 1 could not run; bless: 0 blessed, 2 not;
            retrain: 0 done or nothing to do, 2 waits or not blessed;
            schema check: 0 fine, 2 anomalies, 1 could not run;
            audit verify: 0 as written, 2 changed;
            watch --once: 0 nothing is open, 2 an alert is)
"""
_FIT = """\
Search the best model for a column of a table, within a time budget.

The search works in a process of its own, which closing the terminal does not end; `automl resume RUN` takes
it up again after a power cut or a kill. The first Ctrl-C ends it with the best model so far, a second one
stops at once.
"""


_MONITOR = """\
Compare new rows with those that a model was learned from: columns, values, drift of every column and of the
predictions, what that does to the mean prediction, and where the rows carry the target, the score against
the promised one. Made for cron and CI: the exit code is the verdict.
"""
_MONITOR_CODES = """\
exit codes: 0 fine, 2 findings (the columns concerned are named), 1 could not run, wrong usage included
"""

_BLESS = """\
Say whether a model may take the place of the one in use: both are judged on the same labelled rows, which
neither may have learned from. Made for pipelines and CI: the exit code is the verdict.
"""
_BLESS_CODES = """\
exit codes: 0 blessed, 2 not blessed, 1 could not run, wrong usage included
"""


class _Parser(argparse.ArgumentParser):
    """A parser whose epilog may be a function, which is called when help is asked for.

    `wrong_usage` is its exit code for that: where 2 is an answer, it cannot be 2.
    """

    tell: Callable[[], str] | None = None
    wrong_usage = 2

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(self.wrong_usage, f"{self.prog}: error: {message}\n")

    def format_help(self) -> str:
        if self.tell is not None:
            self.epilog = self.tell()
        return super().format_help()


def build_parser() -> argparse.ArgumentParser:
    """The parser of the command line; `command` in its result names the verb."""
    parser = argparse.ArgumentParser(
        prog="automl",
        description="Glassbench: an AutoML workbench that explains itself.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="store_true", help="show the version and exit")
    verbs = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands", parser_class=_Parser)
    _add_fit(verbs)
    _add_resume(verbs)
    add_track(verbs, _RUN, _finish)
    _add_runs(verbs)
    _add_leaderboard(verbs)
    _add_front(verbs)
    _add_compare(verbs)
    _add_pick(verbs)
    _add_threshold(verbs)
    _add_explain(verbs)
    _add_inspect(verbs)
    _add_report(verbs)
    _add_export(verbs)
    _add_publish(verbs)
    _add_predict(verbs)
    _add_monitor(verbs)
    add_timeline_verb(verbs, _add_home, _add_output)
    _add_bless(verbs)
    _add_serve(verbs)
    add_trust_verbs(verbs, _add_output)
    _add_onnx(verbs)
    _add_app(verbs)
    add_retrain(verbs, _add_home, _add_output)
    add_catalogue_verbs(verbs, _add_home, _add_output)
    add_watch_verbs(verbs, _add_home, _add_output)
    add_schema_verbs(verbs, _add_home, _add_output)
    return parser


def _add_fit(verbs: Verbs) -> None:
    fit = verbs.add_parser(
        "fit",
        help="search the best model for a column",
        description=_FIT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    fit.add_argument("table", type=Path, nargs="?", help="CSV, TSV (also .gz), Excel or Parquet")
    _add_query(fit)
    fit.add_argument("--target", required=True, metavar="COLUMN", help="the column to predict")
    fit.add_argument(
        "--budget",
        type=values.seconds,
        default=60.0,
        metavar="SECONDS",
        help="time to the written model (default 60)",
    )
    fit.add_argument(
        "--out", type=Path, metavar="RUN", help="folder of the run (default: a new one in the home)"
    )
    fit.add_argument(
        "--task", choices=("binary", "multiclass", "regression"), help="default: inferred from the target"
    )
    fit.add_argument("--metric", help="default: roc_auc, log_loss or rmse")
    fit.add_argument("--seed", type=int, default=0)
    fit.add_argument("--n-jobs", type=values.count, metavar="N", help="cores to use (default: all)")
    fit.add_argument("--max-trials", type=values.count, metavar="N", help="stop after so many trials")
    fit.add_argument(
        "--executor",
        metavar="ADDRESS",
        help="tcp://host:port of a Dask scheduler to evaluate on (default: processes of this machine)",
    )
    fit.add_argument(
        "--with",
        action="append",
        default=[],
        dest="extra_families",
        metavar="FAMILY",
        help="a model family to try beside the usual ones: catboost; may be repeated",
    )
    fit.add_argument(
        "--memory",
        metavar="SIZE",
        help="what all processes of the search may take, such as 8GB (default: 80 %% of what is available)",
    )
    fit.add_argument(
        "--exclude",
        action="append",
        default=[],
        metavar="COLUMN",
        help="a column not to use; may be repeated",
    )
    together = fit.add_mutually_exclusive_group()
    together.add_argument(
        "--groups",
        metavar="COLUMN",
        help="rows with the same value here (one customer, one patient) are kept on one side of every split",
    )
    together.add_argument(
        "--time",
        metavar="COLUMN",
        help="dates or numbers: judge models on rows later than those they learned from",
    )
    fit.add_argument(
        "--weights",
        metavar="COLUMN",
        help="numbers of 0 or more: how much each row counts, in learning and in every score",
    )
    fit.add_argument(
        "--warm-start",
        metavar="RUN",
        help="an earlier run on the same target (folder or id): its best candidates are tried first",
    )
    fit.add_argument(
        "--kind",
        action="append",
        default=[],
        type=values.kind,
        metavar="COLUMN=KIND",
        help=f"what a column is, where that was inferred wrongly: {', '.join(values.KINDS)}; may be repeated",
    )
    fit.add_argument(
        "--drop-duplicates",
        action="store_true",
        help="leave out rows that repeat an earlier one in every column but identifiers",
    )
    _add_constraints(fit)
    _add_costs(fit)
    add_fit_options(fit)
    add_track_options(fit)
    fit.add_argument("--name", help="shown in the list of runs (default: the file's name)")
    _add_home(fit)
    _add_output(fit, quiet=True)


def _add_query(fit: argparse.ArgumentParser) -> None:
    query = fit.add_argument_group("instead of a file")
    query.add_argument(
        "--sql",
        metavar="NAME",
        help="a database: the one that the variable GLASSBENCH_SQL_NAME is the address of",
    )
    query.add_argument("--query", metavar="SELECT", help="what to read from it: one SELECT")
    query.add_argument(
        "--sql-rows", type=values.count, metavar="N", help="rows to take at most (default 1,000,000)"
    )


def _add_constraints(fit: argparse.ArgumentParser) -> None:
    wanted = fit.add_argument_group("what the model must be")
    wanted.add_argument(
        "--monotone",
        action="append",
        default=[],
        type=values.direction,
        metavar="COLUMN=DIRECTION",
        help="increasing or decreasing: with this number alone the prediction may only rise, or only fall; "
        "may be repeated",
    )
    wanted.add_argument(
        "--interpretable",
        action="store_true",
        help="one model that a person can read: straight linear, or a tree of at most 16 leaves",
    )
    wanted.add_argument(
        "--max-latency-ms",
        type=values.milliseconds,
        metavar="MS",
        help="to predict one row on this machine, its preparation included",
    )
    wanted.add_argument("--max-size-mb", type=values.megabytes, metavar="MB", help="of the stored model")
    wanted.add_argument(
        "--no-calibration",
        action="store_true",
        help="leave probabilities as trained, also where calibrating is shown to lower their log loss",
    )


def _add_costs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--costs",
        type=values.costs,
        metavar="COSTS",
        help="what errors cost, by which labels are decided: false_negative=5,false_positive=1, or as JSON "
        """truth, predicted, cost: '{"sick": {"healthy": 20}}'; what is left out costs 1""",
    )


def _add_resume(verbs: Verbs) -> None:
    resume = verbs.add_parser(
        "resume",
        help="go on with a search that was cancelled or cut off",
        description="Go on with a search that was cancelled or cut off. Nothing finished is done again.",
    )
    resume.add_argument("run", metavar="RUN", help=_RUN)
    resume.add_argument(
        "--executor",
        metavar="ADDRESS",
        help="go on with other workers: tcp://host:port of a Dask scheduler, or `here` for processes of this "
        "machine (default: as before)",
    )
    add_track_options(resume)
    _add_home(resume)
    _add_output(resume, quiet=True)


def _add_runs(verbs: Verbs) -> None:
    runs = verbs.add_parser(
        "runs", help="list the runs", description="List the runs of the home folder, newest first."
    )
    _add_home(runs)
    _add_output(runs)


def _add_leaderboard(verbs: Verbs) -> None:
    board = verbs.add_parser(
        "leaderboard",
        help="compare the models of a run",
        description="Compare the models of a run, best first. Works during the search too.",
    )
    board.add_argument("run", metavar="RUN", help=_RUN)
    _add_home(board)
    _add_output(board)


def _add_front(verbs: Verbs) -> None:
    front = verbs.add_parser(
        "front",
        help="show what a better score costs in time and size",
        description="Show the models of a run that no other beats in score, time for one row and size at "
        "once: single trials, the chosen vote, and smaller votes.",
    )
    front.add_argument("run", metavar="RUN", help=_RUN)
    _add_home(front)
    _add_output(front)


def _add_compare(verbs: Verbs) -> None:
    compare = verbs.add_parser(
        "compare",
        help="compare two or more models on the same rows",
        description="Compare models on rows that none of them had learned from: all scores, by how much one "
        "is better, and how sure that is. Nothing is trained.",
    )
    compare.add_argument("run", metavar="RUN", help=_RUN)
    compare.add_argument("models", metavar="ID", nargs="+", help="ids from the leaderboard, or `ensemble`")
    _add_home(compare)
    _add_output(compare)


def _add_pick(verbs: Verbs) -> None:
    pick = verbs.add_parser(
        "pick",
        help="use another model than the search chose",
        description="Use another model than the search chose, wherever none is named from now on. Its card "
        "says who picked it, when and why; the search's own choice and its scores stay.",
    )
    pick.add_argument("run", metavar="RUN", help=_RUN)
    pick.add_argument("model", metavar="ID", nargs="?", help="id from the leaderboard, or `ensemble`")
    pick.add_argument("--undo", action="store_true", help="use the search's own choice again")
    _add_reason(pick)
    _add_home(pick)
    _add_output(pick)


def _add_threshold(verbs: Verbs) -> None:
    threshold = verbs.add_parser(
        "threshold",
        help="show what each threshold between two classes would bring",
        description="Show precision, recall and cost of each threshold between two classes, on rows that the "
        "models had not learned from. Nothing is trained again.",
    )
    threshold.add_argument("run", metavar="RUN", help=_RUN)
    _add_costs(threshold)
    threshold.add_argument(
        "--keep", action="store_true", help="decide by these costs from now on, in new bundles as well"
    )
    _add_reason(threshold)
    threshold.add_argument(
        "--model", metavar="ID", help="id from the leaderboard (default: the model in use)"
    )
    _add_home(threshold)
    _add_output(threshold)


def _add_explain(verbs: Verbs) -> None:
    explain = verbs.add_parser(
        "explain",
        help="say which columns matter, or why a row is predicted so",
        description="Say which columns matter to a model, or with --row why it predicts one row as it does.",
    )
    explain.add_argument("run", metavar="RUN", help=_RUN)
    explain.add_argument(
        "--row",
        type=values.count,
        metavar="N",
        help="row of the table to explain, counted from 1 below the header",
    )
    explain.add_argument("--model", metavar="ID", help="id from the leaderboard (default: the model in use)")
    explain.add_argument(
        "--output",
        metavar="CLASS",
        help="with --row, the class whose prediction is explained (default: the likeliest)",
    )
    _add_home(explain)
    _add_output(explain)


def _inspections() -> str:
    from automl.inspection import inspections  # not above: the other verbs do without

    lines = ["what there is:"]
    for name, each in inspections().items():
        asked = ", ".join(parameter.name for parameter in each.parameters)
        lines.append(f"  {name:<16} {each.title}" + (f"  ({asked})" if asked else ""))
    return "\n".join(lines)


def _add_inspect(verbs: Verbs) -> None:
    inspect = verbs.add_parser(
        "inspect",
        help="find out how good, fair and stable a model is, and what would change a prediction",
        description="Find out more about a model. What it is judged on are predictions of rows that it\n"
        "had not learned from. A result is made once and kept in the run.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    inspect.tell = _inspections
    inspect.add_argument("run", metavar="RUN", help=_RUN)
    inspect.add_argument("what", metavar="WHAT", help="one of those below")
    inspect.add_argument("--column", metavar="C", help="the column, for cohorts, curve, fairness, thresholds")
    inspect.add_argument(
        "--row", type=values.count, metavar="N", help="row of the table, counted from 1 below the header"
    )
    inspect.add_argument("--kind", metavar="KIND", help="of a curve: pdp (default) or ale")
    inspect.add_argument(
        "--set",
        action="append",
        default=[],
        type=values.change,
        dest="changes",
        metavar="COLUMN=VALUE",
        help="for what_if: a new value, nothing behind = for missing; may be repeated",
    )
    inspect.add_argument("--goal", metavar="CLASS", help="for counterfactuals and contested: the class meant")
    inspect.add_argument("--low", type=float, metavar="X", help="for counterfactuals: the least prediction")
    inspect.add_argument(
        "--high", type=float, metavar="X", help="for counterfactuals: the highest prediction"
    )
    inspect.add_argument(
        "--immutable",
        action="append",
        default=[],
        metavar="COLUMN",
        help="for counterfactuals: a column that stays as it is; may be repeated",
    )
    inspect.add_argument(
        "--count", type=values.count, metavar="K", help="for neighbours and prototypes: how many"
    )
    inspect.add_argument("--depth", type=values.count, metavar="D", help="of the surrogate tree (default 3)")
    inspect.add_argument("--other", metavar="ID", help="for difference: the model to compare with")
    inspect.add_argument("--rate", metavar="RATE", help="for thresholds: the rate that would be made equal")
    inspect.add_argument(
        "--players", metavar="WHAT", help="for importance: columns (default), or clusters shuffled together"
    )
    inspect.add_argument("--model", metavar="ID", help="id from the leaderboard (default: the model in use)")
    inspect.add_argument(
        "--budget", type=values.seconds, metavar="SECONDS", help="that it may take (default 30)"
    )
    inspect.add_argument("--again", action="store_true", help="make it anew, also where it is kept")
    _add_home(inspect)
    _add_output(inspect)


def _add_report(verbs: Verbs) -> None:
    report = verbs.add_parser(
        "report",
        help="write what was found out about a model as one HTML file",
        description="Write what was found out about a model as one HTML file: scores, explanations, single "
        "predictions, limits. It loads nothing from anywhere, and prints well.",
    )
    report.add_argument("run", metavar="RUN", help=_RUN)
    report.add_argument("--model", metavar="ID", help="id from the leaderboard (default: the model in use)")
    report.add_argument("--out", type=Path, metavar="FILE", help="default: RUN-report.html, here")
    report.add_argument(
        "--fairness",
        action="append",
        default=[],
        metavar="COLUMN",
        help="judge the model by the groups of a column, which it need not read; may be repeated",
    )
    _add_home(report)
    _add_output(report)


def _add_export(verbs: Verbs) -> None:
    export = verbs.add_parser(
        "export",
        help="write a model as one zip that predicts anywhere",
        description="Write a model as one zip that predicts on a machine without Glassbench.",
    )
    export.add_argument("run", metavar="RUN", help=_RUN)
    export.add_argument("bundle", type=Path, metavar="BUNDLE.zip")
    export.add_argument("--model", metavar="ID", help="id from the leaderboard (default: the model in use)")
    _add_home(export)
    _add_output(export)


def _add_publish(verbs: Verbs) -> None:
    publish = verbs.add_parser(
        "publish",
        help="bring a bundle to a registry, a cloud account or a folder",
        description="Bring a bundle to where models are kept. It is compared with its manifest first, and\n"
        "every step says what it does.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    publish.tell = publishing.destinations
    publishing.add_options(publish)
    _add_output(publish)


def _add_predict(verbs: Verbs) -> None:
    predict = verbs.add_parser(
        "predict",
        help="predict new rows with a bundle",
        description="Predict the rows of a table with a bundle. Writes CSV: `prediction`, and for each class "
        "its `probability_…`.",
    )
    predict.add_argument(
        "bundle", type=Path, metavar="BUNDLE.zip", help="a bundle, or the folder it was unpacked to"
    )
    predict.add_argument("table", type=Path, metavar="NEW.csv", help="CSV, TSV (also .gz), Excel or Parquet")
    predict.add_argument("-o", "--out", type=Path, metavar="OUT.csv", help="default: standard output")
    predict.add_argument(
        "--missing-columns",
        choices=("error", "missing"),
        default="error",
        help="columns that the table lacks: refuse (default), or take them as missing",
    )
    predict.add_argument(
        "--interval",
        type=values.level,
        metavar="LEVEL",
        help="such as 0.9: add `low` and `high` (for classes: the `set`, as JSON) that hold the truth with "
        "this probability",
    )
    _add_output(predict)


def _add_monitor(verbs: Verbs) -> None:
    monitor = verbs.add_parser(
        "monitor",
        help="say whether new rows are like those a model was learned from",
        description=_MONITOR,
        epilog=_MONITOR_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    monitor.wrong_usage = 1
    monitor.add_argument(
        "model_of", metavar="BUNDLE.zip|RUN", help=f"a bundle, the folder it was unpacked to, or {_RUN}"
    )
    monitor.add_argument("table", type=Path, metavar="NEW.csv", help="CSV, TSV (also .gz), Excel or Parquet")
    monitor.add_argument("--out", type=Path, metavar="REPORT.json", help="write all that was found there")
    add_judged_options(monitor)
    _add_home(monitor)
    _add_output(monitor)


def _add_bless(verbs: Verbs) -> None:
    bless = verbs.add_parser(
        "bless",
        help="say whether a new model may take the place of the one in use",
        description=_BLESS,
        epilog=_BLESS_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    bless.wrong_usage = 1
    bless.add_argument(
        "challenger", type=Path, metavar="CHALLENGER.zip", help="a bundle, or the folder it was unpacked to"
    )
    bless.add_argument(
        "table", type=Path, metavar="ROWS.csv", help="labelled rows: CSV, TSV (also .gz), Excel or Parquet"
    )
    bless.add_argument(
        "--champion", type=Path, metavar="CHAMPION.zip", help="the bundle in use, or NAME@champion"
    )
    bless.add_argument(
        "--threshold", type=float, metavar="SCORE", help="that the challenger must reach, champion or not"
    )
    bless.add_argument("--metric", help="default: that of the challenger's run")
    bless.add_argument(
        "--better-by",
        type=float,
        default=0.0,
        metavar="X",
        help="how much better than the champion it must be, in units of the metric (default 0); negative: "
        "how much worse it may be",
    )
    bless.add_argument(
        "--sure",
        type=values.level,
        default=0.9,
        metavar="P",
        help="probability with which it must be (default 0.9)",
    )
    bless.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="folder to write blessing.json to, and an empty file BLESSED or NOT_BLESSED as TFX does",
    )
    _add_output(bless)


def _add_serve(verbs: Verbs) -> None:
    serve = verbs.add_parser(
        "serve",
        help="answer over HTTP with a bundle",
        description="Answer over HTTP with a bundle, in words of its own and in those of KServe, TensorFlow "
        "Serving, Open Inference, SageMaker, MLflow and Azure ML. The page at /docs says what can be asked.",
    )
    serve.add_argument(
        "bundle",
        type=Path,
        metavar="BUNDLE.zip",
        help="a bundle, the folder it was unpacked to, or NAME@ALIAS of the catalogue",
    )
    add_server_options(serve)


def _add_onnx(verbs: Verbs) -> None:
    onnx = verbs.add_parser(
        "onnx",
        help="write the model of a bundle as ONNX, where that predicts the same",
        description="Write the model of a bundle as one ONNX file, raw columns in, predictions out. It is "
        "run on the bundle's rows, and on those given, and refused where its predictions differ.",
    )
    onnx.add_argument(
        "bundle", type=Path, metavar="BUNDLE.zip", help="a bundle, or the folder it was unpacked to"
    )
    onnx.add_argument("out", type=Path, metavar="OUT.onnx")
    onnx.add_argument(
        "--rows", type=Path, metavar="ROWS.csv", help="more rows to compare on (default: the bundle's own)"
    )
    onnx.add_argument(
        "--tolerance",
        type=values.tolerance,
        default=1e-9,
        metavar="X",
        help="largest difference of a probability, or of a value relative to it (default 1e-9)",
    )
    _add_output(onnx)


def _add_app(verbs: Verbs) -> None:
    app = verbs.add_parser(
        "app",
        help="open the workbench in the browser",
        description="Open the workbench in the browser. It listens on this machine only.",
    )
    app.add_argument("--port", type=values.port, default=8501)
    app.add_argument("--no-browser", action="store_true", help="do not open a browser window")
    _add_home(app)


def _add_reason(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason", default="", metavar="TEXT", help="why; shown on the model card")
    parser.add_argument("--who", default="", metavar="NAME", help="who decided it; shown on the model card")


def _add_home(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--home", type=Path, help="folder of all runs (default: $GLASSBENCH_HOME or ./glassbench-home)"
    )


def _finish(parser: argparse.ArgumentParser) -> None:
    _add_home(parser)
    _add_output(parser, quiet=True)


def _add_output(parser: argparse.ArgumentParser, *, quiet: bool = False) -> None:
    parser.add_argument(
        "--json", action="store_true", help="one JSON document on standard output, for machines"
    )
    if quiet:
        parser.add_argument("--quiet", action="store_true", help="no progress")
