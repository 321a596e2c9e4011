"""What can be typed about retraining. Imports argparse alone."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from automl.cli import values

__all__ = ["add_retrain"]

_TEXT = """\
Learn the champion of a name anew on the rows that are known and on new ones, compare both on the latest
rows, which neither has learned from, and let the new one take its place if it is better: at once, or when
somebody approves it.

  automl retrain NAME NEW.csv        learn anew, by a policy or because it is asked for
  automl retrain status [NAME]       what there was, where it stands, and what came of it
  automl retrain resume NAME         go on with one that was cut off; nothing finished is done again

`automl approve NAME/VERSION` lets a challenger that waits take over, with --reject it is put aside;
`automl alias rollback NAME champion` takes a change back.
"""
_CODES = """\
exit codes: 0 the challenger took over, or there was nothing to do; 2 it waits for approval, or is not better;
            1 could not be done, wrong usage included
"""


def add_retrain(verbs: Any, add_home: Callable[[Any], None], add_output: Callable[..., None]) -> None:
    """Give a parser the verb `retrain`.

    Parameters
    ----------
    verbs : subparsers action
    add_home, add_output : callable
        Give a parser `--home`, and `--json` and `--quiet`.
    """
    retrain = verbs.add_parser(
        "retrain",
        help="learn the model in use anew on old and new rows, and replace it if the new one is better",
        description=_TEXT,
        epilog=_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    retrain.wrong_usage = 1
    retrain.add_argument("name", metavar="NAME", help="of the model; or `status`, or `resume`")
    retrain.add_argument(
        "table", nargs="?", metavar="NEW.csv", help="new rows, with the target; CSV, TSV, Excel or Parquet"
    )
    retrain.add_argument(
        "--policy",
        type=Path,
        metavar="FILE.toml",
        help="when to learn anew and how (default: now); what is typed here comes before what it says",
    )
    retrain.add_argument(
        "--budget", type=values.seconds, metavar="SECONDS", help="of the search (default: as the champion's)"
    )
    retrain.add_argument(
        "--date",
        metavar="COLUMN",
        help="says when rows are from (default: the time column of the run, else rows are in order)",
    )
    retrain.add_argument(
        "--holdout-last",
        metavar="PART",
        help="the latest rows that the champion has not learned from, to compare both on: such as 20%% "
        "(default), month, or 500",
    )
    retrain.add_argument(
        "--window",
        metavar="WINDOW",
        help="rows to learn from: all (default), such as 12months, 90days, 5000rows, decay-6months (weights "
        "that halve), or auto (all or the latest half, found out in half of the budget)",
    )
    retrain.add_argument(
        "--better-by",
        type=float,
        metavar="X",
        help="how much better it must be, in units of the metric (default 0); negative: may be worse",
    )
    retrain.add_argument("--sure", type=values.level, metavar="P", help="how sure that must be (default 0.9)")
    who = retrain.add_mutually_exclusive_group()
    who.add_argument("--approve-by", metavar="WHO", help="wait for the approval of this person")
    who.add_argument(
        "--auto",
        action="store_true",
        help="wait for no approval; refused where the policy asks for one (default: wait for anybody's)",
    )
    retrain.add_argument(
        "--keep-repeats",
        action="store_true",
        help="take new rows that are equal to known ones for new ones (default: they are the same rows)",
    )
    retrain.add_argument(
        "--max-trials", type=values.count, metavar="N", help="of the search: stop after so many"
    )
    retrain.add_argument("--n-jobs", type=values.count, metavar="N", help="cores to use")
    retrain.add_argument(
        "--dry-run", action="store_true", help="only say what the policy makes of the new rows"
    )
    add_home(retrain)
    add_output(retrain, quiet=True)
