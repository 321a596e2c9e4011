"""What can be typed about a model over time. Imports argparse alone."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from automl.cli import values

__all__ = ["add_judged_options", "add_timeline_verb"]

_TIMELINE = """\
Follow a model over time: a window for each day, week, month, quarter or so many rows, each compared with what
the model was learned from as `automl monitor` does it; and over all windows changes for good, segments that
are predicted worse, groups, and what came of what was promised at the export.

Rows come from a table with a column of dates, from the prediction log of `automl serve --log` (nothing is
predicted again), or, of a run and without either, from the tables that it has scored.
"""
_EPILOG = """\
examples:
  automl timeline churn.zip rows.csv --by date --every month --segments plan --fairness gender
  automl timeline churn.zip --log churn-log --labels labels.csv --id prediction_id --every week
  automl timeline RUN

exit codes: 0 fine, 2 findings (in the last window, a change for the worse, a promise that was not kept),
            1 could not run, wrong usage included
"""


def add_timeline_verb(
    verbs: Any,
    add_home: Callable[[argparse.ArgumentParser], None],
    add_output: Callable[[argparse.ArgumentParser], None],
) -> None:
    """Give a parser `timeline`."""
    parser = verbs.add_parser(
        "timeline",
        help="follow a model over time: windows, changes, segments, promises",
        description=_TIMELINE,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.wrong_usage = 1
    parser.add_argument(
        "model_of", metavar="BUNDLE.zip|RUN", help="a bundle, the folder it was unpacked to, or a run"
    )
    parser.add_argument(
        "table", type=Path, nargs="?", metavar="ROWS.csv", help="CSV, TSV (also .gz), Excel or Parquet"
    )
    parser.add_argument("--by", metavar="COLUMN", help="of the table: when its rows were predicted")
    parser.add_argument(
        "--log", type=Path, metavar="LOG", help="a prediction log, or the folder of them, instead of a table"
    )
    parser.add_argument("--labels", type=Path, metavar="FILE", help="labels that came later, to be joined")
    parser.add_argument(
        "--id", default="id", metavar="COLUMN",
        help="of the labels (and of a table): the id of the prediction (default id)",
    )  # fmt: skip
    parser.add_argument("--label", metavar="COLUMN", help="of the labels: the label (default: the target)")
    parser.add_argument("--labelled-at", metavar="COLUMN", help="of the labels: when each came")
    parser.add_argument(
        "--every", default="month", metavar="PERIOD",
        help='day, week, month (default), quarter, or such as "5000 rows"',
    )  # fmt: skip
    parser.add_argument(
        "--segments", action="append", metavar="COLUMN",
        help="split the performance by it; may be repeated (default: all columns of few labels)",
    )  # fmt: skip
    parser.add_argument("--fairness", metavar="COLUMN", help="judge the model by its groups in each window")
    parser.add_argument("--out", type=Path, metavar="TIMELINE.json", help="write all that was found there")
    add_judged_options(parser)
    add_home(parser)
    add_output(parser)


def add_judged_options(parser: argparse.ArgumentParser) -> None:
    """Give a parser what `monitor` and `timeline` alike are told about the model and its new rows."""
    parser.add_argument(
        "--model", metavar="ID", help="of a run: id from the leaderboard (default: the chosen model)"
    )
    parser.add_argument(
        "--missing-columns", choices=("error", "missing"), default="error",
        help="columns that the table lacks: refuse it (default), or take them as missing",
    )  # fmt: skip
    parser.add_argument(
        "--budget", type=values.seconds, default=30.0, metavar="SECONDS",
        help="for splitting the shift of the predictions into columns, over all windows (default 30)",
    )  # fmt: skip
    parser.add_argument("--no-split", action="store_true", help="do without that split, and without its time")
